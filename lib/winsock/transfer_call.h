// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <cstddef>
#include <optional>
#include <span>

#include "transfer.h"
#include "use.h"

namespace berth::winsock {

// What the functions that move bytes have in common, whether they take one buffer or many.
// Requires, of all: `use.has_flow()` returned true.

/// Where a send goes that names a target, read into `target` and left empty where a connection is meant: on a
/// stream, and without a name. A datagram socket that sends to a target has a name afterwards. False: the
/// call has failed.
[[nodiscard]] bool reads_target(Use& use, const sockaddr* name, int length, SocketName& target);

/// Whether something can arrive; a datagram socket that has a name can be reached by it afterwards. False:
/// the call has failed.
[[nodiscard]] bool can_be_sent_to(Use& use);

/// Sends now, to `to` if there is one, where no fault has other plans: how many bytes. Nothing: the call has
/// failed.
[[nodiscard]] std::optional<std::size_t> send_now(Use& use, std::span<const traffic::Piece> pieces,
                                                  const SocketName& to, unsigned flags);
/// Receives now, which may come to a code. Nothing: a fault has made the call fail.
[[nodiscard]] std::optional<Transferred> receive_now(Use& use, std::span<const traffic::Piece> pieces,
                                                     unsigned flags);

}  // namespace berth::winsock
