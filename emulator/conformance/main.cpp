// SPDX-License-Identifier: MIT
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>

#include <berth/document/reading.h>
#include <berth/scenario/evidence.h>
#include <berth/scenario/native_arm.h>
#include <berth/scenario/two_parts.h>

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
  bool before_restart = false;
  bool after_restart = false;
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

// Tells each playing, and can be stopped.
scenario::GatherOptions gather_options(const Options& options) {
  stop_politely();
  const auto progress = [number = 0](const PlayEvidence& playing) mutable {
    std::string line = std::to_string(++number) + ' ' + std::string(scenario::name_of(playing.verdict)) +
                       ": " + name_of_playing(playing);
    if (playing.verdict == scenario::Verdict::Differs || playing.verdict == scenario::Verdict::Unknown)
      line += "\n    " + playing.reason;
    say(line);
  };
  return {.filter = options.filter, .progress = progress, .is_stopped = was_asked_to_stop};
}

int report(const std::vector<Scenario>& suite, const Evidence& evidence, const Options& options) {
  if (!write_reports(suite, evidence, options.output))
    return fail("the reports cannot be written to " + options.output);
  say("reports are in " + options.output + ": please send report.json");
  return finish(suite, evidence);
}

// -- a run in two parts -----------------------------------------------------------------------------------

fs::path first_part_file(const Options& options) { return fs::path(options.output) / "before-restart.json"; }

// The report to which a second part adds its answers; nothing when there is none.
Result<std::optional<Evidence>, std::string> report_so_far(const Options& options, const std::string& build) {
  const fs::path path = fs::path(options.output) / "report.json";
  if (!fs::exists(path)) return std::optional<Evidence>();
  const auto text = read_text_file(path.string(), {.bytes = std::size_t{256} << 20U});
  if (!text) return to_string(text.error());
  auto evidence = scenario::parse_evidence(path.string(), *text);
  if (!evidence) return to_string(evidence.error());
  if (evidence->build != build)
    return path.string() + " is of " + evidence->build +
           ": move it away, its answers are not mixed with those of " + build;
  return std::optional(std::move(evidence).value());
}

int play_first_part(const std::vector<Scenario>& suite, scenario::TraceJournal& journal, scenario::Host& host,
                    const Options& options) {
  if (const auto so_far = report_so_far(options, host.build()); !so_far) return fail(so_far.error());
  const auto first = scenario::play_before_restart(suite, host, journal, gather_options(options));
  if (!first) return fail(first.error());
  if (first->waiting.empty()) {
    say("nothing waits for a restart");
    return was_asked_to_stop() || !journal.open_entries().empty() ? kBrokenOff : kDiffers;
  }
  if (!write(first_part_file(options), scenario::first_part_text(*first))) {
    take_back(journal, host);
    return fail(first_part_file(options).string() + " cannot be written");
  }
  say(std::to_string(first->waiting.size()) +
      " playings wait. Restart this computer (Restart, not Shut down), and then run\n"
      "    berth-conformance --after-restart" +
      (options.output == Options().output ? std::string() : " --output " + options.output) +
      "\nas an administrator. --clean-up gives up instead.");
  return kAgrees;
}

int play_second_part(const std::vector<Scenario>& suite, scenario::TraceJournal& journal,
                     scenario::Host& host, const Options& options) {
  const fs::path path = first_part_file(options);
  if (!fs::exists(path))
    return fail("there is no first part in " + options.output +
                ": run --before-restart, restart the computer, and then this");
  const auto text = read_text_file(path.string(), {.bytes = std::size_t{256} << 20U});
  if (!text) return fail(to_string(text.error()));
  const auto first = scenario::parse_first_part(path.string(), *text);
  if (!first) return fail(to_string(first.error()) + ": take it back with --clean-up and begin again");
  if (const auto objection = scenario::objection_to_second_part(*first, host)) return fail(*objection);
  const auto so_far = report_so_far(options, host.build());
  if (!so_far) return fail(so_far.error());
  // Half of a second part cannot be gone on with: after a crash there is only something to take back.
  std::error_code error;
  if (!fs::remove(path, error)) return fail(path.string() + " cannot be removed");
  const Evidence later = scenario::play_after_restart(suite, host, journal, *first, gather_options(options));
  const int code = report(suite, *so_far ? scenario::with_playings_of(later, **so_far) : later, options);
  return journal.open_entries().empty() ? code : kBrokenOff;
}

int give_up(scenario::TraceJournal& journal, scenario::Host& host, const Options& options) {
  // First the file: what is taken back must not be gone on with.
  std::error_code error;
  fs::remove(first_part_file(options), error);
  if (error) return fail(first_part_file(options).string() + " cannot be removed: " + error.message());
  return take_back(journal, host);
}

int serve_runner(const scenario::Fixtures& fixtures) {
  const auto channel = channel_to_runner();
  scenario::work_for(*channel,
                     {.load = [&fixtures](const std::string& file) { return load_scenario(file, fixtures); },
                      .last_refusal = {}});
  return kAgrees;
}

int play_everything(const std::vector<Scenario>& suite, scenario::TraceJournal& journal, scenario::Host& host,
                    const Options& options) {
  const auto arm = scenario::make_native_arm(host, journal);
  const Evidence evidence = scenario::gather(suite, *arm, host, gather_options(options));
  const int code = report(suite, evidence, options);
  return journal.open_entries().empty() ? code : kBrokenOff;
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
  if (options.clean_up) return give_up(*traces, *computer, options);
  if (options.dry_run)
    return tell_what_would_be_done(suite, *scenario::make_native_arm(*computer, *traces), options);
  if (!options.after_restart && fs::exists(first_part_file(options)))
    return fail(
        "a run waits for a restart: restart the computer and run --after-restart, or give it up with "
        "--clean-up");

  say("berth-conformance " BERTH_VERSION " on " + computer->build());
  for (const scenario::Probe& probe : computer->probes()) say("  " + probe.name + ": " + probe.answer);
  if (options.after_restart) return play_second_part(suite, *traces, *computer, options);
  if (!traces->open_entries().empty()) {
    say("an earlier run left something behind");
    take_back(*traces, *computer);
  }
  return options.before_restart ? play_first_part(suite, *traces, *computer, options)
                                : play_everything(suite, *traces, *computer, options);
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
  auto* list = app.add_flag("--list", options.list, "Name the scenarios and do nothing");
  auto* filter = app.add_option("--filter", options.filter, "Only the scenarios whose name contains this");
  auto* dry_run = app.add_flag("--dry-run", options.dry_run,
                               "Tell what would be played and what is missing, and do nothing");
  auto* clean_up = app.add_flag("--clean-up", options.clean_up,
                                "Take back what an interrupted run, or a first part, left behind, and end");
  auto* before = app.add_flag("--before-restart", options.before_restart,
                              "First part of what takes a restart: play up to it, and leave what is there");
  auto* after = app.add_flag("--after-restart", options.after_restart,
                             "Second part, after this computer was restarted: add its answers to the report");
  for (auto* part : {before, after}) part->excludes(list)->excludes(dry_run)->excludes(clean_up);
  after->excludes(before)->excludes(filter);
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
