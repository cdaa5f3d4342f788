// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <vector>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <berth/core/identity.h>
#include <berth/document/nearest_name.h>
#include <berth/server/server.h>

#include "commands.h"
#include "machine_options.h"
#include "options.h"

namespace berth::emulator {
namespace {

struct ServeOptions {
  MachineOptions machine;
  std::string socket;
  std::string tcp;
  std::string secret_file;
  std::vector<std::string> allowed;
  server::Limits limits;
  bool quiet = false;
};

server::Allowance allowance_from(const std::string& text) {
  const auto colon = text.find(':');
  const std::vector<std::string_view> kinds(kTokenKindNames.begin(), kTokenKindNames.end());
  server::Allowance allowance;
  allowance.kind = static_cast<TokenKind>(one_of("identity", text.substr(0, colon), kinds));
  if (colon != std::string::npos) allowance.account = text.substr(colon + 1);
  if (allowance.account == "")
    throw BadInput("identity: found " + in_quotes(text) + ", expected an account after :");
  return allowance;
}

server::Settings settings_from(const ServeOptions& options) {
  server::Settings settings;
  settings.limits = options.limits;
  settings.ends_on_signals = true;
  if (!options.socket.empty()) settings.places.push_back(where_from(options.socket));
  if (!options.tcp.empty()) settings.places.push_back(where_from("tcp:" + options.tcp));
  if (settings.places.empty()) throw BadInput("nowhere to listen: give --socket PATH or --tcp ADDRESS:PORT");
  if (!options.tcp.empty() && options.secret_file.empty())
    throw BadInput("--tcp without --secret-file: anybody on this host could come");
  if (!options.secret_file.empty()) settings.secret = secret_from(options.secret_file);
  for (const std::string& text : options.allowed) settings.allowed.push_back(allowance_from(text));
  return settings;
}

int serve(const ServeOptions& options) {
  const auto log = spdlog::stderr_color_mt("berth");
  log->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
  log->set_level(options.quiet ? spdlog::level::warn : spdlog::level::info);
  server::Settings settings = settings_from(options);
  settings.log = [log](server::Weight weight, const std::string& line) {
    log->log(weight == server::Weight::Note ? spdlog::level::info : spdlog::level::warn, line);
  };
  const auto opened = machine_from(options.machine);
  auto server = server::Server::start(std::shared_ptr<Machine>(opened, opened->machine.get()), settings);
  if (!server) throw BadInput(server.error());
  for (const remote::Where& where : (*server)->places()) log->info("serving at {}", to_string(where));
  (*server)->run();
  log->info("ending");
  return kAgrees;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve one machine to every program that joins it");
  command->add_option("--socket", options->socket, "Unix socket to listen on; programs join by BERTH_SOCKET");
  command->add_option("--tcp", options->tcp, "Address of the loopback to listen on too: 127.0.0.1:7000");
  command->add_option("--secret-file", options->secret_file,
                      "File whose first line programs over TCP must know (BERTH_SECRET_FILE)");
  command->add_option("--store", options->machine.store,
                      "What a restart brings back; without it the world's, or none");
  add_machine_options(*command, options->machine);
  command->add_option("--allow-identity", options->allowed,
                      "An identity that programs may claim: KIND, or KIND:ACCOUNT; without it all");
  command->add_option("--most-clients", options->limits.clients, "Connections at a time")
      ->capture_default_str();
  command->add_option("--most-sockets", options->limits.sockets_per_client, "Sockets of one connection")
      ->capture_default_str();
  command->add_flag("--quiet", options->quiet, "Log only what goes wrong");
  command->footer("It ends with SIGTERM or SIGINT. Exit codes: 0 it has ended; 2 bad input.");
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace berth::emulator
