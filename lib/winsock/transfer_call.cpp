// SPDX-License-Identifier: MIT
#include "transfer_call.h"

#include "async_state.h"
#include "socket_names.h"

namespace berth::winsock {
namespace {

// Broadcast is not emulated; without the option it is refused as on Windows.
int broadcast_problem(const Use& use) {
  return HandleTable::of_program().is_on(use.handle(), StoredOption::Broadcast) ? WSAEOPNOTSUPP : WSAEACCES;
}

}  // namespace

bool reads_target(Use& use, const sockaddr* name, int length, SocketName& target) {
  if (use.flow().is_stream() || name == nullptr) return true;
  const auto read = read_socket_name(name, length, use.flow().family);
  if (!read) return use.fail(read.error()) == 0;
  if (read->is_limited_broadcast()) return use.fail(broadcast_problem(use)) == 0;
  if (!use.flow().is_carried() && !use.is_named()) return false;
  target = *read;
  return true;
}

bool can_be_sent_to(Use& use) {
  Flow& flow = use.flow();
  if (flow.is_stream() || flow.is_carried()) return true;
  // A datagram socket without a name cannot be sent anything.
  if (!flow.local()) return use.fail(WSAEINVAL) == 0;
  return use.is_named();
}

std::optional<std::size_t> send_now(Use& use, std::span<const traffic::Piece> pieces, const SocketName& to,
                                    unsigned flags) {
  if (use.call().meets_a_fault({.point = FaultPoint::Send, .handle = use.handle()})) return std::nullopt;
  const Transferred moved = send_once(use.flow(), pieces, to, flags);
  if (moved.code == 0) return moved.bytes;
  if (moved.code == WSAEWOULDBLOCK) enable_event(use.flow(), FD_WRITE);
  use.fail(moved.code);
  return std::nullopt;
}

std::optional<Transferred> receive_now(Use& use, std::span<const traffic::Piece> pieces, unsigned flags) {
  if (use.call().meets_a_fault({.point = FaultPoint::Receive, .handle = use.handle()})) return std::nullopt;
  const Transferred moved = receive_once(use.flow(), pieces, flags);
  enable_event(use.flow(), FD_READ | FD_OOB);
  return moved;
}

}  // namespace berth::winsock
