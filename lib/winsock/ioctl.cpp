// SPDX-License-Identifier: MIT
#include <mstcpip.h>
#include <winsock2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "advice.h"
#include "byte_order.h"
#include "call.h"
#include "last_error.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

constexpr ULONG_PTR kStatusSuccess = 0;
constexpr ULONG_PTR kStatusPending = 0x103;

// The arguments of one WSAIoctl, as the program gave them.
struct Ioctl {
  Call& call;
  MemoryProbe& memory;
  DWORD code = 0;
  const void* input = nullptr;
  DWORD input_size = 0;
  void* output = nullptr;
  DWORD output_size = 0;
  DWORD* count = nullptr;
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;

  // The overlapped structure matters only on an overlapped socket (OVL-02).
  [[nodiscard]] bool is_overlapped() const { return overlapped != nullptr && call.socket().overlapped; }
  [[nodiscard]] bool is_acquire() const { return code == SIO_ACQUIRE_PORT_RESERVATION; }
  [[nodiscard]] bool takes_a_token() const {
    return code == SIO_ASSOCIATE_PORT_RESERVATION || code == SIO_RELEASE_PORT_RESERVATION;
  }
  [[nodiscard]] DWORD structure_size() const {
    if (is_acquire()) return sizeof(INET_PORT_RANGE);
    return takes_a_token() ? sizeof(INET_PORT_RESERVATION_TOKEN) : sizeof(USHORT);
  }
};

// -- what is asked of the arguments, each a good fact ---------------------------------------------

bool count_pointer_is_given(const Ioctl& io) {
  switch (io.call.profile().null_count_pointer) {
    case choice::NullCountPointer::Refused: return io.count != nullptr;
    case choice::NullCountPointer::AllowedWhenOverlapped: return io.count != nullptr || io.is_overlapped();
    case choice::NullCountPointer::Ignored: return true;
  }
  return true;
}
bool code_is_known(const Ioctl& io) {
  return io.is_acquire() || io.takes_a_token() || io.code == SIO_CPU_AFFINITY;
}
bool socket_is_tcp_or_udp(const Ioctl& io) { return io.call.socket().kind != SocketKind::Other; }
bool input_has_a_size(const Ioctl& io) { return io.input_size != 0; }
bool input_is_long_enough(const Ioctl& io) { return io.input_size >= io.structure_size(); }
bool input_is_not_longer(const Ioctl& io) {
  return io.call.in_force(Rule::LongerInputIsAccepted) || io.input_size <= io.structure_size();
}
bool output_is_long_enough(const Ioctl& io) {
  return !io.is_acquire() || io.output_size >= sizeof(INET_PORT_RESERVATION_INSTANCE);
}
bool output_size_is_zero(const Ioctl& io) {
  if (io.call.profile().nonzero_output_size == choice::NonzeroOutputSize::Ignored) return true;
  return !io.takes_a_token() || io.output_size == 0;
}
bool input_is_given(const Ioctl& io) { return io.input != nullptr; }
bool output_is_given(const Ioctl& io) { return !io.is_acquire() || io.output != nullptr; }
bool overlapped_is_good(const Ioctl& io) {
  if (!io.is_overlapped()) return true;
  if (!io.memory.is_writable(io.overlapped, sizeof(OVERLAPPED))) return false;
  return io.routine == nullptr || io.memory.is_readable(reinterpret_cast<const void*>(io.routine), 1);
}
bool pointers_are_good(const Ioctl& io) {
  // What is written comes first: the page of it is then known to be readable too.
  if (io.count != nullptr && !io.memory.is_writable(io.count, sizeof(DWORD))) return false;
  if (io.is_acquire() && !io.memory.is_writable(io.output, sizeof(INET_PORT_RESERVATION_INSTANCE)))
    return false;
  if (!io.memory.is_readable(io.input, std::min(io.input_size, io.structure_size()))) return false;
  return overlapped_is_good(io);
}
// Completion without an event or a routine is told in the structure alone, and that is done; the rest is not.
bool completion_needs_no_signal(const Ioctl& io) {
  if (!io.is_overlapped()) return true;
  if (io.routine != nullptr) return false;
  const auto overlapped = io.memory.read<OVERLAPPED>(io.overlapped);
  return !overlapped || overlapped->hEvent == nullptr;
}

