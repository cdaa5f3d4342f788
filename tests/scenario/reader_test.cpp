// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include <berth/scenario/scenario.h>

#include "scenario/suite.h"

namespace berth::test {
namespace {

using scenario::Scenario;
using ::testing::HasSubstr;

Result<Scenario, DocumentError> parse(const std::string& text) {
  return scenario::parse_scenario("test.json", text, fixtures());
}

// A scenario with these steps, and these lines before them.
std::string with(const std::string& steps, const std::string& before = "") {
  return R"({"title": "t", "rules": ["NotASocket"], "source": "s", )" + before +
         R"("ports": {"$block": {"count": 4}}, "processes": {"p": "standard-user"}, "steps": [)" + steps +
         "]}";
}

constexpr const char* kSocket =
    R"({"as": "p", "call": "socket", "socket": "$s", "transport": "tcp", "expect": "ok"})";

// The error, as one line, of a scenario with a socket and then this step.
std::string error_of_step(const std::string& step, const std::string& before = "") {
  const auto read = parse(with(std::string(kSocket) + ", " + step, before));
  return read ? "no error" : to_string(read.error());
}

std::string error_of(const std::string& text) {
  const auto read = parse(text);
  return read ? "no error" : to_string(read.error());
}

TEST(Reader, ReadsAStep) {
  const auto read = parse(with(
      std::string(kSocket) +
      R"(, {"as": "p", "call": "bind", "socket": "$s", "port": "$block+2", "equals": "$block+2", "expect": "ok"})"));
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->steps.size(), 2U);
  const auto& bind = std::get<scenario::call::Bind>(read->steps[1].call);
  EXPECT_EQ(bind.port, (scenario::PortExpression{.name = "$block", .offset = 2, .literal = 0}));
  EXPECT_EQ(bind.checks.equals, bind.port);
}

TEST(Reader, NamesThePlaceOfAnUnknownKey) {
  EXPECT_EQ(
      error_of_step(R"({"as": "p", "call": "listen", "socket": "$s", "sockets": 1, "expect": "ok"})"),
      "test.json: at /steps/1/sockets: found the unknown key \"sockets\", expected one of \"as\", \"call\", "
      "\"socket\", \"when\", \"expect\", \"note\"; \"socket\" is near");
}

TEST(Reader, RefusesNamesThatNothingHasDefined) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$t", "expect": "ok"})"),
              HasSubstr("/steps/1/socket: found the name \"$t\", which nothing has defined"));
  EXPECT_THAT(
      error_of_step(R"({"as": "p", "call": "bind", "socket": "$s", "port": "$blok", "expect": "ok"})"),
      HasSubstr("such as \"$block\""));
}

TEST(Reader, RefusesANameOfAnotherKind) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$block", "expect": "ok"})"),
              HasSubstr("found the name of a block, expected the name of a socket"));
}

TEST(Reader, RefusesANameThatIsDefinedTwice) {
  EXPECT_THAT(error_of_step(kSocket), HasSubstr("which is defined already"));
}

TEST(Reader, LetsStepsOfOtherPositionsDefineANameAgain) {
  const std::string bind =
      R"({"as": "p", "call": "bind", "socket": "$s", "bound": "$p", "expect": "ok", "when": )";
  const std::string before = R"("switches": ["family_pools"], )";
  EXPECT_EQ(error_of_step(
                bind + R"({"family_pools": "one"}}, )" + bind + R"({"family_pools": "per_family"}})", before),
            "no error");
}

TEST(Reader, RefusesANameForWhatARefusedCallGives) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "bind", "socket": "$s", "bound": "$p",
                               "expect": {"refused_by": "AlreadyBound", "code": 10022}})"),
              HasSubstr("for what a refused call gives"));
}

