// SPDX-License-Identifier: MIT
#include <berth/machine/carriers.h>

#include <berth/core/port_choice.h>

namespace berth {

std::size_t Carriers::Hash::operator()(const Endpoint& endpoint) const {
  // The host picks another port for nearly every carrier; what else differs is in the first bytes.
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < 4; ++i) first = (first << 8U) | endpoint.address.bytes[i];
  return mixed((std::uint64_t{first} << 16U) | endpoint.port);
}

void Carriers::set(Transport transport, SocketId socket, const Carrier& carrier, const Endpoint& name) {
  const Place place{.transport = transport, .carrier = carrier};
  Place& known = places_[socket.value];
  if (known.carrier && known != place) give_up({.place = known, .socket = socket});
  known = place;
  owners(transport)[carrier.endpoint] = {.socket = socket, .name = name};
}

bool Carriers::end(SocketId socket) {
  const auto found = places_.find(socket.value);
  if (found == places_.end()) return false;
  give_up({.place = found->second, .socket = socket});
  places_.erase(found);
  return true;
}

Carrier Carriers::of(SocketId socket) const {
  const auto found = places_.find(socket.value);
  return found == places_.end() ? Carrier{} : found->second.carrier;
}

std::optional<CarrierOwner> Carriers::owner_of(Transport transport, const Carrier& carrier) const {
  const Owners& owners = owners_[static_cast<std::size_t>(transport)];
  const auto found = owners.find(carrier.endpoint);
  return found == owners.end() ? std::nullopt : std::optional(found->second);
}

void Carriers::clear() {
  places_.clear();
  for (Owners& owners : owners_) owners.clear();
  given_up_.clear();
}

void Carriers::sweep(const std::function<bool(SocketId)>& is_there) {
  std::erase_if(places_, [&](const auto& place) { return !is_there(SocketId{place.first}); });
  for (Owners& owners : owners_)
    std::erase_if(owners, [&](const auto& owner) { return !is_there(owner.second.socket); });
  std::erase_if(given_up_, [&](const GivenUp& given_up) { return !is_there(given_up.socket); });
}

void Carriers::give_up(const GivenUp& given_up) {
  given_up_.push_back(given_up);
  if (given_up_.size() <= kMostGivenUp) return;
  forget(given_up_.front());
  given_up_.pop_front();
}

void Carriers::forget(const GivenUp& given_up) {
  // Another socket may have the endpoint by now, or the same one again.
  const auto [place, socket] = given_up;
  Owners& all = owners(place.transport);
  const auto owner = all.find(place.carrier.endpoint);
  const auto now = places_.find(socket.value);
  const bool is_its_own_again = now != places_.end() && now->second == place;
  if (owner != all.end() && owner->second.socket == socket && !is_its_own_again) all.erase(owner);
}

}  // namespace berth
