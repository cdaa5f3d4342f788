// SPDX-License-Identifier: MIT
// The native arm on an emulated machine that plays Windows: reports, what follows from them, and clean-up.
#ifndef _WIN32

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <set>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include <berth/document/core_values.h>
#include <berth/document/reading.h>
#include <berth/machine/machine.h>
#include <berth/scenario/emulated_host.h>
#include <berth/scenario/evidence.h>
#include <berth/scenario/native_arm.h>
#include <berth/scenario/two_parts.h>
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

/// A Windows that has this profile and can be restarted, and the journal of the runs on it.
class RestartableWindows {
 public:
  explicit RestartableWindows(const Profile& profile, bool elevated = true)
      : profile_(profile), elevated_(elevated) {
    restart();
  }
  void restart() {
    host_.reset();
    auto host = scenario::make_emulated_host(
        {.profile = profile_, .elevated = elevated_, .store = folder_ / "store.json", .each_call = {}},
        fixtures());
    if (!host) throw std::runtime_error(host.error());
    host_ = std::move(host).value();
    reopen_journal();
  }
  /// As the next run of the program does.
  void reopen_journal() {
    journal_.reset();
    auto journal = scenario::TraceJournal::open(folder_ / "journal");
    if (!journal) throw std::runtime_error(journal.error());
    journal_ = std::move(journal).value();
  }
  scenario::Host& host() { return *host_; }
  scenario::TraceJournal& journal() { return *journal_; }

  auto play_first_part(const scenario::GatherOptions& options = {}) {
    return scenario::play_before_restart(suite(), *host_, *journal_, options);
  }
  Evidence play_second_part(const scenario::FirstPart& first) {
    return scenario::play_after_restart(suite(), *host_, *journal_, first, {});
  }

 private:
  TemporaryFolder folder_;
  Profile profile_;
  bool elevated_;
  std::unique_ptr<scenario::Host> host_;
  std::unique_ptr<scenario::TraceJournal> journal_;
};

/// What the second part reads of what the first one wrote.
scenario::FirstPart as_read(const scenario::FirstPart& first) {
  auto read = scenario::parse_first_part("before-restart.json", scenario::first_part_text(first));
  EXPECT_TRUE(read) << to_string(read.error());
  return *read;
}

/// A report that also has the answers of a run in two parts.
Evidence report_over_a_restart(const Profile& profile, const std::string& filter) {
  RestartableWindows windows(profile);
  Evidence whole = report_of(profile, filter);
  const auto first = windows.play_first_part({.filter = filter, .progress = {}, .is_stopped = {}});
  EXPECT_TRUE(first) << first.error();
  if (first->waiting.empty()) return whole;
  windows.restart();
  EXPECT_EQ(scenario::objection_to_second_part(*first, windows.host()), std::nullopt);
  const Evidence later = windows.play_second_part(as_read(*first));
  EXPECT_THAT(windows.journal().open_entries(), IsEmpty());
  return scenario::with_playings_of(later, std::move(whole));
}

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
    for (std::size_t position = 1; position < row.positions.size(); ++position) {
      Profile windows;
      row.set(windows, position);
      const auto report = scenario::parse_evidence(
          "report.json", scenario::evidence_text(report_over_a_restart(windows, "switches/")));
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

// -- a run in two parts -----------------------------------------------------------------------------------

const std::string kTokens = "switches/it_is_open_whether_tokens_change_at_a_restart";

std::optional<std::string> why_open(const Evidence& evidence, std::string_view name) {
  for (const auto& [open, why] : scenario::calibrate(suite(), evidence).open)
    if (open == name) return why;
  return std::nullopt;
}

TEST(TwoParts, BothAnswersAboutTokensAreFound) {
  for (const auto position : {choice::TokensAtRestart::Change, choice::TokensAtRestart::Keep}) {
    Profile windows;
    windows.tokens_at_restart = position;
    const Evidence evidence = report_over_a_restart(windows, kTokens);
    EXPECT_EQ(why_open(evidence, "tokens_at_restart"), std::nullopt);
    EXPECT_EQ(scenario::calibrate(suite(), evidence).profile.tokens_at_restart, position);
    // Every step of both parts, in order.
    for (const auto& playing : evidence.playings)
      for (std::size_t i = 0; i < playing.steps.size(); ++i) EXPECT_EQ(playing.steps[i].number, i);
  }
}

TEST(TwoParts, AgreeWithAWindowsThatIsAsWeSay) {
  const Evidence evidence = report_over_a_restart({}, "");
  EXPECT_THAT(unexpected(evidence), IsEmpty());
  EXPECT_THAT(differing_rules(evidence, {}), IsEmpty());
  std::set<std::string> agreeing;
  for (const auto& playing : evidence.playings)
    if (playing.verdict == Verdict::Agrees) agreeing.insert(playing.scenario);
  EXPECT_THAT(
      agreeing,
      testing::IsSupersetOf(
          {std::string("persistent/a_persistent_reservation_outlives_its_creator_and_a_restart"),
           std::string("persistent/a_deletion_outlives_a_restart"),
           std::string("exclusions/an_active_deletion_ends_at_a_restart"),
           std::string("exclusions/an_active_exclusion_ends_at_a_restart_and_a_persistent_one_does_not"),
           std::string("stories/a_game_leaks_a_persistent_reservation_with_every_run")}));
}

TEST(TwoParts, NothingIsAnsweredWithoutARestart) {
  RestartableWindows windows({});
  const auto first = windows.play_first_part({.filter = kTokens, .progress = {}, .is_stopped = {}});
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(first->waiting.size(), 2U);
  windows.reopen_journal();
  const auto objection = scenario::objection_to_second_part(as_read(*first), windows.host());
  ASSERT_TRUE(objection);
  EXPECT_THAT(*objection, testing::HasSubstr("this computer was not restarted since the first part"));
  EXPECT_EQ(why_open(report_of({}, kTokens), "tokens_at_restart"),
            "it needs a restart: a run in two parts has one (--before-restart)");
}

TEST(TwoParts, AreOfOneComputer) {
  Profile other;
  other.name = "other";
  RestartableWindows windows({});
  const auto first = windows.play_first_part({.filter = kTokens, .progress = {}, .is_stopped = {}});
  ASSERT_TRUE(first) << first.error();
  RestartableWindows elsewhere(other);
  EXPECT_THAT(
      scenario::objection_to_second_part(*first, elsewhere.host()).value_or(""),
      testing::HasSubstr("the first part was played on emulated Windows, profile default, and this is"));
}

TEST(TwoParts, NeedAnAdministrator) {
  RestartableWindows windows({}, false);
  const auto first = windows.play_first_part();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error(), "a run in two parts needs an elevated token: the run is not elevated");
  EXPECT_THAT(windows.journal().open_entries(), IsEmpty());
}

