// SPDX-License-Identifier: MIT
#include <berth/rules/receiver.h>

#include <algorithm>

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

struct MayChangeReceivers {
  const PortPool& pool;

  bool operator()(const effect::BindSocket&) const { return true; }
  bool operator()(const effect::UnbindSocket&) const { return true; }
  bool operator()(const effect::AddSocket& added) const { return added.socket.is_bound(); }
  bool operator()(const effect::DropHandle& drop) const { return pool.socket(drop.socket)->handles == 1; }
  bool operator()(const effect::SetState& change) const {
    return change.state == SocketState::Listening &&
           pool.socket(change.socket)->state != SocketState::Listening;
  }

  // Whom something reaches depends on bound sockets alone, as they were when they were bound (MTX-11).
  bool operator()(const std::monostate&) const { return false; }
  bool operator()(const effect::AddProcess&) const { return false; }
  bool operator()(const effect::RemoveProcess&) const { return false; }
  bool operator()(const effect::AddHandle&) const { return false; }
  bool operator()(const effect::SetOptions&) const { return false; }
  bool operator()(const effect::SetProcessor&) const { return false; }
  bool operator()(const effect::SetAssociation&) const { return false; }
  bool operator()(const effect::AddBlock&) const { return false; }
  bool operator()(const effect::RemoveBlock&) const { return false; }
  bool operator()(const effect::RemoveBlocksOf&) const { return false; }
  bool operator()(const effect::RemoveBlocksOfService&) const { return false; }
  bool operator()(const effect::SetDynamicRange&) const { return false; }
  bool operator()(const effect::AdvanceSequence&) const { return false; }
};

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

bool may_change_receivers(const Effects& effects, const PortPool& pool) {
  return std::ranges::any_of(effects.list(), [&pool](const OneEffect& effect) {
    return std::visit(MayChangeReceivers{pool}, effect);
  });
}

}  // namespace berth
