// SPDX-License-Identifier: MIT
// What a report says about the law: which rules agree, and how the open switches stand.
#include <algorithm>
#include <map>
#include <set>

#include <berth/codes/error_codes.h>
#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/rules/rulebook.h>
#include <berth/scenario/evidence.h>

#include "comparison.h"

namespace berth::scenario {
namespace {

/// The playings of a report, found by scenario and positions.
class Playings {
 public:
  explicit Playings(const Evidence& evidence) {
    for (const PlayEvidence& playing : evidence.playings) by_scenario_[playing.scenario].push_back(&playing);
  }
  [[nodiscard]] std::span<const PlayEvidence* const> of(const Scenario& scenario) const {
    const auto found = by_scenario_.find(short_name(scenario));
    return found == by_scenario_.end() ? std::span<const PlayEvidence* const>() : found->second;
  }
  [[nodiscard]] const PlayEvidence* under(const Scenario& scenario, const Profile& profile) const {
    for (const PlayEvidence* playing : of(scenario))
      if (std::ranges::all_of(playing->positions, [&profile](const NamedPosition& at) {
            const Switch* row = switch_named(at.first);
            return row != nullptr && row->position_name(profile) == at.second;
          }))
        return playing;
    return nullptr;
  }

 private:
  std::map<std::string, std::vector<const PlayEvidence*>> by_scenario_;
};

// -- one playing ------------------------------------------------------------------------------------------

const StepEvidence* differing_step(const PlayEvidence& playing) {
  const auto found =
      std::ranges::find_if(playing.steps, [](const StepEvidence& step) { return !step.differences.empty(); });
  return found == playing.steps.end() ? nullptr : &*found;
}

// A step at which the computer refused as expected, but with another code; null where more is different.
const StepEvidence* step_with_another_code(const PlayEvidence& playing) {
  const StepEvidence* step = differing_step(playing);
  const bool is_one = playing.verdict == Verdict::Differs && step != nullptr && !step->succeeded &&
                      step->expected.refused_by && step->code != step->expected.code &&
                      step->differences.size() == 1;
  return is_one ? step : nullptr;
}

std::optional<std::int64_t> overriding_code(const Profile& profile, Rule rule, Surface surface) {
  for (const CodeOverride& row : profile.codes) {
    if (row.rule != rule) continue;
    if (surface == Surface::Winsock && row.winsock) return *row.winsock;
    if (surface == Surface::Win32 && row.win32) return *row.win32;
  }
  return std::nullopt;
}

// What the playing comes to when the profile's own codes are the expected ones.
Verdict verdict_of(const Scenario& scenario, const PlayEvidence& playing, const Profile& profile) {
  const StepEvidence* step = step_with_another_code(playing);
  if (step == nullptr || step->number >= scenario.steps.size()) return playing.verdict;
  const Surface surface = surface_of(scenario.steps[step->number].call);
  return overriding_code(profile, *step->expected.refused_by, surface) == step->code ? Verdict::Agrees
                                                                                     : playing.verdict;
}

std::string outcome(bool succeeded, std::int64_t code) {
  return succeeded ? std::string("success") : code_text(code);
}

// -- how the switches stand -------------------------------------------------------------------------------

std::set<std::string> agreeing_positions(const Scenario& scenario, const Playings& playings,
                                         std::string_view switch_name) {
  std::set<std::string> positions;
  for (const PlayEvidence* playing : playings.of(scenario))
    for (const auto& [name, position] : playing->positions)
      if (name == switch_name && playing->verdict == Verdict::Agrees) positions.insert(position);
  return positions;
}

/// The positions of a switch that a report allows.
struct Candidates {
  std::set<std::string> positions;
  bool was_asked = false;  ///< some playing was applicable
  std::string why_not;     ///< what kept the question from being asked
};

Candidates candidates_for(std::size_t index, const std::vector<Scenario>& suite, const Playings& playings,
                          const Profile& so_far) {
  Candidates found;
  const Switch& row = switches()[index];
  for (const std::string_view position : row.positions) found.positions.emplace(position);
  for (const Scenario& scenario : suite) {
    if (std::ranges::find(scenario.switches, index) == scenario.switches.end()) continue;
    if (const auto other = ruled_out_by(scenario, so_far)) {
      if (found.why_not.empty()) found.why_not = "its scenarios do not hold: " + *other;
      continue;
    }
    const auto agreeing = agreeing_positions(scenario, playings, row.name);
    for (const PlayEvidence* playing : playings.of(scenario)) {
      if (playing->verdict == Verdict::NotApplicable && found.why_not.empty())
        found.why_not = "it needs " + playing->reason;
      found.was_asked |= playing->verdict == Verdict::Agrees || playing->verdict == Verdict::Differs;
    }
    // A scenario in which nothing agrees is about something else that is different.
    if (agreeing.empty()) continue;
    std::set<std::string> both;
    std::ranges::set_intersection(found.positions, agreeing, std::inserter(both, both.end()));
    found.positions = std::move(both);
  }
  return found;
}

void settle(std::size_t index, const Candidates& candidates, Calibration& calibration) {
  const Switch& row = switches()[index];
  const std::string name(row.name);
  if (candidates.was_asked && candidates.positions.size() == 1) {
    row.set(calibration.profile, *row.position_named(*candidates.positions.begin()));
    calibration.settled.push_back(name);
    return;
  }
  std::string why = "its scenarios agree under several positions";
  if (candidates.positions.empty()) why = "its scenarios contradict one another";
  if (!candidates.was_asked)
    why = candidates.why_not.empty() ? std::string("it was not played") : candidates.why_not;
  calibration.open.emplace_back(name, std::move(why));
}

// -- codes ------------------------------------------------------------------------------------------------

struct CodesSeen {
  std::set<std::int64_t> codes;
};

// Where every refusal by a rule that was seen on a surface has one other code, that is this computer's.
void add_codes(const std::vector<Scenario>& suite, const Playings& playings, Profile& profile) {
  std::map<std::pair<Rule, Surface>, CodesSeen> seen;
  for (const Scenario& scenario : suite) {
    const PlayEvidence* playing = playings.under(scenario, profile);
    if (playing == nullptr || ruled_out_by(scenario, profile)) continue;
    const StepEvidence* other = step_with_another_code(*playing);
    for (const StepEvidence& step : playing->steps) {
      const bool as_expected = step.differences.empty() && !step.skipped;
      if (!step.expected.refused_by || step.number >= scenario.steps.size()) continue;
      if (as_expected || &step == other)
        seen[{*step.expected.refused_by, surface_of(scenario.steps[step.number].call)}].codes.insert(
            step.code);
    }
  }
  for (const auto& [where, codes] : seen) {
    const auto& [rule, surface] = where;
    if (codes.codes.size() != 1) continue;
    const std::int64_t code = *codes.codes.begin();
    const auto usual = surface == Surface::Winsock ? winsock_code(rule, profile).value_or(0)
                                                   : std::int64_t{win32_code(rule, profile).value_or(0)};
    if (code == usual) continue;
    CodeOverride row{.rule = rule, .winsock = {}, .win32 = {}};
    if (surface == Surface::Winsock) row.winsock = static_cast<std::int32_t>(code);
    if (surface == Surface::Win32) row.win32 = static_cast<std::uint32_t>(code);
    profile.codes.push_back(row);
  }
}

Calibration calibrated_without_rules(const std::vector<Scenario>& suite, const Evidence& evidence,
                                     const Playings& playings) {
  Calibration calibration;
  calibration.profile.name = "calibrated";
  // A switch may stand in the way of another one's question: what is settled is used for what is not.
  for (int round = 0; round < 2; ++round) {
    calibration.settled.clear();
    calibration.open.clear();
    Profile so_far = calibration.profile;
    for (std::size_t index = 0; index < switches().size(); ++index)
      settle(index, candidates_for(index, suite, playings, so_far), calibration);
  }
  add_codes(suite, playings, calibration.profile);
  calibration.observed.on = evidence.build;
  return calibration;
}

// -- judging ----------------------------------------------------------------------------------------------

// The switches on which the scenario depends and which stand otherwise there.
std::vector<std::size_t> switches_to_blame(const Scenario& scenario, const Profile& ours,
                                           const Profile& theirs) {
  std::vector<std::size_t> blamed;
  const auto look = [&](std::size_t index) {
    const Switch& row = switches()[index];
    if (row.position_in(ours) != row.position_in(theirs)) blamed.push_back(index);
  };
  for (const std::size_t index : scenario.switches) look(index);
  for (const SwitchPosition& assumed : scenario.assumes) look(assumed.switch_index);
  // A Windows without reservations answers none of their calls as written.
  if (blamed.empty() && ruled_out_by(scenario, theirs) && !ruled_out_by(scenario, ours))
    for (std::size_t index = 0; index < switches().size(); ++index)
      if (switches()[index].name == "port_reservations") look(index);
  return blamed;
}

class Judge {
 public:
  Judge(const std::vector<Scenario>& suite, const Evidence& evidence, const Profile& ours)
      : suite_(suite),
        playings_(evidence),
        ours_(ours),
        theirs_(calibrated_without_rules(suite, evidence, playings_).profile),
        rows_(kRuleCount) {}

