// SPDX-License-Identifier: MIT
// The command as a user calls it: its output, its errors, its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <berth/core/profile.h>
#include <berth/document/json.h>
#include <berth/text/law_text.h>

namespace berth::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ended {
  int code = -1;
  std::string output;  ///< stdout and stderr
};

Ended berth_command(const std::string& arguments) {
  const std::string line = std::string(BERTH_COMMAND_PATH) + ' ' + arguments + " 2>&1";
  FILE* const pipe = popen(line.c_str(), "r");
  Ended ended;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;)
    ended.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

/// A folder of its own, gone with the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("berth-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_ / "scenarios" / "area");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;  // what cannot be removed is left to the system
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name = "") const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string scenario_expecting(const std::string& expect) {
  return R"({"title": "no ports", "rules": ["BlockIsEmpty"], "source": "PER-03", "processes": {"admin": "elevated-administrator"},
             "ports": {"$b": {}}, "steps": [{"as": "admin", "call": "CreatePersistentTcpPortReservation",
             "block": {"start": "$b", "count": 0}, "expect": )" +
         expect + "}]}";
}
const std::string kRight = R"({"refused_by": "BlockIsEmpty", "code": "ERROR_INVALID_PARAMETER"})";

// -- help and mistakes ----------------------------------------------------------------------------

TEST(Command, HelpNamesTheCommandsAndExitCodes) {
  for (const char* help : {"help", "--help"}) {
    const Ended ended = berth_command(help);
    EXPECT_EQ(ended.code, 0);
    for (const char* name : {"run", "conform", "rules"}) EXPECT_THAT(ended.output, HasSubstr(name));
    EXPECT_THAT(ended.output, HasSubstr("Exit codes"));
  }
  EXPECT_THAT(berth_command("help conform").output, HasSubstr("--all-positions"));
  EXPECT_EQ(berth_command("help conform").output, berth_command("conform --help").output);
  for (const char* name : {"run", "conform", "rules"})
    EXPECT_THAT(berth_command(std::string(name) + " --help").output, HasSubstr("Exit codes"));
}

TEST(Command, AsksWhetherAnotherNameWasMeant) {
  const Ended command = berth_command("confrom");
  EXPECT_EQ(command.code, 2);
  EXPECT_THAT(command.output, HasSubstr("did you mean \"conform\"?"));
  EXPECT_THAT(berth_command("rules --rule BlockIsEmty").output, HasSubstr("did you mean \"BlockIsEmpty\"?"));
  EXPECT_THAT(berth_command("rules --code WSAEACES").output, HasSubstr("did you mean \"WSAEACCES\"?"));
  EXPECT_THAT(berth_command("rules --provenance infered").output, HasSubstr("did you mean \"inferred\"?"));
  EXPECT_THAT(berth_command("conform --arm winsok").output, HasSubstr("did you mean \"winsock\"?"));
  EXPECT_THAT(berth_command("conform --profile cautios").output, HasSubstr("did you mean \"cautious\"?"));
}

TEST(Command, EndsWithTwoOnBadInput) {
  for (const char* arguments :
       {"", "run", "run /nowhere.json", "conform --fixtures /nowhere", "conform --arm none",
        "rules --kind none", "rules --json --markdown", "conform --json /nowhere/x", "--nothing"})
    EXPECT_EQ(berth_command(arguments).code, 2) << arguments;
}

TEST(Command, SaysWhereABadFileIsBad) {
  const Folder folder;
  const std::string file = folder.write("bad.json", scenario_expecting(R"({"refused_by": "BlockIsEmpty"})"));
  const Ended ended = berth_command("run " + file);
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.output,
            "berth: " + file + ": at /steps/0/expect: found no key \"code\", expected the key \"code\"\n");
}

// -- run and conform ------------------------------------------------------------------------------

TEST(Command, RunTellsEachStep) {
  const Folder folder;
  const Ended ended = berth_command("run " + folder.write("right.json", scenario_expecting(kRight)));
  EXPECT_EQ(ended.code, 0);
  const std::string step =
      "1.   admin: CreatePersistentTcpPortReservation\n"
      "     is refused with 87 ERROR_INVALID_PARAMETER\n"
      "     rule: BlockIsEmpty (inferred)\n"
      "       A block has at least one port.\n";
  EXPECT_THAT(ended.output, HasSubstr("no ports [rules]\n" + step));
  EXPECT_THAT(ended.output, HasSubstr("no ports [winsock]\n" + step));
  EXPECT_THAT(ended.output, EndsWith("agrees\n\n"));
}

TEST(Command, RunEndsWithOneWhenAScenarioDiffers) {
  const Folder folder;
  const Ended ended =
      berth_command("run --arm rules " + folder.write("wrong.json", scenario_expecting("\"ok\"")));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("differs: saw a refusal by BlockIsEmpty"));
  EXPECT_THAT(ended.output, Not(HasSubstr("[winsock]")));
}

TEST(Command, ConformPlaysAFolderAndWritesReports) {
  const Folder folder;
  folder.write("scenarios/area/right.json", scenario_expecting(kRight));
  const std::string arguments = "conform --fixtures " + folder.path();
  const Ended right = berth_command(arguments + " --json " + folder.path("r.json") + " --junit " +
                                    folder.path("r.xml") + " --tap " + folder.path("r.tap"));
  EXPECT_EQ(right.code, 0) << right.output;
  EXPECT_THAT(right.output, ContainsRegex("BlockIsEmpty +inferred +1 +agrees +agrees\n"));
  EXPECT_THAT(right.output, HasSubstr("2 playings under the profile default: 2 agrees"));
  EXPECT_EQ(Json::parse(contents_of(folder.path("r.json")))["playings"].size(), 2U);
  EXPECT_THAT(contents_of(folder.path("r.xml")), HasSubstr("name=\"area/right\""));
  EXPECT_THAT(contents_of(folder.path("r.tap")), HasSubstr("ok 2 - area/right, winsock"));
  folder.write("scenarios/area/wrong.json", scenario_expecting("\"ok\""));
  EXPECT_EQ(berth_command(arguments).code, 1);
  EXPECT_EQ(berth_command(arguments + " --rule AlreadyBound").code, 0);
  folder.write("scenarios/area/broken.json", "{");
  EXPECT_EQ(berth_command(arguments).code, 2);
}

