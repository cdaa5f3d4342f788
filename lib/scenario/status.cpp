// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include <berth/core/profile.h>
#include <berth/rules/rulebook.h>
#include <berth/scenario/report.h>

namespace berth::scenario {
namespace {

bool agrees_where_it_can_be_seen(const RuleVerdict& row) {
  const auto is = [&row](Verdict verdict) {
    return std::ranges::any_of(row.by_arm, [verdict](const auto& seen) { return seen == verdict; });
  };
  return is(Verdict::Agrees) && !is(Verdict::Differs) && !is(Verdict::Unknown);
}

std::size_t notes_of(Provenance provenance) {
  return static_cast<std::size_t>(std::ranges::count_if(rulebook(), [provenance](const RuleRow& row) {
    return row.kind == RuleKind::Note && row.provenance == provenance;
  }));
}

struct Counts {
  std::size_t refusals = 0;
  std::size_t effects = 0;
  std::size_t agreeing = 0;
};

Counts counts_of(const SuiteReport& report, Provenance provenance) {
  Counts counts;
  for (const RuleVerdict& row : report.rules) {
    if (row_of(row.rule).provenance != provenance) continue;
    ++(row_of(row.rule).kind == RuleKind::Refusal ? counts.refusals : counts.effects);
    if (agrees_where_it_can_be_seen(row)) ++counts.agreeing;
  }
  return counts;
}

std::string cell(std::size_t number) { return " | " + std::to_string(number); }

}  // namespace

std::string status_text(const std::vector<Scenario>& suite, const SuiteReport& report) {
  std::string text = std::to_string(suite.size()) + " scenarios, played by " +
                     std::to_string(report.arms.size()) + " arms under the profile " + report.profile + ": " +
                     std::to_string(report.count(Verdict::Agrees)) + " playings agree, " +
                     std::to_string(report.count(Verdict::Differs)) + " differ, " +
                     std::to_string(report.count(Verdict::Unknown)) + " are unknown, " +
                     std::to_string(report.count(Verdict::NotApplicable)) +
                     " are not applicable to their arm.\n" + std::to_string(switches().size()) +
                     " switches hold what the sources leave open.\n\n"
                     "| how we know | refusals | effects | of these agree | notes |\n"
                     "| - | -: | -: | -: | -: |\n";
  for (std::size_t i = 0; i < kProvenanceNames.size(); ++i) {
    const auto provenance = static_cast<Provenance>(i);
    const Counts counts = counts_of(report, provenance);
    text += "| " + std::string(kProvenanceNames[i]) + cell(counts.refusals) + cell(counts.effects) +
            cell(counts.agreeing) + cell(notes_of(provenance)) + " |\n";
  }
  return text;
}

}  // namespace berth::scenario