  std::vector<RuleJudgement> judgements() {
    for (const Scenario& scenario : suite_) look_at(scenario);
    std::vector<RuleJudgement> judged;
    for (std::size_t i = 0; i < kRuleCount; ++i) {
      rows_[i].rule = static_cast<Rule>(i);
      if (row_of(rows_[i].rule).kind != RuleKind::Note) judged.push_back(rows_[i]);
    }
    return judged;
  }

 private:
  void vote(Rule rule, RuleJudgement vote) {
    RuleJudgement& row = rows_[index_of(rule)];
    const bool is_first = row.scenario.empty() || was_not_played_[index_of(rule)];
    if (!is_first && vote.verdict <= row.verdict) return;
    row = std::move(vote);
    was_not_played_.reset(index_of(rule));
  }
  void vote_for_all(const Scenario& scenario, Verdict verdict, const std::string& reason) {
    for (const Rule rule : scenario.rules)
      vote(
          rule,
          {.rule = rule, .verdict = verdict, .ours = {}, .theirs = reason, .scenario = short_name(scenario)});
  }
  // That says less than any playing does.
  void note_that_it_was_not_played(const Scenario& scenario) {
    for (const Rule rule : scenario.rules) {
      RuleJudgement& row = rows_[index_of(rule)];
      if (!row.scenario.empty()) continue;
      row = {.rule = rule,
             .verdict = Verdict::Unknown,
             .ours = {},
             .theirs = "it was not played",
             .scenario = short_name(scenario)};
      was_not_played_.set(index_of(rule));
    }
  }
  void look_at(const Scenario& scenario) {
    if (const auto why = ruled_out_by(scenario, ours_))
      return vote_for_all(scenario, Verdict::NotApplicable, *why);
    const PlayEvidence* playing = playings_.under(scenario, ours_);
    if (playing == nullptr) return note_that_it_was_not_played(scenario);
    const Verdict verdict = verdict_of(scenario, *playing, ours_);
    if (verdict == Verdict::Agrees) return vote_for_all(scenario, verdict, {});
    if (verdict != Verdict::Differs) return vote_for_all(scenario, verdict, playing->reason);
    const auto blamed = switches_to_blame(scenario, ours_, theirs_);
    for (const std::size_t index : blamed) blame_switch(index, scenario);
    if (blamed.empty()) blame_rules(scenario, *playing);
  }
  void blame_switch(std::size_t index, const Scenario& scenario) {
    const Switch& row = switches()[index];
    vote(row.rule, {.rule = row.rule,
                    .verdict = Verdict::Differs,
                    .ours = std::string(row.name) + '=' + std::string(row.position_name(ours_)),
                    .theirs = std::string(row.name) + '=' + std::string(row.position_name(theirs_)),
                    .scenario = short_name(scenario)});
  }
  void blame_rules(const Scenario& scenario, const PlayEvidence& playing) {
    RuleJudgement judgement{.rule = {},
                            .verdict = Verdict::Differs,
                            .ours = {},
                            .theirs = playing.reason,
                            .scenario = short_name(scenario)};
    const StepEvidence* step = differing_step(playing);
    const bool is_of_outcome = step != nullptr && step->succeeded == step->expected.refused_by.has_value();
    if (step != nullptr && (is_of_outcome || step->code != step->expected.code)) {
      judgement.ours = outcome(!step->expected.refused_by, step->expected.code);
      judgement.theirs = outcome(step->succeeded, step->code);
    }
    if (step != nullptr && step->expected.refused_by) return vote(*step->expected.refused_by, judgement);
    for (const Rule rule : scenario.rules) vote(rule, judgement);
  }

