// SPDX-License-Identifier: MIT
#include "reservation_codes.h"

#include <algorithm>
#include <cstring>

#include "advice.h"
#include "byte_order.h"

namespace berth::winsock {
namespace {

bool is_acquire(const ControlCall& call) { return call.code == SIO_ACQUIRE_PORT_RESERVATION; }
bool takes_a_token(const ControlCall& call) {
  return call.code == SIO_ASSOCIATE_PORT_RESERVATION || call.code == SIO_RELEASE_PORT_RESERVATION;
}
DWORD structure_size(const ControlCall& call) {
  if (is_acquire(call)) return sizeof(INET_PORT_RANGE);
  return takes_a_token(call) ? sizeof(INET_PORT_RESERVATION_TOKEN) : sizeof(USHORT);
}

}  // namespace

FaultPoint fault_point_of(DWORD code) {
  switch (code) {
    case SIO_ACQUIRE_PORT_RESERVATION: return FaultPoint::Acquire;
    case SIO_ASSOCIATE_PORT_RESERVATION: return FaultPoint::Associate;
    case SIO_RELEASE_PORT_RESERVATION: return FaultPoint::Release;
    case SIO_CPU_AFFINITY: return FaultPoint::Affinity;
    default: return FaultPoint::Ioctl;
  }
}

// -- arguments ------------------------------------------------------------------------------------

bool input_has_a_size(const ControlCall& call) { return call.input_size != 0; }
bool input_is_long_enough(const ControlCall& call) { return call.input_size >= structure_size(call); }
bool input_is_not_longer(const ControlCall& call) {
  return call.use.call().in_force(Rule::LongerInputIsAccepted) || call.input_size <= structure_size(call);
}
bool output_is_long_enough(const ControlCall& call) {
  return !is_acquire(call) || call.output_size >= sizeof(INET_PORT_RESERVATION_INSTANCE);
}
bool output_size_is_zero(const ControlCall& call) {
  if (call.use.call().profile().nonzero_output_size == choice::NonzeroOutputSize::Ignored) return true;
  return !takes_a_token(call) || call.output_size == 0;
}
bool input_is_given(const ControlCall& call) { return call.input != nullptr; }
bool output_is_given(const ControlCall& call) { return !is_acquire(call) || call.output != nullptr; }
bool buffers_are_good(const ControlCall& call) {
  if (is_acquire(call) && !call.memory.is_writable(call.output, sizeof(INET_PORT_RESERVATION_INSTANCE)))
    return false;
  return call.memory.is_readable(call.input, std::min(call.input_size, structure_size(call)));
}

// -- the four codes -------------------------------------------------------------------------------

namespace {

ControlEnd succeeded(const ControlCall& call, DWORD bytes) {
  const bool is_told = call.use.call().in_force(Rule::CountReportsTheBytesWritten);
  return ControlEnd::success(is_told ? bytes : 1, bytes);
}
ControlEnd refused() { return ControlEnd::failure(last_error()); }

std::uint16_t start_port_order(const Call& call, std::uint16_t port) {
  return call.in_force(Rule::StartPortTravelsInNetworkOrder) ? network_order(port) : port;
}

ControlEnd acquire(const ControlCall& control) {
  Call& call = control.use.call();
  INET_PORT_RANGE range;
  std::memcpy(&range, control.input, sizeof(range));
  const std::uint16_t start = start_port_order(call, range.StartPort);
  const auto reply =
      call.ask(request::Acquire{call.socket().socket, {.start = start, .count = range.NumberOfPorts}});
  advise_on_start_port(call, start, !reply);
  if (!reply) return refused();
  INET_PORT_RESERVATION_INSTANCE instance;
  std::memset(static_cast<void*>(&instance), 0, sizeof(instance));  // the gap between the members too
  instance.Reservation.StartPort = start_port_order(call, reply->block.start);
  instance.Reservation.NumberOfPorts = reply->block.count;
  instance.Token.Token = reply->token.value;
  // A call that pended may find the program's memory gone: the reservation then is the socket's all the same.
  if (!control.memory.write(control.output, instance)) return ControlEnd::failure(WSAEFAULT);
  return succeeded(control, sizeof(instance));
}

Token token_in(const ControlCall& call) {
  INET_PORT_RESERVATION_TOKEN token;
  std::memcpy(&token, call.input, sizeof(token));
  return Token{token.Token};
}

USHORT processor_in(const ControlCall& call) {
  USHORT processor{};
  std::memcpy(&processor, call.input, sizeof(processor));
  return processor;
}

Request request_of(const ControlCall& call, SocketId socket) {
  if (call.code == SIO_CPU_AFFINITY) return request::SetAffinity{socket, processor_in(call)};
  if (call.code == SIO_ASSOCIATE_PORT_RESERVATION) return request::Associate{socket, token_in(call)};
  return request::Release{socket, token_in(call)};
}

}  // namespace

ControlEnd run_reservation_code(const ControlCall& call) {
  if (is_acquire(call)) return acquire(call);
  const auto reply = call.use.call().ask(request_of(call, call.use.call().socket().socket));
  return reply ? succeeded(call, 0) : refused();
}

}  // namespace berth::winsock
