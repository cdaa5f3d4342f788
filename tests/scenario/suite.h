// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <berth/scenario/suite.h>

namespace berth::test {

/// The fixtures of the source tree.
inline const scenario::Fixtures& fixtures() {
  static const scenario::Fixtures folder(BERTH_FIXTURES_DIR);
  return folder;
}

/// Every scenario of the fixtures; a test that cannot read them fails.
inline const std::vector<scenario::Scenario>& suite() {
  static const std::vector<scenario::Scenario> scenarios = [] {
    auto loaded = scenario::load_suite(fixtures());
    if (!loaded) ADD_FAILURE() << to_string(loaded.error());
    return loaded ? *std::move(loaded) : std::vector<scenario::Scenario>{};
  }();
  return scenarios;
}

/// Every arm of this build that plays on an emulated machine.
inline const std::vector<std::unique_ptr<scenario::Arm>>& arms() {
  static const auto all = [] {
    std::vector<std::unique_ptr<scenario::Arm>> made;
    for (const scenario::ArmKind kind : scenario::emulated_arms()) made.push_back(scenario::make_arm(kind));
    return made;
  }();
  return all;
}

/// What is wrong with a playing, for a failure's text; empty when nothing is.
inline std::string objection(const scenario::Scenario& scenario, const scenario::Arm& arm,
                             const Profile& profile) {
  const auto report = scenario::play(scenario, arm, profile);
  if (report.verdict == scenario::Verdict::Agrees || report.verdict == scenario::Verdict::NotApplicable)
    return {};
  return short_name(scenario) + " [" + std::string(arm.name()) + "] " + std::string(name_of(report.verdict)) +
         ": " + report.reason;
}

}  // namespace berth::test
