// SPDX-License-Identifier: MIT
#include <iphlpapi.h>
#include <winsock2.h>

#include <berth/codes/error_codes.h>

#include "advice.h"
#include "byte_order.h"
#include "call.h"
#include "last_error.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

// The persistent functions return their codes and leave the last error alone; they need no WSAStartup.

ULONG code_of(const Call& call, const Refusal& refusal) {
  remember_refusal(refusal);
  return win32_code(refusal.rule, call.profile()).value_or(ERROR_INVALID_PARAMETER);
}

ULONG code_of(const Call& call, Rule rule) { return code_of(call, Refusal{.rule = rule, .record = {}}); }

// What the machine says, as a code; a granted reply is left in `reply`.
ULONG ask(const Call& call, const Request& request, Reply& reply) {
  const Outcome outcome = call.process()->machine().submit(call.process()->id(), request);
  if (const auto* granted = std::get_if<Reply>(&outcome)) {
    reply = *granted;
    return NO_ERROR;
  }
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) return code_of(call, *refusal);
  return win32_code(std::get<HostFailure>(outcome));
}

RequestedBlock block_of(const Call& call, USHORT start, USHORT count) {
  return {.start = call.in_force(Rule::StartPortTravelsInNetworkOrder) ? network_order(start) : start,
          .count = count};
}

// The answer of a persistent function, after a look at how it was asked.
ULONG advised(const Call& call, RequestedBlock block, ULONG code) {
  advise_on_start_port(call, block.start, code != NO_ERROR);
  return code;
}

// The place for the token is a parameter too: it is looked at before rights (PER-09).
ULONG with_token(Call& call, FaultPoint point, const Request& request, ULONG64* token) {
  if (!call.has_machine()) return win32_code(HostFailure::MachineIsGone);
  MemoryProbe memory;
  if (token == nullptr) return code_of(call, Rule::TokenPointerMissing);
  if (!memory.is_writable(token, sizeof(*token))) return code_of(call, Rule::PointerIsBad);
  if (const auto fault = call.fault_met({.point = point})) return fault->win32_code();
  Reply reply;
  const ULONG code = ask(call, request, reply);
  const bool tells = code == NO_ERROR || !call.in_force(Rule::FailureLeavesTheTokenAlone);
  if (tells) static_cast<void>(memory.write(token, ULONG64{reply.token.value}));
  return code;
}

ULONG create(Transport transport, USHORT start, USHORT count, ULONG64* token) {
  Call call;
  const RequestedBlock block = block_of(call, start, count);
  return advised(call, block,
                 with_token(call, FaultPoint::Create, request::CreatePersistent{transport, block}, token));
}

ULONG look_up(Transport transport, USHORT start, USHORT count, ULONG64* token) {
  Call call;
  const RequestedBlock block = block_of(call, start, count);
  return advised(call, block,
                 with_token(call, FaultPoint::Lookup, request::LookupPersistent{transport, block}, token));
}

ULONG remove(Transport transport, USHORT start, USHORT count) {
  Call call;
  if (!call.has_machine()) return win32_code(HostFailure::MachineIsGone);
  if (const auto fault = call.fault_met({.point = FaultPoint::Delete})) return fault->win32_code();
  Reply reply;
  const RequestedBlock block = block_of(call, start, count);
  return advised(call, block, ask(call, request::DeletePersistent{transport, block}, reply));
}

}  // namespace
}  // namespace berth::winsock

using berth::Transport;

ULONG CreatePersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token) {
  return berth::winsock::create(Transport::Tcp, StartPort, NumberOfPorts, Token);
}

ULONG CreatePersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token) {
  return berth::winsock::create(Transport::Udp, StartPort, NumberOfPorts, Token);
}

ULONG DeletePersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts) {
  return berth::winsock::remove(Transport::Tcp, StartPort, NumberOfPorts);
}

ULONG DeletePersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts) {
  return berth::winsock::remove(Transport::Udp, StartPort, NumberOfPorts);
}

ULONG LookupPersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token) {
  return berth::winsock::look_up(Transport::Tcp, StartPort, NumberOfPorts, Token);
}

ULONG LookupPersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token) {
  return berth::winsock::look_up(Transport::Udp, StartPort, NumberOfPorts, Token);
}
