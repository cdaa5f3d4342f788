// SPDX-License-Identifier: MIT
// The native arm on an emulated machine that plays Windows: reports, what follows from them, and clean-up.
#ifndef _WIN32

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <berth/document/core_values.h>
#include <berth/document/reading.h>
#include <berth/machine/machine.h>
#include <berth/scenario/emulated_host.h>
#include <berth/scenario/evidence.h>
#include <berth/scenario/native_arm.h>
#include <berth/store/file_storage.h>

#include "scenario/suite.h"
#include "support/temporary_folder.h"

namespace berth::test {
namespace {

using scenario::Evidence;
using scenario::Verdict;
using testing::IsEmpty;

/// A report of a Windows that has this profile.
Evidence report_of(const Profile& profile, const std::string& filter, bool elevated = true) {
  const TemporaryFolder folder;
  auto host = scenario::make_emulated_host(
      {.profile = profile, .elevated = elevated, .store = {}, .each_call = {}}, fixtures());
  EXPECT_TRUE(host) << host.error();
  auto computer = std::move(host).value();
  auto journal = scenario::TraceJournal::open(folder / "journal");
  EXPECT_TRUE(journal) << journal.error();
  auto traces = std::move(journal).value();
  const auto arm = scenario::make_native_arm(*computer, *traces);
  return scenario::gather(suite(), *arm, *computer, {.filter = filter, .progress = {}, .is_stopped = {}});
}

std::set<Rule> differing_rules(const Evidence& evidence, const Profile& profile) {
  std::set<Rule> rules;
  for (const auto& judgement : scenario::judge(suite(), evidence, profile))
    if (judgement.verdict == Verdict::Differs) rules.insert(judgement.rule);
  return rules;
}

std::vector<std::string> unexpected(const Evidence& evidence) {
  std::vector<std::string> found;
  for (const auto& playing : evidence.playings)
    if (playing.verdict == Verdict::Unknown) found.push_back(playing.scenario + ": " + playing.reason);
  return found;
}

// The questions that take what the native arm has not: a restart, services, a second account.
const std::set<std::string_view> kNeverAsked = {"tokens_at_restart"};

TEST(NativeArm, AgreesWithAWindowsThatIsAsWeSay) {
  const Evidence evidence = report_of({}, "");
  EXPECT_THAT(unexpected(evidence), IsEmpty());
  EXPECT_THAT(differing_rules(evidence, {}), IsEmpty());
  const auto report = scenario::suite_report(suite(), evidence, {});
  EXPECT_GT(report.count(Verdict::Agrees), 350U);
}

TEST(NativeArm, NamesTheProbeThatFailed) {
  const Evidence evidence = report_of({}, "persistent/create_reserves", false);
  ASSERT_EQ(evidence.playings.size(), 1U);
  EXPECT_EQ(evidence.playings[0].verdict, Verdict::NotApplicable);
  EXPECT_EQ(evidence.playings[0].reason, "an elevated token: the run is not elevated");
}

TEST(Reports, AreReadAsTheyWereWritten) {
  const Evidence evidence = report_of({}, "switches/");
  const auto back = scenario::parse_evidence("report.json", scenario::evidence_text(evidence));
  ASSERT_TRUE(back) << to_string(back.error());
  ASSERT_EQ(back->playings.size(), evidence.playings.size());
  EXPECT_EQ(scenario::evidence_text(*back), scenario::evidence_text(evidence));
  EXPECT_EQ(scenario::difference_text(*back, evidence), "");
}

TEST(Reports, TellWhereTheyDiffer) {
  Profile other;
  switch_named("short_output")->set(other, 1);
  const std::string question = "switches/it_is_open_with_which_code_a_short_output_is_refused";
  const std::string text = scenario::difference_text(report_of({}, question), report_of(other, question));
  EXPECT_THAT(text, testing::HasSubstr("short_output=invalid: agrees -> differs"));
  EXPECT_THAT(text, testing::HasSubstr("short_output=fault: differs"));
}

// -- the loop ---------------------------------------------------------------------------------------------

TEST(Loop, EachSwitchThatIsTurnedIsFoundAndCalibratedFromTheReportAlone) {
  for (std::size_t index = 0; index < switches().size(); ++index) {
    const Switch& row = switches()[index];
    if (kNeverAsked.contains(row.name)) continue;
    for (std::size_t position = 1; position < row.positions.size(); ++position) {
      Profile windows;
      row.set(windows, position);
      const auto report =
          scenario::parse_evidence("report.json", scenario::evidence_text(report_of(windows, "switches/")));
      ASSERT_TRUE(report) << to_string(report.error());
      const std::string at = std::string(row.name) + '=' + std::string(row.positions[position]);
      EXPECT_EQ(differing_rules(*report, {}), std::set<Rule>{row.rule}) << at;
      Profile found = scenario::calibrate(suite(), *report).profile;
      found.name = windows.name;
      EXPECT_EQ(found, windows) << at;
      EXPECT_THAT(differing_rules(*report, found), IsEmpty()) << at;
    }
  }
}

TEST(Loop, ACodeThatNoSwitchExplainsBecomesAnOverride) {
  Profile windows;
  windows.codes = {{.rule = Rule::NothingToRelease, .winsock = 10013, .win32 = {}}};
  const Evidence report = report_of(windows, "release/");
  EXPECT_EQ(differing_rules(report, {}), std::set<Rule>{Rule::NothingToRelease});
  const auto calibration = scenario::calibrate(suite(), report);
  EXPECT_EQ(calibration.profile.codes, windows.codes);
  EXPECT_THAT(differing_rules(report, calibration.profile), IsEmpty());
}

TEST(Loop, ACalibratedProfileSaysWhatWasObservedAndWhere) {
  const auto calibration = scenario::calibrate(suite(), report_of({}, "release/"));
  const std::string text = scenario::profile_text(calibration);
  const auto profile = read_document("p", text, [](const Cursor& at) { return read<Profile>(at); });
  ASSERT_TRUE(profile) << to_string(profile.error());
  EXPECT_EQ(*profile, calibration.profile);
  const auto observed = read_document("p", text, observed_in_profile);
  ASSERT_TRUE(observed) << to_string(observed.error());
  EXPECT_EQ(observed->on, "emulated Windows, profile default");
  EXPECT_TRUE(observed->rules.test(index_of(Rule::NothingToRelease)));
}

// -- clean-up ---------------------------------------------------------------------------------------------

// Plays with a stand-in whose process dies at that change of the machine. True when it died.
bool dies_at(int call, const TemporaryFolder& folder, const std::string& filter) {
  const pid_t child = ::fork();
  if (child == 0) {
    int calls = 0;
    auto host = scenario::make_emulated_host({.profile = {},
                                              .elevated = true,
                                              .store = folder / "store.json",
                                              .each_call =
                                                  [&calls, call] {
                                                    if (++calls == call) ::_exit(9);
                                                  }},
                                             fixtures());
    auto computer = std::move(host).value();
    auto journal = scenario::TraceJournal::open(folder / "journal");
    auto list = std::move(journal).value();
    const auto arm = scenario::make_native_arm(*computer, *list);
    static_cast<void>(
        scenario::gather(suite(), *arm, *computer, {.filter = filter, .progress = {}, .is_stopped = {}}));
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 9;
}

// What the store holds besides how often the machine was started.
PersistentSet left_in(const TemporaryFolder& folder) {
  auto storage = FileStorage::open(folder / "store.json");
  EXPECT_TRUE(storage) << to_string(storage.error());
  auto set = std::move(storage).value()->load();
  EXPECT_TRUE(set) << to_string(set.error());
  return *set;
}

void clean_up_after(const TemporaryFolder& folder) {
  auto host = scenario::make_emulated_host(
      {.profile = {}, .elevated = true, .store = folder / "store.json", .each_call = {}}, fixtures());
  ASSERT_TRUE(host) << host.error();
  auto computer = std::move(host).value();
  auto journal = scenario::TraceJournal::open(folder / "journal");
  ASSERT_TRUE(journal) << journal.error();
  auto traces = std::move(journal).value();
  EXPECT_EQ(scenario::clean_up(*traces, *computer), 0U);
}

void expect_clean_after_every_death(const std::string& filter) {
  int call = 1;
  for (bool died = true; died; ++call) {
    const TemporaryFolder folder;
    died = dies_at(call, folder, filter);
    clean_up_after(folder);
    const PersistentSet left = left_in(folder);
    EXPECT_THAT(left.reservations, IsEmpty()) << filter << ", call " << call;
    EXPECT_THAT(left.exclusions, IsEmpty()) << filter << ", call " << call;
    for (const auto& range : left.dynamic_ranges)
      EXPECT_EQ(range.range.count(), 16384U) << filter << ", call " << call;
    EXPECT_FALSE(std::filesystem::exists(folder / "journal"));
  }
  EXPECT_GT(call, 8) << filter;
}

TEST(CleanUp, LeavesNoReservationWhereverTheRunIsKilled) {
  expect_clean_after_every_death("persistent/neighbouring_persistent_blocks_are_not_merged");
}
TEST(CleanUp, LeavesNoExclusionWhereverTheRunIsKilled) {
  expect_clean_after_every_death("exclusions/neighbouring_exclusions_are_not_merged");
}
TEST(CleanUp, LeavesTheDynamicRangeAsItWasWhereverTheRunIsKilled) {
  expect_clean_after_every_death("exclusions/a_new_dynamic_range_serves_the_next_choice");
}

}  // namespace
}  // namespace berth::test

#endif
