// SPDX-License-Identifier: MIT
#include <berth/core/rule.h>

#include <algorithm>
#include <array>

namespace berth {
namespace {

constexpr std::array<std::string_view, kRuleCount> kNames = {
#define BERTH_RULE_NAME(name) #name,
    BERTH_RULES(BERTH_RULE_NAME)
#undef BERTH_RULE_NAME
};

}  // namespace

std::string_view name_of(Rule rule) { return kNames[index_of(rule)]; }

std::optional<Rule> rule_named(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Rule>(found - kNames.begin());
}

}  // namespace berth