struct Check {
  Rule rule;
  bool (*holds)(const Ioctl&);
};

// Count pointer, code, socket type, sizes, other pointers (IOC-24; start-up and handle come before all). An
// input of no bytes is one that is too short, and has a rule of its own (IOC-09).
constexpr Check kChecks[] = {
    {Rule::CountPointerMissing, count_pointer_is_given},
    {Rule::ControlCodeUnknown, code_is_known},
    {Rule::SocketIsNeitherTcpNorUdp, socket_is_tcp_or_udp},
    {Rule::InputMissing, input_has_a_size},
    {Rule::InputTooShort, input_is_long_enough},
    {Rule::LongerInputIsAccepted, input_is_not_longer},
    {Rule::OutputTooShort, output_is_long_enough},
    {Rule::OutputSizeMustBeZero, output_size_is_zero},
    {Rule::InputMissing, input_is_given},
    {Rule::OutputMissing, output_is_given},
    {Rule::PointerIsBad, pointers_are_good},
    {Rule::OverlappedNotEmulated, completion_needs_no_signal},
};

std::optional<Rule> first_broken(const Ioctl& io) {
  const bool forwards = io.call.in_force(Rule::ArgumentChecksComeInOrder);
  constexpr std::size_t kCount = std::size(kChecks);
  for (std::size_t i = 0; i < kCount; ++i) {
    const Check& check = kChecks[forwards ? i : kCount - 1 - i];
    if (!check.holds(io)) return check.rule;
  }
  return std::nullopt;
}

void say_once_that_signals_are_not_emulated() {
  static std::atomic_flag said = ATOMIC_FLAG_INIT;
  if (!said.test_and_set())
    std::fputs("berth: WSAIoctl with an event or a completion routine is not emulated: WSAEOPNOTSUPP\n",
               stderr);
}

// -- how a call ends ------------------------------------------------------------------------------

void set_count(const Ioctl& io, DWORD bytes) {
  // A count that cannot be written was refused before, or is what was refused.
  if (io.count != nullptr) static_cast<void>(io.memory.write(io.count, bytes));
}

// By its place, because the structure need not be aligned.
void set_member(const Ioctl& io, std::size_t place, ULONG_PTR value) {
  static_cast<void>(io.memory.write(reinterpret_cast<std::byte*>(io.overlapped) + place, value));
}

// A synchronous failure leaves 0 in the count; an overlapped one leaves it alone, and PENDING behind
// (IOC-18).
int ended_in_failure(const Ioctl& io) {
  if (io.is_overlapped()) {
    if (io.memory.is_writable(io.overlapped, sizeof(OVERLAPPED)))
      set_member(io, offsetof(OVERLAPPED, Internal), kStatusPending);
    return SOCKET_ERROR;
  }
  const bool zeroes = io.call.profile().count_on_failure == choice::CountOnFailure::Zeroed &&
                      io.call.in_force(Rule::FailureZeroesTheCount);
  if (zeroes) set_count(io, 0);
  return SOCKET_ERROR;
}

int ended_well(const Ioctl& io, DWORD bytes) {
  set_count(io, io.call.in_force(Rule::CountReportsTheBytesWritten) ? bytes : 1);
  if (io.is_overlapped()) {
    set_member(io, offsetof(OVERLAPPED, Internal), kStatusSuccess);
    set_member(io, offsetof(OVERLAPPED, InternalHigh), bytes);
  }
  set_last_error(0);
  return 0;
}

// -- how a fault sees a call ----------------------------------------------------------------------

