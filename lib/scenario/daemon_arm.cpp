// SPDX-License-Identifier: MIT
#include <berth/scenario/daemon_arm.h>

#ifndef _WIN32

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/scenario/worker.h>
#include <berth/server/server.h>

#include "emulated_stage.h"
#include "windows_steps.h"

namespace berth::scenario {
namespace {

// -- a process of the host ------------------------------------------------------------------------

/// Lines to a process of the host, which is killed with its owner.
class HostProcess final : public Channel {
 public:
  static std::unique_ptr<HostProcess> start(std::vector<std::string> words) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return nullptr;
    remote::Descriptor mine(ends[0]);
    const remote::Descriptor theirs(ends[1]);
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, theirs.get(), STDIN_FILENO);
    pid_t child = -1;
    const int error = ::posix_spawn(&child, pointers.front(), &files, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) return nullptr;
    return std::unique_ptr<HostProcess>(new HostProcess(child, std::move(mine)));
  }
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;
  ~HostProcess() override {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  bool send(const std::string& line) override { return lines_.send(line + '\n'); }
  std::optional<std::string> receive() override {
    const auto line = lines_.receive(remote::kMostBytesAnswered);
    return line ? std::optional(std::string(*line)) : std::nullopt;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  HostProcess(pid_t pid, remote::Descriptor mine) : pid_(pid), lines_(std::move(mine)) {}
  pid_t pid_;
  remote::Channel lines_;
};

/// A worker of the daemon arm: see daemon_worker.cpp.
class Actor {
 public:
  Actor(std::unique_ptr<HostProcess> process, unsigned number)
      : process_(*process), number_(number), worker_(std::move(process)) {}

  /// The outcome that it answers; else why there is none.
  Result<Outcome, std::string> ask(const Json& told) {
    std::optional<std::string> line;
    if (process_.send(line_of(told))) line = process_.receive();
    if (!line) return std::string("a worker has ended");
    auto answer = read_document("a worker", *line, [](const Cursor& at) {
      return at.object([](Members& members) { return read<Outcome>(members.required("outcome")); });
    });
    if (!answer) return to_string(answer.error()) + " in " + *line;
    return *std::move(answer);
  }
  /// Drops its machine. False when it did not answer.
  bool leave() { return process_.send(line_of(Json{{"leave", true}})) && process_.receive().has_value(); }
  [[nodiscard]] Worker& worker() { return worker_; }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  /// Two that live at the same time have different ones; not 0.
  [[nodiscard]] unsigned number() const { return number_; }

 private:
  HostProcess& process_;  // the worker's
  unsigned number_;
  Worker worker_;
};

/// Workers that have nothing to do. Thread-safe.
class Pool {
 public:
  explicit Pool(std::vector<std::string> words)
      : words_(std::move(words)),
        folder_((std::filesystem::temp_directory_path() / "berth-arm-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr) folder_.clear();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    std::error_code ignored;  // what cannot be removed is left to the system
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  /// Null when none can be started.
  std::unique_ptr<Actor> take() {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      auto actor = std::move(idle_.back());
      idle_.pop_back();
      return actor;
    }
    auto process = HostProcess::start(words_);
    return process == nullptr ? nullptr : std::make_unique<Actor>(std::move(process), ++started_);
  }
  void give_back(std::unique_ptr<Actor> actor) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(actor));
  }
  /// A path for a socket, another one each time.
  [[nodiscard]] std::string path() { return folder_ + '/' + std::to_string(++paths_); }

 private:
  const std::vector<std::string> words_;
  std::string folder_;
  std::atomic<unsigned> paths_ = 0;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<Actor>> idle_;
  unsigned started_ = 0;
};

// -- a playing ------------------------------------------------------------------------------------

/// A server on a thread of its own.
class Serving {
 public:
  explicit Serving(std::unique_ptr<server::Server> server)
      : server_(std::move(server)), thread_([this] { server_->run(); }) {}
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() {
    server_->stop();
    thread_.join();
  }
  [[nodiscard]] const std::string& path() const { return server_->places().front().path; }

 private:
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

class DaemonPerformance final : public Performance {
 public:
  DaemonPerformance(const Scenario& scenario, EmulatedStage stage, std::unique_ptr<server::Server> server,
                    std::shared_ptr<Pool> pool)
      : scenario_(scenario), pool_(std::move(pool)), stage_(std::move(stage)), serving_(std::move(server)) {}
  DaemonPerformance(const DaemonPerformance&) = delete;
  DaemonPerformance& operator=(const DaemonPerformance&) = delete;
  ~DaemonPerformance() override { dismiss_all(); }

  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    return stage_.pick(wanted);
  }
  [[nodiscard]] PortRange dynamic_range(Transport transport, Family family) const override {
    return stage_.dynamic_range(transport, family);
  }
  Seen perform(const Step& step, const Names& names) override {
    if (const auto* call = std::get_if<call::Start>(&step.call)) return start(call->process);
    if (std::holds_alternative<call::Restart>(step.call)) dismiss_all();
    const bool exits = std::holds_alternative<call::Exit>(step.call);
    if (!exits && !is_windows_step(step)) return stage_.perform(step, names);
    const auto actor = actors_.find(step.as);
    if (actor == actors_.end()) return Seen::failed("the process " + step.as + " is not running");
    return exits ? exit(step.as, *actor->second) : play(step, names, *actor->second);
  }

