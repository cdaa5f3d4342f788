// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include <berth/core/address.h>
#include <berth/traffic/host_socket.h>

namespace berth::winsock {

/// A connection that the host has accepted for a listening socket.
struct Arrival {
  int descriptor = -1;
  Endpoint local;
  Endpoint peer;
};

/// The connections that WSAAccept put off: the next to be offered.
///
/// For each a ticket, a connection of our own, waits at the host's listening socket: so whoever waits for a
/// connection, in whatever way, is woken, and sees as many as there are. Thread-safe. Owns the connections.
class DeferredArrivals {
 public:
  DeferredArrivals() = default;
  DeferredArrivals(const DeferredArrivals&) = delete;
  DeferredArrivals& operator=(const DeferredArrivals&) = delete;
  ~DeferredArrivals();

  void put_off(int listener, const Arrival& arrival);
  /// Takes the next arrival when what came from `from` is a ticket.
  [[nodiscard]] std::optional<Arrival> redeem(const traffic::HostAddress& from);
  /// The arrival that is next when this one has come: it, or one that was put off and comes before it.
  [[nodiscard]] Arrival next(const Arrival& newcomer);

 private:
  struct Ticket {
    int descriptor = -1;
    traffic::HostAddress address;
  };

  std::atomic<bool> has_any_ = false;  // never false again: a listener that defers nothing takes no lock
  std::mutex mutex_;                   // guards what follows
  std::vector<Arrival> arrivals_;      // a few, and no memory while there are none
  std::vector<Ticket> tickets_;
};

}  // namespace berth::winsock
