// SPDX-License-Identifier: MIT
// Compares the Windows functions with the kernel's own calls: the medians of interleaved blocks, and beside
// each what the reference makes of itself in the same blocks, which is how much the machine's noise is worth.
// --only=UDP makes the comparisons whose names have UDP in them, and weighs nothing.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "sides.h"

namespace berth::bench {
namespace {

struct Budget {
  double most_ratio = 0;        ///< at most the reference times this ...
  double most_nanoseconds = 0;  ///< ... plus this
};
constexpr Budget kReported{};  // there is none

struct Comparison {
  const char* name;
  void (*face)(std::size_t);
  void (*raw)(std::size_t);
  std::size_t times;  ///< of the work in a block
  double calls;       ///< of functions in one time: what the numbers are divided by
  Budget budget;
};

// The reference of a reservation call is one ioctl(FIONREAD).
constexpr Comparison kComparisons[] = {
    {"WSAIoctl granted, stack", face_ioctl_granted, raw_fionread, 4000, 1, {1, 0}},
    {"WSAIoctl refused, stack", face_ioctl_refused, raw_fionread, 4000, 1, {1, 0}},
    {"WSAIoctl short buffer, stack", face_ioctl_too_short, raw_fionread, 4000, 1, {1, 0}},
    {"WSAIoctl granted, heap", face_ioctl_heap, raw_fionread, 4000, 1, {1, 450}},
    {"WSAIoctl refused, static and read-only", face_ioctl_static, raw_fionread, 4000, 1, {1, 450}},
    {"host: socket, bind, closesocket",
     face_open_bind_close_on_host,
     raw_open_bind_close,
     1000,
     1,
     {1.15, 0}},
    {"isolated: a connection's whole life", face_connection_life, raw_connection_life, 100, 1, {1.25, 0}},
    {"TCP round trip, per call", face_tcp_round_trips, raw_tcp_round_trips, 1250, 4, {1, 120}},
    {"UDP round trip, per call", face_udp_round_trips, raw_udp_round_trips, 1250, 4, {1, 120}},
    {"TCP there and back, two threads", face_tcp_across_threads, raw_tcp_across_threads, 250, 1, kReported},
    {"UDP there and back, two threads", face_udp_across_threads, raw_udp_across_threads, 250, 1, kReported},
    {"TCP there and back, two processes", face_tcp_across_processes, raw_tcp_across_processes, 250, 1,
     kReported},
    {"UDP there and back, two processes", face_udp_across_processes, raw_udp_across_processes, 250, 1,
     kReported},
};

double nanoseconds(void (*work)(std::size_t), std::size_t times) {
  const auto start = std::chrono::steady_clock::now();
  work(times);
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
  return spent.count() / static_cast<double>(times);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Measured {
  double face;
  double raw;
  double raw_again;
};

Measured measure(const Comparison& comparison, std::size_t blocks, std::size_t times) {
  std::vector<double> face;
  std::vector<double> raw;
  std::vector<double> again;
  comparison.face(times / 10 + 1);
  comparison.raw(times / 10 + 1);
  for (std::size_t i = 0; i < blocks; ++i) {
    raw.push_back(nanoseconds(comparison.raw, times));
    face.push_back(nanoseconds(comparison.face, times));
    again.push_back(nanoseconds(comparison.raw, times));
  }
  return {median(face) / comparison.calls, median(raw) / comparison.calls, median(again) / comparison.calls};
}

// -- reports: true when it is within its budget -----------------------------------------------------

bool report(const Comparison& comparison, const Measured& measured) {
  std::printf("%-40s %9.0f %9.0f %9.0f ", comparison.name, measured.face, measured.raw, measured.raw_again);
  if (comparison.budget.most_ratio == 0) {
    std::printf("%9s\n", "-");
    return true;
  }
  const double reference = std::max(measured.raw, measured.raw_again);
  const double budget = reference * comparison.budget.most_ratio + comparison.budget.most_nanoseconds;
  const bool within = measured.face <= budget;
  std::printf("%9.0f  %s\n", budget, within ? "within" : "OVER");
  return within;
}

// A machine that was busy with something else is given two more chances.
bool is_within(const Comparison& comparison, std::size_t blocks, std::size_t times) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i)
    if (report(comparison, measure(comparison, blocks, times))) return true;
  return false;
}

bool report_memory(std::size_t sockets) {
  const std::size_t before = resident_bytes();
  const std::size_t descriptors = descriptors_now();
  face_open_idle_sockets(sockets);
  const std::size_t each = (resident_bytes() - before) / sockets;
  std::printf("%-40s %9zu bytes, budget 1024, over %zu of them; %zu descriptors more\n",
              "an idle emulated socket", each, sockets, descriptors_now() - descriptors);
  return each < 1024;
}

bool report_ports(std::size_t ports) {
  const std::size_t descriptors = descriptors_now();
  face_bind_udp_ports(ports);
  const std::size_t more = descriptors_now() - descriptors;
  std::printf("%-40s %9zu descriptors more for %zu ports\n", "bound ports", more, ports);
  return more < ports / 100;
}

// -- the other process ------------------------------------------------------------------------------

void tell_ports(EchoPorts ports) {
  std::printf("%u %u\n", unsigned{ports.stream}, unsigned{ports.datagram});
  std::fflush(stdout);
}

/// This program again, as an echo. It ends when the near end closes its stream.
class EchoProcess {
 public:
  explicit EchoProcess(const char* argument) {
    char self[PATH_MAX] = {};
    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) std::abort();
    const std::string command = "BERTH_NETWORK=host exec '" + std::string(self) + "' " + argument;
    output_ = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): the program itself
    unsigned stream = 0;
    unsigned datagram = 0;
    if (output_ == nullptr || std::fscanf(output_, "%u %u", &stream, &datagram) != 2) std::exit(1);
    ports_ = {.stream = static_cast<std::uint16_t>(stream), .datagram = static_cast<std::uint16_t>(datagram)};
  }
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;
  ~EchoProcess() { pclose(output_); }
  [[nodiscard]] EchoPorts ports() const { return ports_; }

 private:
  std::FILE* output_ = nullptr;
  EchoPorts ports_;
};

