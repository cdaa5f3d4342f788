// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <berth/rules/rulebook.h>

namespace berth {

/// Which rows of the rulebook are wanted; what is empty asks for nothing.
struct RuleQuery {
  std::optional<Rule> rule;
  std::optional<std::int64_t>
      code;  ///< rules that answer with it, on whatever surface, under whatever position
  std::optional<Provenance> provenance;
  std::optional<RuleKind> kind;
};
/// The rows that a query asks for, in the order of the rulebook.
[[nodiscard]] std::vector<const RuleRow*> rules_matching(const RuleQuery& query);

/// What a refusal by the rule is called: `WSAEACCES 10013, ERROR_ACCESS_DENIED 5`; empty when nothing calls
/// it.
[[nodiscard]] std::string codes_text(Rule rule);

/// Rows for a terminal: name, kind, provenance, codes, sentence and source of each.
[[nodiscard]] std::string rules_text(std::span<const RuleRow* const> rows);
/// The rows as a page of Markdown; with all of them, and the switches, it is docs/rules.md.
[[nodiscard]] std::string rules_markdown(std::span<const RuleRow* const> rows);
/// The table of switches: rule, switch, positions, rows of the specification, question.
[[nodiscard]] std::string switches_markdown();
/// docs/rules.md: every rule and every switch.
[[nodiscard]] std::string rules_page();
/// docs/deviations.md: what is not documented or seen, the open switches, and what is not emulated.
[[nodiscard]] std::string deviations_page();

}  // namespace berth
