// SPDX-License-Identifier: MIT
#pragma once

#include <berth/core/identity.h>
#include <berth/core/profile.h>
#include <berth/core/result.h>
#include <berth/core/rule.h>

namespace berth {

/// The token that a program started so gets (ID-01 to ID-11), or the rule by which it does not start at all.
[[nodiscard]] Result<TokenKind, Rule> token_of(const Launch& launch, const Profile& profile);

/// True when a token of this kind holds Administrators, enabled: the one test that every administrative call
/// makes (ID-12).
[[nodiscard]] bool is_elevated(TokenKind kind, const Profile& profile);

}  // namespace berth
