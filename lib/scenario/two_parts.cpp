// SPDX-License-Identifier: MIT
#include <berth/scenario/two_parts.h>

#include <algorithm>

#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/scenario/native_arm.h>
#include <berth/scenario/play.h>

#include "clock.h"
#include "playing_evidence.h"
#include "wire.h"

namespace berth::scenario {
namespace {

bool is_stopped(const GatherOptions& options) { return options.is_stopped && options.is_stopped(); }

// -- the first part ---------------------------------------------------------------------------------------

void play_first_half(const Scenario& scenario, const Arm& arm, const Profile& profile, FirstPart& first,
                     const GatherOptions& options) {
  const auto start = Clock::now();
  HalfPlayed half = play_until_restart(scenario, arm, profile);
  PlayEvidence evidence = evidence_of(scenario, profile, half.report);
  evidence.milliseconds = milliseconds_since(start);
  const bool waits = half.report.verdict == Verdict::Agrees;
  if (waits) {
    evidence.verdict = Verdict::Unknown;
    evidence.reason = "it waits for a restart";
  }
  if (options.progress) options.progress(evidence);
  if (waits)
    first.waiting.push_back({.so_far = std::move(evidence), .names = std::move(half.names)});
  else
    first.finished.push_back(std::move(evidence));
}

// False when it was stopped.
bool play_first_halves(const std::vector<Scenario>& suite, const Arm& arm, FirstPart& first,
                       const GatherOptions& options) {
  for (const Scenario& scenario : suite) {
    const bool is_wanted = short_name(scenario).find(options.filter) != std::string::npos;
    if (!is_wanted || restart_of(scenario) == nullptr) continue;
    for (const Profile& profile : all_positions(scenario, Profile{})) {
      if (is_stopped(options)) return false;
      play_first_half(scenario, arm, profile, first, options);
    }
  }
  return true;
}

// -- the second part --------------------------------------------------------------------------------------

std::optional<Profile> profile_of(const Scenario& scenario, const PlayEvidence& playing) {
  for (Profile& profile : all_positions(scenario, Profile{}))
    if (named_positions(scenario, profile) == playing.positions) return std::move(profile);
  return std::nullopt;
}

PlayEvidence with_second_half(PlayEvidence so_far, PlayEvidence rest) {
  so_far.verdict = rest.verdict;
  so_far.reason = std::move(rest.reason);
  so_far.known_deviation = rest.known_deviation;
  so_far.steps.insert(so_far.steps.end(), rest.steps.begin(), rest.steps.end());
  return so_far;
}

PlayEvidence play_second_half(const std::vector<Scenario>& suite, const Arm& arm,
                              const WaitingPlaying& waiting) {
  const auto start = Clock::now();
  const auto scenario = std::ranges::find(suite, waiting.so_far.scenario, short_name);
  const auto profile = scenario == suite.end() || restart_of(*scenario) == nullptr
                           ? std::nullopt
                           : profile_of(*scenario, waiting.so_far);
  PlayEvidence played = waiting.so_far;
  if (!profile) {
    played.verdict = Verdict::Unknown;
    played.reason = "its first part is of another version of this program";
    return played;
  }
  const PlayReport rest = play_after_restart(*scenario, arm, *profile, waiting.names);
  played = with_second_half(std::move(played), evidence_of(*scenario, *profile, rest));
  played.milliseconds += milliseconds_since(start);
  return played;
}

// -- JSON -------------------------------------------------------------------------------------------------

constexpr int kFirstPartVersion = 1;

WaitingPlaying waiting_at(const Cursor& at) {
  return at.object([](Members& members) {
    return WaitingPlaying{.so_far = playing_at(members.required("so_far")),
                          .names = names_at(members.required("names"))};
  });
}

FirstPart first_part_at(const Cursor& at) {
  return at.object([](Members& members) {
    static_cast<void>(members.required("version").unsigned_between(kFirstPartVersion, kFirstPartVersion));
    return FirstPart{.build = members.required("build").name(),
                     .finished = members.required("finished").list(kMostPlayings, playing_at),
                     .waiting = members.required("waiting").list(kMostPlayings, waiting_at)};
  });
}

}  // namespace

Result<FirstPart, std::string> play_before_restart(const std::vector<Scenario>& suite, Host& host,
                                                   TraceJournal& journal, const GatherOptions& options) {
  if (auto lack = host.lacks_restart()) return "a run in two parts needs " + *lack;
  const Trace mark{.kind = Trace::Kind::BootMark,
                   .transport = {},
                   .family = {},
                   .block = {},
                   .store = Lifetime::UntilRestart};
  if (!journal.note(mark)) return std::string("the journal cannot be written");
  if (!host.mark_this_boot()) return std::string("no mark can be left that a restart removes");
  FirstPart first{.build = host.build(), .finished = {}, .waiting = {}};
  const auto arm = make_native_arm(host, journal, RunPart::BeforeRestart);
  const bool was_stopped = !play_first_halves(suite, *arm, first, options);
  if (!was_stopped && !first.waiting.empty()) return first;
  first.waiting.clear();
  static_cast<void>(clean_up(journal, host));
  return first;
}

std::optional<std::string> objection_to_second_part(const FirstPart& first, const Host& host) {
  if (auto lack = host.lacks_restart()) return "the second part needs " + *lack;
  if (first.build != host.build())
    return "the first part was played on " + first.build + ", and this is " + host.build() +
           ": take it back with --clean-up and begin again";
  if (host.is_boot_marked())
    return "this computer was not restarted since the first part: choose Restart, because a shutdown may "
           "only "
           "put the system to sleep, and then run the second part again";
  return std::nullopt;
}

Evidence play_after_restart(const std::vector<Scenario>& suite, Host& host, TraceJournal& journal,
                            const FirstPart& first, const GatherOptions& options) {
  const auto start = Clock::now();
  Evidence evidence{.build = host.build(),
                    .probes = host.probes(),
                    .playings = first.finished,
                    .seconds = 0,
                    .complete = true};
  {
    const auto arm = make_native_arm(host, journal, RunPart::AfterRestart);
    for (const WaitingPlaying& waiting : first.waiting) {
      evidence.complete = !is_stopped(options);
      if (!evidence.complete) break;
      evidence.playings.push_back(play_second_half(suite, *arm, waiting));
      if (options.progress) options.progress(evidence.playings.back());
    }
  }
  static_cast<void>(clean_up(journal, host));
  evidence.seconds = milliseconds_since(start) / 1000;
  return evidence;
}

Evidence with_playings_of(const Evidence& later, Evidence report) {
  for (const PlayEvidence& playing : later.playings) {
    const auto old = std::ranges::find_if(report.playings, [&playing](const PlayEvidence& one) {
      return one.scenario == playing.scenario && one.positions == playing.positions;
    });
    if (old == report.playings.end())
      report.playings.push_back(playing);
    else
      *old = playing;
  }
  report.seconds += later.seconds;
  report.complete = report.complete && later.complete;
  return report;
}

std::string first_part_text(const FirstPart& first) {
  Json json{{"version", kFirstPartVersion}, {"build", first.build}};
  json["finished"] = Json::array();
  for (const PlayEvidence& playing : first.finished) json["finished"].push_back(json_of(playing));
  json["waiting"] = Json::array();
  for (const WaitingPlaying& playing : first.waiting)
    json["waiting"].push_back({{"so_far", json_of(playing.so_far)}, {"names", json_of(playing.names)}});
  return page_of(json);
}

Result<FirstPart, DocumentError> parse_first_part(const std::string& file, std::string_view text) {
  return read_document(file, text, first_part_at,
                       {.bytes = std::size_t{256} << 20U, .depth = 64, .values = 50'000'000});
}

}  // namespace berth::scenario
