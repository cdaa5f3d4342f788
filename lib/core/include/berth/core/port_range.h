// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace berth {

/// TCP and UDP have a port pool each (POOL-01).
enum class Transport : std::uint8_t { Tcp, Udp };
inline constexpr std::size_t kTransports = 2;

/// The version of IP that a socket speaks.
enum class Family : std::uint8_t { Ipv4, Ipv6 };
inline constexpr std::size_t kFamilies = 2;

/// A port in host byte order. Port 0 asks for an automatic choice and is never part of a block (POOL-08).
using Port = std::uint16_t;
inline constexpr Port kLastPort = 65535;

/// What a caller said: any start, any count, both possibly wrong. Host byte order.
struct RequestedBlock {
  Port start = 0;
  std::uint16_t count = 0;
  friend constexpr auto operator<=>(const RequestedBlock&, const RequestedBlock&) = default;
};

/// A proven block of consecutive ports: not empty, inside 1..65535.
class PortRange {
 public:
  /// The one port 1; a placeholder that is as valid as any other range.
  constexpr PortRange() = default;

  /// The range from `first` to `last`, both included, or nothing when there is no such range.
  static constexpr std::optional<PortRange> between(std::uint32_t first, std::uint32_t last) {
    if (first == 0 || last > kLastPort || first > last) return std::nullopt;
    return PortRange(static_cast<Port>(first), static_cast<Port>(last));
  }
  /// The range that `block` asks for, or nothing when it starts at 0, is empty or passes port 65535.
  static constexpr std::optional<PortRange> of(RequestedBlock block) {
    if (block.count == 0) return std::nullopt;
    return between(block.start, std::uint32_t{block.start} + block.count - 1U);
  }
  /// The range of this one port. Requires: `port` is not 0.
  static constexpr PortRange single(Port port) { return PortRange(port, port); }

  [[nodiscard]] constexpr Port first() const { return first_; }
  [[nodiscard]] constexpr Port last() const { return last_; }
  [[nodiscard]] constexpr std::uint32_t count() const { return std::uint32_t{last_} - first_ + 1U; }
  [[nodiscard]] constexpr bool contains(Port port) const { return first_ <= port && port <= last_; }
  [[nodiscard]] constexpr bool overlaps(PortRange other) const {
    return first_ <= other.last_ && other.first_ <= last_;
  }
  /// Start and count, as the Windows structures carry them. A range of all ports has count 65535.
  [[nodiscard]] constexpr RequestedBlock as_block() const {
    return {.start = first_, .count = static_cast<std::uint16_t>(count())};
  }
  friend constexpr auto operator<=>(const PortRange&, const PortRange&) = default;

 private:
  constexpr PortRange(Port first, Port last) : first_(first), last_(last) {}
  Port first_ = 1;
  Port last_ = 1;
};

/// Where automatic ports come from unless told otherwise (POOL-04).
inline constexpr PortRange kDefaultDynamicRange = *PortRange::between(49152, 65535);

}  // namespace berth
