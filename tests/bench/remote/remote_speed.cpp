// SPDX-License-Identifier: MIT
// What it costs that a machine is in another process: round trips beside the bare socket, a crowd, and
// acknowledged writes beside the bare disk. Exit code 1: a budget is not kept.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>

#include <berth/machine/opened_machine.h>
#include <berth/remote/channel.h>
#include <berth/remote/remote_gateway.h>
#include <berth/server/server.h>

#include "bench/remote/sides.h"
#include "support/temporary_folder.h"

namespace berth::bench {

Child::Child(const std::function<void()>& work) : pid_(::fork()) {
  if (pid_ != 0) return;
  work();
  std::_Exit(0);
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  join();
}

bool Child::join() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

double Child::cpu_microseconds() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double Child::most_mebibytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}

double own_cpu_microseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

void serve(const remote::Where& where, const std::string& store) {
  MachineFiles files;
  if (!store.empty()) files.store_path = store;
  const auto opened = open_machine(files);
  if (!opened) std::_Exit(1);
  server::Settings settings;
  settings.places = {where};
  auto server = server::Server::start(std::shared_ptr<Machine>(*opened, (*opened)->machine.get()), settings);
  if (!server) std::_Exit(1);
  server.value()->run();
}

void wait_for(const remote::Where& where) {
  while (!remote::Channel::to(where)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool keeps(const char* what, double value, double budget) {
  std::printf("  %-44s %9.2f   budget %g%s\n", what, value, budget, value <= budget ? "" : "   NOT KEPT");
  return value <= budget;
}

bool round_trips(const test::TemporaryFolder& folder) {
  constexpr int kCount = 100'000;
  const remote::Where where{.path = folder / "round_trips", .host = {}, .port = 0};
  const Child server([&] { serve(where, {}); });
  wait_for(where);
  const RoundTrip bare = bare_round_trip(kCount);
  const RoundTrip served = served_round_trip(where, server, kCount);
  std::printf("a round trip: bare %.2f us (%.2f us CPU), served %.2f us (%.2f us CPU)\n", bare.wall, bare.cpu,
              served.wall, served.cpu);
  const bool is_near = keeps("served beside bare", served.wall / bare.wall, 1.5);
  return keeps("CPU of both processes, us", served.cpu, 12) && is_near;
}

bool crowd(const test::TemporaryFolder& folder) {
  constexpr std::uint64_t kRequests = 1'000'000;
  const remote::Where where{.path = folder / "crowd", .host = {}, .port = 0};
  const Child server([&] { serve(where, {}); });
  wait_for(where);
  const Crowd crowd = crowd_at(where, kRequests);
  std::printf("1000 clients of 10 sockets, %llu requests%s\n",
              static_cast<unsigned long long>(crowd.requests), crowd.is_well ? "" : ": A CLIENT FAILED");
  const bool is_quick = keeps("seconds", crowd.seconds, 60);
  return keeps("MiB of the server at most", server.most_mebibytes(), 256) && is_quick && crowd.is_well;
}

double raw_writes_a_second(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(512, 'x');
  const auto start = Clock::now();
  int writes = 0;
  for (; seconds_since(start) < 1; ++writes)
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fsync(file) != 0) break;
  ::close(file);
  return writes / seconds_since(start);
}

void persistent_operations(const test::TemporaryFolder& folder) {
  const remote::Where where{.path = folder / "store_socket", .host = {}, .port = 0};
  const Child server([&] { serve(where, folder / "store"); });
  wait_for(where);
  const auto joined = remote::RemoteGateway::connect(
      where, {.program = "bench", .identity = Identity{TokenKind::LocalSystem, "system"}, .secret = {}});
  if (!joined) return;
  const auto start = Clock::now();
  int operations = 0;
  for (; seconds_since(start) < 1; operations += 2) {
    (*joined)->submit((*joined)->process(), request::CreatePersistent{Transport::Tcp, {7000, 5}});
    (*joined)->submit((*joined)->process(), request::DeletePersistent{Transport::Tcp, {7000, 5}});
  }
  std::printf("acknowledged persistent operations: %.0f a second; raw write and fsync: %.0f a second\n",
              operations / seconds_since(start), raw_writes_a_second(folder / "raw"));
}

}  // namespace
}  // namespace berth::bench

int main() {
  using namespace berth;
  const test::TemporaryFolder folder;
  const bool are_quick = bench::round_trips(folder);
  const bool is_room = bench::crowd(folder);
  bench::persistent_operations(folder);
  return are_quick && is_room ? 0 : 1;
}
