// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <berth/core/rule.h>
#include <berth/document/cursor.h>

namespace berth {

/// What a report of real Windows showed, as a profile's file tells it: `{"on": build, "rules": [rule…]}`
/// under its key `observed`. It changes nothing about the law, but how we know it.
struct Observed {
  std::string on;  ///< the build; empty: nothing was observed
  RuleSet rules;   ///< those that this build was seen to follow
  friend bool operator==(const Observed&, const Observed&) = default;
};

/// Reads it, or refuses (see `Cursor`).
[[nodiscard]] Observed observed_at(const Cursor& at);
/// What the profile in this document observed.
[[nodiscard]] Observed observed_in_profile(const Cursor& profile);
[[nodiscard]] nlohmann::ordered_json json_of(const Observed& value);

}  // namespace berth
