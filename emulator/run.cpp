// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>

#include <berth/scenario/play.h>
#include <berth/scenario/report.h>

#include "commands.h"
#include "options.h"

namespace berth::emulator {
namespace {

struct RunOptions {
  std::vector<std::string> files;
  std::vector<std::string> arms = usual_arms();
  std::string profile = "default";
  std::string fixtures = usual_fixtures();
};

int run(const RunOptions& options) {
  const scenario::Fixtures fixtures(options.fixtures);
  const Profile profile = profile_from(options.profile, fixtures);
  const auto arms = arms_from(options.arms);
  std::vector<scenario::Scenario> scenarios;
  for (const std::string& file : options.files) {
    auto read = scenario::load_scenario(file, fixtures);
    if (!read) throw BadInput(to_string(read.error()));
    scenarios.push_back(*std::move(read));
  }
  bool all_agree = true;
  for (const scenario::Scenario& scenario : scenarios) {
    for (const scenario::ArmKind kind : arms) {
      const auto report =
          scenario::play(scenario, *scenario::make_arm(kind, daemon_worker(options.fixtures)), profile);
      print(scenario::story_text(scenario, kind, report, colour_of_stdout()) + '\n');
      all_agree &=
          report.verdict == scenario::Verdict::Agrees || report.verdict == scenario::Verdict::NotApplicable;
    }
  }
  return all_agree ? kAgrees : kDiffers;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Play scenarios and tell each step");
  command
      ->add_option("FILE", options->files, "Scenario files (docs/conformance.md says how they are written)")
      ->required();
  command->add_option("--arm", options->arms, "Arms to play them in: rules, winsock")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--profile", options->profile, "Name of a profile of the fixtures, or a file")
      ->capture_default_str();
  command->add_option("--fixtures", options->fixtures, "Folder of worlds and profiles");
  command->footer("Exit codes: 0 all agree; 1 one differs, or nothing was learned; 2 bad input.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace berth::emulator
