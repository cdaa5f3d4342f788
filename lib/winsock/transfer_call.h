// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <cstddef>
#include <optional>
#include <span>

#include "async_state.h"
#include "socket_names.h"
#include "transfer.h"
#include "use.h"

namespace berth::winsock {

// What the functions that move bytes have in common, whether they take one buffer or many. Compiled in, for
// the reason that transfer.h gives.
// Requires, of all: `use.has_flow()` returned true.

/// The code of a send to 255.255.255.255.
[[nodiscard]] int broadcast_problem(const Use& use);

/// Where a send goes that names a target, read into `target` and left empty where a connection is meant: on a
/// stream, and without a name. A datagram socket that sends to a target has a name afterwards. False: the
/// call has failed.
[[nodiscard, gnu::always_inline]] inline bool reads_target(Use& use, const sockaddr* name, int length,
                                                           SocketName& target) {
  if (use.flow().is_stream() || name == nullptr) return true;
  const auto read = read_socket_name(name, length, use.flow().family);
  if (!read) return use.fail(read.error()) == 0;
  if (read->is_limited_broadcast()) return use.fail(broadcast_problem(use)) == 0;
  // Field reports of sends from sockets of IPv6 alone: LiteNetLib, Mirror.
  if (read->is_ipv4_mapped() && !use.may_reach(read->endpoint().address))
    return use.fail(WSAEADDRNOTAVAIL) == 0;
  if (!use.flow().is_carried() && !use.is_named()) return false;
  target = *read;
  return true;
}

/// Whether something can arrive; a datagram socket that has a name can be reached by it afterwards. False:
/// the call has failed.
[[nodiscard]] bool can_be_sent_to(Use& use);

/// Sends now, to `to` if there is one, where no fault has other plans: how many bytes. Nothing: the call has
/// failed.
[[nodiscard, gnu::always_inline]] inline std::optional<std::size_t> send_now(
    Use& use, std::span<const traffic::Piece> pieces, const SocketName& to, unsigned flags) {
  if (use.call().meets_a_fault({.point = FaultPoint::Send, .handle = use.handle()})) return std::nullopt;
  const Transferred moved = send_once(use.flow(), pieces, to, flags);
  if (moved.code == 0) return moved.bytes;
  if (moved.code == WSAEWOULDBLOCK) enable_event(use.flow(), FD_WRITE);
  use.fail(moved.code);
  return std::nullopt;
}

/// Receives now, which may come to a code. Nothing: a fault has made the call fail.
[[nodiscard, gnu::always_inline]] inline std::optional<Transferred> receive_now(
    Use& use, std::span<const traffic::Piece> pieces, unsigned flags) {
  if (use.call().meets_a_fault({.point = FaultPoint::Receive, .handle = use.handle()})) return std::nullopt;
  const Transferred moved = receive_once(use.flow(), pieces, flags);
  enable_event(use.flow(), FD_READ | FD_OOB);
  return moved;
}

}  // namespace berth::winsock
