// SPDX-License-Identifier: MIT
#include <berth/machine/carriers.h>

#include <algorithm>
#include <vector>

namespace berth {

std::size_t Carriers::Hash::operator()(const Endpoint& endpoint) const {
  std::uint64_t mixed = endpoint.port;
  for (const std::uint8_t byte : endpoint.address.bytes) mixed = (mixed ^ byte) * 0x100000001b3;
  return mixed;
}

void Carriers::set(Transport transport, SocketId socket, const Carrier& carrier, const Endpoint& name,
                   const std::function<bool(SocketId)>& is_there) {
  forget(socket);
  if (entries_.size() >= next_sweep_) sweep(is_there);
  entries_[socket.value] = {.transport = transport, .carrier = carrier, .name = name};
  owners(transport)[carrier.endpoint] = socket;
}

Carrier Carriers::of(SocketId socket) const {
  const auto found = entries_.find(socket.value);
  return found == entries_.end() ? Carrier{} : found->second.carrier;
}

std::optional<CarrierOwner> Carriers::owner_of(Transport transport, const Carrier& carrier) const {
  const Owners& owners = owners_[static_cast<std::size_t>(transport)];
  const auto found = owners.find(carrier.endpoint);
  if (found == owners.end()) return std::nullopt;
  return CarrierOwner{.socket = found->second, .name = entries_.at(found->second.value).name};
}

void Carriers::clear() {
  entries_.clear();
  for (Owners& owners : owners_) owners.clear();
}

void Carriers::forget(SocketId socket) {
  const auto found = entries_.find(socket.value);
  if (found == entries_.end()) return;
  Owners& of_its_kind = owners(found->second.transport);
  // The host may have given the endpoint to a younger socket since.
  const auto owner = of_its_kind.find(found->second.carrier.endpoint);
  if (owner != of_its_kind.end() && owner->second == socket) of_its_kind.erase(owner);
  entries_.erase(found);
}

void Carriers::sweep(const std::function<bool(SocketId)>& is_there) {
  std::vector<SocketId> gone;
  for (const auto& [socket, entry] : entries_)
    if (!is_there(SocketId{socket})) gone.push_back(SocketId{socket});
  for (const SocketId socket : gone) forget(socket);
  next_sweep_ = std::max(kFirstSweep, 2 * entries_.size());
}

}  // namespace berth
