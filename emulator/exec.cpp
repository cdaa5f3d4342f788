// SPDX-License-Identifier: MIT
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <berth/document/nearest_name.h>
#include <berth/server/server.h>

#include "commands.h"
#include "machine_options.h"
#include "options.h"

namespace berth::emulator {
namespace {

// What shells say of a command that cannot be started, and of one that a signal ended.
constexpr int kCannotBeRun = 126;
constexpr int kIsNotThere = 127;
constexpr int kEndedBySignal = 128;

struct ExecOptions {
  MachineOptions machine;
  std::string identity;
  std::string network;
  std::vector<std::string> words;
};

// A folder that nobody else can look into, gone at the end.
class PrivateFolder {
 public:
  PrivateFolder() : path_((std::filesystem::temp_directory_path() / "berth-exec-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr)
      throw BadInput("no temporary folder " + path_ + ": " + std::strerror(errno));
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;  // what cannot be removed is left to the system
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string socket() const { return path_ + "/machine"; }

 private:
  std::string path_;
};

// A server on a thread of its own.
class Serving {
 public:
  Serving(std::shared_ptr<Machine> machine, const std::string& path) {
    server::Settings settings;
    settings.places = {{.path = path, .host = {}, .port = 0}};
    auto started = server::Server::start(std::move(machine), std::move(settings));
    if (!started) throw BadInput(started.error());
    server_ = std::move(started).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() {
    server_->stop();
    thread_.join();
  }

 private:
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

sigset_t watched_signals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH})
    sigaddset(&watched, signal);
  return watched;
}

std::vector<std::string> environment_of(const ExecOptions& options, const std::string& socket) {
  const std::vector<std::string> ours = {
      "BERTH_SOCKET=", "BERTH_WORLD=", "BERTH_STORE=", "BERTH_SEED=", "BERTH_TRACE=", "BERTH_SECRET_FILE="};
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string text = *line;
    const auto is_set_here = [&](const std::string& name) { return text.starts_with(name); };
    const bool is_replaced = std::ranges::any_of(ours, is_set_here) ||
                             (!options.identity.empty() && text.starts_with("BERTH_IDENTITY=")) ||
                             (!options.network.empty() && text.starts_with("BERTH_NETWORK="));
    if (!is_replaced) lines.push_back(text);
  }
  lines.push_back("BERTH_SOCKET=" + socket);
  if (!options.identity.empty()) lines.push_back("BERTH_IDENTITY=" + options.identity);
  if (!options.network.empty()) lines.push_back("BERTH_NETWORK=" + options.network);
  return lines;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The error number, or 0 and the child.
int spawn(std::vector<std::string> words, std::vector<std::string> environment, const sigset_t& mask,
          pid_t& child) {
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  posix_spawnattr_setsigmask(&how, &mask);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawnp(&child, words.front().c_str(), nullptr, &how, pointers_to(words).data(),
                                   pointers_to(environment).data());
  posix_spawnattr_destroy(&how);
  return error;
}

// Passes signals on until the child has ended; its exit code. What the terminal sends, the child gets itself.
int exit_code_of(pid_t child, const sigset_t& watched) {
  for (;;) {
    siginfo_t told{};
    const int signal = sigwaitinfo(&watched, &told);
    if (signal > 0 && signal != SIGCHLD && told.si_code != SI_KERNEL) ::kill(child, signal);
    int status = 0;
    if (signal != SIGCHLD || ::waitpid(child, &status, WNOHANG) != child) continue;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) return kEndedBySignal + WTERMSIG(status);
  }
}

int execute(const ExecOptions& options) {
  if (!options.identity.empty() && !parse_identity(options.identity))
    throw BadInput("identity: found " + in_quotes(options.identity) + ", expected KIND or KIND:ACCOUNT");
  if (!options.network.empty()) static_cast<void>(one_of("network", options.network, {"isolated", "host"}));
  const sigset_t watched = watched_signals();
  sigset_t before;
  // Before there is a thread, so that none takes them.
  pthread_sigmask(SIG_BLOCK, &watched, &before);
  const auto opened = machine_from(options.machine);
  const PrivateFolder folder;
  const Serving serving(std::shared_ptr<Machine>(opened, opened->machine.get()), folder.socket());
  pid_t child = -1;
  const int error = spawn(options.words, environment_of(options, folder.socket()), before, child);
  if (error != 0) {
    std::cerr << "berth: " << options.words.front() << ": " << std::strerror(error) << '\n';
    return error == ENOENT ? kIsNotThere : kCannotBeRun;
  }
  return exit_code_of(child, watched);
}

}  // namespace

void add_exec(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command =
      app.add_subcommand("exec", "Run a program, and what it starts, on a machine of their own");
  add_machine_options(*command, options->machine);
  command->add_option("--store", options->machine.store,
                      "What the next machine brings back; without it none");
  command->add_option("--identity", options->identity, "Who the program is: BERTH_IDENTITY");
  command->add_option("--network", options->network, "Where bytes travel, isolated or host: BERTH_NETWORK");
  command->add_option("PROGRAM", options->words, "The program and its arguments, after --")->required();
  command->footer(
      "The exit code is the program's; 128 and its number for a signal; 126 or 127 when it cannot be run; 2 "
      "bad input.");
  command->callback([options, &exit_code] { exit_code = execute(*options); });
}

}  // namespace berth::emulator
