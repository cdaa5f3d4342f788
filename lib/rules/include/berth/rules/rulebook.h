// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <berth/core/rule.h>
#include <berth/rules/provenance.h>

namespace berth {

/// What a row of the rulebook is.
enum class RuleKind : std::uint8_t {
  Refusal,  ///< a call fails by it
  Effect,   ///< what a call does, or is allowed to do
  Note,     ///< a fact that no scenario can show here; the row says why
};
inline constexpr std::array<std::string_view, 3> kRuleKindNames = {"refusal", "effect", "note"};

/// One row of the rulebook. All texts are constants of the program.
struct RuleRow {
  Rule rule{};
  RuleKind kind{};
  Provenance provenance{};
  std::string_view
      identifiers;              ///< of the specification, separated by spaces; each stands in exactly one row
  std::string_view sentence;    ///< what Windows does, in our words
  std::string_view source;      ///< pages and observations, by their keys in docs/sources.md
  std::string_view why_a_note;  ///< empty unless this is a note
};

/// Every rule, in the order of `Rule`.
[[nodiscard]] std::span<const RuleRow, kRuleCount> rulebook();
[[nodiscard]] const RuleRow& row_of(Rule rule);

}  // namespace berth