  const std::vector<Scenario>& suite_;
  Playings playings_;
  const Profile& ours_;
  Profile theirs_;
  std::vector<RuleJudgement> rows_;
  RuleSet was_not_played_;
};

std::string filled_up(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

}  // namespace

std::vector<RuleJudgement> judge(const std::vector<Scenario>& suite, const Evidence& evidence,
                                 const Profile& profile) {
  return Judge(suite, evidence, profile).judgements();
}

Calibration calibrate(const std::vector<Scenario>& suite, const Evidence& evidence) {
  Calibration calibration = calibrated_without_rules(suite, evidence, Playings(evidence));
  for (const RuleJudgement& judgement : judge(suite, evidence, calibration.profile))
    if (judgement.verdict == Verdict::Agrees) calibration.observed.rules.set(index_of(judgement.rule));
  return calibration;
}

std::string profile_text(const Calibration& calibration) {
  Json json = berth::json_of(calibration.profile);
  json["observed"] = berth::json_of(calibration.observed);
  return page_of(json);
}

std::string judgement_text(const Evidence& evidence, const Profile& profile,
                           const std::vector<RuleJudgement>& judgements, Colour colour) {
  const auto painted = [colour](const std::string& text, const char* paint) {
    return colour == Colour::With ? paint + text + "\033[0m" : text;
  };
  std::size_t width = 4;
  for (const RuleJudgement& row : judgements) width = std::max(width, berth::name_of(row.rule).size());
  std::string text = "build: " + evidence.build + "\nprofile: " + profile.name + "\n\n";
  if (!evidence.complete) text += "the run was broken off\n\n";
  std::array<std::size_t, kVerdictNames.size()> counts{};
  for (const RuleJudgement& row : judgements) {
    ++counts[static_cast<std::size_t>(row.verdict)];
    const bool differs = row.verdict == Verdict::Differs;
    text += filled_up(std::string(berth::name_of(row.rule)), width + 2) +
            (differs ? painted("differs", "\033[31m") : std::string(name_of(row.verdict)));
    if (differs)
      text += ": we say " + (row.ours.empty() ? std::string("otherwise") : row.ours) + ", it says " +
              row.theirs + " (" + row.scenario + ')';
    else if (!row.theirs.empty())
      text += ": " + row.theirs;
    text += '\n';
  }
  text += '\n';
  for (std::size_t i = 0; i < counts.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(counts[i]) + ' ' + std::string(kVerdictNames[i]);
  return text + '\n';
}

}  // namespace berth::scenario