TEST(Reader, RefusesProcessesThatAreNotRunning) {
  EXPECT_THAT(error_of_step(R"({"as": "q", "call": "listen", "socket": "$s", "expect": "ok"})"),
              HasSubstr("/steps/1/as: found no running process: \"q\""));
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "exit", "expect": "ok"},
                               {"as": "p", "call": "listen", "socket": "$s", "expect": "ok"})"),
              HasSubstr("/steps/2/as: found no running process"));
  EXPECT_THAT(error_of_step(R"({"as": "system", "call": "restart", "expect": "ok"},
                               {"as": "p", "call": "listen", "socket": "$s", "expect": "ok"})"),
              HasSubstr("/steps/2/as: found no running process"));
}

TEST(Reader, KnowsWhoCanMakeACall) {
  EXPECT_THAT(error_of_step(R"({"as": "system", "call": "listen", "socket": "$s", "expect": "ok"})"),
              HasSubstr("this call is made by one"));
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "restart", "expect": "ok"})"),
              HasSubstr("found a process, expected \"system\""));
}

TEST(Reader, WantsEveryPositionOfASwitch) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$s",
                                "expect": {"switch": "release_while_bound", "allowed": "ok"}})",
                            R"("switches": ["release_while_bound"], )"),
              HasSubstr("the key \"refused\""));
}

TEST(Reader, WantsTheSwitchesThatStepsAskNamedAtTheTop) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$s", "when": {"family_pools": "one"},
                                "expect": "ok"})"),
              HasSubstr("expected a switch that the scenario's \"switches\" name"));
}

TEST(Reader, RefusesContradictions) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "socket", "socket": "$t", "expect": "ok"})"),
              HasSubstr("neither \"raw\" nor \"transport\""));
  EXPECT_THAT(
      error_of_step(R"({"as": "p", "call": "WSAIoctl", "socket": "$s", "code": "0x98000064", "count_is": 0,
                                "count_untouched": true, "expect": "ok"})"),
      HasSubstr("both \"count_is\" and \"count_untouched\""));
  EXPECT_THAT(error_of_step(R"({"as": "system", "call": "start", "process": "q", "expect": "ok"})"),
              HasSubstr("\"identity\" and \"launch\""));
  EXPECT_THAT(error_of(with(kSocket, R"("switches": ["no_gap"], "assumes": {"no_gap": "no_buffers"}, )")),
              HasSubstr("a switch that stands in \"switches\" too"));
  EXPECT_THAT(error_of(with(kSocket, R"("switches": ["no_gap"], "profile": "xp", )")),
              HasSubstr("\"profile\" beside"));
}

TEST(Reader, RefusesUnknownNamesWithTheNearest) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "lisen", "socket": "$s", "expect": "ok"})"),
              HasSubstr("\"listen\""));
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$s",
                                "expect": {"refused_by": "NotASoket", "code": "WSAENOTSOCK"}})"),
              HasSubstr("\"NotASocket\""));
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$s",
                                "expect": {"refused_by": "NotASocket", "code": "WSAENOTSOK"}})"),
              HasSubstr("\"WSAENOTSOCK\""));
  EXPECT_THAT(error_of(with(kSocket, R"("world": "developer_machin", )")),
              HasSubstr("\"developer_machine\""));
  EXPECT_THAT(error_of(with(kSocket, R"("profile": "xpp", )")), HasSubstr("\"xp\""));
}

TEST(Reader, TellsThePlaceOfAnErrorInAWorldWrittenOut) {
  EXPECT_THAT(error_of(with(
                  kSocket, R"("world": {"exclusions": [{"transport": "tcp", "start": 5, "count": "x"}]}, )")),
              HasSubstr("test.json: at /world/exclusions/0/count: found"));
}

TEST(Reader, LetsAWorldNameIdentities) {
  const auto read =
      parse(R"({"title": "t", "rules": ["NotASocket"], "source": "s", "world": "developer_machine",
                              "processes": {"p": "installer"}, "steps": [{"as": "p", "call": "exit", "expect": "ok"}]})");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->processes[0].identity, (Identity{TokenKind::ElevatedAdministrator, "alice"}));
}