FaultPoint point_of(DWORD code) {
  switch (code) {
    case SIO_ACQUIRE_PORT_RESERVATION: return FaultPoint::Acquire;
    case SIO_ASSOCIATE_PORT_RESERVATION: return FaultPoint::Associate;
    case SIO_RELEASE_PORT_RESERVATION: return FaultPoint::Release;
    case SIO_CPU_AFFINITY: return FaultPoint::Affinity;
    default: return FaultPoint::Ioctl;
  }
}

CallView view_of(const Ioctl& io, SOCKET s) {
  return {.point = point_of(io.code), .handle = s, .control_code = io.code, .overlapped = io.is_overlapped()};
}

// -- the four codes -------------------------------------------------------------------------------

std::uint16_t start_port_order(const Call& call, std::uint16_t port) {
  return call.in_force(Rule::StartPortTravelsInNetworkOrder) ? network_order(port) : port;
}

int acquire(const Ioctl& io) {
  INET_PORT_RANGE range;
  std::memcpy(&range, io.input, sizeof(range));
  const auto reply = io.call.ask(
      request::Acquire{io.call.socket().socket,
                       {.start = start_port_order(io.call, range.StartPort), .count = range.NumberOfPorts}});
  advise_on_start_port(io.call, start_port_order(io.call, range.StartPort), !reply);
  if (!reply) return ended_in_failure(io);
  INET_PORT_RESERVATION_INSTANCE instance;
  std::memset(static_cast<void*>(&instance), 0, sizeof(instance));  // the gap between the members too
  instance.Reservation.StartPort = start_port_order(io.call, reply->block.start);
  instance.Reservation.NumberOfPorts = reply->block.count;
  instance.Token.Token = reply->token.value;
  std::memcpy(io.output, &instance, sizeof(instance));
  return ended_well(io, sizeof(instance));
}

Token token_in(const Ioctl& io) {
  INET_PORT_RESERVATION_TOKEN token;
  std::memcpy(&token, io.input, sizeof(token));
  return Token{token.Token};
}

int set_affinity(const Ioctl& io) {
  USHORT processor{};
  std::memcpy(&processor, io.input, sizeof(processor));
  const auto reply = io.call.ask(request::SetAffinity{io.call.socket().socket, processor});
  return reply ? ended_well(io, 0) : ended_in_failure(io);
}

int carry_out(const Ioctl& io) {
  const SocketId socket = io.call.socket().socket;
  if (io.is_acquire()) return acquire(io);
  if (io.code == SIO_CPU_AFFINITY) return set_affinity(io);
  const auto reply = io.code == SIO_ASSOCIATE_PORT_RESERVATION
                         ? io.call.ask(request::Associate{socket, token_in(io)})
                         : io.call.ask(request::Release{socket, token_in(io)});
  return reply ? ended_well(io, 0) : ended_in_failure(io);
}

}  // namespace
}  // namespace berth::winsock

// NOLINTBEGIN(readability-non-const-parameter): the signature is Windows'
int WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
             DWORD cbOutBuffer, LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_socket()) return SOCKET_ERROR;
  winsock::MemoryProbe memory;
  const winsock::Ioctl io{.call = call,
                          .memory = memory,
                          .code = dwIoControlCode,
                          .input = lpvInBuffer,
                          .input_size = cbInBuffer,
                          .output = lpvOutBuffer,
                          .output_size = cbOutBuffer,
                          .count = lpcbBytesReturned,
                          .overlapped = lpOverlapped,
                          .routine = lpCompletionRoutine};
  if (const auto rule = winsock::first_broken(io)) {
    if (*rule == Rule::OverlappedNotEmulated) winsock::say_once_that_signals_are_not_emulated();
    call.fail(*rule);
    winsock::advise_on_ioctl(call, dwIoControlCode, cbInBuffer);
    return winsock::ended_in_failure(io);
  }
  if (call.meets_a_fault(winsock::view_of(io, s))) return winsock::ended_in_failure(io);
  return winsock::carry_out(io);
}
