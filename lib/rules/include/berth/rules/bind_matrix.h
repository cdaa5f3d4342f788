// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <berth/core/profile.h>
#include <berth/core/records.h>

namespace berth {

/// What a second bind on a port that is bound already gets.
enum class SecondBind : std::uint8_t { Succeeds, InUse, Denied };

/// One side of the matrix: the option with which a socket is bound, and whether its address is the wildcard.
struct BoundAs {
  Sharing sharing = Sharing::Default;
  bool wildcard = false;
  friend constexpr bool operator==(const BoundAs&, const BoundAs&) = default;
};

namespace detail {

// Rows: the first bind. Columns: the second. Default W, Default P, REUSE W, REUSE P, EXCL W, EXCL P,
// where W is the wildcard address and P the same specific one. S succeeds, I in use, A denied.
using Matrix = std::array<std::string_view, 6>;

// clang-format off
// MTX-1: Windows XP and earlier.
inline constexpr Matrix kXp = {
    "IISSII",
    "IISSII",
    "IISSII",
    "IISSII",
    "IIAAII",
    "IIAAII"};
// MTX-2: Server 2003 and later, both sockets of one account.
inline constexpr Matrix kSameAccount = {
    "ISASIS",
    "SISAII",
    "ISSSIS",
    "SISSII",
    "IAAAIA",
    "SISAII"};
// MTX-3: Server 2003 and later, sockets of different accounts.
inline constexpr Matrix kDifferentAccounts = {
    "IAAAIA",
    "SISAII",
    "IASSIA",
    "SISSII",
    "IAAAIA",
    "SISAII"};
// Observed, winsock-observed B: a dual-stack wildcard was first, an IPv4 bind comes second. A plain one leaves
// IPv4 alone, an exclusive one refuses it. Rows: the dual-stack socket's option.
inline constexpr std::array<std::string_view, 3> kDualStackFirst = {
    "SSSSSS",
    "SSSSSS",
    "AAAAAA"};
// Observed, winsock-observed B: an IPv4 socket was first, a dual-stack wildcard comes second.
// Rows: the IPv4 socket. Columns: the dual-stack socket's option (Default, REUSE, EXCL).
inline constexpr Matrix kDualStackSecond = {
    "SSI",
    "SSI",
    "SSI",
    "SSI",
    "AAI",
    "SSI"};
// clang-format on

constexpr SecondBind verdict_of(char cell) {
  return cell == 'S' ? SecondBind::Succeeds : cell == 'I' ? SecondBind::InUse : SecondBind::Denied;
}
constexpr std::size_t place_of(BoundAs side) {
  return 2 * static_cast<std::size_t>(side.sharing) + (side.wildcard ? 0 : 1);
}

}  // namespace detail

/// The documented answer for two sockets of one family, or of IPv4 and its mapped form.
/// Source: WinSock/using-so-reuseaddr-and-so-exclusiveaddruse.md, the three tables.
[[nodiscard]] constexpr SecondBind second_bind(choice::BindMatrix edition, bool same_account, BoundAs first,
                                               BoundAs second) {
  const detail::Matrix& matrix = edition == choice::BindMatrix::Xp ? detail::kXp
                                 : same_account                    ? detail::kSameAccount
                                                                   : detail::kDifferentAccounts;
  return detail::verdict_of(matrix[detail::place_of(first)][detail::place_of(second)]);
}

/// The observed answer for an IPv4 bind on a port that a dual-stack wildcard socket has.
[[nodiscard]] constexpr SecondBind after_dual_stack(Sharing dual_stack, BoundAs second) {
  return detail::verdict_of(
      detail::kDualStackFirst[static_cast<std::size_t>(dual_stack)][detail::place_of(second)]);
}

/// The observed answer for a dual-stack wildcard bind on a port that an IPv4 socket has.
[[nodiscard]] constexpr SecondBind before_dual_stack(BoundAs first, Sharing dual_stack) {
  return detail::verdict_of(
      detail::kDualStackSecond[detail::place_of(first)][static_cast<std::size_t>(dual_stack)]);
}

}  // namespace berth
