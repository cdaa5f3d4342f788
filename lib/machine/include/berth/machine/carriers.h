// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include <berth/core/carrier.h>
#include <berth/core/port_range.h>

namespace berth {

/// Which endpoint of the host carries which emulated socket, both ways. Thread-compatible.
///
/// Sockets end without telling it: who asks looks whether the socket is still there, and entries of sockets
/// that are gone are swept out as the map grows.
class Carriers {
 public:
  /// `is_there(socket)` says whether a socket still exists.
  void set(Transport transport, SocketId socket, const Carrier& carrier, const Endpoint& name,
           const std::function<bool(SocketId)>& is_there);
  /// Empty when that socket has none.
  [[nodiscard]] Carrier of(SocketId socket) const;
  [[nodiscard]] std::optional<CarrierOwner> owner_of(Transport transport, const Carrier& carrier) const;
  void clear();
  /// Forgets sockets that are gone: before their ids are given again.
  void sweep(const std::function<bool(SocketId)>& is_there);

 private:
  struct Entry {
    Transport transport{};
    Carrier carrier;
    Endpoint name;
  };
  struct Hash {
    std::size_t operator()(const Endpoint& endpoint) const;
  };
  using Owners = std::unordered_map<Endpoint, SocketId, Hash>;

  [[nodiscard]] Owners& owners(Transport transport) { return owners_[static_cast<std::size_t>(transport)]; }
  void forget(SocketId socket);

  static constexpr std::size_t kFirstSweep = 1024;
  std::unordered_map<std::uint64_t, Entry> entries_;
  Owners owners_[kTransports];
  std::size_t next_sweep_ = kFirstSweep;
};

}  // namespace berth
