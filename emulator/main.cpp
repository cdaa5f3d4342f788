// SPDX-License-Identifier: MIT
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <berth/document/nearest_name.h>
#include <berth/scenario/daemon_arm.h>

#include "commands.h"
#include "options.h"

namespace berth::emulator {
namespace {

std::vector<std::string_view> names_of_commands(const std::vector<CLI::App*>& commands) {
  std::vector<std::string_view> names;
  names.reserve(commands.size());
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

CLI::App* command_named(CLI::App& app, const std::string& name) {
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_name() == name) return command;
  return nullptr;
}

void need_command(CLI::App& app, const std::string& name) {
  if (command_named(app, name) != nullptr) return;
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  throw BadInput("command: found " + in_quotes(name) + instead_of(name, names_of_commands(commands)));
}

// What `help` was asked to explain; an empty text is the whole command.
using HelpTopic = std::optional<std::string>;

void add_help(CLI::App& app, HelpTopic& topic) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("help", "Say what the commands do");
  command->add_option("COMMAND", *name, "The command to explain");
  command->callback([&app, name, &topic] {
    if (!name->empty()) need_command(app, *name);
    topic = *name;
  });
}

void show_help(CLI::App& app, const std::string& topic) {
  app.clear();  // else the help is that of the command that was parsed
  std::cout << (topic.empty() ? app.help() : command_named(app, topic)->help("berth"));
}

int run(int argc, char** argv) {
  CLI::App app("An emulator of the Windows port reservation model", "berth");
  int exit_code = kAgrees;
  HelpTopic help_topic;
  app.require_subcommand(1);
  app.set_version_flag("--version", "berth " BERTH_VERSION);
  app.footer("Exit codes: 0 all is well; 1 a scenario differs, or nothing was learned; 2 bad input.");
  add_run(app, exit_code);
  add_conform(app, exit_code);
  add_rules(app, exit_code);
#ifndef _WIN32
  add_serve(app, exit_code);
  add_exec(app, exit_code);
  add_status(app, exit_code);
  add_ps(app, exit_code);
#endif
  add_help(app, help_topic);
  try {
    if (argc > 1 && argv[1][0] != '-') need_command(app, argv[1]);
    app.parse(argc, argv);
    if (help_topic) show_help(app, *help_topic);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::Error& error) {
    std::cerr << "berth: " << error.what() << '\n';
    return kBadInput;
  }
  return exit_code;
}

}  // namespace
}  // namespace berth::emulator

int main(int argc, char** argv) {
  try {
#ifndef _WIN32
    if (argc == 3 && std::string_view(argv[1]) == berth::emulator::kPlaySteps)
      return berth::scenario::run_daemon_worker(argv[2]);
#endif
    return berth::emulator::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "berth: %s\n", error.what());
    return berth::emulator::kBadInput;
  }
}
