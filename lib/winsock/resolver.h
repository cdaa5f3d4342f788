// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/address.h>
#include <berth/core/computer.h>

namespace berth::winsock {

/// An address as a text gives it: with the zone of an IPv6 one, and a port where there is one.
struct ScopedAddress {
  Address address;
  std::uint32_t zone = 0;
  Port port = 0;
};

/// Reads `10.0.0.1`, `127.1`, `fd00::1` or `fd00::1%5`; nothing when it is no address.
[[nodiscard]] std::optional<ScopedAddress> read_numeric_host(std::string_view text);
/// The same, or with a port: `10.0.0.1:80`, `[fd00::1%5]:80`.
[[nodiscard]] std::optional<ScopedAddress> read_numeric_endpoint(std::string_view text);
/// Writes an address as `read_numeric_host` reads it.
[[nodiscard]] std::string numeric_host(const ScopedAddress& address);
/// The same, with the port unless it is 0.
[[nodiscard]] std::string numeric_endpoint(const ScopedAddress& address);

/// Digits alone that are a port.
[[nodiscard]] std::optional<Port> read_port(std::string_view text);

/// A host that the computer knows: addresses of IPv6 first, and the name that it goes by.
struct KnownHost {
  std::string name;
  std::vector<ScopedAddress> addresses;
};

/// What the computer knows under `name`: `localhost`, an empty name and the computer's own; nothing else.
[[nodiscard]] std::optional<KnownHost> host_named(std::string_view name, const Computer& computer);
/// The name of the computer for one of its addresses or a loopback address; nothing for another.
[[nodiscard]] std::optional<std::string> name_of_host(const Address& address, const Computer& computer);

}  // namespace berth::winsock
