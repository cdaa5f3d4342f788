// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <array>
#include <cstdint>
#include <optional>

#include <berth/core/address.h>
#include <berth/core/result.h>
#include <berth/core/rule.h>

#include "memory_probe.h"

namespace berth::winsock {

// Emulated endpoints as Windows' address structures, and back. Every pointer is the program's and may be bad.

[[nodiscard]] int size_of_name(Family family);

/// A name as the structures of a socket's family have it; nothing in it that does not count, so that equal
/// names are equal words. All 0: none.
struct SocketName {
  std::array<std::uint64_t, 4> words{};

  SocketName() = default;
  /// `endpoint` as a socket of `family` shows it: to an IPv6 one, an IPv4 address is a mapped one.
  SocketName(const Endpoint& endpoint, Family family);
  explicit operator bool() const { return words[0] != 0; }
  friend bool operator==(const SocketName&, const SocketName&) = default;

  /// Requires, of all below: it is a name.
  [[nodiscard]] Family family() const;
  [[nodiscard]] Endpoint endpoint() const;
  /// True for 255.255.255.255.
  [[nodiscard]] bool is_limited_broadcast() const;
  /// True for ::ffff:a.b.c.d.
  [[nodiscard]] bool is_ipv4_mapped() const {
    return family() == Family::Ipv6 && endpoint().address.is_ipv4_mapped();
  }
};

/// What a program's structure says, or the rule that it breaks (BND-23: pointer, length, family).
[[nodiscard]] Result<SocketName, Rule> read_socket_name(const sockaddr* name, int length, Family family);
[[nodiscard]] Result<Endpoint, Rule> read_name(const sockaddr* name, int length, Family family);

/// Requires: as many bytes as names of its family have can be written at `there`.
void write_name(const SocketName& name, sockaddr* there);
void write_name(const Endpoint& endpoint, Family family, sockaddr* there);

/// Writes a name where the program wants one, and its size; nothing when both pointers are null.
/// The rule that is broken when the place is bad or too small; nothing is written then.
[[nodiscard]] std::optional<Rule> answer_name(const SocketName& name, sockaddr* there, int* length);
[[nodiscard]] std::optional<Rule> answer_name(const Endpoint& endpoint, Family family, sockaddr* there,
                                              int* length);

/// Why `answer_name` would fail; nothing when it would not.
[[nodiscard]] std::optional<Rule> problem_of_place(Family family, const sockaddr* there, const int* length);
[[nodiscard]] bool name_fits(Family family, const sockaddr* there, const int* length);

/// As `answer_name`. Requires: `name_fits` said so.
void store_name(const SocketName& name, sockaddr* there, int* length);

/// `address` as an IPv6 socket shows it.
[[nodiscard]] Address mapped(const Address& address);

}  // namespace berth::winsock
