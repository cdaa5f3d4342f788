// SPDX-License-Identifier: MIT
#include <berth/rules/identity.h>

namespace berth {
namespace {

bool elevates_a_member(const Launch& launch, const Profile& profile) {
  if (launch.uac == Uac::Off && profile.in_force(Rule::WithoutUacMembersAreElevated)) return true;
  if (launch.started_by == StartedBy::RunAsAdministrator)
    return profile.in_force(Rule::RunAsAdministratorElevatesAMember);
  if (launch.manifest == Manifest::RequireAdministrator)
    return profile.in_force(Rule::RequireAdministratorElevatesAMember);
  if (launch.manifest == Manifest::HighestAvailable)
    return profile.in_force(Rule::HighestAvailableElevatesAMember);
  return launch.started_by == StartedBy::ElevatedParent && profile.in_force(Rule::AsInvokerInheritsElevation);
}

bool asks_for_what_a_standard_user_lacks(const Launch& launch) {
  return launch.manifest == Manifest::RequireAdministrator ||
         launch.started_by == StartedBy::RunAsAdministrator;
}

}  // namespace

Result<TokenKind, Rule> token_of(const Launch& launch, const Profile& profile) {
  switch (launch.account_kind) {
    case AccountKind::StandardUser:
      if (asks_for_what_a_standard_user_lacks(launch) && profile.in_force(Rule::ElevationRequiredToStart))
        return Rule::ElevationRequiredToStart;
      return TokenKind::StandardUser;
    case AccountKind::Administrator:
      return elevates_a_member(launch, profile) ? TokenKind::ElevatedAdministrator
                                                : TokenKind::FilteredAdministrator;
    case AccountKind::BuiltinAdministrator: return TokenKind::BuiltinAdministrator;
    case AccountKind::LocalSystem: return TokenKind::LocalSystem;
    case AccountKind::NetworkService: return TokenKind::NetworkService;
    case AccountKind::LocalService: return TokenKind::LocalService;
  }
  return TokenKind::StandardUser;
}

bool is_elevated(TokenKind kind, const Profile& profile) {
  switch (kind) {
    case TokenKind::StandardUser: return !profile.in_force(Rule::StandardUsersAreNotElevated);
    case TokenKind::FilteredAdministrator: return !profile.in_force(Rule::UacFiltersAdministrators);
    case TokenKind::ElevatedAdministrator: return true;
    case TokenKind::BuiltinAdministrator: return profile.in_force(Rule::BuiltinAdministratorIsElevated);
    case TokenKind::LocalSystem: return profile.in_force(Rule::LocalSystemIsElevated);
    case TokenKind::NetworkService:
    case TokenKind::LocalService: return !profile.in_force(Rule::ServiceAccountsAreNotElevated);
  }
  return false;
}

}  // namespace berth
