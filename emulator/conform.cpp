// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <berth/document/reading.h>
#include <berth/scenario/evidence.h>
#include <berth/scenario/report.h>
#include <berth/scenario/schema.h>
#include <berth/scenario/suite.h>

#include "commands.h"
#include "options.h"

namespace berth::emulator {
namespace {

struct ConformOptions {
  std::vector<std::string> arms = usual_arms();
  std::string rule;
  std::string fixtures = usual_fixtures();
  std::string profile = "default";
  std::string json;
  std::string junit;
  std::string tap;
  std::string compare;
  std::string calibrate;
  std::vector<std::string> diff;
  std::string to = "-";
  bool all_positions = false;
  bool schema = false;
  bool report_schema = false;
  bool questions = false;
  bool status = false;
};

// -- reports of berth-conformance -------------------------------------------------------------------------

scenario::Evidence evidence_from(const std::string& path) {
  const auto text = read_text_file(path, {.bytes = std::size_t{256} << 20U});
  if (!text) throw BadInput(to_string(text.error()));
  auto evidence = scenario::parse_evidence(path, *text);
  if (!evidence) throw BadInput(to_string(evidence.error()));
  return *std::move(evidence);
}

int compare(const std::vector<scenario::Scenario>& suite, const ConformOptions& options,
            const Profile& profile) {
  const auto evidence = evidence_from(options.compare);
  const auto judgements = scenario::judge(suite, evidence, profile);
  print(scenario::judgement_text(evidence, profile, judgements, colour_of_stdout()));
  const auto is_good = [](const scenario::RuleJudgement& row) {
    return row.verdict == scenario::Verdict::Agrees || row.verdict == scenario::Verdict::NotApplicable;
  };
  return std::ranges::all_of(judgements, is_good) ? kAgrees : kDiffers;
}

int calibrate(const std::vector<scenario::Scenario>& suite, const ConformOptions& options) {
  const auto calibration = scenario::calibrate(suite, evidence_from(options.calibrate));
  write_file(options.to, scenario::profile_text(calibration));
  for (const auto& [name, why] : calibration.open)
    std::fprintf(stderr, "left open: %s: %s\n", name.c_str(), why.c_str());
  return kAgrees;
}

int diff(const ConformOptions& options) {
  const std::string text =
      scenario::difference_text(evidence_from(options.diff[0]), evidence_from(options.diff[1]));
  print(text.empty() ? "the reports say the same\n" : text);
  return text.empty() ? kAgrees : kDiffers;
}

int conform(const ConformOptions& options) {
  if (options.schema) {
    print(scenario::scenario_schema());
    return kAgrees;
  }
  if (options.report_schema) {
    print(scenario::evidence_schema());
    return kAgrees;
  }
  if (!options.diff.empty()) return diff(options);
  const scenario::Fixtures fixtures(options.fixtures);
  if (!std::filesystem::is_directory(std::filesystem::path(options.fixtures) / "scenarios"))
    throw BadInput("no folder of scenarios: " + options.fixtures + "/scenarios");
  scenario::SuiteOptions wanted;
  wanted.arms = arms_from(options.arms);
  wanted.daemon_worker = daemon_worker(options.fixtures);
  if (!options.rule.empty()) wanted.rule = rule_from(options.rule);
  wanted.profile = profile_from(options.profile, fixtures);
  wanted.all_positions = options.all_positions;
  const auto suite = scenario::load_suite(fixtures);
  if (!suite) throw BadInput(to_string(suite.error()));
  if (options.questions) {
    print(scenario::questions_page(*suite));
    return kAgrees;
  }
  if (!options.compare.empty()) return compare(*suite, options, wanted.profile);
  if (!options.calibrate.empty()) return calibrate(*suite, options);
  const scenario::SuiteReport report = scenario::run_suite(*suite, wanted);
  if (!options.json.empty()) write_file(options.json, scenario::json_text(*suite, report));
  if (!options.junit.empty()) write_file(options.junit, scenario::junit_text(*suite, report));
  if (!options.tap.empty()) write_file(options.tap, scenario::tap_text(*suite, report));
  const bool stdout_is_taken = options.json == "-" || options.junit == "-" || options.tap == "-";
  if (options.status) {
    print(scenario::status_text(*suite, report));
  } else if (!stdout_is_taken) {
    print(scenario::table_text(*suite, report, colour_of_stdout()));
  }
  return report.agrees() ? kAgrees : kDiffers;
}

}  // namespace

void add_conform(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConformOptions>();
  CLI::App* command =
      app.add_subcommand("conform", "Play the conformance suite and show the verdicts by rule");
  command->add_option("--arm", options->arms, "Arms to play it in: rules, winsock")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--rule", options->rule, "Only the scenarios that name this rule");
  command->add_option("--profile", options->profile, "Name of a profile of the fixtures, or a file")
      ->capture_default_str();
  command->add_option("--fixtures", options->fixtures, "Folder of scenarios, worlds and profiles");
  command->add_option("--json", options->json, "Write a report for programs to this file; - is stdout");
  command->add_option("--junit", options->junit, "Write a JUnit report to this file; - is stdout");
  command->add_option("--tap", options->tap, "Write a TAP report to this file; - is stdout");
  command->add_flag("--all-positions", options->all_positions,
                    "Play each scenario under every position of the switches that it names");
  auto* compare = command->add_option("--compare", options->compare,
                                      "Say rule by rule where this report.json agrees with us (--profile)");
  auto* calibrate = command->add_option("--calibrate", options->calibrate,
                                        "Make the profile that answers as this report.json does");
  command->add_option("--to", options->to, "Where --calibrate writes it; - is stdout")->capture_default_str();
  auto* diff = command->add_option("--diff", options->diff, "Say where two reports differ")->expected(2);
  compare->excludes(calibrate)->excludes(diff);
  calibrate->excludes(diff);
  command->add_flag("--questions", options->questions, "Show docs/open-questions.md instead");
  command->add_flag("--report-schema", options->report_schema, "Show the JSON schema of a report instead");
  command->add_flag("--schema", options->schema, "Show the JSON schema of a scenario instead");
  command->add_flag("--status", options->status, "Show the status of the README instead of the table");
  command->footer("Exit codes: 0 all agree; 1 one differs, or nothing was learned; 2 bad input.");
  command->callback([options, &exit_code] { exit_code = conform(*options); });
}

}  // namespace berth::emulator
