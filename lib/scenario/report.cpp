// SPDX-License-Identifier: MIT
#include <berth/scenario/report.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <berth/document/json.h>
#include <berth/rules/rulebook.h>

#include "comparison.h"

namespace berth::scenario {
namespace {

// -- text on a terminal -----------------------------------------------------------------------------------

std::string padded(std::string_view text, std::size_t width) {
  std::string filled(std::max(width, text.size()), ' ');
  std::ranges::copy(text, filled.begin());
  return filled;
}

std::string_view paint_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::Agrees: return "\033[32m";
    case Verdict::Differs: return "\033[31m";
    case Verdict::Unknown: return "\033[33m";
    case Verdict::NotApplicable: return "\033[2m";
  }
  return "";
}

std::string painted(const std::string& text, std::string_view paint, Colour colour) {
  if (colour == Colour::Without || paint.empty()) return text;
  return std::string(paint) + text + "\033[0m";
}

std::string decimal(double value, int digits) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string cell(const std::optional<Verdict>& verdict) {
  return verdict ? std::string(name_of(*verdict)) : std::string("no scenario");
}

const Scenario& scenario_of(const std::vector<Scenario>& suite, const SuiteEntry& entry) {
  return suite[entry.scenario];
}

std::string with_positions(const std::vector<Scenario>& suite, const SuiteEntry& entry) {
  const std::string name = short_name(scenario_of(suite, entry));
  return entry.positions.empty() ? name : name + " [" + entry.positions + ']';
}

constexpr std::size_t kVerdictWidth = 16;