std::vector<scenario::Scenario> scenarios_named(const std::vector<std::string>& names) {
  std::vector<scenario::Scenario> found;
  for (const std::string& name : names)
    std::ranges::copy_if(suite(), std::back_inserter(found),
                         [&name](const auto& one) { return scenario::short_name(one) == name; });
  return found;
}

TEST(TwoParts, APlayingThatDiffersBeforeTheRestartTakesNothingFromTheOthers) {
  Profile profile;
  profile.codes = {{.rule = Rule::BlockOverlapsPersistentReservation, .winsock = {}, .win32 = 5}};
  RestartableWindows windows(profile);
  const auto differing_first =
      scenarios_named({"stories/a_game_leaks_a_persistent_reservation_with_every_run", kTokens});
  const auto first = scenario::play_before_restart(differing_first, windows.host(), windows.journal(), {});
  ASSERT_TRUE(first) << first.error();
  const auto differs = [](const auto& playing) { return playing.verdict == Verdict::Differs; };
  EXPECT_EQ(std::ranges::count_if(first->finished, differs), 1);
  EXPECT_TRUE(windows.host().is_boot_marked());
  windows.restart();
  EXPECT_EQ(why_open(windows.play_second_part(*first), "tokens_at_restart"), std::nullopt);
}

TEST(TwoParts, NothingStaysWhenTheFirstIsBrokenOff) {
  RestartableWindows windows({});
  int played = 0;
  const auto first = windows.play_first_part({.filter = {},
                                              .progress = [&played](const auto&) { ++played; },
                                              .is_stopped = [&played] { return played > 6; }});
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(played, 7);
  EXPECT_THAT(first->waiting, IsEmpty());
  EXPECT_THAT(windows.journal().open_entries(), IsEmpty());
  EXPECT_FALSE(windows.host().is_boot_marked());
}

// -- clean-up ---------------------------------------------------------------------------------------------

using PlayedRun = std::function<void(scenario::Host&, scenario::TraceJournal&)>;

// Plays with a stand-in whose machine's state is in the folder, and whose process may die at any change of
// it.
void run_in(const TemporaryFolder& folder, const PlayedRun& run, std::function<void()> each_call) {
  auto host = scenario::make_emulated_host(
      {.profile = {}, .elevated = true, .store = folder / "store.json", .each_call = std::move(each_call)},
      fixtures());
  if (!host) throw std::runtime_error(host.error());
  auto computer = std::move(host).value();
  auto journal = scenario::TraceJournal::open(folder / "journal");
  if (!journal) throw std::runtime_error(journal.error());
  auto list = std::move(journal).value();
  run(*computer, *list);
}

