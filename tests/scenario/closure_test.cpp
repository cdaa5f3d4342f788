// SPDX-License-Identifier: MIT
// Every rule has its scenarios. A failure lists what is missing, rule by rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <berth/rules/rulebook.h>

#include "scenario/suite.h"

namespace berth::test {
namespace {

using scenario::Scenario;
using scenario::Step;

bool names(const Scenario& scenario, Rule rule) {
  return std::ranges::find(scenario.rules, rule) != scenario.rules.end();
}

bool may_be_refused_by(const Step& step, Rule rule) {
  return std::ranges::any_of(step.expect.branches,
                             [rule](const auto& branch) { return branch.outcome.refused_by == rule; });
}

bool may_succeed(const Step& step) {
  return std::ranges::any_of(step.expect.branches,
                             [](const auto& branch) { return !branch.outcome.refused_by; });
}

// The names of the calls that `wanted` is true of, in one scenario.
template <class Wanted>
std::set<std::string> calls_of(const Scenario& scenario, Wanted&& wanted) {
  std::set<std::string> calls;
  for (const Step& step : scenario.steps)
    if (wanted(step)) calls.insert(step.call_name);
  return calls;
}

// True when a call named `passing` is one that a call named `refused` might have been: the same, or a code by
// its name instead of a code by its number.
bool is_the_same_call(const std::string& refused, const std::string& passing) {
  return passing == refused || (refused == "WSAIoctl" && passing.starts_with("WSAIoctl/"));
}

struct Refusals {
  std::size_t scenarios = 0;
  bool same_call_passes = false;
};

Refusals refusals_by(Rule rule) {
  Refusals found;
  std::set<std::string> refused;
  for (const Scenario& scenario : suite()) {
    const auto calls = calls_of(scenario, [rule](const Step& step) { return may_be_refused_by(step, rule); });
    found.scenarios += calls.empty() ? 0 : 1;
    refused.insert(calls.begin(), calls.end());
  }
  for (const Scenario& scenario : suite()) {
    if (!names(scenario, rule)) continue;
    for (const std::string& passing : calls_of(scenario, may_succeed))
      for (const std::string& call : refused) found.same_call_passes |= is_the_same_call(call, passing);
  }
  return found;
}

TEST(Closure, EveryRefusalHasTwoScenariosThatRefuseAndOneInWhichTheSameCallPasses) {
  for (const RuleRow& row : rulebook()) {
    if (row.kind != RuleKind::Refusal) continue;
    const Refusals found = refusals_by(row.rule);
    EXPECT_GE(found.scenarios, 2U) << name_of(row.rule) << " refuses in " << found.scenarios
                                   << " scenarios, wanted 2";
    EXPECT_TRUE(found.same_call_passes)
        << name_of(row.rule) << ": no scenario that names it lets the same call pass";
  }
}

// True when some arm, under some position that the scenario tells apart, does not agree without the rule.
bool shows(const Scenario& scenario, Rule rule) {
  for (const Profile& profile : scenario::all_positions(scenario, Profile{}))
    for (const auto& arm : arms())
      if (!scenario::agrees_without(scenario, *arm, profile, rule)) return true;
  return false;
}

bool some_scenario_shows(Rule rule) {
  return std::ranges::any_of(
      suite(), [rule](const Scenario& scenario) { return names(scenario, rule) && shows(scenario, rule); });
}

TEST(Closure, EveryEffectHasAScenarioThatFailsWithoutIt) {
  for (const RuleRow& row : rulebook())
    if (row.kind == RuleKind::Effect) {
      EXPECT_TRUE(some_scenario_shows(row.rule))
          << name_of(row.rule) << ": no scenario that names it fails without it";
    }
}

// What the Windows face refuses by itself, and whether a handle is a socket at all, cannot be put out of
// force: the call would have nothing to work on.
bool can_be_suspended(const RuleRow& row) {
  const bool of_the_face = row.rule >= Rule::WinsockNotStarted && row.rule <= Rule::OptionValueTooShort;
  return !of_the_face && row.rule != Rule::NotASocket;
}

TEST(Closure, EveryRefusalHasAScenarioThatFailsWithoutIt) {
  for (const RuleRow& row : rulebook())
    if (row.kind == RuleKind::Refusal && can_be_suspended(row)) {
      EXPECT_TRUE(some_scenario_shows(row.rule))
          << name_of(row.rule) << ": no scenario that names it fails without it";
    }
}

// A switch is shown by a scenario that is played differently, or expects another outcome, in each position.
TEST(Closure, EverySwitchHasAScenarioWhoseOutcomeItChanges) {
  for (std::size_t index = 0; index < switches().size(); ++index) {
    const bool shown = std::ranges::any_of(suite(), [index](const Scenario& scenario) {
      return std::ranges::any_of(scenario.steps, [index](const Step& step) {
        const auto tells_it_apart = [index](const auto& branch) {
          return std::ranges::find(branch.when, index, &scenario::SwitchPosition::switch_index) !=
                 branch.when.end();
        };
        return std::ranges::find(step.when, index, &scenario::SwitchPosition::switch_index) !=
                   step.when.end() ||
               std::ranges::any_of(step.expect.branches, tells_it_apart);
      });
    });
    EXPECT_TRUE(shown) << switches()[index].name << ": no scenario tells its positions apart";
  }
}

}  // namespace
}  // namespace berth::test
