// SPDX-License-Identifier: MIT
#include <berth/rules/receiver.h>

namespace berth {
namespace {

enum class Fit : int { None, DualStackWildcard, Wildcard, Exact };

bool receives(const SocketRecord& socket) {
  return socket.transport == Transport::Udp ? socket.is_bound() : socket.state == SocketState::Listening;
}

bool takes_ipv4_too(const SocketRecord& socket) {
  return socket.family == Family::Ipv6 && !socket.bound_with.ipv6_only;
}

// How well the name of `socket` fits the address; a mapped address counts as IPv4.
Fit fit_of(const SocketRecord& socket, const Address& to) {
  const Address name = socket.name.address.unmapped();
  if (name == to) return Fit::Exact;
  if (!name.has_only_zeros()) return Fit::None;
  if (name.family == to.family) return Fit::Wildcard;
  return to.family == Family::Ipv4 && takes_ipv4_too(socket) ? Fit::DualStackWildcard : Fit::None;
}

}  // namespace

const SocketRecord* receiver_of(const PortPool& pool, Transport transport, const Endpoint& to) {
  const Address address = to.address.unmapped();
  const SocketRecord* best = nullptr;
  Fit best_fit = Fit::None;
  for (const SocketRecord* socket = pool.newest_on(transport, to.port); socket != nullptr;
       socket = pool.socket(socket->older_on_port)) {
    const Fit fit = receives(*socket) ? fit_of(*socket, address) : Fit::None;
    if (fit == Fit::None || fit < best_fit) continue;
    best = socket;  // at the same fit the older one
    best_fit = fit;
  }
  return best;
}

}  // namespace berth
