// SPDX-License-Identifier: MIT
#include "embedded_machine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <berth/machine/journal.h>
#include <berth/machine/machine.h>
#include <berth/store/file_storage.h>
#include <berth/store/memory_storage.h>
#include <berth/store/telling_storage.h>

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
};

Problem read_where_to_attach() {
  const auto socket = setting("BERTH_SOCKET");
  if (!socket) return std::nullopt;
  if (setting("BERTH_WORLD") || setting("BERTH_STORE"))
    return "BERTH_SOCKET is set beside BERTH_WORLD or BERTH_STORE: the machine behind the socket has its own";
  return wrong("BERTH_SOCKET", *socket, "it to be unset: this build has embedded machines only");
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
  settings.store_path = settings.world.store_path;
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
  if (auto problem = read_where_to_attach()) return *std::move(problem);
  if (auto problem = read_network(settings)) return *std::move(problem);
  if (auto problem = read_world(settings)) return *std::move(problem);
  if (auto problem = read_identity(settings)) return *std::move(problem);
  if (auto problem = read_seed(settings)) return *std::move(problem);
  if (auto path = setting("BERTH_STORE")) settings.store_path = std::move(path);
  settings.trace_path = setting("BERTH_TRACE");
  return settings;
}

// A file that is appended to a whole line at a time, so that several programs can share it.
Result<Journal::Write, std::string> open_trace(const std::string& path) {
  int file = STDERR_FILENO;
  if (path != "-") file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0)
    return wrong("BERTH_TRACE", path,
                 "a file that can be written (" + std::string(std::strerror(errno)) + ")");
  return Journal::Write([file](const std::string& line) {
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(file, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return;  // a full disk costs the trace, not the program
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
  });
}

Result<std::unique_ptr<Storage>, std::string> open_storage(const Settings& settings) {
  if (!settings.store_path) return std::unique_ptr<Storage>(std::make_unique<MemoryStorage>());
  auto storage = FileStorage::open(*settings.store_path);
  if (!storage) return "the store: " + to_string(storage.error());
  // The program only sees a code, and would not know why.
  return telling_on_stderr(std::move(storage).value());
}

// A machine and what watches it, which lives as long.
struct WatchedMachine {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Machine> machine;
};

Result<std::unique_ptr<Journal>, std::string> open_journal(const Settings& settings, const Profile& profile,
                                                           const PersistentSet& stored) {
  if (!settings.trace_path) return std::unique_ptr<Journal>();
  auto write = open_trace(*settings.trace_path);
  if (!write) return write.error();
  return std::make_unique<Journal>(settings.world.world, profile, settings.seed, stored, *std::move(write));
}

Result<std::shared_ptr<WatchedMachine>, std::string> start_machine(const Settings& settings) {
  const Profile profile = settings.world.profile.value_or(Profile{});
  auto storage = open_storage(settings);
  if (!storage) return storage.error();
  std::unique_ptr<Storage> held = std::move(storage).value();
  const auto stored = held->load();
  if (!stored) return "the store: " + to_string(stored.error());
  auto journal = open_journal(settings, profile, *stored);
  if (!journal) return journal.error();
  auto watched = std::make_shared<WatchedMachine>();
  watched->journal = std::move(journal).value();
  auto machine = Machine::start({.world = settings.world.world,
                                 .profile = profile,
                                 .seed = settings.seed,
                                 .storage = std::move(held),
                                 .observer = watched->journal.get()});
  if (!machine) return to_string(machine.error());
  watched->machine = std::move(machine).value();
  return watched;
}

}  // namespace

Result<EmbeddedMachine, std::string> make_embedded_machine() {
  const auto settings = read_settings();
  if (!settings) return settings.error();
  const auto watched = start_machine(*settings);
  if (!watched) return watched.error();
  Machine* machine = (*watched)->machine.get();
  const ProcessId process = machine->start_process(settings->identity);
  return EmbeddedMachine{.machine = std::shared_ptr<Gateway>(*watched, machine),
                         .process = process,
                         .network = settings->network};
}

}  // namespace berth::winsock
