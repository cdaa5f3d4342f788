// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <berth/scenario/fixtures.h>
#include <berth/scenario/play.h>
#include <berth/scenario/scenario.h>

namespace berth::scenario {

/// Which scenarios are played, and how.
struct SuiteOptions {
  std::vector<ArmKind> arms{emulated_arms().begin(), emulated_arms().end()};
  std::optional<Rule> rule;  ///< only scenarios that name it
  Profile profile;
  /// The command line of a process of the daemon arm (see daemon_arm.h), where that plays.
  std::vector<std::string> daemon_worker = {};
  bool all_positions = false;  ///< also under every position of the switches that a scenario names
};

/// One playing of one scenario of a suite.
struct SuiteEntry {
  std::size_t scenario = 0;  ///< in the suite
  ArmKind arm{};
  std::string positions;  ///< of the scenario's switches; empty when it names none
  Verdict verdict{};
  std::string reason;
  bool known_deviation = false;
  double milliseconds = 0;
};

/// What a rule's scenarios came to in each arm; nothing where no scenario names it.
struct RuleVerdict {
  Rule rule{};
  std::size_t scenarios = 0;
  std::array<std::optional<Verdict>, kArmNames.size()> by_arm;
};

/// What a suite came to.
struct SuiteReport {
  std::string profile;
  std::vector<ArmKind> arms;
  std::vector<SuiteEntry> entries;
  std::vector<RuleVerdict> rules;  ///< every rule that is a refusal or an effect, in the order of `Rule`
  double seconds = 0;
  [[nodiscard]] std::size_t count(Verdict verdict) const;
  /// True when nothing differs and nothing is unknown.
  [[nodiscard]] bool agrees() const { return count(Verdict::Differs) == 0 && count(Verdict::Unknown) == 0; }
};

/// Reads all scenarios of `fixtures`, or returns the first error.
[[nodiscard]] Result<std::vector<Scenario>, DocumentError> load_suite(const Fixtures& fixtures);

/// Plays a suite.
[[nodiscard]] SuiteReport run_suite(const std::vector<Scenario>& suite, const SuiteOptions& options);

/// The path of a scenario's file below the folder of scenarios, without its extension: `acquire/a_fact`.
[[nodiscard]] std::string short_name(const Scenario& scenario);

}  // namespace berth::scenario
