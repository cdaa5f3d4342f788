// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/rule.h>

namespace berth {

/// One row of THE error table: what a refusal by `rule` is called on each surface. An empty cell says that
/// the surface cannot break the rule.
struct ErrorRow {
  Rule rule{};
  std::optional<std::uint32_t> status;  ///< the NTSTATUS behind it
  std::optional<std::int32_t> winsock;  ///< WSAGetLastError
  std::optional<std::uint32_t> win32;   ///< return value of the IP Helper functions, and of CreateProcess
  std::string_view netsh;               ///< what netsh prints
};

/// Every rule, in the order of `Rule`. Effects and notes have empty rows, but for allowances that a switch
/// can take away.
[[nodiscard]] std::span<const ErrorRow, kRuleCount> error_table();

/// What the rule's refusal is called on that surface under `profile`: the table's code, or what one of the
/// profile's switches, or one of its overrides, puts in its place; nothing for an empty cell.
[[nodiscard]] std::optional<std::int32_t> winsock_code(Rule rule, const Profile& profile);
[[nodiscard]] std::optional<std::uint32_t> win32_code(Rule rule, const Profile& profile);

/// The codes with which a host failure is told: WSAENETDOWN, and a write fault or what comes nearest.
[[nodiscard]] std::int32_t winsock_code(HostFailure failure);
[[nodiscard]] std::uint32_t win32_code(HostFailure failure);

/// A code and its name in the Windows headers.
struct CodeName {
  std::int64_t number = 0;
  std::string_view name;
};
/// Every code that the table, its switches and the host failures know, by number.
[[nodiscard]] std::span<const CodeName> code_names();
/// `WSAEACCES` for 10013; empty when the number is not known.
[[nodiscard]] std::string_view code_name(std::int64_t number);
/// Reads `WSAEACCES` or `10013`; nothing when it is neither a known name nor a number.
[[nodiscard]] std::optional<std::int64_t> parse_code(std::string_view text);

}  // namespace berth
