// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace berth::test {

/// A real program of the host that answers a line with a line; killed with its owner.
class Program {
 public:
  /// Starts it with `settings` (NAME=VALUE) besides this program's environment, BERTH_* excepted.
  Program(std::vector<std::string> words, const std::vector<std::string>& settings);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Says a line, and what it answers; empty when it has ended. Who is silent for two minutes is killed, with
  /// its children, and answers "silent": a test that would wait for ever fails instead, and says where.
  std::string tell(const std::string& line);
  /// The two halves of `tell`, for calls that wait for somebody else.
  void say(const std::string& line) const;
  std::string hear();
  /// Ends it as nothing else does, and waits for its end.
  void kill(int signal = 9);
  /// Closes its standard input and waits: what the shell would say of its end.
  int end();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  [[nodiscard]] bool is_heard_in_time() const;
  std::string silenced();
  int wait();
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string heard_;
};

/// The talker, on the machine that is served at `socket`.
[[nodiscard]] std::vector<std::string> joined_to(const std::string& socket,
                                                 const std::string& identity = "elevated-administrator");

}  // namespace berth::test
