// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <berth/document/observed.h>
#include <berth/scenario/host.h>
#include <berth/scenario/report.h>
#include <berth/scenario/suite.h>

namespace berth::scenario {

/// One step of a playing: what we expected, and what the computer did.
struct StepEvidence {
  std::size_t number = 0;
  bool skipped = false;
  Expected expected;
  bool succeeded = false;
  std::int64_t code = 0;
  std::vector<std::string> differences;
  friend bool operator==(const StepEvidence&, const StepEvidence&) = default;
};

/// A position of a switch, by its names.
using NamedPosition = std::pair<std::string, std::string>;

/// One playing of a scenario under one combination of positions of the switches that it names.
struct PlayEvidence {
  std::string scenario;  ///< its short name
  std::vector<NamedPosition> positions;
  Verdict verdict{};
  std::string reason;
  bool known_deviation = false;
  double milliseconds = 0;
  std::vector<StepEvidence> steps;
  friend bool operator==(const PlayEvidence&, const PlayEvidence&) = default;
};

/// What a computer answered: a report. A value.
struct Evidence {
  std::string build;  ///< the system and its build
  std::vector<Probe> probes;
  std::vector<PlayEvidence> playings;
  double seconds = 0;
  bool complete = true;  ///< false when the run was broken off
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// How evidence is gathered.
struct GatherOptions {
  std::string filter;                                 ///< only scenarios whose short name contains it
  std::function<void(const PlayEvidence&)> progress;  ///< called after each playing; may be empty
  std::function<bool()> is_stopped;                   ///< asked before each playing; may be empty
};

/// Plays the suite on a computer, each scenario under every position of the switches that it names: so one
/// report answers whichever profile is asked about later, and every open question.
[[nodiscard]] Evidence gather(const std::vector<Scenario>& suite, const Arm& arm, const Host& host,
                              const GatherOptions& options);

/// `report.json`, which `docs/report.schema.json` describes, and back.
[[nodiscard]] std::string evidence_text(const Evidence& evidence);
[[nodiscard]] Result<Evidence, DocumentError> parse_evidence(const std::string& file, std::string_view text);
/// The JSON schema of a report.
[[nodiscard]] std::string evidence_schema();

/// The playings under `profile` as the report of a suite, for tables, JUnit and TAP.
[[nodiscard]] SuiteReport suite_report(const std::vector<Scenario>& suite, const Evidence& evidence,
                                       const Profile& profile);

/// What a report says about a rule as we read it.
struct RuleJudgement {
  Rule rule{};
  Verdict verdict = Verdict::NotApplicable;
  std::string ours;      ///< what we say; empty unless they differ
  std::string theirs;    ///< what the computer did
  std::string scenario;  ///< that shows it, or that gives the reason
  friend bool operator==(const RuleJudgement&, const RuleJudgement&) = default;
};
/// Every rule that is a refusal or an effect, judged under `profile`. A difference that a switch explains is
/// laid to the switch's rule alone.
[[nodiscard]] std::vector<RuleJudgement> judge(const std::vector<Scenario>& suite, const Evidence& evidence,
                                               const Profile& profile);
[[nodiscard]] std::string judgement_text(const Evidence& evidence, const Profile& profile,
                                         const std::vector<RuleJudgement>& judgements, Colour colour);

/// What a report settles.
struct Calibration {
  Profile profile;    ///< as the computer answered; what it did not settle is as in the default
  Observed observed;  ///< its build, and the rules that agree with it under this profile
  std::vector<std::string> settled;  ///< names of switches
  /// Switches that it leaves open, each with the reason.
  std::vector<std::pair<std::string, std::string>> open;
};
[[nodiscard]] Calibration calibrate(const std::vector<Scenario>& suite, const Evidence& evidence);
/// The profile's file, which says what was observed.
[[nodiscard]] std::string profile_text(const Calibration& calibration);

/// Where two reports differ, one line for each playing; empty when nowhere.
[[nodiscard]] std::string difference_text(const Evidence& before, const Evidence& after);
/// For people: head, questions with their answers, rules that differ, counts, as Markdown.
[[nodiscard]] std::string evidence_markdown(const std::vector<Scenario>& suite, const Evidence& evidence,
                                            const Profile& profile);

/// Every question for Windows with its experiment and our present answer: `docs/open-questions.md`.
[[nodiscard]] std::string questions_page(const std::vector<Scenario>& suite);
/// The scenario that asks about a switch: the first in `switches/` that names it; null when there is none.
[[nodiscard]] const Scenario* question_about(const std::vector<Scenario>& suite, std::size_t switch_index);

}  // namespace berth::scenario