  Seen start(const ProcessWanted& wanted) {
    auto actor = pool_->take();
    if (actor == nullptr) return Seen::failed("no worker can be started");
    if (!is_a_process_of_its_own(*actor))
      return Seen::failed("two processes have the number " + std::to_string(actor->pid()));
    const auto outcome = actor->ask(
        Json{{"join", serving_.path()}, {"start", berth::json_of(Request(stage_.start_request(wanted)))}});
    if (!outcome) return Seen::failed(outcome.error());
    if (const auto* reply = std::get_if<Reply>(&*outcome)) {
      if (auto why = actor->worker().begin(scenario_, wanted.start_ups)) return Seen::failed(*std::move(why));
      stage_.add_process(wanted.name.name, reply->process);
      actors_[wanted.name.name] = std::move(actor);
    } else {
      dismiss(std::move(actor));
    }
    return stage_.seen(*outcome, Surface::Win32);
  }

 private:
  [[nodiscard]] bool is_a_process_of_its_own(const Actor& actor) const {
    return actor.pid() != ::getpid() &&
           std::ranges::none_of(actors_, [&](const auto& one) { return one.second->pid() == actor.pid(); });
  }

  // Handles are numbers of a process: a worker is told its own, and a number that it has not given for those
  // of others.
  [[nodiscard]] static Names names_for(const Actor& actor, const Names& names) {
    Names told = names;
    for (const auto& [name, value] : names.values())
      if (const auto* socket = std::get_if<SocketValue>(&value)) {
        SocketValue own = *socket;
        const bool is_its_own = socket->handle >> 32U == actor.number();
        own.handle = is_its_own ? socket->handle & 0xffffffffU : Names::kSocketOfNobody;
        told.set(name, own);
      }
    return told;
  }

  static Seen play(const Step& step, const Names& names, Actor& actor) {
    Seen seen = actor.worker().perform(step, names_for(actor, names));
    if (seen.socket) *seen.socket |= std::uint64_t{actor.number()} << 32U;
    return seen;
  }

  Seen exit(const std::string& name, Actor& actor) {
    const auto outcome = actor.ask(Json{{"exit", true}});
    if (!outcome) return Seen::failed(outcome.error());
    stage_.remove_process(name);
    pool_->give_back(std::move(actors_.at(name)));
    actors_.erase(name);
    return stage_.seen(*outcome, Surface::Win32);
  }

  // Back to the others; one that does not answer ends instead.
  void dismiss(std::unique_ptr<Actor> actor) {
    if (actor->leave()) pool_->give_back(std::move(actor));
  }
  void dismiss_all() {
    for (auto& [name, actor] : actors_) dismiss(std::move(actor));
    actors_.clear();
  }

  const Scenario& scenario_;
  const std::shared_ptr<Pool> pool_;
  EmulatedStage stage_;
  Serving serving_;
  std::map<std::string, std::unique_ptr<Actor>> actors_;
};

class DaemonArm final : public Arm {
 public:
  explicit DaemonArm(std::vector<std::string> worker) : pool_(std::make_shared<Pool>(std::move(worker))) {}

  [[nodiscard]] ArmKind kind() const override { return ArmKind::Daemon; }
  [[nodiscard]] std::optional<std::string> lacks(const Step& step) const override {
    return windows_steps_lack(step);
  }
  [[nodiscard]] std::optional<std::string> lacks(const ProcessWanted&) const override { return std::nullopt; }
  Result<std::unique_ptr<Performance>, std::string> begin(const Scenario& scenario,
                                                          const Profile& profile) const override {
    auto stage = EmulatedStage::make_empty(scenario, profile);
    if (!stage) return stage.error();
    server::Settings settings;
    settings.places = {{.path = pool_->path(), .host = {}, .port = 0}};
    auto server = server::Server::start(stage->machine(), std::move(settings));
    if (!server) return server.error();
    auto performance = std::make_unique<DaemonPerformance>(scenario, std::move(stage).value(),
                                                           std::move(server).value(), pool_);
    for (const ProcessWanted& process : scenario.processes)
      if (const Seen started = performance->start(process); started.kind != Seen::Kind::Succeeded)
        return "the process " + process.name.name + " does not start " + started.failure;
    return std::unique_ptr<Performance>(std::move(performance));
  }

 private:
  const std::shared_ptr<Pool> pool_;
};

}  // namespace

std::unique_ptr<Arm> make_daemon_arm(std::vector<std::string> worker) {
  return std::make_unique<DaemonArm>(std::move(worker));
}

}  // namespace berth::scenario

#endif
