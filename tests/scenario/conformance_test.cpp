// SPDX-License-Identifier: MIT
// The suite itself: every scenario, in every arm, under every profile and position.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include "scenario/suite.h"

namespace berth::test {
namespace {

using scenario::Scenario;

TEST(Suite, CanBeRead) { EXPECT_FALSE(suite().empty()); }

TEST(Suite, AgreesUnderEveryShippedProfile) {
  auto names = fixtures().profile_names();
  names.emplace_back("default");
  for (const std::string& name : names) {
    const auto profile = fixtures().profile(name);
    ASSERT_TRUE(profile) << to_string(profile.error());
    for (const auto& scenario : suite())
      for (const auto& arm : arms())
        EXPECT_EQ(objection(scenario, *arm, *profile), "") << "under the profile " << name;
  }
}

TEST(Suite, AgreesUnderEveryPositionOfTheSwitchesThatAScenarioNames) {
  for (const auto& scenario : suite())
    for (const Profile& profile : scenario::all_positions(scenario, Profile{}))
      for (const auto& arm : arms())
        EXPECT_EQ(objection(scenario, *arm, profile), "") << scenario::positions_text(scenario, profile);
}

bool names_switch(const scenario::Scenario& scenario, std::size_t index) {
  return scenario.profile || std::ranges::find(scenario.switches, index) != scenario.switches.end() ||
         std::ranges::find(scenario.assumes, index, &scenario::SwitchPosition::switch_index) !=
             scenario.assumes.end();
}

// The scenarios that differ under `profile`, in whatever arm and position of their own switches.
void expect_agreement(const Scenario& scenario, const Profile& profile, std::string_view switched) {
  for (const Profile& turned : scenario::all_positions(scenario, profile))
    for (const auto& arm : arms())
      EXPECT_EQ(objection(scenario, *arm, turned), "")
          << "it depends on " << switched << ", which stands neither in \"switches\" nor in \"assumes\"";
}

TEST(Suite, NamesEverySwitchThatChangesAnOutcome) {
  for (std::size_t index = 0; index < switches().size(); ++index) {
    const Switch& row = switches()[index];
    for (std::size_t position = 1; position < row.positions.size(); ++position) {
      Profile profile;
      row.set(profile, position);
      for (const Scenario& scenario : suite())
        if (!names_switch(scenario, index)) expect_agreement(scenario, profile, row.name);
    }
  }
}

// The blocks of docs/conformance.md that are whole scenarios.
std::vector<std::string> examples_of_the_documentation() {
  std::ifstream file(BERTH_SOURCE_DIR "/docs/conformance.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::string begin = "```json\n";
  std::vector<std::string> examples;
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    const std::string block = page.substr(from, page.find("```", from) - from);
    if (block.starts_with("{\n  \"title\"")) examples.push_back(block);
  }
  return examples;
}

TEST(Suite, TheExamplesOfTheDocumentationAgree) {
  const auto examples = examples_of_the_documentation();
  EXPECT_EQ(examples.size(), 3U);
  for (const std::string& text : examples) {
    const auto example = scenario::parse_scenario("docs/conformance.md", text, fixtures());
    ASSERT_TRUE(example) << to_string(example.error());
    for (const Profile& profile : scenario::all_positions(*example, Profile{}))
      for (const auto& arm : arms()) EXPECT_EQ(objection(*example, *arm, profile), "");
  }
}

// What a release build of the suite may take; other builds are several times slower.
TEST(Suite, IsQuick) {
#ifdef NDEBUG
  const auto start = std::chrono::steady_clock::now();
  const auto report = scenario::run_suite(suite(), {});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 2.0);
  EXPECT_LT(seconds.count() * 1000, 2.0 * static_cast<double>(report.entries.size()));
#else
  GTEST_SKIP() << "only an optimised build is measured";
#endif
}

}  // namespace
}  // namespace berth::test
