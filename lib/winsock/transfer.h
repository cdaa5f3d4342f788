// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <berth/core/address.h>
#include <berth/traffic/host_socket.h>

#include "flow.h"

namespace berth::winsock {

/// What one try to move bytes came to.
struct Transferred {
  std::size_t bytes = 0;
  int code = 0;     ///< of Winsock; WSAEWOULDBLOCK when it would block and must not; WSAEMSGSIZE with bytes
  SocketName peer;  ///< of a received datagram, else empty
};

/// Windows' MSG_ flags as `traffic` has them; nothing when one of them is none of the call's.
[[nodiscard]] std::optional<unsigned> send_flags(unsigned flags);
[[nodiscard]] std::optional<unsigned> receive_flags(unsigned flags);

/// Sends in the socket's own mode, or without blocking when `flags` says so. `to` may be empty on a connected
/// socket, and counts for datagrams alone.
/// Requires: the socket has a name and is carried, if it is a datagram socket.
[[nodiscard]] Transferred send_once(Flow& flow, std::span<const traffic::Piece> pieces, const SocketName& to,
                                    unsigned flags);

/// Receives in the socket's own mode, or without blocking when `flags` says so. Datagrams of strangers are
/// thrown away unseen.
[[nodiscard]] Transferred receive_once(Flow& flow, std::span<const traffic::Piece> pieces, unsigned flags);

}  // namespace berth::winsock
