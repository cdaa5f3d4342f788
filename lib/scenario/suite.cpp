// SPDX-License-Identifier: MIT
#include <berth/scenario/suite.h>

#include <algorithm>
#include <memory>

#include <berth/rules/rulebook.h>

#include "clock.h"

namespace berth::scenario {
namespace {

SuiteEntry play_once(const Scenario& scenario, const Arm& arm, const Profile& profile) {
  const auto start = Clock::now();
  PlayReport played = play(scenario, arm, profile);
  return {.scenario = 0,
          .arm = arm.kind(),
          .positions = positions_text(scenario, scenario.profile ? *scenario.profile : profile),
          .verdict = played.verdict,
          .reason = std::move(played.reason),
          .known_deviation = played.known_deviation,
          .milliseconds = milliseconds_since(start)};
}

void add_to_rules(const Scenario& scenario, const SuiteEntry& entry, std::vector<RuleVerdict>& by_rule) {
  for (const Rule rule : scenario.rules) {
    auto& verdict = by_rule[index_of(rule)].by_arm[static_cast<std::size_t>(entry.arm)];
    verdict = verdict ? std::max(*verdict, entry.verdict) : entry.verdict;
  }
}

std::vector<RuleVerdict> one_row_per_rule() {
  std::vector<RuleVerdict> rows;
  for (const RuleRow& row : rulebook()) rows.push_back({.rule = row.rule, .scenarios = 0, .by_arm = {}});
  return rows;
}

bool is_about(const Scenario& scenario, const SuiteOptions& options) {
  return !options.rule || std::ranges::find(scenario.rules, *options.rule) != scenario.rules.end();
}

}  // namespace

std::size_t SuiteReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(entries, verdict, &SuiteEntry::verdict));
}

Result<std::vector<Scenario>, DocumentError> load_suite(const Fixtures& fixtures) {
  std::vector<Scenario> suite;
  for (const std::string& file : fixtures.scenario_files()) {
    auto scenario = load_scenario(file, fixtures);
    if (!scenario) return scenario.error();
    suite.push_back(*std::move(scenario));
  }
  return suite;
}

SuiteReport run_suite(const std::vector<Scenario>& suite, const SuiteOptions& options) {
  const auto start = Clock::now();
  SuiteReport report{.profile = options.profile.name,
                     .arms = options.arms,
                     .entries = {},
                     .rules = one_row_per_rule(),
                     .seconds = 0};
  std::vector<std::unique_ptr<Arm>> arms;
  for (const ArmKind kind : options.arms) arms.push_back(make_arm(kind, options.daemon_worker));
  for (std::size_t i = 0; i < suite.size(); ++i) {
    const Scenario& scenario = suite[i];
    if (!is_about(scenario, options)) continue;
    for (const Rule rule : scenario.rules) ++report.rules[index_of(rule)].scenarios;
    const auto profiles =
        options.all_positions ? all_positions(scenario, options.profile) : std::vector{options.profile};
    for (const Profile& profile : profiles) {
      for (const auto& arm : arms) {
        SuiteEntry entry = play_once(scenario, *arm, profile);
        entry.scenario = i;
        add_to_rules(scenario, entry, report.rules);
        report.entries.push_back(std::move(entry));
      }
    }
  }
  std::erase_if(report.rules, [&](const RuleVerdict& row) {
    return row_of(row.rule).kind == RuleKind::Note || (options.rule && row.rule != *options.rule);
  });
  report.seconds = milliseconds_since(start) / 1000;
  return report;
}

std::string short_name(const Scenario& scenario) {
  constexpr std::string_view kFolder = "scenarios/";
  std::string name = scenario.file;
  if (const auto at = name.rfind(kFolder); at != std::string::npos) name.erase(0, at + kFolder.size());
  if (name.ends_with(".json")) name.resize(name.size() - 5);
  return name;
}

}  // namespace berth::scenario
