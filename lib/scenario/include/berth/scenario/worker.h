// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <berth/scenario/stage.h>

namespace berth::scenario {

// A scenario may need several real processes. Each is a worker: it is told steps, one line of JSON each,
// makes their Windows calls and answers what it saw, one line each:
//
//   {"begin": FILE, "start_ups": N}    it reads that scenario, forgets the sockets of the one before, and has
//                                      called WSAStartup N times; answers {"ready": true}
//   {"step": NUMBER, "names": {…}}     answers {"seen": {…}}
//
// What goes wrong is answered {"error": "…"}. The end of the lines ends the worker.

/// Lines to another process and back. Thread-compatible.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  /// The other end sees the end of the lines.
  virtual ~Channel() = default;

  /// Sends a line, without its newline; false when nobody is there any more.
  virtual bool send(const std::string& line) = 0;
  /// The next line; nothing when there is none any more.
  virtual std::optional<std::string> receive() = 0;
};

/// Where a worker finds what the runner names, and how it knows why a call was refused.
struct WorkerSetup {
  std::function<Result<Scenario, DocumentError>(const std::string& file)> load;
  std::function<std::optional<Refusal>()> last_refusal;  ///< empty where rules cannot be seen
};

/// The worker's side: answers lines. Thread-compatible.
class StepServer {
 public:
  explicit StepServer(WorkerSetup setup);
  ~StepServer();
  [[nodiscard]] std::string answer(const std::string& line);

 private:
  class Site;
  [[nodiscard]] std::string begin(const std::string& file, int start_ups);
  [[nodiscard]] std::string perform(std::size_t step, const Names& names);

  WorkerSetup setup_;
  std::unique_ptr<Site> site_;
  std::optional<Scenario> scenario_;
  std::set<std::uint64_t> sockets_;  // that its calls have opened
};

/// Answers the runner until it has nothing more to say.
void work_for(Channel& runner, WorkerSetup setup);

/// The runner's side of a worker. Thread-compatible.
class Worker {
 public:
  explicit Worker(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}

  /// Makes it ready for a scenario; else why it is not.
  [[nodiscard]] std::optional<std::string> begin(const Scenario& scenario, int start_ups);
  /// Has the step performed. A worker that is gone or does not understand has failed.
  [[nodiscard]] Seen perform(const Step& step, const Names& names);
  /// False once it did not answer.
  [[nodiscard]] bool is_there() const { return is_there_; }

 private:
  [[nodiscard]] std::optional<std::string> ask(const std::string& line);

  std::unique_ptr<Channel> channel_;
  bool is_there_ = true;
};

}  // namespace berth::scenario
