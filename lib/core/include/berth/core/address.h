// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <berth/core/port_range.h>

namespace berth {

/// An IPv4 or IPv6 address: a value. IPv4 uses the first four bytes, in network order; the others are 0.
struct Address {
  Family family = Family::Ipv4;
  std::array<std::uint8_t, 16> bytes{};
  friend constexpr auto operator<=>(const Address&, const Address&) = default;

  static constexpr Address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {.family = Family::Ipv4, .bytes = {a, b, c, d}};
  }
  /// 0.0.0.0 or ::, the wildcard address of `family`.
  static constexpr Address any(Family family) { return {.family = family, .bytes = {}}; }
  /// 127.0.0.1 or ::1.
  static constexpr Address loopback(Family family) {
    if (family == Family::Ipv4) return ipv4(127, 0, 0, 1);
    Address one{.family = Family::Ipv6, .bytes = {}};
    one.bytes[15] = 1;
    return one;
  }

  /// True for 0.0.0.0, :: and ::ffff:0.0.0.0.
  [[nodiscard]] constexpr bool is_wildcard() const { return unmapped().has_only_zeros(); }
  /// True for ::ffff:a.b.c.d.
  [[nodiscard]] constexpr bool is_ipv4_mapped() const {
    constexpr std::array<std::uint8_t, 12> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return family == Family::Ipv6 && std::equal(kPrefix.begin(), kPrefix.end(), bytes.begin());
  }
  /// The IPv4 address behind a mapped one; any other address unchanged.
  [[nodiscard]] constexpr Address unmapped() const {
    return is_ipv4_mapped() ? ipv4(bytes[12], bytes[13], bytes[14], bytes[15]) : *this;
  }
  /// True for 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104.
  [[nodiscard]] constexpr bool is_loopback() const {
    const Address plain = unmapped();
    return plain.family == Family::Ipv4 ? plain.bytes[0] == 127 : plain == loopback(Family::Ipv6);
  }
  [[nodiscard]] constexpr bool has_only_zeros() const { return bytes == std::array<std::uint8_t, 16>{}; }
  /// True for 255.255.255.255.
  [[nodiscard]] constexpr bool is_limited_broadcast() const { return unmapped() == ipv4(255, 255, 255, 255); }
};

/// An address and a port, both as a program would say them (the port in host byte order).
struct Endpoint {
  Address address;
  Port port = 0;
  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Reads `127.0.0.1` or an IPv6 address such as `::1` or `::ffff:10.0.0.1`; nothing when it is neither.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
/// Writes an address as `parse_address` reads it, in the form of RFC 5952 for IPv6.
[[nodiscard]] std::string to_string(const Address& address);
/// `127.0.0.1:80` or `[::1]:80`.
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace berth
