// SPDX-License-Identifier: MIT
#include <mstcpip.h>
#include <winsock2.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "advice.h"
#include "control_codes.h"
#include "held_operation.h"
#include "memory_probe.h"
#include "operation.h"
#include "reservation_codes.h"
#include "winsock_status.h"

namespace berth::winsock {
namespace {

// The arguments of one WSAIoctl, as the program gave them.
struct Ioctl {
  const ControlCall& control;
  DWORD* count = nullptr;
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;

  [[nodiscard]] Call& call() const { return control.use.call(); }
  [[nodiscard]] MemoryProbe& memory() const { return control.memory; }
  [[nodiscard]] bool is_overlapped() const { return control.overlapped; }
};

// -- what is asked of the arguments, each a good fact ---------------------------------------------

bool count_pointer_is_given(const Ioctl& io) {
  switch (io.call().profile().null_count_pointer) {
    case choice::NullCountPointer::Refused: return io.count != nullptr;
    case choice::NullCountPointer::AllowedWhenOverlapped: return io.count != nullptr || io.is_overlapped();
    case choice::NullCountPointer::Ignored: return true;
  }
  return true;
}
bool code_is_known(const Ioctl& io) {
  return is_reservation_code(io.control.code) || find_control_code(io.control.code) != nullptr;
}
bool socket_is_tcp_or_udp(const Ioctl& io) { return io.call().socket().kind != SocketKind::Other; }
bool count_is_good(const Ioctl& io) {
  return io.count == nullptr || io.memory().is_writable(io.count, sizeof(DWORD));
}
bool overlapped_is_good(const Ioctl& io) {
  if (!io.is_overlapped()) return true;
  if (!io.memory().is_writable(io.overlapped, sizeof(OVERLAPPED))) return false;
  return io.routine == nullptr || io.memory().is_readable(reinterpret_cast<const void*>(io.routine), 1);
}

// A check of the codes that reserve ports; the other codes look at their buffers themselves.
template <bool (*kHolds)(const ControlCall&)>
bool of_reservations(const Ioctl& io) {
  return !is_reservation_code(io.control.code) || kHolds(io.control);
}

bool pointers_are_good(const Ioctl& io) {
  // What is written comes first: the page of it is then known to be readable too.
  return count_is_good(io) && of_reservations<buffers_are_good>(io) && overlapped_is_good(io);
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
    {Rule::InputMissing, of_reservations<input_has_a_size>},
    {Rule::InputTooShort, of_reservations<input_is_long_enough>},
    {Rule::LongerInputIsAccepted, of_reservations<input_is_not_longer>},
    {Rule::OutputTooShort, of_reservations<output_is_long_enough>},
    {Rule::OutputSizeMustBeZero, of_reservations<output_size_is_zero>},
    {Rule::InputMissing, of_reservations<input_is_given>},
    {Rule::OutputMissing, of_reservations<output_is_given>},
    {Rule::PointerIsBad, pointers_are_good},
};

std::optional<Rule> first_broken(const Ioctl& io) {
  const bool forwards = io.call().in_force(Rule::ArgumentChecksComeInOrder);
  constexpr std::size_t kCount = std::size(kChecks);
  for (std::size_t i = 0; i < kCount; ++i) {
    const Check& check = kChecks[forwards ? i : kCount - 1 - i];
    if (!check.holds(io)) return check.rule;
  }
  return std::nullopt;
}

// -- how a call ends ------------------------------------------------------------------------------

void set_count(const Ioctl& io, const std::optional<DWORD>& bytes) {
  // A count that cannot be written was refused before, or is what was refused.
  if (bytes && io.count != nullptr) static_cast<void>(io.memory().write(io.count, *bytes));
}

// What a failure leaves in the count is a switch for the codes that reserve ports (IOC-18).
std::optional<DWORD> count_after_failure(const Ioctl& io, const ControlEnd& end) {
  const bool zeroes = io.call().profile().count_on_failure == choice::CountOnFailure::Zeroed &&
                      io.call().in_force(Rule::FailureZeroesTheCount);
  return end.count == 0U && !zeroes ? std::nullopt : end.count;
}

std::shared_ptr<Operation> operation_of(const Ioctl& io) {
  return Operation::begin({.handle = io.control.use.handle(),
                           .socket = io.call().socket(),
                           .overlapped = io.overlapped,
                           .routine = io.routine});
}

Completion completion_of_control(const ControlEnd& end) {
  if (end.code == 0) return Completion::success(end.told);
  Completion completion = Completion::failure(end.code);
  if (end.status) completion.status = *end.status;
  return completion;
}

int still_pending() { return fail_with(WSA_IO_PENDING); }

int end_synchronous(const Ioctl& io, const ControlEnd& end) {
  if (end.code != 0) {
    set_count(io, count_after_failure(io, end));
    return fail_with(end.code);
  }
  set_count(io, end.count);
  set_last_error(0);
  return 0;
}

int fail_overlapped(const Ioctl& io, const ControlEnd& end) {
  if (end.touches_overlapped) Operation::leave_pending(io.overlapped);
  return fail_with(end.code);
}

int end_overlapped(const Ioctl& io, Operation& operation, const ControlEnd& end) {
  if (end.pends) {
    operation.end(completion_of_control(end));
    return still_pending();
  }
  if (end.code != 0) return fail_overlapped(io, end);
  set_count(io, end.count);
  operation.end_at_once(completion_of_control(end));
  set_last_error(0);
  return 0;
}

ControlEnd run(const ControlCall& call) {
  if (is_reservation_code(call.code)) return run_reservation_code(call);
  return find_control_code(call.code)->run(call);
}

// -- faults ---------------------------------------------------------------------------------------

CallView view_of(const Ioctl& io) {
  return {.point = fault_point_of(io.control.code),
          .handle = io.control.use.handle(),
          .control_code = io.control.code,
          .overlapped = io.is_overlapped()};
}

// A call that pends goes on with a copy of its input: what the program has there may be gone by then.
Continuation continuation_of(const Ioctl& io) {
  const auto* bytes = static_cast<const std::byte*>(io.control.input);
  const bool is_readable = io.memory().is_readable(bytes, io.control.input_size);
  std::vector<std::byte> input;
  if (bytes != nullptr && is_readable) input.assign(bytes, bytes + io.control.input_size);
  return [input, code = io.control.code, output = io.control.output,
          output_size = io.control.output_size](Use& use) {
    MemoryProbe memory;
    return completion_of_control(run({.use = use,
                                      .memory = memory,
                                      .code = code,
                                      .input = input.empty() ? nullptr : input.data(),
                                      .input_size = static_cast<DWORD>(input.size()),
                                      .output = output,
                                      .output_size = output_size,
                                      .overlapped = true}));
  };
}

int carry_out_overlapped(const Ioctl& io) {
  const auto operation = operation_of(io);
  if (!operation) return SOCKET_ERROR;
  if (const auto fault = io.call().process()->faults().strike(view_of(io))) {
    if (!fault->action().waits())
      return end_overlapped(io, *operation, ControlEnd::failure(fault->action().winsock_code()));
    hold_operation(operation, fault, continuation_of(io));
    return still_pending();
  }
  return end_overlapped(io, *operation, run(io.control));
}

int carry_out(const Ioctl& io) {
  if (io.is_overlapped()) return carry_out_overlapped(io);
  if (io.call().meets_a_fault(view_of(io))) return end_synchronous(io, ControlEnd::failure(last_error()));
  return end_synchronous(io, run(io.control));
}

// An unknown code is found out late when the call is overlapped (A3, A4).
int refuse_by_rule(const Ioctl& io, Rule rule) {
  io.call().fail(rule);
  advise_on_ioctl(io.call(), io.control.code, io.control.input_size);
  const ControlEnd end = ControlEnd::failure(last_error());
  if (!io.is_overlapped()) return end_synchronous(io, end);
  if (rule != Rule::ControlCodeUnknown || !overlapped_is_good(io)) return fail_overlapped(io, end);
  const auto operation = operation_of(io);
  return operation ? end_overlapped(io, *operation, end.pending()) : SOCKET_ERROR;
}

}  // namespace
}  // namespace berth::winsock

// NOLINTBEGIN(readability-non-const-parameter): the signature is Windows'
int WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
             DWORD cbOutBuffer, LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth;
  winsock::Use use(s);
  if (!use.call().has_socket()) return SOCKET_ERROR;
  winsock::MemoryProbe memory;
  const winsock::ControlCall control{.use = use,
                                     .memory = memory,
                                     .code = dwIoControlCode,
                                     .input = lpvInBuffer,
                                     .input_size = cbInBuffer,
                                     .output = lpvOutBuffer,
                                     .output_size = cbOutBuffer,
                                     // It matters only on an overlapped socket (OVL-02).
                                     .overlapped = lpOverlapped != nullptr && use.call().socket().overlapped};
  const winsock::Ioctl io{.control = control,
                          .count = lpcbBytesReturned,
                          .overlapped = lpOverlapped,
                          .routine = lpCompletionRoutine};
  if (const auto rule = winsock::first_broken(io)) return winsock::refuse_by_rule(io, *rule);
  return winsock::carry_out(io);
}