// ---------------------------------------------------------------------------------------------------

bool compare_everything(bool quick, const std::string& only) {
  const std::size_t blocks = quick ? 3 : 41;
  std::printf("%-40s %9s %9s %9s %9s\n", "nanoseconds, median of the blocks", "berth", "kernel", "kernel'",
              "budget");
  bool all_within = true;
  for (const Comparison& comparison : kComparisons)
    if (std::strstr(comparison.name, only.c_str()) != nullptr)
      all_within &= is_within(comparison, blocks, quick ? 10 : comparison.times);
  return all_within;
}

// After the echoes: a socket bound to an echo's port and a nearer address would get its datagrams.
bool weigh_everything(bool quick) {
  const bool memory_is_within = report_memory(quick ? 1000 : 100000);
  return report_ports(quick ? 1000 : 60000) && memory_is_within;
}

int run(bool quick, bool check, const std::string& only) {
  const EchoProcess raw_echo("--raw-echo");
  const EchoProcess face_echo("--face-echo");
  raw_prepare();
  raw_connect_processes(raw_echo.ports());
  face_prepare();
  face_connect_processes(face_echo.ports());
  bool all_within = compare_everything(quick, only);
  raw_finish();
  face_finish();
  if (only.empty()) all_within &= weigh_everything(quick);
  return check && !all_within ? 1 : 0;
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** arguments) {
  using namespace berth::bench;
  const auto is_given = [&](const char* option) {
    return std::any_of(arguments + 1, arguments + count,
                       [option](const char* argument) { return std::strcmp(argument, option) == 0; });
  };
  if (is_given("--raw-echo")) return raw_serve_echo(tell_ports), 0;
  if (is_given("--face-echo")) return face_serve_echo(tell_ports), 0;
  const auto only = std::find_if(arguments + 1, arguments + count, [](const char* argument) {
    return std::strncmp(argument, "--only=", 7) == 0;
  });
  return run(is_given("--quick"), is_given("--check"), only == arguments + count ? "" : *only + 7);
}
