// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <berth/core/address.h>
#include <berth/core/ids.h>

namespace berth {

/// The endpoint of the host behind an emulated socket that talks: what really carries its bytes.
///
/// Opaque to the model, and no part of its state: neither hash nor journal nor snapshot has it.
struct Carrier {
  Endpoint endpoint;
  explicit operator bool() const { return endpoint.port != 0; }
  friend bool operator==(const Carrier&, const Carrier&) = default;
};

/// Whom a connection or a datagram to an address reaches.
struct Receiver {
  bool address_is_local = false;  ///< the address is one of the machine's
  SocketId socket;                ///< empty: nobody receives there
  Carrier carrier;                ///< empty: the receiving socket has not talked yet
  friend bool operator==(const Receiver&, const Receiver&) = default;
};

/// Whose endpoint a carrier is.
struct CarrierOwner {
  SocketId socket;
  Endpoint name;  ///< the emulated name that it talks under
  friend bool operator==(const CarrierOwner&, const CarrierOwner&) = default;
};

/// What another program has offered: a handle to a socket, with the host's socket behind it, whose descriptor
/// is the receiver's to close, and words that the two programs understand.
struct Offered {
  SocketId socket;
  int descriptor = -1;
  std::string note;
};

}  // namespace berth
