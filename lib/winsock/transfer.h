// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <cstddef>
#include <optional>
#include <span>

#include <berth/core/address.h>
#include <berth/traffic/host_socket.h>

#include "connecting.h"
#include "flow.h"

namespace berth::winsock {

/// What one try to move bytes came to.
struct Transferred {
  std::size_t bytes = 0;
  int code = 0;     ///< of Winsock; WSAEWOULDBLOCK when it would block and must not; WSAEMSGSIZE with bytes
  SocketName peer;  ///< of a received datagram, else empty
};

/// Windows' MSG_ flags as `traffic` has them; nothing when one of them is none of the call's.
[[nodiscard]] std::optional<unsigned> translated_send_flags(unsigned flags);
[[nodiscard]] std::optional<unsigned> translated_receive_flags(unsigned flags);
[[nodiscard]] inline std::optional<unsigned> send_flags(unsigned flags) {
  return flags == 0 ? std::optional(flags) : translated_send_flags(flags);
}
[[nodiscard]] inline std::optional<unsigned> receive_flags(unsigned flags) {
  return flags == 0 ? std::optional(flags) : translated_receive_flags(flags);
}

// Processors mispredict each return that follows a system call, so what stands between a function of Windows
// and the kernel is compiled in; what happens seldom is called.

namespace transfer {

using Pieces = std::span<const traffic::Piece>;

[[nodiscard, gnu::cold]] Transferred failed(int code);
/// What the host's error comes to.
[[nodiscard, gnu::cold]] Transferred failed(const Flow& flow, int error, unsigned flags);

/// Why a stream cannot move bytes; 0: it can.
[[nodiscard, gnu::always_inline]] inline int problem_of(Flow& flow, bool is_shut) {
  if (const int code = connection_problem(flow); code != 0) return code;
  return is_shut ? WSAESHUTDOWN : 0;
}

[[nodiscard, gnu::always_inline]] inline Transferred send_stream(Flow& flow, Pieces pieces, unsigned flags) {
  if (const int code = problem_of(flow, flow.send_is_shut); code != 0) return failed(code);
  const auto sent = pieces.size() == 1
                        ? traffic::send(flow.descriptor, pieces[0].start, pieces[0].size, flags)
                        : traffic::send_message(flow.descriptor, pieces, nullptr, flags);
  if (!sent.ok()) return failed(flow, sent.error, flags);
  return {.bytes = static_cast<std::size_t>(sent.value), .code = 0, .peer = {}};
}

[[nodiscard, gnu::always_inline]] inline Transferred receive_stream(Flow& flow, Pieces pieces,
                                                                    unsigned flags) {
  if (const int code = problem_of(flow, flow.receive_is_shut); code != 0) return failed(code);
  traffic::Message message;
  const auto got = pieces.size() == 1
                       ? traffic::receive(flow.descriptor, pieces[0].start, pieces[0].size, flags)
                       : traffic::receive_message(flow.descriptor, pieces, message, flags);
  if (!got.ok()) return failed(flow, got.error, flags);
  if (got.value == 0 && flow.is_cut_off()) return failed(WSAEINTR);
  return {.bytes = static_cast<std::size_t>(got.value), .code = 0, .peer = {}};
}

/// 0, and where a datagram goes that goes elsewhere than the last one; or the code that tells why it goes
/// nowhere.
[[nodiscard]] int find_way(Flow& flow, const SocketName& to, traffic::RawAddress& there);
[[nodiscard]] SocketName peer_of(const Flow& flow);

[[nodiscard, gnu::always_inline]] inline traffic::Result send_pieces(const Flow& flow, Pieces pieces,
                                                                     const traffic::RawAddress& there,
                                                                     unsigned flags) {
  return pieces.size() == 1 ? traffic::send_to(flow.descriptor, pieces[0].start, pieces[0].size, there, flags)
                            : traffic::send_message(flow.descriptor, pieces, &there, flags);
}
/// The same after the host has told the sender of an earlier datagram's unreachable port.
[[nodiscard, gnu::cold]] traffic::Result send_again(Flow& flow, Pieces pieces,
                                                    const traffic::RawAddress& there, unsigned flags);

[[nodiscard, gnu::always_inline]] inline Transferred send_datagram(Flow& flow, Pieces pieces,
                                                                   const SocketName& to, unsigned flags) {
  const SocketName target = to ? to : peer_of(flow);
  if (!target) return failed(WSAENOTCONN);
  if (flow.send_is_shut) return failed(WSAESHUTDOWN);
  traffic::RawAddress there;
  if (!flow.is_last_way(target, there))
    if (const int code = find_way(flow, target, there); code != 0) return failed(code);
  auto sent = send_pieces(flow, pieces, there, flags);
  if (sent.was_refused()) sent = send_again(flow, pieces, there, flags);
  if (!sent.ok()) return failed(flow, sent.error, flags);
  return {.bytes = static_cast<std::size_t>(sent.value), .code = 0, .peer = {}};
}

/// Whether the caller is to be told of an unreachable port that an earlier datagram met: of one that a send
/// was told of, or that this receive has just been told of.
[[nodiscard, gnu::cold]] bool tells_unreachable(Flow& flow);
/// True when a connected datagram socket has nothing to do with this sender.
[[nodiscard]] bool is_a_stranger_to(const Flow& flow, const SocketName& sender);
[[gnu::cold]] void throw_away_one(const Flow& flow);

[[nodiscard, gnu::always_inline]] inline Transferred receive_datagram(Flow& flow, Pieces pieces,
                                                                      unsigned flags) {
  if (flow.receive_is_shut) return failed(WSAESHUTDOWN);
  for (;;) {
    if (flow.unreachable_port_was_told && tells_unreachable(flow)) return failed(WSAECONNRESET);
    traffic::Message message;
    const auto got = pieces.size() == 1 ? traffic::receive_from(flow.descriptor, pieces[0].start,
                                                                pieces[0].size, message, flags)
                                        : traffic::receive_message(flow.descriptor, pieces, message, flags);
    if (flow.closing) return failed(WSAEINTR);
    if (got.was_refused()) {
      if (tells_unreachable(flow)) return failed(WSAECONNRESET);
      continue;
    }
    if (!got.ok()) return failed(flow, got.error, flags);
    const SocketName sender = message.peer ? flow.sender_behind(message.peer) : SocketName();
    if (sender && !(flow.has_peer() && is_a_stranger_to(flow, sender)))
      return {.bytes = static_cast<std::size_t>(got.value),
              .code = message.truncated ? WSAEMSGSIZE : 0,
              .peer = sender};
    if ((flags & traffic::kPeek) != 0) throw_away_one(flow);
  }
}

}  // namespace transfer

/// Sends in the socket's own mode, or without blocking when `flags` says so. `to` may be empty on a connected
/// socket, and counts for datagrams alone.
/// Requires: the socket has a name and is carried, if it is a datagram socket.
[[nodiscard, gnu::always_inline]] inline Transferred send_once(Flow& flow,
                                                               std::span<const traffic::Piece> pieces,
                                                               const SocketName& to, unsigned flags) {
  return flow.is_stream() ? transfer::send_stream(flow, pieces, flags)
                          : transfer::send_datagram(flow, pieces, to, flags);
}

/// Receives in the socket's own mode, or without blocking when `flags` says so. Datagrams of strangers are
/// thrown away unseen.
[[nodiscard, gnu::always_inline]] inline Transferred receive_once(Flow& flow,
                                                                  std::span<const traffic::Piece> pieces,
                                                                  unsigned flags) {
  return flow.is_stream() ? transfer::receive_stream(flow, pieces, flags)
                          : transfer::receive_datagram(flow, pieces, flags);
}

}  // namespace berth::winsock
