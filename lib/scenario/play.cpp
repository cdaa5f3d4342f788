// SPDX-License-Identifier: MIT
#include <berth/scenario/play.h>

#include <algorithm>

#include <berth/codes/error_codes.h>

#include "comparison.h"

namespace berth::scenario {
namespace {

constexpr std::size_t kMostCombinations = 256;

// True for the calls that a Windows without port reservations does not know.
bool is_about_reservations(const Step& step) {
  return std::holds_alternative<call::Acquire>(step.call) ||
         std::holds_alternative<call::UseToken>(step.call) ||
         std::holds_alternative<call::Persistent>(step.call) ||
         std::holds_alternative<call::DeletePersistent>(step.call);
}

// A scenario that does not tell the two kinds of Windows apart is written for the one that has what it calls.
bool lacks_port_reservations(const Scenario& scenario, const Profile& profile) {
  if (profile.port_reservations == choice::PortReservations::Present || scenario.profile) return false;
  const auto told_apart = [](std::size_t index) { return switches()[index].name == "port_reservations"; };
  return std::ranges::none_of(scenario.switches, told_apart) &&
         std::ranges::any_of(scenario.steps, is_about_reservations);
}

PlayReport unknown(std::string why) {
  PlayReport report;
  report.verdict = Verdict::Unknown;
  report.reason = std::move(why);
  return report;
}

class Playing {
 public:
  Playing(const Scenario& scenario, const Profile& profile, Performance& performance, Names names = {})
      : scenario_(scenario), profile_(profile), performance_(performance), names_(std::move(names)) {}

  PlayReport run_from_the_beginning(std::span<const Step> steps) {
    if (auto problem = pick_ports()) return unknown(*std::move(problem));
    return run(steps);
  }
  PlayReport run(std::span<const Step> steps) {
    PlayReport report;
    report.verdict = Verdict::Agrees;
    report.steps.reserve(steps.size());
    for (const Step& step : steps) {
      report.steps.push_back(play_step(step));
      const StepReport& played = report.steps.back();
      if (played.seen.kind == Seen::Kind::Failed) {
        report.verdict = Verdict::Unknown;
        report.reason = "step " + std::to_string(step.number + 1) + ": " + played.seen.failure;
        break;
      }
      if (played.differences.empty()) continue;
      report.verdict = Verdict::Differs;
      report.reason = "step " + std::to_string(step.number + 1) + ", " + step.call_name + ": " +
                      played.differences.front();
      break;
    }
    return report;
  }
  [[nodiscard]] const Names& names() const { return names_; }

 private:
  std::optional<std::string> pick_ports() {
    auto picked = performance_.pick(scenario_.ports);
    if (!picked) return picked.error();
    for (std::size_t i = 0; i < scenario_.ports.size(); ++i)
      names_.set(scenario_.ports[i].name, (*picked)[i]);
    return std::nullopt;
  }

  StepReport play_step(const Step& step) {
    StepReport report{.number = step.number,
                      .skipped = !holds(step.when, profile_),
                      .expected = step.expect.under(profile_),
                      .seen = {},
                      .differences = {}};
    if (report.skipped) return report;
    if (auto problem = names_.problem_with(step)) {
      report.seen = Seen::failed(*std::move(problem));
      return report;
    }
    report.seen = performance_.perform(step, names_);
    if (report.seen.kind != Seen::Kind::Failed)
      report.differences = comparison_.compare(step, report.expected, report.seen);
    return report;
  }