// The same in a process that dies at that change. True when it died.
bool dies_at(int call, const TemporaryFolder& folder, const PlayedRun& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    int calls = 0;
    run_in(folder, run, [&calls, call] {
      if (++calls == call) ::_exit(9);
    });
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
  const auto clean_up = [](scenario::Host& computer, scenario::TraceJournal& traces) {
    EXPECT_EQ(scenario::clean_up(traces, computer), 0U);
  };
  run_in(folder, clean_up, {});
}

void expect_nothing_in(const TemporaryFolder& folder, const std::string& when) {
  const PersistentSet left = left_in(folder);
  EXPECT_THAT(left.reservations, IsEmpty()) << when;
  EXPECT_THAT(left.exclusions, IsEmpty()) << when;
  for (const auto& range : left.dynamic_ranges) EXPECT_EQ(range.range.count(), 16384U) << when;
  EXPECT_FALSE(std::filesystem::exists(folder / "journal")) << when;
}

// `run_after` gives what is played in a folder in which something may have been prepared.
void expect_clean_after_every_death(const std::string& what,
                                    const std::function<PlayedRun(const TemporaryFolder&)>& run_after) {
  int call = 1;
  for (bool died = true; died; ++call) {
    const TemporaryFolder folder;
    died = dies_at(call, folder, run_after(folder));
    clean_up_after(folder);
    expect_nothing_in(folder, what + ", call " + std::to_string(call));
  }
  EXPECT_GT(call, 8) << what;
}

void expect_clean_after_every_death(const std::string& filter) {
  const PlayedRun play = [filter](scenario::Host& computer, scenario::TraceJournal& traces) {
    const auto arm = scenario::make_native_arm(computer, traces);
    static_cast<void>(
        scenario::gather(suite(), *arm, computer, {.filter = filter, .progress = {}, .is_stopped = {}}));
  };
  expect_clean_after_every_death(filter, [&play](const TemporaryFolder&) { return play; });
}

TEST(CleanUp, LeavesNoReservationWhereverTheRunIsKilled) {
  expect_clean_after_every_death("persistent/neighbouring_persistent_blocks_are_not_merged");
}
TEST(CleanUp, LeavesNoExclusionWhereverTheRunIsKilled) {
  expect_clean_after_every_death("exclusions/neighbouring_exclusions_are_not_merged");
}
TEST(CleanUp, LeavesNoReservationOfUdp) {
  expect_clean_after_every_death("persistent/a_persistent_block_is_deleted_by_exactly_its_numbers");
}
TEST(CleanUp, LeavesNothingOfAPlayingThatMakesSeveralKindsOfThings) {
  expect_clean_after_every_death("exclusions/an_exclusion_takes_nothing_that_is_held");
}
TEST(CleanUp, LeavesTheDynamicRangeAsItWasWhereverTheRunIsKilled) {
  expect_clean_after_every_death("exclusions/a_new_dynamic_range_serves_the_next_choice");
}
TEST(CleanUp, LeavesTheDynamicRangesOfOthersAsTheyWere) {
  expect_clean_after_every_death("exclusions/a_dynamic_range_has_at_least_255_ports");
}

// What waits for a restart: a reservation, and exclusions of both stores.
constexpr std::array<const char*, 2> kOverRestarts = {
    "switches/it_is_open_whether_tokens_change_at_a_restart",
    "exclusions/an_active_exclusion_ends_at_a_restart_and_a_persistent_one_does_not"};

scenario::FirstPart first_part_of(const std::string& filter, scenario::Host& computer,
                                  scenario::TraceJournal& traces) {
  const auto first = scenario::play_before_restart(suite(), computer, traces,
                                                   {.filter = filter, .progress = {}, .is_stopped = {}});
  if (!first) throw std::runtime_error(first.error());
  return *first;
}

TEST(CleanUp, LeavesNothingOfAFirstPartWhereverItIsKilled) {
  for (const std::string filter : kOverRestarts) {
    const PlayedRun play = [&filter](scenario::Host& computer, scenario::TraceJournal& traces) {
      static_cast<void>(first_part_of(filter, computer, traces));
    };
    expect_clean_after_every_death(filter, [&play](const TemporaryFolder&) { return play; });
  }
}

TEST(CleanUp, LeavesNothingOfASecondPartWhereverItIsKilled) {
  for (const std::string filter : kOverRestarts) {
    const auto after_first_part = [&filter](const TemporaryFolder& folder) -> PlayedRun {
      scenario::FirstPart first;
      const auto play_first = [&](scenario::Host& computer, scenario::TraceJournal& traces) {
        first = first_part_of(filter, computer, traces);
      };
      run_in(folder, play_first, {});
      EXPECT_TRUE(std::filesystem::exists(folder / "journal"));
      return [first](scenario::Host& computer, scenario::TraceJournal& traces) {
        static_cast<void>(scenario::play_after_restart(suite(), computer, traces, first, {}));
      };
    };
    expect_clean_after_every_death(filter, after_first_part);
  }
}

}  // namespace
}  // namespace berth::test

#endif
