// SPDX-License-Identifier: MIT
// The suite once more, with real processes on a machine that is served to them.
#include <gtest/gtest.h>

#include <fstream>

#include <berth/scenario/daemon_arm.h>

#include "scenario/suite.h"
#include "support/temporary_folder.h"

namespace berth::test {
namespace {

const scenario::Arm& daemon_arm() {
  static const auto arm = scenario::make_daemon_arm({BERTH_COMMAND_PATH, "play-steps", BERTH_FIXTURES_DIR});
  return *arm;
}

std::string step_of(const std::string& step) {
  return R"({"title": "t", "rules": ["NotASocket"], "source": "s", "processes": {"p": "standard-user",
            "q": "standard-user"}, "steps": [)" +
         step + "]}";
}

TEST(Daemon, ComesToTheSameVerdictsAsTheFaceInOneProcess) {
  const auto face = scenario::make_winsock_arm();
  std::size_t played = 0;
  for (const auto& scenario : suite()) {
    const auto here = play(scenario, *face, Profile{});
    const auto there = play(scenario, daemon_arm(), Profile{});
    EXPECT_EQ(name_of(there.verdict), name_of(here.verdict)) << short_name(scenario) << ": " << there.reason;
    played += there.verdict == scenario::Verdict::Agrees ? 1 : 0;
  }
  EXPECT_GT(played, 300U);
}

TEST(Daemon, KnowsNoHandleOfAnotherProcess) {
  const TemporaryFolder folder;  // the workers read the scenario too
  const std::string file = folder / "test.json";
  std::ofstream(file) << step_of(
      R"({"as": "p", "call": "socket", "socket": "$s", "transport": "tcp", "expect": "ok"},
         {"as": "q", "call": "closesocket", "socket": "$s",
          "expect": {"refused_by": "NotASocket", "code": "WSAENOTSOCK"}})");
  const auto read = scenario::load_scenario(file, fixtures());
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(objection(*read, daemon_arm(), Profile{}), "");
}

TEST(Daemon, LearnsNothingFromAWorkerThatIsNone) {
  const auto arm = scenario::make_daemon_arm({"/bin/true"});
  const auto report = play(suite().front(), *arm, Profile{});
  EXPECT_EQ(report.verdict, scenario::Verdict::Unknown);
  EXPECT_FALSE(report.reason.empty());
}

}  // namespace
}  // namespace berth::test
