// SPDX-License-Identifier: MIT
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>

#include <berth/scenario/evidence.h>
#include <berth/scenario/native_arm.h>

#include "embedded.h"
#include "platform.h"

namespace berth::conformance {
namespace {

namespace fs = std::filesystem;
using scenario::Evidence;
using scenario::PlayEvidence;
using scenario::Scenario;

// What the program ends with.
constexpr int kAgrees = 0;
constexpr int kDiffers = 1;  // something differs, or nothing was learned
constexpr int kBadInput = 2;
constexpr int kBrokenOff = 3;  // stopped, or something could not be taken back

struct Options {
  std::string filter;
  std::string output = "berth-report";
  HostWanted host;
  bool list = false;
  bool dry_run = false;
  bool clean_up = false;
  bool worker = false;
  bool try_persistent = false;
};

void say(const std::string& text) {
  std::fputs((text + '\n').c_str(), stdout);
  std::fflush(stdout);
}
int fail(const std::string& what) {
  std::fprintf(stderr, "berth-conformance: %s\n", what.c_str());
  return kBadInput;
}

bool write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return static_cast<bool>(file);
}

// -- what a run leaves ------------------------------------------------------------------------------------

std::string name_of_playing(const PlayEvidence& playing) {
  std::string name = playing.scenario;
  for (const auto& [key, position] : playing.positions)
    name.append(" [").append(key).append("=").append(position).append("]");
  return name;
}

bool write_reports(const std::vector<Scenario>& suite, const Evidence& evidence, const fs::path& folder) {
  const Profile ours;
  const auto report = scenario::suite_report(suite, evidence, ours);
  const auto calibration = scenario::calibrate(suite, evidence);
  return write(folder / "report.json", scenario::evidence_text(evidence)) &&
         write(folder / "report.junit.xml", scenario::junit_text(suite, report)) &&
         write(folder / "report.tap", scenario::tap_text(suite, report)) &&
         write(folder / "report.md", scenario::evidence_markdown(suite, evidence, ours)) &&
         write(folder / "observed-profile.json", scenario::profile_text(calibration));
}

int finish(const std::vector<Scenario>& suite, const Evidence& evidence) {
  const auto report = scenario::suite_report(suite, evidence, Profile{});
  std::string text;
  for (std::size_t i = 0; i < scenario::kVerdictNames.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(report.count(static_cast<scenario::Verdict>(i))) + ' ' +
            std::string(scenario::kVerdictNames[i]);
  say(text);
  if (!evidence.complete) return kBrokenOff;
  return report.agrees() ? kAgrees : kDiffers;
}

// -- runs -------------------------------------------------------------------------------------------------

int list(const std::vector<Scenario>& suite, const Options& options) {
  for (const Scenario& one : suite)
    if (const std::string name = short_name(one); name.find(options.filter) != std::string::npos) say(name);
  return kAgrees;
}

int tell_what_would_be_done(const std::vector<Scenario>& suite, const scenario::Arm& arm,
                            const Options& options) {
  for (const Scenario& one : suite) {
    const std::string name = short_name(one);
    if (name.find(options.filter) == std::string::npos) continue;
    const auto lack = scenario::lack_of(one, arm, Profile{});
    say((lack ? "skip  " : "play  ") + name + (lack ? ": it needs " + *lack : std::string()));
  }
  return kAgrees;
}

int take_back(scenario::TraceJournal& journal, scenario::Host& host) {
  const std::size_t before = journal.open_entries().size();
  const std::size_t resisting = scenario::clean_up(journal, host);
  say(std::to_string(before - resisting) + " things taken back");
  if (resisting == 0) return kAgrees;
  say(std::to_string(resisting) + " things are still there: run --clean-up as an administrator");
  return kBrokenOff;
}

int play_suite(const std::vector<Scenario>& suite, const scenario::Arm& arm, const scenario::Host& host,
               const Options& options) {
  stop_politely();
  std::size_t number = 0;
  const auto progress = [&number](const PlayEvidence& playing) {
    std::string line = std::to_string(++number) + ' ' + std::string(scenario::name_of(playing.verdict)) +
                       ": " + name_of_playing(playing);
    if (playing.verdict == scenario::Verdict::Differs || playing.verdict == scenario::Verdict::Unknown)
      line += "\n    " + playing.reason;
    say(line);
  };
  const Evidence evidence = scenario::gather(
      suite, arm, host, {.filter = options.filter, .progress = progress, .is_stopped = was_asked_to_stop});
  if (!write_reports(suite, evidence, options.output))
    return fail("the reports cannot be written to " + options.output);
  say("reports are in " + options.output + ": please send report.json");
  return finish(suite, evidence);
}

int serve_runner(const scenario::Fixtures& fixtures) {
  const auto channel = channel_to_runner();
  scenario::work_for(*channel,
                     {.load = [&fixtures](const std::string& file) { return load_scenario(file, fixtures); },
                      .last_refusal = {}});
  return kAgrees;
}

int play_here(const std::vector<Scenario>& suite, const scenario::Fixtures& fixtures,
              const Options& options) {
  auto host = make_host(options.host, fixtures);
  if (!host) return fail(host.error());
  const std::unique_ptr<scenario::Host> computer = std::move(host).value();
  std::error_code error;
  fs::create_directories(options.output, error);
  auto journal = scenario::TraceJournal::open((fs::path(options.output) / "left-behind.jsonl").string());
  if (!journal) return fail(journal.error());
  const std::unique_ptr<scenario::TraceJournal> traces = std::move(journal).value();
  if (options.clean_up) return take_back(*traces, *computer);
  const auto arm = scenario::make_native_arm(*computer, *traces);
  if (options.dry_run) return tell_what_would_be_done(suite, *arm, options);

  say("berth-conformance " BERTH_VERSION " on " + computer->build());
  for (const scenario::Probe& probe : computer->probes()) say("  " + probe.name + ": " + probe.answer);
  if (!traces->open_entries().empty()) {
    say("an earlier run left something behind");
    take_back(*traces, *computer);
  }
  const int code = play_suite(suite, *arm, *computer, options);
  return traces->open_entries().empty() ? code : kBrokenOff;
}

int run(const Options& options) {
  const scenario::Fixtures fixtures(embedded_fixtures());
  if (options.worker) return serve_runner(fixtures);
  if (options.try_persistent) {
    try_persistent_functions();
    return kAgrees;
  }
  const auto suite = scenario::load_suite(fixtures);
  if (!suite) return fail(to_string(suite.error()));
  if (options.list) return list(*suite, options);
  return play_here(*suite, fixtures, options);
}

void add_options(CLI::App& app, Options& options) {
  app.set_version_flag("--version", "berth-conformance " BERTH_VERSION);
  app.add_flag("--list", options.list, "Name the scenarios and do nothing");
  app.add_option("--filter", options.filter, "Only the scenarios whose name contains this");
  app.add_flag("--dry-run", options.dry_run, "Tell what would be played and what is missing, and do nothing");
  app.add_flag("--clean-up", options.clean_up, "Take back what an interrupted run left behind, and end");
  app.add_option("--output", options.output, "Folder of the reports, and of the list of what is to take back")
      ->capture_default_str();
  app.add_flag("--worker", options.worker)->group("");
  app.add_flag("--try-persistent-functions", options.try_persistent)->group("");
#ifndef _WIN32
  app.add_option("--profile", options.host.profile, "The profile of the machine that stands in for Windows")
      ->capture_default_str();
  app.add_option("--store", options.host.store, "File of that machine's persistent store; none: in memory");
  app.add_flag("!--not-elevated", options.host.elevated, "That machine's user is not elevated");
#endif
  app.footer(
      "Exit codes: 0 all that can be played agrees; 1 something differs, or nothing was learned; 2 bad "
      "input; 3 broken off, or something is left behind.");
}

int parse_and_run(int argc, char** argv) {
  Options options;
  CLI::App app("Asks this computer what Windows does about port reservations, and writes down the answers",
               "berth-conformance");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::Error& error) {
    return fail(error.what());
  }
  return run(options);
}

}  // namespace
}  // namespace berth::conformance

int main(int argc, char** argv) {
  try {
    return berth::conformance::parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    return berth::conformance::fail(error.what());
  }
}
