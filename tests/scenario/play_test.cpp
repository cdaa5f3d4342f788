// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <berth/document/json.h>
#include <berth/scenario/play.h>
#include <berth/scenario/report.h>

#include "scenario/suite.h"

namespace berth::test {
namespace {

using scenario::Scenario;
using scenario::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

Scenario parse(const std::string& steps, const std::string& before = "") {
  auto read = scenario::parse_scenario(
      "folder/scenarios/area/a_fact.json",
      R"({"title": "a fact", "rules": ["BlockIsEmpty"], "source": "s", )" + before +
          R"("ports": {"$block": {"count": 4}}, "processes": {"p": "standard-user"}, "steps": [
          {"as": "p", "call": "socket", "socket": "$s", "transport": "tcp", "expect": "ok"}, )" +
          steps + "]}",
      fixtures());
  if (!read) throw std::runtime_error(to_string(read.error()));
  return *std::move(read);
}

std::string acquire(const std::string& rest) {
  return R"({"as": "p", "call": "WSAIoctl/SIO_ACQUIRE_PORT_RESERVATION", "socket": "$s", )" + rest + "}";
}
const std::string kEmptyBlock = R"("block": {"start": "$block", "count": 0}, )";
const std::string kAgrees = kEmptyBlock + R"("expect": {"refused_by": "BlockIsEmpty", "code": "WSAEINVAL"})";

const scenario::Arm& rules_arm() { return *arms()[0]; }
const scenario::Arm& winsock_arm() { return *arms()[1]; }

TEST(Play, AgreesWhenEveryStepComesOutAsExpected) {
  for (const auto& arm : arms()) {
    const auto report = play(parse(acquire(kAgrees)), *arm, Profile{});
    EXPECT_EQ(report.verdict, Verdict::Agrees) << report.reason;
    EXPECT_EQ(report.steps.size(), 2U);
  }
}

TEST(Play, DiffersByRuleEvenWhereTheCodeIsTheSame) {
  const Scenario other =
      parse(acquire(kEmptyBlock + R"("expect": {"refused_by": "BlockPassesTheLastPort", "code": 10022})"));
  for (const auto& arm : arms()) {
    const auto report = play(other, *arm, Profile{});
    EXPECT_EQ(report.verdict, Verdict::Differs);
    EXPECT_EQ(
        report.reason,
        "step 2, WSAIoctl/SIO_ACQUIRE_PORT_RESERVATION: saw a refusal by BlockIsEmpty with 10022 WSAEINVAL, "
        "expected a refusal by BlockPassesTheLastPort with 10022 WSAEINVAL");
  }
}

TEST(Play, DiffersByCode) {
  const Scenario other =
      parse(acquire(kEmptyBlock + R"("expect": {"refused_by": "BlockIsEmpty", "code": "WSAEFAULT"})"));
  for (const auto& arm : arms()) EXPECT_EQ(play(other, *arm, Profile{}).verdict, Verdict::Differs);
}

TEST(Play, DiffersBySuccess) {
  for (const auto& arm : arms()) {
    EXPECT_EQ(play(parse(acquire(kEmptyBlock + R"("expect": "ok")")), *arm, Profile{}).verdict,
              Verdict::Differs);
    const Scenario refused =
        parse(acquire(R"("block": "$block", "expect": {"refused_by": "BlockIsEmpty", "code": 10022})"));
    EXPECT_EQ(play(refused, *arm, Profile{}).verdict, Verdict::Differs);
  }
}

TEST(Play, ChecksWhatACallGives) {
  const std::string bind =
      R"({"as": "p", "call": "bind", "socket": "$s", "port": "$block+1", "expect": "ok", )";
  for (const auto& [check, sentence] : std::vector<std::pair<std::string, std::string>>{
           {R"("equals": "$block")", "expected 5"},
           {R"("differs_from": "$block+1")", "expected another"},
           {R"("within": {"start": "$block+2", "count": 2})", "expected one of 2 ports from"},
           {R"("not_within": "$block")", "expected none of 4 ports from"},
           {R"("in_dynamic_range": true)", "is not in the dynamic range 49152 to 65535"},
           {R"("address_is": "loopback")", "the address is 0.0.0.0, expected 127.0.0.1"}})
    for (const auto& arm : arms()) {
      const auto report = play(parse(bind + check + "}"), *arm, Profile{});
      EXPECT_EQ(report.verdict, Verdict::Differs) << check;
      EXPECT_THAT(report.reason, HasSubstr(sentence));
    }
}

TEST(Play, SuspendingARuleShowsWhetherAScenarioIsAboutIt) {
  const Scenario scenario = parse(acquire(kAgrees));
  for (const auto& arm : arms()) {
    EXPECT_FALSE(agrees_without(scenario, *arm, Profile{}, Rule::BlockIsEmpty));
    EXPECT_TRUE(agrees_without(scenario, *arm, Profile{}, Rule::AlreadyBound));
  }
}

TEST(Play, IsNotApplicableWhereTheArmLacksSomething) {
  const auto shutdown =
      play(parse(R"({"as": "p", "call": "shutdown", "socket": "$s", "expect": "ok"})"), winsock_arm(), {});
  EXPECT_EQ(shutdown.verdict, Verdict::NotApplicable);
  EXPECT_EQ(shutdown.reason, "connect, accept and shutdown");
  const auto malformed =
      play(parse(acquire(R"("block": "$block", "call_shape": {"count": "null"}, "expect": "ok")")),
           rules_arm(), {});
  EXPECT_EQ(malformed.verdict, Verdict::NotApplicable);
  EXPECT_EQ(malformed.reason, "malformed calls");
}

TEST(Play, ASkippedStepNeedsNothing) {
  const Scenario scenario = parse(
      R"({"as": "p", "call": "shutdown", "socket": "$s", "when": {"no_gap": "address_in_use"}, "expect": "ok"})",
      R"("switches": ["no_gap"], )");
  const auto report = play(scenario, winsock_arm(), Profile{});
  EXPECT_EQ(report.verdict, Verdict::Agrees);
  EXPECT_TRUE(report.steps[1].skipped);
}

TEST(Play, IsNotApplicableUnderAPositionThatItDoesNotAssume) {
  const Scenario scenario = parse(acquire(kAgrees), R"("assumes": {"bad_block": "invalid"}, )");
  EXPECT_EQ(play(scenario, rules_arm(), Profile{}).verdict, Verdict::Agrees);
  Profile other;
  other.bad_block = choice::BadBlock::AddressNotAvailable;
  const auto report = play(scenario, rules_arm(), other);
  EXPECT_EQ(report.verdict, Verdict::NotApplicable);
  EXPECT_EQ(report.reason, "the profile has bad_block=address_not_available");
}

TEST(Play, AnAnnouncedDeviationAgreesUntilItIsGone) {
  const std::string announced = R"("known_deviation": {"arm": "winsock", "reason": "not built yet"}, )";
  const auto differs = play(parse(acquire(kEmptyBlock + R"("expect": "ok")"), announced), winsock_arm(), {});
  EXPECT_EQ(differs.verdict, Verdict::Agrees);
  EXPECT_TRUE(differs.known_deviation);
  const auto healed = play(parse(acquire(kAgrees), announced), winsock_arm(), {});
  EXPECT_EQ(healed.verdict, Verdict::Differs);
  EXPECT_THAT(healed.reason, HasSubstr("although a deviation is announced: not built yet"));
  EXPECT_EQ(play(parse(acquire(kAgrees), announced), rules_arm(), {}).verdict, Verdict::Agrees);
}

TEST(Play, AWorldThatContradictsItselfTeachesNothing) {
  const Scenario scenario = parse(acquire(kAgrees), R"("world": {"exclusions": [
      {"transport": "tcp", "start": 7000, "count": 10}, {"transport": "tcp", "start": 7005, "count": 10}]}, )");
  for (const auto& arm : arms()) EXPECT_EQ(play(scenario, *arm, {}).verdict, Verdict::Unknown);
}

