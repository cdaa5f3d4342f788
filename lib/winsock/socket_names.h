// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <berth/core/address.h>
#include <berth/core/result.h>
#include <berth/core/rule.h>

#include "memory_probe.h"

namespace berth::winsock {

// Emulated endpoints as Windows' address structures, and back. Every pointer is the program's and may be bad.

[[nodiscard]] int size_of_name(Family family);

/// What a program's structure says, or the rule that it breaks (BND-23: pointer, length, family).
[[nodiscard]] Result<Endpoint, Rule> read_name(const sockaddr* name, int length, Family family);

/// Writes `endpoint` as a socket of `family` shows it: to an IPv6 one, an IPv4 address is a mapped one.
/// Requires: `size_of_name(family)` bytes at `name` can be written.
void write_name(const Endpoint& endpoint, Family family, sockaddr* name);

/// Writes a name where the program wants one, and its size; nothing when both pointers are null.
/// The rule that is broken when the place is bad or too small; nothing is written then.
[[nodiscard]] std::optional<Rule> answer_name(const Endpoint& endpoint, Family family, sockaddr* name,
                                              int* length);

/// Why `answer_name` would fail; nothing when it would not.
[[nodiscard]] std::optional<Rule> problem_of_place(Family family, const sockaddr* name, const int* length);
[[nodiscard]] bool name_fits(Family family, const sockaddr* name, const int* length);

/// As `answer_name`. Requires: `name_fits` said so.
void store_name(const Endpoint& endpoint, Family family, sockaddr* name, int* length);

/// `address` as an IPv6 socket shows it.
[[nodiscard]] Address mapped(const Address& address);

}  // namespace berth::winsock
