// SPDX-License-Identifier: MIT
#include "machine_options.h"

#include <cstdlib>
#include <fstream>

#include <berth/document/nearest_name.h>
#include <berth/scenario/fixtures.h>
#include <berth/store/line_file.h>

#include "options.h"

namespace berth::emulator {

void add_machine_options(CLI::App& command, MachineOptions& options) {
  command.add_option("--world", options.world, "The world in which the machine is found (a JSON file)");
  command.add_option("--profile", options.profile,
                     "Name of a profile of the fixtures, or a file; instead of the world's own");
  command.add_option("--seed", options.seed, "The seed of everything that is chosen")->capture_default_str();
  command.add_option("--trace", options.trace,
                     "Append each decision to this file, a line of JSON each; - is stderr");
}

std::shared_ptr<OpenedMachine> machine_from(const MachineOptions& options) {
  MachineFiles files;
  files.seed = options.seed;
  if (!options.world.empty()) {
    auto world = load_world(options.world);
    if (!world) throw BadInput(to_string(world.error()));
    files.world = *std::move(world);
  }
  if (!options.profile.empty())
    files.world.profile = profile_from(options.profile, scenario::Fixtures(usual_fixtures()));
  if (!options.store.empty()) files.store_path = options.store;
  if (!options.trace.empty()) {
    auto trace = open_line_file(options.trace);
    if (!trace)
      throw BadInput("the file " + in_quotes(options.trace) + " cannot be written: " + trace.error());
    files.trace = *std::move(trace);
  }
  auto opened = open_machine(files);
  if (!opened) throw BadInput(opened.error());
  return std::move(opened).value();
}

remote::Where where_from(const std::string& socket) {
  const char* const set = std::getenv("BERTH_SOCKET");
  const std::string text = !socket.empty() ? socket : set != nullptr ? set : "";
  if (text.empty()) throw BadInput("no --socket, and BERTH_SOCKET is not set either");
  auto where = remote::parse_where(text);
  if (!where) throw BadInput("socket: found " + in_quotes(text) + ", expected " + where.error());
  return *std::move(where);
}

std::string secret_from(const std::string& file) {
  std::string secret;
  std::ifstream text(file);
  if (!std::getline(text, secret) || secret.empty())
    throw BadInput("the secret file " + in_quotes(file) + ": found no first line, expected the secret there");
  return secret;
}

}  // namespace berth::emulator
