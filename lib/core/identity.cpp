// SPDX-License-Identifier: MIT
#include <berth/core/identity.h>

#include <algorithm>

namespace berth {
namespace {

constexpr std::array<std::string_view, 7> kUsualAccounts = {
    "user", "user", "user", "administrator", "system", "networkservice", "localservice"};

}  // namespace

std::string_view usual_account(TokenKind kind) { return kUsualAccounts[static_cast<std::size_t>(kind)]; }

std::optional<Identity> parse_identity(std::string_view text) {
  const auto colon = text.find(':');
  const auto* found = std::ranges::find(kTokenKindNames, text.substr(0, colon));
  if (found == kTokenKindNames.end()) return std::nullopt;
  const auto kind = static_cast<TokenKind>(found - kTokenKindNames.begin());
  if (colon == std::string_view::npos) return Identity{kind, std::string(usual_account(kind))};
  const auto account = text.substr(colon + 1);
  if (account.empty()) return std::nullopt;
  return Identity{kind, std::string(account)};
}

}  // namespace berth