TEST(Play, RunsThatAreNotToBeHadTeachNothing) {
  const Scenario scenario = parse(acquire(kAgrees), R"("world": {"exclusions": [
      {"transport": "tcp", "start": 1024, "count": 48128}]}, )");
  const auto report = play(scenario, rules_arm(), {});
  EXPECT_EQ(report.verdict, Verdict::Unknown);
  EXPECT_EQ(report.reason, "no 4 free ports in a row for $block");
}

TEST(Play, TurnsEverySwitchThatAScenarioNames) {
  const Scenario scenario = parse(acquire(kAgrees), R"("switches": ["block_used_up", "no_gap"], )");
  EXPECT_EQ(all_positions(scenario, Profile{}).size(), 6U);
  EXPECT_EQ(all_positions(parse(acquire(kAgrees)), Profile{}).size(), 1U);
}

TEST(Play, TheSameScenarioHasTheSameStoryEveryTime) {
  for (const Scenario& scenario : suite())
    for (const auto& arm : arms()) {
      const auto story = [&] {
        return story_text(scenario, arm->kind(), play(scenario, *arm, Profile{}), scenario::Colour::Without);
      };
      EXPECT_EQ(story(), story());
    }
}

// -- reports --------------------------------------------------------------------------------------

struct Reported {
  std::vector<Scenario> suite;
  scenario::SuiteReport report;
};

