// SPDX-License-Identifier: MIT
#include "e2e/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace berth::test {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& settings) {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line)
    if (!std::string(*line).starts_with("BERTH_")) lines.emplace_back(*line);
  lines.insert(lines.end(), settings.begin(), settings.end());
  return lines;
}

}  // namespace

Program::Program(std::vector<std::string> words, const std::vector<std::string>& settings) {
  std::signal(SIGPIPE, SIG_IGN);  // who has ended is heard to have
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output[1], STDOUT_FILENO);
  posix_spawnattr_t leads_a_group;
  posix_spawnattr_init(&leads_a_group);
  posix_spawnattr_setflags(&leads_a_group, POSIX_SPAWN_SETPGROUP);
  auto environment = environment_with(settings);
  if (::posix_spawn(&pid_, words.front().c_str(), &files, &leads_a_group, pointers_to(words).data(),
                    pointers_to(environment).data()) != 0)
    pid_ = -1;
  posix_spawnattr_destroy(&leads_a_group);
  posix_spawn_file_actions_destroy(&files);
  ::close(input[0]);
  ::close(output[1]);
  in_ = input[1];
  out_ = output[0];
}

Program::~Program() {
  kill();
  if (in_ >= 0) ::close(in_);
  ::close(out_);
}

void Program::say(const std::string& line) const {
  const std::string whole = line + '\n';
  if (::write(in_, whole.data(), whole.size()) < 0) return;
}

std::string Program::hear() {
  for (;;) {
    if (const auto end = heard_.find('\n'); end != std::string::npos) {
      std::string line = heard_.substr(0, end);
      heard_.erase(0, end + 1);
      return line;
    }
    if (out_ < 0) return {};
    if (!is_heard_in_time()) return silenced();
    std::array<char, 4096> piece{};
    const ssize_t got = ::read(out_, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    heard_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

bool Program::is_heard_in_time() const {
  constexpr int kMilliseconds = 120'000;
  pollfd output{.fd = out_, .events = POLLIN, .revents = 0};
  int found = 0;
  do {
    found = ::poll(&output, 1, kMilliseconds);
  } while (found < 0 && errno == EINTR);
  return found != 0;
}

// Its children hold the other end of the same pipe.
std::string Program::silenced() {
  ::kill(-pid_, SIGKILL);
  wait();
  ::close(std::exchange(out_, -1));
  return "silent";
}

std::string Program::tell(const std::string& line) {
  say(line);
  return hear();
}

void Program::kill(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  wait();
}

int Program::end() {
  ::close(std::exchange(in_, -1));
  return wait();
}

int Program::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<std::string> joined_to(const std::string& socket, const std::string& identity) {
  return {"BERTH_SOCKET=" + socket, "BERTH_IDENTITY=" + identity};
}

}  // namespace berth::test
