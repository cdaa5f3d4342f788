// SPDX-License-Identifier: MIT
#include <berth/scenario/evidence.h>

#include <algorithm>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/rules/rulebook.h>

#include "clock.h"
#include "playing_evidence.h"

namespace berth::scenario {
namespace {

// -- gathering --------------------------------------------------------------------------------------------

StepEvidence evidence_of(const StepReport& step) {
  return {.number = step.number,
          .skipped = step.skipped,
          .expected = step.expected,
          .succeeded = step.seen.kind == Seen::Kind::Succeeded,
          .code = step.seen.code,
          .differences = step.differences};
}

// -- JSON -------------------------------------------------------------------------------------------------

constexpr int kReportVersion = 1;
constexpr std::int64_t kMostCode = std::int64_t{1} << 40U;

Json json_of(const StepEvidence& step) {
  Json json{{"step", step.number}};
  if (step.skipped) {
    json["skipped"] = true;
    return json;
  }
  Json expected = Json::object();
  if (step.expected.refused_by) {
    expected["refused_by"] = berth::name_of(*step.expected.refused_by);
    expected["code"] = step.expected.code;
  }
  json["expected"] = step.expected.refused_by ? std::move(expected) : Json("ok");
  json["saw"] = step.succeeded ? Json("ok") : Json(step.code);
  if (!step.differences.empty()) json["differences"] = step.differences;
  return json;
}

}  // namespace

std::vector<NamedPosition> named_positions(const Scenario& scenario, const Profile& profile) {
  std::vector<NamedPosition> positions;
  for (const std::size_t index : scenario.switches)
    positions.emplace_back(switches()[index].name, switches()[index].position_name(profile));
  return positions;
}

PlayEvidence evidence_of(const Scenario& scenario, const Profile& profile, const PlayReport& played) {
  PlayEvidence evidence{.scenario = short_name(scenario),
                        .positions = named_positions(scenario, profile),
                        .verdict = played.verdict,
                        .reason = played.reason,
                        .known_deviation = played.known_deviation,
                        .milliseconds = 0,
                        .steps = {}};
  for (const StepReport& step : played.steps) evidence.steps.push_back(evidence_of(step));
  return evidence;
}

Json json_of(const PlayEvidence& playing) {
  Json json{{"scenario", playing.scenario}, {"verdict", name_of(playing.verdict)}};
  if (!playing.positions.empty()) {
    json["positions"] = Json::object();
    for (const auto& [name, position] : playing.positions) json["positions"][name] = position;
  }
  if (!playing.reason.empty()) json["reason"] = playing.reason;
  if (playing.known_deviation) json["known_deviation"] = true;
  json["milliseconds"] = playing.milliseconds;
  json["steps"] = Json::array();
  for (const StepEvidence& step : playing.steps) json["steps"].push_back(json_of(step));
  return json;
}

namespace {

double read_time(const Cursor& at) {
  if (!at.is_number()) at.refuse("a time");
  return at.json().get<double>();
}

std::vector<std::string> read_texts(const Cursor& at) {
  return at.list(kMostPlayings, [](const Cursor& one) { return one.text(); });
}

void read_expected(const Cursor& at, StepEvidence& step) {
  if (at.is_text()) {
    if (at.text() != "ok") at.refuse("\"ok\" or a refusal");
    return;
  }
  at.object([&step](Members& members) {
    step.expected.refused_by = berth::read<Rule>(members.required("refused_by"));
    step.expected.code = members.required("code").integer_between(-kMostCode, kMostCode);
  });
}

StepEvidence read_step(const Cursor& at) {
  return at.object([](Members& members) {
    StepEvidence step;
    step.number = static_cast<std::size_t>(members.required("step").unsigned_up_to(kMostSteps));
    if (const auto skipped = members.optional("skipped")) step.skipped = skipped->boolean();
    if (const auto expected = members.optional("expected")) read_expected(*expected, step);
    if (const auto saw = members.optional("saw")) {
      step.succeeded = saw->is_text();
      if (!step.succeeded) step.code = saw->integer_between(-kMostCode, kMostCode);
    }
    if (const auto differences = members.optional("differences")) step.differences = read_texts(*differences);
    return step;
  });
}

}  // namespace

PlayEvidence playing_at(const Cursor& at) {
  return at.object([](Members& members) {
    PlayEvidence playing;
    playing.scenario = members.required("scenario").name();
    playing.verdict = members.required("verdict").one_of<Verdict>(kVerdictNames);
    if (const auto positions = members.optional("positions"))
      for (const auto& [name, position] : positions->named_values(switches().size()))
        playing.positions.emplace_back(name, position.name());
    if (const auto reason = members.optional("reason")) playing.reason = reason->text();
    if (const auto deviation = members.optional("known_deviation"))
      playing.known_deviation = deviation->boolean();
    playing.milliseconds = read_time(members.required("milliseconds"));
    playing.steps = members.required("steps").list(kMostSteps, read_step);
    return playing;
  });
}

namespace {

Probe read_probe(const Cursor& at) {
  return at.object([](Members& members) {
    return Probe{.name = members.required("probe").name(), .answer = members.required("answer").text()};
  });
}

Evidence read_evidence(const Cursor& at) {
  return at.object([](Members& members) {
    static_cast<void>(members.required("version").unsigned_between(kReportVersion, kReportVersion));
    Evidence evidence;
    evidence.build = members.required("build").name();
    evidence.complete = members.required("complete").boolean();
    evidence.seconds = read_time(members.required("seconds"));
    evidence.probes = members.required("probes").list(1000, read_probe);
    // For people and for other programs: they follow from the playings.
    static_cast<void>(members.optional("counts"));
    evidence.playings = members.required("playings").list(kMostPlayings, playing_at);
    return evidence;
  });
}

// -- as a suite's report ----------------------------------------------------------------------------------

const PlayEvidence* playing_under(const Scenario& scenario, const Evidence& evidence,
                                  const Profile& profile) {
  const std::string name = short_name(scenario);
  const auto positions = named_positions(scenario, profile);
  const auto found = std::ranges::find_if(evidence.playings, [&](const PlayEvidence& playing) {
    return playing.scenario == name && playing.positions == positions;
  });
  return found == evidence.playings.end() ? nullptr : &*found;
}

}  // namespace

Evidence gather(const std::vector<Scenario>& suite, const Arm& arm, const Host& host,
                const GatherOptions& options) {
  const auto start = Clock::now();
  Evidence evidence{
      .build = host.build(), .probes = host.probes(), .playings = {}, .seconds = 0, .complete = true};
  for (const Scenario& scenario : suite) {
    if (short_name(scenario).find(options.filter) == std::string::npos) continue;
    for (const Profile& profile : all_positions(scenario, Profile{})) {
      if (options.is_stopped && options.is_stopped()) {
        evidence.complete = false;
        break;
      }
      const auto began = Clock::now();
      evidence.playings.push_back(evidence_of(scenario, profile, play(scenario, arm, profile)));
      evidence.playings.back().milliseconds = milliseconds_since(began);
      if (options.progress) options.progress(evidence.playings.back());
    }
  }
  evidence.seconds = milliseconds_since(start) / 1000;
  return evidence;
}

std::string evidence_text(const Evidence& evidence) {
  Json json{{"version", kReportVersion},
            {"build", evidence.build},
            {"complete", evidence.complete},
            {"seconds", evidence.seconds}};
  json["probes"] = Json::array();
  for (const Probe& probe : evidence.probes)
    json["probes"].push_back({{"probe", probe.name}, {"answer", probe.answer}});
  json["counts"] = Json::object();
  for (std::size_t i = 0; i < kVerdictNames.size(); ++i)
    json["counts"][std::string(kVerdictNames[i])] =
        std::ranges::count(evidence.playings, static_cast<Verdict>(i), &PlayEvidence::verdict);
  json["playings"] = Json::array();
  for (const PlayEvidence& playing : evidence.playings) json["playings"].push_back(json_of(playing));
  return page_of(json);
}

Result<Evidence, DocumentError> parse_evidence(const std::string& file, std::string_view text) {
  return read_document(file, text, read_evidence,
                       {.bytes = std::size_t{256} << 20U, .depth = 64, .values = 50'000'000});
}

SuiteReport suite_report(const std::vector<Scenario>& suite, const Evidence& evidence,
                         const Profile& profile) {
  SuiteReport report{.profile = profile.name,
                     .arms = {ArmKind::Native},
                     .entries = {},
                     .rules = {},
                     .seconds = evidence.seconds};
  for (std::size_t i = 0; i < suite.size(); ++i) {
    const PlayEvidence* playing = playing_under(suite[i], evidence, profile);
    if (playing == nullptr) continue;
    report.entries.push_back({.scenario = i,
                              .arm = ArmKind::Native,
                              .positions = positions_text(suite[i], profile),
                              .verdict = playing->verdict,
                              .reason = playing->reason,
                              .known_deviation = playing->known_deviation,
                              .milliseconds = playing->milliseconds});
  }
  for (const RuleJudgement& judgement : judge(suite, evidence, profile)) {
    RuleVerdict row{.rule = judgement.rule, .scenarios = 0, .by_arm = {}};
    for (const Scenario& scenario : suite)
      row.scenarios += static_cast<std::size_t>(std::ranges::count(scenario.rules, judgement.rule));
    row.by_arm[static_cast<std::size_t>(ArmKind::Native)] = judgement.verdict;
    report.rules.push_back(row);
  }
  return report;
}

std::string difference_text(const Evidence& before, const Evidence& after) {
  std::string text;
  if (before.build != after.build) text += "build: " + before.build + " -> " + after.build + '\n';
  const auto title = [](const PlayEvidence& playing) {
    std::string name = playing.scenario;
    for (const auto& [key, position] : playing.positions)
      name.append(" ").append(key).append("=").append(position);
    return name;
  };
  const auto said = [](const PlayEvidence& playing) {
    return std::string(name_of(playing.verdict)) +
           (playing.reason.empty() ? "" : " (" + playing.reason + ')');
  };
  const auto same_playing = [](const PlayEvidence& one) {
    return [&one](const PlayEvidence& other) {
      return other.scenario == one.scenario && other.positions == one.positions;
    };
  };
  for (const PlayEvidence& old : before.playings) {
    const auto now = std::ranges::find_if(after.playings, same_playing(old));
    if (now == after.playings.end())
      text += title(old) + ": only in the first\n";
    else if (now->verdict != old.verdict || now->reason != old.reason)
      text += title(old) + ": " + said(old) + " -> " + said(*now) + '\n';
  }
  for (const PlayEvidence& now : after.playings)
    if (std::ranges::none_of(before.playings, same_playing(now)))
      text += title(now) + ": only in the second\n";
  return text;
}

std::string evidence_schema() {
  const Json text{{"type", "string"}};
  const Json texts{{"type", "array"}, {"items", text}};
  const auto object = [](Json properties, std::vector<std::string> required) {
    return Json{{"type", "object"},
                {"properties", std::move(properties)},
                {"required", std::move(required)},
                {"additionalProperties", false}};
  };
  const Json expected{{"oneOf",
                       {Json{{"const", "ok"}}, object({{"refused_by", text}, {"code", {{"type", "integer"}}}},
                                                      {"refused_by", "code"})}}};
  const Json step = object({{"step", {{"type", "integer"}, {"minimum", 0}}},
                            {"skipped", {{"type", "boolean"}}},
                            {"expected", expected},
                            {"saw", {{"oneOf", {Json{{"const", "ok"}}, Json{{"type", "integer"}}}}}},
                            {"differences", texts}},
                           {"step"});
  const Json playing = object({{"scenario", text},
                               {"verdict", {{"enum", kVerdictNames}}},
                               {"positions", {{"type", "object"}, {"additionalProperties", text}}},
                               {"reason", text},
                               {"known_deviation", {{"type", "boolean"}}},
                               {"milliseconds", {{"type", "number"}}},
                               {"steps", {{"type", "array"}, {"items", step}}}},
                              {"scenario", "verdict", "milliseconds", "steps"});
  Json schema = object(
      {{"version", {{"const", kReportVersion}}},
       {"build", text},
       {"complete", {{"type", "boolean"}}},
       {"seconds", {{"type", "number"}}},
       {"probes",
        {{"type", "array"}, {"items", object({{"probe", text}, {"answer", text}}, {"probe", "answer"})}}},
       {"counts", {{"type", "object"}, {"additionalProperties", {{"type", "integer"}}}}},
       {"playings", {{"type", "array"}, {"items", playing}}}},
      {"version", "build", "complete", "seconds", "probes", "playings"});
  Json whole{{"$schema", "http://json-schema.org/draft-07/schema#"},
             {"title", "What a computer answered to Berth's conformance suite"}};
  whole.update(schema);
  return page_of(whole);
}

}  // namespace berth::scenario