Reported reported() {
  Reported made;
  made.suite.push_back(parse(acquire(kAgrees), R"("switches": ["no_gap"], )"));
  made.suite.push_back(parse(acquire(kEmptyBlock + R"("expect": "ok")")));
  made.suite.push_back(parse(R"({"as": "p", "call": "shutdown", "socket": "$s", "expect": "ok"})"));
  made.report = run_suite(made.suite, {});
  return made;
}

TEST(Report, ShowsTheWorstVerdictOfARuleAndWhatDiffers) {
  const auto [suite, report] = reported();
  EXPECT_EQ(report.count(Verdict::Agrees), 3U);
  EXPECT_EQ(report.count(Verdict::Differs), 2U);
  EXPECT_EQ(report.count(Verdict::NotApplicable), 1U);
  EXPECT_FALSE(report.agrees());
  const std::string text = table_text(suite, report, scenario::Colour::Without);
  EXPECT_THAT(text, HasSubstr("differs: area/a_fact, rules\n    step 2, WSAIoctl"));
  EXPECT_THAT(
      text,
      HasSubstr("6 playings under the profile default: 3 agrees, 2 differs, 0 unknown, 1 not applicable"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(table_text(suite, report, scenario::Colour::With), HasSubstr("\033[31m"));
  EXPECT_THAT(text, ::testing::ContainsRegex("BlockIsEmpty +inferred +3 +differs +differs\n"));
}

TEST(Report, ForProgramsIsJson) {
  const auto [suite, report] = reported();
  const Json json = Json::parse(json_text(suite, report));
  EXPECT_EQ(json["counts"]["differs"], 2);
  EXPECT_EQ(json["playings"].size(), 6U);
  EXPECT_EQ(json["playings"][0]["positions"], "no_gap=no_buffers");
}

TEST(Report, AsTapCountsEveryPlaying) {
  const auto [suite, report] = reported();
  const std::string text = tap_text(suite, report);
  EXPECT_THAT(text, HasSubstr("TAP version 13\n1..6\nok 1 - area/a_fact [no_gap=no_buffers], rules\n"));
  EXPECT_THAT(text, HasSubstr("\nnot ok 3 - area/a_fact, rules\n  # step 2"));
  EXPECT_THAT(text, HasSubstr("ok 6 - area/a_fact, winsock # SKIP connect, accept and shutdown\n"));
}

TEST(Report, AsJunitEscapesWhatXmlCannotSay) {
  const auto [suite, report] = reported();
  const std::string text = junit_text(suite, report);
  EXPECT_THAT(text, HasSubstr(R"(tests="6" failures="2" errors="0" skipped="1")"));
  EXPECT_THAT(text, HasSubstr("<failure message=\"step 2"));
}

TEST(Story, TellsTheRuleItsSentenceAndItsSource) {
  const Scenario scenario = parse(acquire(kAgrees));
  const std::string text = story_text(scenario, scenario::ArmKind::Rules, play(scenario, rules_arm(), {}),
                                      scenario::Colour::Without);
  EXPECT_THAT(
      text, HasSubstr("2.   p: WSAIoctl/SIO_ACQUIRE_PORT_RESERVATION\n     is refused with 10022 WSAEINVAL\n"
                      "     rule: BlockIsEmpty (inferred)\n       A block has at least one port.\n"));
}

TEST(Story, TellsTheRecordThatDecidedAndItsOwner) {
  const Scenario scenario = parse(
      acquire(R"("block": "$block", "expect": "ok")") + ", " +
      acquire(
          R"("block": "$block", "expect": {"refused_by": "BlockOverlapsRuntimeReservation", "code": 10048})"));
  for (const auto& arm : arms())
    EXPECT_THAT(
        story_text(scenario, arm->kind(), play(scenario, *arm, {}), scenario::Colour::Without),
        ::testing::ContainsRegex("because of the runtime reservation of p, tcp ports [0-9]+ to [0-9]+\n"));
}

}  // namespace
}  // namespace berth::test
