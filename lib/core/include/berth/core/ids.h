// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

namespace berth {

/// A number that names one thing of one kind; numbers of different kinds do not mix.
/// Zero names nothing. Values copy and compare; safe to share between threads.
template <class Kind, class Number>
struct Id {
  Number value = 0;

  /// True when this names something.
  explicit constexpr operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

/// A process of the emulated machine.
using ProcessId = Id<struct ProcessKind, std::uint64_t>;
/// A socket of the emulated machine; never given twice in the life of a machine.
using SocketId = Id<struct SocketKind, std::uint64_t>;
/// A record that holds a block of ports; never given twice in the life of a machine.
using BlockId = Id<struct BlockKind, std::uint64_t>;
/// A name (of an account or of a service) that the pool has written down once.
using NameId = Id<struct NameKind, std::uint32_t>;

/// The port reservation token: an opaque 64-bit name of a reservation, never 0 (ACQ-21).
/// Source: mstcpip/ns-mstcpip-inet_port_reservation_token.md.
using Token = Id<struct TokenName, std::uint64_t>;

}  // namespace berth
