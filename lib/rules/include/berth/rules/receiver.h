// SPDX-License-Identifier: MIT
#pragma once

#include <berth/core/effects.h>
#include <berth/core/port_pool.h>

namespace berth {

/// The socket that a connection (TCP: a listening one) or a datagram to `to` reaches; null when there is
/// none.
///
/// The most specific address wins: the very address, then the wildcard of its family, then a dual-stack
/// wildcard; a specific and a wildcard listener live side by side (winsock-observed B4, B5). Of several that
/// share one address by SO_REUSEADDR it is the one that was bound first (B3; by the documents it is
/// undefined, MTX-14). Source: WinSock/using-so-reuseaddr-and-so-exclusiveaddruse.md.
[[nodiscard]] const SocketRecord* receiver_of(const PortPool& pool, Transport transport, const Endpoint& to);

/// Whether these effects on `pool` may change what `receiver_of` answers, or which sockets there are. Says so
/// too when in doubt, never the other way round.
[[nodiscard]] bool may_change_receivers(const Effects& effects, const PortPool& pool);

}  // namespace berth