TEST(Command, ConformAgreesWithTheFixtures) {
  const Ended ended = berth_command("conform --all-positions");
  EXPECT_EQ(ended.code, 0) << ended.output;
}

// -- rules ----------------------------------------------------------------------------------------

TEST(Command, RulesAreSearched) {
  const Ended one = berth_command("rules --rule BlockIsEmpty");
  EXPECT_THAT(one.output, HasSubstr("BlockIsEmpty (refusal, inferred)\n  A block has at least one port.\n"));
  EXPECT_THAT(one.output, HasSubstr("  switch bad_block: invalid, address_not_available\n"));
  EXPECT_EQ(berth_command("rules --code WSAEACCES").output, berth_command("rules --code 10013").output);
  EXPECT_THAT(berth_command("rules --code WSAEACCES").output, HasSubstr("RuntimeTokenOfAnotherProcess"));
  for (const Json& row :
       Json::parse(berth_command("rules --provenance unspecified --kind effect --json").output)) {
    EXPECT_EQ(row["provenance"], "unspecified");
    EXPECT_EQ(row["kind"], "effect");
  }
  EXPECT_EQ(Json::parse(berth_command("rules --json").output).size(), kRuleCount);
  EXPECT_EQ(Json::parse(berth_command("rules --switches --json").output).size(), switches().size());
}

// -- reports of real Windows ------------------------------------------------------------------------------

// One scenario that agreed, and one that was refused with another code than ours.
constexpr const char* kReport = R"({"version": 1, "build": "Windows 11 Pro 10.0.22631", "complete": true,
"seconds": 1.5, "probes": [{"probe": "elevated token", "answer": "yes"}], "playings": [
{"scenario": "release/a_reservation_is_released_once", "verdict": "differs", "reason": "step 4", "milliseconds": 2.0,
 "steps": [{"step": 3, "expected": {"refused_by": "NothingToRelease", "code": 10022}, "saw": 10013,
            "differences": ["saw a failure with 10013 WSAEACCES"]}]}]})";

TEST(Reports, AreComparedRuleByRule) {
  const Folder folder;
  const Ended compared = berth_command("conform --compare " + folder.write("report.json", kReport));
  EXPECT_EQ(compared.code, 1);
  EXPECT_THAT(compared.output, HasSubstr("build: Windows 11 Pro 10.0.22631"));
  EXPECT_THAT(compared.output, ContainsRegex("NothingToRelease +differs: we say 10022 WSAEINVAL, it says "
                                             "10013 WSAEACCES \\(release/a_reservation_is_released_once\\)"));
}

TEST(Reports, AreNotReadWhenTheyAreOfAnotherVersion) {
  const Folder folder;
  const Ended compared =
      berth_command("conform --compare " + folder.write("report.json", R"({"version": 2})"));
  EXPECT_EQ(compared.code, 2);
  EXPECT_THAT(compared.output, HasSubstr("at /version: found the number 2"));
}

TEST(Reports, AreDiffed) {
  const Folder folder;
  const std::string report = folder.write("report.json", kReport);
  EXPECT_EQ(berth_command("conform --diff " + report + ' ' + report).output, "the reports say the same\n");
  EXPECT_EQ(berth_command("conform --diff " + report).code, 2);
}

TEST(Documents, AreTheOnesThatTheCodeMakes) {
  const std::string docs = std::string(BERTH_SOURCE_DIR) + "/docs/";
  EXPECT_EQ(contents_of(docs + "rules.md"), rules_page()) << "run scripts/generate";
  EXPECT_EQ(contents_of(docs + "deviations.md"), deviations_page()) << "run scripts/generate";
  EXPECT_EQ(contents_of(docs + "open-questions.md"), berth_command("conform --questions").output);
  EXPECT_EQ(contents_of(docs + "report.schema.json"), berth_command("conform --report-schema").output);
  EXPECT_EQ(berth_command("rules --markdown").output, rules_page());
  EXPECT_EQ(berth_command("rules --deviations").output, deviations_page());
}

TEST(Documents, TheReadmeTellsTheStatusOfTheSuite) {
  const Ended status = berth_command("conform --status");
  ASSERT_EQ(status.code, 0) << status.output;
  // The Windows face may have said something on stderr before.
  const std::string text = status.output.substr(status.output.rfind("\n| how we know"));
  EXPECT_THAT(contents_of(std::string(BERTH_SOURCE_DIR) + "/README.md"), HasSubstr(text))
      << "run scripts/generate";
}

TEST(Documents, TheReadmesDemoIsTheProgramThatTheConsumerTestRuns) {
  const std::string program = contents_of(std::string(BERTH_SOURCE_DIR) + "/tests/consumer/project/demo.cpp");
  const std::string demo = program.substr(program.find("#include"));
  EXPECT_THAT(contents_of(std::string(BERTH_SOURCE_DIR) + "/README.md"),
              HasSubstr("```cpp\n" + demo + "```"));
}

}  // namespace
}  // namespace berth::test