TEST(Reader, RefusesRunsOfPortsThatCannotBe) {
  const auto with_ports = [](const std::string& ports) {
    return error_of(R"({"title": "t", "rules": ["NotASocket"], "source": "s", "ports": )" + ports +
                    R"(, "steps": [{"as": "system", "call": "restart", "expect": "ok"}]})");
  };
  EXPECT_THAT(with_ports(R"({"block": {}})"), HasSubstr("a name such as"));
  EXPECT_THAT(with_ports(R"({"$a b": {}})"), HasSubstr("a name such as"));
  EXPECT_THAT(with_ports(R"({"$b": {"at": 65535, "count": 2}})"), HasSubstr("passes port 65535"));
  EXPECT_THAT(with_ports(R"({"$b": {"at": 5000, "where": "low"}})"), HasSubstr("both \"at\" and \"where\""));
  EXPECT_THAT(with_ports(R"({"$b": {"count": 0}})"), HasSubstr("/ports/$b/count"));
}

TEST(Reader, RefusesEmptyAndRepeatedLists) {
  EXPECT_THAT(error_of(R"({"title": "t", "rules": [], "source": "s", "steps": []})"), HasSubstr("no rule"));
  EXPECT_THAT(
      error_of(R"({"title": "t", "rules": ["NotASocket", "NotASocket"], "source": "s", "steps": []})"),
      HasSubstr("a second time"));
  EXPECT_THAT(error_of(R"({"title": "t", "rules": ["NotASocket"], "source": "s", "steps": []})"),
              HasSubstr("no steps"));
}

TEST(Reader, RefusesWhatIsNoNumberOfTheHeaders) {
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "socket", "socket": "$t", "raw": {"type": "SOCK_STREM"},
                                "expect": "ok"})"),
              HasSubstr("\"SOCK_STREAM\""));
  EXPECT_THAT(
      error_of_step(R"({"as": "p", "call": "bind", "socket": "$s", "port": "$block+70000", "expect": "ok"})"),
      HasSubstr("expected a port such as"));
  EXPECT_THAT(
      error_of_step(R"({"as": "p", "call": "bind", "socket": "$s", "address": "localhost", "expect": "ok"})"),
      HasSubstr("an address such as"));
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "WSAStartup", "version": "2", "expect": "ok"})"),
              HasSubstr("a version such as"));
}

// -- absurd files ---------------------------------------------------------------------------------

std::string many_steps(std::size_t count) {
  std::string steps = kSocket;
  for (std::size_t i = 1; i < count; ++i)
    steps +=
        R"(,{"as":"p","call":"getsockname","socket":"$s","expect":{"refused_by":"SocketHasNoName","code":"WSAEINVAL"}})";
  return steps;
}

TEST(Reader, ReadsAHundredThousandStepsWhichAgreeInBothArms) {
  const auto read = parse(with(many_steps(scenario::kMostSteps)));
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->steps.size(), scenario::kMostSteps);
  for (const auto& arm : arms()) EXPECT_EQ(objection(*read, *arm, Profile{}), "");
}

TEST(Reader, RefusesMoreSteps) {
  EXPECT_THAT(error_of(with(many_steps(scenario::kMostSteps + 1))), HasSubstr("at most 100000 elements"));
}

TEST(Reader, RefusesDeepNesting) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"switch": "no_gap", "no_buffers": )";
  EXPECT_THAT(error_of_step(R"({"as": "p", "call": "listen", "socket": "$s", "expect": )" + deep),
              HasSubstr("test.json"));
}

TEST(Reader, RefusesAFileThatIsTooLarge) {
  const auto read = scenario::load_scenario("/dev/zero", fixtures());
  EXPECT_FALSE(read);
}

}  // namespace
}  // namespace berth::test
