// SPDX-License-Identifier: MIT
#include <filesystem>
#include <memory>

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
  bool all_positions = false;
  bool schema = false;
  bool status = false;
};

int conform(const ConformOptions& options) {
  if (options.schema) {
    print(scenario::scenario_schema());
    return kAgrees;
  }
  const scenario::Fixtures fixtures(options.fixtures);
  if (!std::filesystem::is_directory(std::filesystem::path(options.fixtures) / "scenarios"))
    throw BadInput("no folder of scenarios: " + options.fixtures + "/scenarios");
  scenario::SuiteOptions wanted;
  wanted.arms = arms_from(options.arms);
  if (!options.rule.empty()) wanted.rule = rule_from(options.rule);
  wanted.profile = profile_from(options.profile, fixtures);
  wanted.all_positions = options.all_positions;
  const auto suite = scenario::load_suite(fixtures);
  if (!suite) throw BadInput(to_string(suite.error()));
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
  command->add_flag("--schema", options->schema, "Show the JSON schema of a scenario instead");
  command->add_flag("--status", options->status, "Show the status of the README instead of the table");
  command->footer("Exit codes: 0 all agree; 1 one differs, or nothing was learned; 2 bad input.");
  command->callback([options, &exit_code] { exit_code = conform(*options); });
}

}  // namespace berth::emulator
