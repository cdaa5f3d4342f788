// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth {

/// What a process may do: the effective token that Windows gave it (ID-12).
enum class TokenKind : std::uint8_t {
  StandardUser,
  FilteredAdministrator,  ///< a member of Administrators whose token UAC has filtered
  ElevatedAdministrator,
  BuiltinAdministrator,
  LocalSystem,
  NetworkService,
  LocalService,
};
inline constexpr std::array<std::string_view, 7> kTokenKindNames = {
    "standard-user", "filtered-administrator", "elevated-administrator", "builtin-administrator",
    "local-system",  "network-service",        "local-service"};

/// Who a process is: an account (two processes of one account are the same user for the bind matrix)
/// and what its token allows.
struct Identity {
  TokenKind kind = TokenKind::FilteredAdministrator;
  std::string account = "user";
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// The account that starts a program, before UAC and the program's manifest have had their say.
enum class AccountKind : std::uint8_t {
  StandardUser,
  Administrator,  ///< a member of Administrators, other than the built-in one
  BuiltinAdministrator,
  LocalSystem,
  NetworkService,
  LocalService,
};
inline constexpr std::array<std::string_view, 6> kAccountKindNames = {
    "standard-user", "administrator",   "builtin-administrator",
    "local-system",  "network-service", "local-service"};

/// `requestedExecutionLevel` of a program's manifest. Source: SbsCs/application-manifests.md.
enum class Manifest : std::uint8_t { AsInvoker, HighestAvailable, RequireAdministrator };
inline constexpr std::array<std::string_view, 3> kManifestNames = {"asInvoker", "highestAvailable",
                                                                   "requireAdministrator"};

/// How a program was started.
enum class StartedBy : std::uint8_t {
  OrdinaryParent,  ///< from a shell that is not elevated
  ElevatedParent,  ///< from a process whose token is elevated
  RunAsAdministrator,
};
inline constexpr std::array<std::string_view, 3> kStartedByNames = {"ordinary-parent", "elevated-parent",
                                                                    "run-as-administrator"};

enum class Uac : std::uint8_t { Off, On };
inline constexpr std::array<std::string_view, 2> kUacNames = {"off", "on"};

/// Everything that decides which token a new process gets. The law derives it in one place:
/// `rules/identity.h`.
struct Launch {
  AccountKind account_kind = AccountKind::Administrator;
  Manifest manifest = Manifest::AsInvoker;
  StartedBy started_by = StartedBy::OrdinaryParent;
  Uac uac = Uac::On;
  friend bool operator==(const Launch&, const Launch&) = default;
};

/// Reads `kind` or `kind:account`, as `BERTH_IDENTITY` writes it; nothing when the kind is not one of
/// `kTokenKindNames` or the account is empty. Without an account the kind's usual one is taken.
[[nodiscard]] std::optional<Identity> parse_identity(std::string_view text);
/// The account that a process of this kind has when nothing else is said: `user`, `administrator`, `system`…
[[nodiscard]] std::string_view usual_account(TokenKind kind);

}  // namespace berth
