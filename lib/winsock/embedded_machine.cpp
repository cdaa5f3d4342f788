// SPDX-License-Identifier: MIT
#include "embedded_machine.h"

#include <errno.h>  // program_invocation_short_name

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <berth/machine/opened_machine.h>
#include <berth/remote/remote_gateway.h>
#include <berth/store/line_file.h>

namespace berth::winsock {
namespace {

using Problem = std::optional<std::string>;

std::optional<std::string> setting(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::string wrong(std::string_view name, std::string_view found, std::string_view expected) {
  return std::string(name) + " is \"" + std::string(found) + "\", expected " + std::string(expected);
}

// What the environment says, read and understood.
struct Settings {
  LoadedWorld world;
  std::optional<std::string> store_path;
  Identity identity;
  std::uint64_t seed = kUsualSeed;
  Network network = Network::Isolated;
  std::optional<std::string> trace_path;
  std::optional<remote::Where> where;  // of a machine that is served
};

// Why a file gives nothing.
struct Unreadable {
  std::string what;
};

Problem read_where_to_attach(Settings& settings) {
  const auto socket = setting("BERTH_SOCKET");
  if (!socket) return std::nullopt;
  if (setting("BERTH_WORLD") || setting("BERTH_STORE"))
    return "BERTH_SOCKET is set beside BERTH_WORLD or BERTH_STORE: the machine behind the socket has its own";
  auto where = remote::parse_where(*socket);
  if (!where) return wrong("BERTH_SOCKET", *socket, where.error());
  settings.where = *std::move(where);
  return std::nullopt;
}

Problem read_network(Settings& settings) {
  const auto network = setting("BERTH_NETWORK");
  if (!network || *network == "isolated") return std::nullopt;
  if (*network != "host") return wrong("BERTH_NETWORK", *network, "isolated or host");
  settings.network = Network::Host;
  return std::nullopt;
}

Problem read_world(Settings& settings) {
  const auto path = setting("BERTH_WORLD");
  if (!path) return std::nullopt;
  auto world = load_world(*path);
  if (!world) return "BERTH_WORLD: " + to_string(world.error());
  settings.world = *std::move(world);
  return std::nullopt;
}

Problem read_identity(Settings& settings) {
  const auto text = setting("BERTH_IDENTITY");
  const auto identity = parse_identity(text.value_or("filtered-administrator"));
  if (!identity) {
    std::string kinds;
    for (const auto kind : kTokenKindNames) kinds += (kinds.empty() ? "" : ", ") + std::string(kind);
    return wrong("BERTH_IDENTITY", *text, "one of " + kinds + ", each with an optional :account");
  }
  settings.identity = *identity;
  return std::nullopt;
}

Problem read_seed(Settings& settings) {
  const auto text = setting("BERTH_SEED");
  if (!text) return std::nullopt;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, settings.seed);
  if (error != std::errc{} || stop != end || text->empty())
    return wrong("BERTH_SEED", *text, "a number from 0 to 18446744073709551615");
  return std::nullopt;
}

Result<Settings, std::string> read_settings() {
  Settings settings;
  if (auto problem = read_where_to_attach(settings)) return *std::move(problem);
  if (auto problem = read_network(settings)) return *std::move(problem);
  if (auto problem = read_world(settings)) return *std::move(problem);
  if (auto problem = read_identity(settings)) return *std::move(problem);
  if (auto problem = read_seed(settings)) return *std::move(problem);
  if (auto path = setting("BERTH_STORE")) settings.store_path = std::move(path);
  settings.trace_path = setting("BERTH_TRACE");
  return settings;
}

Result<std::shared_ptr<OpenedMachine>, std::string> start_machine(const Settings& settings) {
  MachineFiles files{
      .world = settings.world, .store_path = settings.store_path, .seed = settings.seed, .trace = {}};
  if (settings.trace_path) {
    auto trace = open_line_file(*settings.trace_path);
    if (!trace)
      return wrong("BERTH_TRACE", *settings.trace_path, "a file that can be written (" + trace.error() + ")");
    files.trace = std::move(trace).value();
  }
  return open_machine(files);
}

// -- a machine of the program's own ---------------------------------------------------------------

Result<EmbeddedMachine, std::string> embed_machine(const Settings& settings) {
  const auto opened = start_machine(settings);
  if (!opened) return opened.error();
  Machine* machine = (*opened)->machine.get();
  const ProcessId process = machine->start_process(settings.identity);
  return EmbeddedMachine{.machine = std::shared_ptr<Gateway>(*opened, machine),
                         .process = process,
                         .network = settings.network,
                         .when_gone = {},
                         .inheritance = {}};
}

// -- a machine behind a socket --------------------------------------------------------------------

Result<std::string, Unreadable> read_secret() {
  const auto path = setting("BERTH_SECRET_FILE");
  if (!path) return std::string();
  std::ifstream file(*path);
  std::string secret;
  if (!std::getline(file, secret) || secret.empty())
    return Unreadable{wrong("BERTH_SECRET_FILE", *path, "a file whose first line is the server's secret")};
  return secret;
}

using Joined = Result<std::shared_ptr<remote::RemoteGateway>, std::string>;

// With what the program before this one has left, or else anew.
Joined join(const remote::Where& where, const remote::Introduction& introduction, Inheritance& inheritance) {
  if (auto left = take_inheritance(to_string(where))) {
    std::vector<SocketId> sockets;
    for (const LeftHandle& one : left->handles)
      if (one.socket) sockets.push_back(one.socket);
    auto taken = remote::RemoteGateway::take_over(left->connection.release(), where, introduction, sockets);
    if (taken) inheritance = *std::move(left);
    if (taken) return taken;
  }
  return remote::RemoteGateway::connect(where, introduction);
}

Result<EmbeddedMachine, std::string> join_machine(const Settings& settings) {
  const auto secret = read_secret();
  if (!secret) return secret.error().what;
  remote::Introduction introduction{
      .program = program_invocation_short_name, .identity = settings.identity, .secret = {}};
  if (settings.where->is_tcp()) introduction.secret = *secret;
  EmbeddedMachine made;
  made.network = settings.network;
  auto joined = join(*settings.where, introduction, made.inheritance);
  if (!joined) return "BERTH_SOCKET: the machine at " + to_string(*settings.where) + ": " + joined.error();
  const std::shared_ptr<remote::RemoteGateway> gateway = std::move(joined).value();
  // The list for a successor, which lasts until the next fork.
  gateway->when_forked([where = to_string(*settings.where), list = std::make_shared<traffic::Descriptor>()](
                           int connection) { *list = leave_to_successor(connection, where); });
  made.machine = gateway;
  made.process = gateway->process();
  made.when_gone = [gateway](std::function<void()> then) { gateway->when_gone(std::move(then)); };
  return made;
}

}  // namespace

void watch_forks_of_served_machines() { remote::RemoteGateway::watch_forks(); }

Result<EmbeddedMachine, std::string> make_embedded_machine() {
  const auto settings = read_settings();
  if (!settings) return settings.error();
  return settings->where ? join_machine(*settings) : embed_machine(*settings);
}

}  // namespace berth::winsock
