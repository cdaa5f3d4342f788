// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include <berth/core/carrier.h>
#include <berth/core/port_range.h>

namespace berth {

/// Which endpoint of the host carries which emulated socket, both ways. Thread-compatible.
///
/// What a socket sent may arrive when it has ended: the last endpoints that were given up are remembered,
/// each until the host gives it to another socket.
class Carriers {
 public:
  static constexpr std::size_t kMostGivenUp = 1024;

  void set(Transport transport, SocketId socket, const Carrier& carrier, const Endpoint& name);
  /// The socket has ended. False: it had no carrier.
  bool end(SocketId socket);
  /// Empty when that socket has none.
  [[nodiscard]] Carrier of(SocketId socket) const;
  /// Whose endpoint it is, or was last.
  [[nodiscard]] std::optional<CarrierOwner> owner_of(Transport transport, const Carrier& carrier) const;
  void clear();
  /// Forgets every socket of which `is_there(socket)` is false, also what it gave up.
  void sweep(const std::function<bool(SocketId)>& is_there);

 private:
  struct Place {
    Transport transport{};
    Carrier carrier;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct GivenUp {
    Place place;
    SocketId socket;
  };
  struct Hash {
    std::size_t operator()(const Endpoint& endpoint) const;
  };
  using Owners = std::unordered_map<Endpoint, CarrierOwner, Hash>;

  [[nodiscard]] Owners& owners(Transport transport) { return owners_[static_cast<std::size_t>(transport)]; }
  void give_up(const GivenUp& given_up);
  void forget(const GivenUp& given_up);

  std::unordered_map<std::uint64_t, Place> places_;  // by socket
  Owners owners_[kTransports];
  std::deque<GivenUp> given_up_;  // the oldest first
};

}  // namespace berth
