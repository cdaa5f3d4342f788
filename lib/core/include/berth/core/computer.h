// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <berth/core/address.h>
#include <berth/core/ids.h>
#include <berth/core/records.h>

namespace berth {

/// What an emulated computer is called when nothing else is said.
inline constexpr const char* kUsualHostName = "berth";

/// An emulated computer as its network sees it: a value.
struct Computer {
  std::string host_name;           ///< without a domain
  std::vector<Address> addresses;  ///< besides the loopback addresses
  friend bool operator==(const Computer&, const Computer&) = default;
};

/// A socket that holds a port, for lists of them: a value. A port on which the kernel itself listens has
/// neither socket nor owner.
struct BoundSocket {
  SocketId socket;
  ProcessId owner;
  Transport transport{};
  Family family{};  ///< of the socket; a dual-stack one can have an IPv4-mapped name
  Endpoint name;
  bool ipv6_only = false;
  SocketState state = SocketState::Bound;
};

}  // namespace berth