std::string rule_table(const SuiteReport& report, Colour colour) {
  std::size_t width = 4;
  for (const RuleVerdict& row : report.rules) width = std::max(width, berth::name_of(row.rule).size());
  std::string text = padded("rule", width + 2) + padded("provenance", 13) + padded("scenarios", 11);
  for (const ArmKind arm : report.arms)
    text += padded(kArmNames[static_cast<std::size_t>(arm)], kVerdictWidth);
  text += '\n';
  for (const RuleVerdict& row : report.rules) {
    const auto provenance = kProvenanceNames[static_cast<std::size_t>(row_of(row.rule).provenance)];
    text += padded(berth::name_of(row.rule), width + 2) + padded(provenance, 13) +
            padded(std::to_string(row.scenarios), 11);
    for (const ArmKind arm : report.arms) {
      const auto& verdict = row.by_arm[static_cast<std::size_t>(arm)];
      text += painted(padded(cell(verdict), kVerdictWidth), verdict ? paint_for(*verdict) : "", colour);
    }
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

std::string exceptions(const std::vector<Scenario>& suite, const SuiteReport& report, Colour colour) {
  std::string text;
  for (const SuiteEntry& entry : report.entries) {
    const bool wrong = entry.verdict == Verdict::Differs || entry.verdict == Verdict::Unknown;
    if (!wrong && !entry.known_deviation) continue;
    const std::string verdict =
        entry.known_deviation ? "deviates as announced" : std::string(name_of(entry.verdict));
    text += painted(verdict, paint_for(entry.verdict), colour) + ": " + with_positions(suite, entry) + ", " +
            std::string(kArmNames[static_cast<std::size_t>(entry.arm)]) + "\n    " + entry.reason + '\n';
  }
  return text.empty() ? text : '\n' + text;
}

std::string provenance_counts(const SuiteReport& report) {
  std::string text = "by provenance:";
  for (std::size_t i = 0; i < kProvenanceNames.size(); ++i) {
    std::size_t rules = 0;
    std::size_t agreeing = 0;
    for (const RuleVerdict& row : report.rules) {
      if (static_cast<std::size_t>(row_of(row.rule).provenance) != i) continue;
      ++rules;
      Verdict worst = Verdict::NotApplicable;
      for (const auto& verdict : row.by_arm)
        worst = std::max(worst, verdict.value_or(Verdict::NotApplicable));
      if (worst == Verdict::Agrees) ++agreeing;
    }
    text += (i == 0 ? " " : ", ") + std::string(kProvenanceNames[i]) + ' ' + std::to_string(agreeing) +
            " of " + std::to_string(rules) + " rules agree";
  }
  return text + '\n';
}

std::string totals(const SuiteReport& report, Colour colour) {
  std::string text =
      std::to_string(report.entries.size()) + " playings under the profile " + report.profile + ':';
  for (const Verdict verdict :
       {Verdict::Agrees, Verdict::Differs, Verdict::Unknown, Verdict::NotApplicable}) {
    const std::size_t count = report.count(verdict);
    const std::string said = std::to_string(count) + ' ' + std::string(name_of(verdict));
    text += (verdict == Verdict::Agrees ? " " : ", ") +
            (count == 0 ? said : painted(said, paint_for(verdict), colour));
  }
  double slowest = 0;
  for (const SuiteEntry& entry : report.entries) slowest = std::max(slowest, entry.milliseconds);
  return text + "\nin " + decimal(report.seconds, 3) + " s, the slowest in " + decimal(slowest, 2) + " ms\n";
}

// -- XML --------------------------------------------------------------------------------------------------

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // XML 1.0 has no way to say other control characters.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

std::string table_text(const std::vector<Scenario>& suite, const SuiteReport& report, Colour colour) {
  return rule_table(report, colour) + exceptions(suite, report, colour) + '\n' + provenance_counts(report) +
         totals(report, colour);
}

std::string json_text(const std::vector<Scenario>& suite, const SuiteReport& report) {
  Json json{{"profile", report.profile}, {"seconds", report.seconds}};
  json["counts"] = Json::object();
  for (std::size_t i = 0; i < kVerdictNames.size(); ++i)
    json["counts"][std::string(kVerdictNames[i])] = report.count(static_cast<Verdict>(i));
  json["rules"] = Json::array();
  for (const RuleVerdict& row : report.rules) {
    Json rule{{"rule", berth::name_of(row.rule)},
              {"provenance", kProvenanceNames[static_cast<std::size_t>(row_of(row.rule).provenance)]},
              {"scenarios", row.scenarios}};
    for (const ArmKind arm : report.arms) {
      const auto index = static_cast<std::size_t>(arm);
      if (row.by_arm[index]) rule["verdicts"][std::string(kArmNames[index])] = name_of(*row.by_arm[index]);
    }
    json["rules"].push_back(std::move(rule));
  }
  json["playings"] = Json::array();
  for (const SuiteEntry& entry : report.entries) {
    Json playing{{"scenario", short_name(scenario_of(suite, entry))},
                 {"arm", kArmNames[static_cast<std::size_t>(entry.arm)]},
                 {"verdict", name_of(entry.verdict)}};
    if (!entry.positions.empty()) playing["positions"] = entry.positions;
    if (!entry.reason.empty()) playing["reason"] = entry.reason;
    if (entry.known_deviation) playing["known_deviation"] = true;
    playing["milliseconds"] = entry.milliseconds;
    json["playings"].push_back(std::move(playing));
  }
  return page_of(json);
}

std::string junit_text(const std::vector<Scenario>& suite, const SuiteReport& report) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"berth conform\" tests=\"" +
      std::to_string(report.entries.size()) + "\" failures=\"" +
      std::to_string(report.count(Verdict::Differs)) + "\" errors=\"" +
      std::to_string(report.count(Verdict::Unknown)) + "\" skipped=\"" +
      std::to_string(report.count(Verdict::NotApplicable)) + "\" time=\"" + decimal(report.seconds, 3) +
      "\">\n";
  for (const SuiteEntry& entry : report.entries) {
    text += "<testcase classname=\"" + std::string(kArmNames[static_cast<std::size_t>(entry.arm)]) +
            "\" name=\"" + escaped(with_positions(suite, entry)) + "\" time=\"" +
            decimal(entry.milliseconds / 1000, 6) + "\"";
    const std::string reason = escaped(entry.reason);
    switch (entry.verdict) {
      case Verdict::Agrees: text += "/>\n"; break;
      case Verdict::Differs: text += "><failure message=\"" + reason + "\"/></testcase>\n"; break;
      case Verdict::Unknown: text += "><error message=\"" + reason + "\"/></testcase>\n"; break;
      case Verdict::NotApplicable: text += "><skipped message=\"" + reason + "\"/></testcase>\n"; break;
    }
  }
  return text + "</testsuite>\n</testsuites>\n";
}

std::string tap_text(const std::vector<Scenario>& suite, const SuiteReport& report) {
  std::string text = "TAP version 13\n1.." + std::to_string(report.entries.size()) + '\n';
  std::size_t number = 0;
  for (const SuiteEntry& entry : report.entries) {
    const bool ok = entry.verdict == Verdict::Agrees || entry.verdict == Verdict::NotApplicable;
    text += std::string(ok ? "ok " : "not ok ") + std::to_string(++number) + " - " +
            with_positions(suite, entry) + ", " + std::string(kArmNames[static_cast<std::size_t>(entry.arm)]);
    if (entry.verdict == Verdict::NotApplicable) text += " # SKIP " + entry.reason;
    text += '\n';
    if (!ok) text += "  # " + entry.reason + '\n';
  }
  return text;
}

// -- one playing, told ------------------------------------------------------------------------------------

namespace {

std::string outcome_line(const StepReport& step) {
  switch (step.seen.kind) {
    case Seen::Kind::Succeeded: {
      std::string text = "succeeds";
      if (step.seen.block)
        text += ": ports " + std::to_string(step.seen.block->start) + " to " +
                std::to_string(step.seen.block->start + step.seen.block->count - 1);
      if (step.seen.name && step.seen.name->port != 0) text += ": " + to_string(*step.seen.name);
      return text;
    }
    case Seen::Kind::Refused: return "is refused with " + code_text(step.seen.code);
    case Seen::Kind::Failed: return "fails: " + step.seen.failure;
  }
  return {};
}

std::string step_text(const Step& step, const StepReport& played, Colour colour) {
  const std::string head = padded(std::to_string(step.number + 1) + '.', 5) + step.as + ": " + step.call_name;
  if (played.skipped) return painted(head + " (not under this profile)", "\033[2m", colour) + '\n';
  const bool good = played.differences.empty() && played.seen.kind != Seen::Kind::Failed;
  std::string text =
      head + '\n' + "     " +
      painted(outcome_line(played), paint_for(good ? Verdict::Agrees : Verdict::Differs), colour) + '\n';
  if (!step.note.empty()) text += "     note: " + step.note + '\n';
  if (played.seen.rule) {
    const RuleRow& row = row_of(*played.seen.rule);
    text += "     rule: " + std::string(berth::name_of(row.rule)) + " (" +
            std::string(kProvenanceNames[static_cast<std::size_t>(row.provenance)]) + ")\n       " +
            std::string(row.sentence) + "\n       source: " + std::string(row.source) + '\n';
  }
  if (!played.seen.because.empty()) text += "     because of " + played.seen.because + '\n';
  for (const std::string& difference : played.differences)
    text += "     " + painted("differs: " + difference, paint_for(Verdict::Differs), colour) + '\n';
  return text;
}

}  // namespace

std::string story_text(const Scenario& scenario, ArmKind arm, const PlayReport& report, Colour colour) {
  std::string text = scenario.title + " [" + std::string(kArmNames[static_cast<std::size_t>(arm)]) + "]\n";
  for (const StepReport& step : report.steps) text += step_text(scenario.steps[step.number], step, colour);
  text += painted(std::string(name_of(report.verdict)), paint_for(report.verdict), colour);
  return text + (report.reason.empty() ? "" : ": " + report.reason) + '\n';
}

}  // namespace berth::scenario