  const Scenario& scenario_;
  const Profile& profile_;
  Performance& performance_;
  Names names_;
  Comparison comparison_{names_, performance_};
};

// A deviation that was announced is agreement, and its absence is news.
void judge_deviation(const Scenario& scenario, const Arm& arm, PlayReport& report) {
  if (!scenario.known_deviation || scenario.known_deviation->arm != arm.kind()) return;
  if (report.verdict == Verdict::Differs) {
    report.verdict = Verdict::Agrees;
    report.known_deviation = true;
    report.reason = scenario.known_deviation->reason;
  } else if (report.verdict == Verdict::Agrees) {
    report.verdict = Verdict::Differs;
    report.reason = "it agrees, although a deviation is announced: " + scenario.known_deviation->reason;
  }
}

}  // namespace

std::optional<std::string> lack_of(const Scenario& scenario, const Arm& arm, const Profile& profile) {
  if (!scenario.arms.empty() && std::ranges::find(scenario.arms, arm.kind()) == scenario.arms.end())
    return "the scenario is for other arms";
  if (auto lack = ruled_out_by(scenario, profile)) return lack;
  if (auto lack = arm.lacks(scenario)) return lack;
  for (const ProcessWanted& process : scenario.processes)
    if (auto lack = arm.lacks(process)) return lack;
  for (const Step& step : scenario.steps)
    if (holds(step.when, profile))
      if (auto lack = arm.lacks(step)) return lack;
  return std::nullopt;
}

std::optional<std::string> ruled_out_by(const Scenario& scenario, const Profile& profile) {
  if (lacks_port_reservations(scenario, profile)) return "a Windows with port reservations";
  for (const SwitchPosition& assumed : scenario.assumes) {
    const Switch& row = switches()[assumed.switch_index];
    if (row.position_in(profile) != assumed.position)
      return "the profile has " + std::string(row.name) + '=' + std::string(row.position_name(profile));
  }
  return std::nullopt;
}

PlayReport play(const Scenario& scenario, const Arm& arm, const Profile& profile) {
  Profile own;
  if (scenario.profile) {
    own = *scenario.profile;
    own.suspended |= profile.suspended;
  }
  const Profile& played_under = scenario.profile ? own : profile;
  if (auto lack = lack_of(scenario, arm, played_under)) {
    PlayReport report;
    report.reason = *std::move(lack);
    return report;
  }
  auto performance = arm.begin(scenario, played_under);
  if (!performance) return unknown(performance.error());
  PlayReport report = Playing(scenario, played_under, **performance).run_from_the_beginning(scenario.steps);
  judge_deviation(scenario, arm, report);
  return report;
}

const Step* restart_of(const Scenario& scenario) {
  const auto is_restart = [](const Step& step) { return std::holds_alternative<call::Restart>(step.call); };
  if (std::ranges::count_if(scenario.steps, is_restart) != 1) return nullptr;
  const Step& restart = *std::ranges::find_if(scenario.steps, is_restart);
  return restart.when.empty() ? &restart : nullptr;
}

HalfPlayed play_until_restart(const Scenario& scenario, const Arm& arm, const Profile& profile) {
  HalfPlayed half;
  if (auto lack = lack_of(scenario, arm, profile)) {
    half.report.reason = *std::move(lack);
    return half;
  }
  auto performance = arm.begin(scenario, profile);
  if (!performance) {
    half.report = unknown(performance.error());
    return half;
  }
  Playing playing(scenario, profile, **performance);
  const std::span steps(scenario.steps);
  half.report = playing.run_from_the_beginning(steps.first(restart_of(scenario)->number + 1));
  half.names = playing.names();
  if (half.report.verdict != Verdict::Agrees) judge_deviation(scenario, arm, half.report);
  return half;
}

PlayReport play_after_restart(const Scenario& scenario, const Arm& arm, const Profile& profile, Names names) {
  auto performance = arm.begin(scenario, profile);
  if (!performance) return unknown(performance.error());
  const std::span steps(scenario.steps);
  PlayReport report = Playing(scenario, profile, **performance, std::move(names))
                          .run(steps.subspan(restart_of(scenario)->number + 1));
  judge_deviation(scenario, arm, report);
  return report;
}

std::vector<Profile> all_positions(const Scenario& scenario, const Profile& profile) {
  std::size_t combinations = 1;
  for (const std::size_t index : scenario.switches)
    combinations = std::min(combinations * switches()[index].positions.size(), kMostCombinations + 1);
  std::vector<Profile> profiles{profile};
  for (const std::size_t index : scenario.switches) {
    const std::size_t before = combinations > kMostCombinations ? 1 : profiles.size();
    for (std::size_t i = 0; i < before; ++i) {
      for (std::size_t position = 0; position < switches()[index].positions.size(); ++position) {
        if (position == switches()[index].position_in(profiles[i])) continue;
        Profile other = profiles[i];
        switches()[index].set(other, position);
        profiles.push_back(std::move(other));
      }
    }
  }
  return profiles;
}

bool agrees_without(const Scenario& scenario, const Arm& arm, const Profile& profile, Rule suspended) {
  Profile without = profile;
  without.suspended.set(index_of(suspended));
  const Verdict verdict = play(scenario, arm, without).verdict;
  return verdict == Verdict::Agrees || verdict == Verdict::NotApplicable;
}

std::string positions_text(const Scenario& scenario, const Profile& profile) {
  std::string text;
  for (const std::size_t index : scenario.switches) {
    const Switch& row = switches()[index];
    if (!text.empty()) text += ' ';
    text += std::string(row.name) + '=' + std::string(row.position_name(profile));
  }
  return text;
}

}  // namespace berth::scenario
