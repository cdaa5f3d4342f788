// SPDX-License-Identifier: MIT
#pragma once

#include <berth/rules/sharing.h>

#include "clause.h"

namespace berth {

// Small facts that the clauses of several requests ask for.

/// The socket of a request. Requires: `the_socket_is_open` held.
template <class R>
[[nodiscard]] const SocketRecord& socket_of(const Circumstances& now, const R& request) {
  return *now.pool.socket(request.socket);
}

/// Refuses what is asked of a handle that is not the caller's to use; every request about a socket begins so.
[[nodiscard]] std::optional<Refusal> unless_socket_is_open(const Circumstances& now, SocketId socket);

/// True for the system itself and for a process whose token holds Administrators, enabled.
[[nodiscard]] bool caller_is_elevated(const Circumstances& now);

/// The families whose ports a socket takes, as this profile sees them.
[[nodiscard]] FamilySet families_of(const Circumstances& now, const SocketRecord& socket);

/// The reservation that the socket is associated with; null when it is not, or when the reservation has gone.
[[nodiscard]] const BlockRecord* reservation_of(const Circumstances& now, const SocketRecord& socket);

/// Who holds the block, from the caller's view.
[[nodiscard]] Holder holder_of(const Circumstances& now, const BlockRecord& block);

/// True when the caller may use a runtime reservation: it acquired it (ASC-04, LIFE-03).
[[nodiscard]] bool caller_acquired(const Circumstances& now, const BlockRecord& block);

/// The block of that transport that shares a port with `range` and has that kind; null when there is none.
[[nodiscard]] const BlockRecord* block_in(const Circumstances& now, Transport transport, FamilySet families,
                                          PortRange range, RecordKind kind);

/// The block that covers `port`; null when there is none.
[[nodiscard]] const BlockRecord* block_that_covers(const Circumstances& now, Transport transport,
                                                   FamilySet families, Port port);

/// The blocks that an automatic choice of that transport passes over.
[[nodiscard]] HeldPorts blocks_for_automatic_choice(const Circumstances& now, Transport transport,
                                                    FamilySet families);
/// The same and the ports that sockets have bound.
[[nodiscard]] HeldPorts held_for_automatic_choice(const Circumstances& now, Transport transport,
                                                  FamilySet families);

[[nodiscard]] constexpr Transport other(Transport transport) {
  return transport == Transport::Tcp ? Transport::Udp : Transport::Tcp;
}

// -- clauses about a block that several requests share --------------------------------------------

template <class R>
[[nodiscard]] Finding block_has_a_start(const Circumstances&, const R& request) {
  return request.block.start != 0;
}
template <class R>
[[nodiscard]] Finding block_has_ports(const Circumstances&, const R& request) {
  return request.block.count != 0;
}
template <class R>
[[nodiscard]] Finding block_ends_by_the_last_port(const Circumstances&, const R& request) {
  return std::uint32_t{request.block.start} + request.block.count <= kLastPort + 1U;
}
template <class R>
[[nodiscard]] Finding caller_is_an_elevated_administrator(const Circumstances& now, const R&) {
  return caller_is_elevated(now);
}
template <class R>
[[nodiscard]] Finding port_reservations_are_supported(const Circumstances& now, const R&) {
  return now.profile.port_reservations == choice::PortReservations::Present;
}

// How a request that asks for a block says for which transport and families it asks.
[[nodiscard]] inline Transport transport_of(const Circumstances& now, const request::Acquire& request) {
  return socket_of(now, request).transport;
}
template <class R>
[[nodiscard]] Transport transport_of(const Circumstances&, const R& request) {
  return request.transport;
}
[[nodiscard]] inline FamilySet families_of(const Circumstances& now, const request::Acquire& request) {
  return families_of(now, socket_of(now, request));
}
template <class R>
[[nodiscard]] FamilySet families_of(const Circumstances&, const R&) {
  return FamilySet::both();
}

/// No block of that kind shares a port with the one that is asked for.
template <RecordKind kKind, class R>
[[nodiscard]] Finding no_block_overlaps(const Circumstances& now, const R& request) {
  const auto range = PortRange::of(request.block);
  if (!range) return true;
  return nothing(block_in(now, transport_of(now, request), families_of(now, request), *range, kKind));
}

/// No socket has a port of the block bound.
template <class R>
[[nodiscard]] Finding no_port_is_bound(const Circumstances& now, const R& request) {
  const auto range = PortRange::of(request.block);
  if (!range) return true;
  return nothing(now.pool.bound_socket_in(transport_of(now, request), *range));
}

/// The rule by which `kAsk` is refused where `kHolder` holds a port.
template <Holder kHolder, Ask kAsk>
inline constexpr Rule kRefusal = [] {
  static_assert(sharing(kHolder, kAsk).answer == Answer::Refused);
  return sharing(kHolder, kAsk).rule;
}();

}  // namespace berth
