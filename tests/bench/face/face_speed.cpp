// SPDX-License-Identifier: MIT
// Compares the Windows functions with the kernel's own calls: the medians of interleaved blocks, and beside
// each what the reference makes of itself in the same blocks, which is how much the machine's noise is worth.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "sides.h"

namespace berth::bench {
namespace {

struct Comparison {
  const char* name;
  void (*face)(std::size_t);
  void (*raw)(std::size_t);
  std::size_t times;        ///< of the work in a block
  double calls;             ///< of functions in one time: what the numbers are divided by
  double most_ratio;        ///< budget: at most the reference times this ...
  double most_nanoseconds;  ///< ... plus this
};

// The budgets. The reference of a reservation call is one ioctl(FIONREAD).
constexpr Comparison kComparisons[] = {
    {"WSAIoctl granted, stack", face_ioctl_granted, raw_fionread, 4000, 1, 1, 0},
    {"WSAIoctl refused, stack", face_ioctl_refused, raw_fionread, 4000, 1, 1, 0},
    {"WSAIoctl short buffer, stack", face_ioctl_too_short, raw_fionread, 4000, 1, 1, 0},
    {"WSAIoctl granted, heap", face_ioctl_heap, raw_fionread, 4000, 1, 1, 450},
    {"WSAIoctl refused, static and read-only", face_ioctl_static, raw_fionread, 4000, 1, 1, 450},
    {"socket, bind, closesocket", face_open_bind_close, raw_open_bind_close, 1000, 1, 1.15, 0},
    {"a connection's whole life", face_connection_life, raw_connection_life, 100, 1, 1.25, 0},
    {"TCP round trip, per call", face_tcp_round_trips, raw_tcp_round_trips, 1200, 4, 1, 120},
    {"UDP round trip, per call", face_udp_round_trips, raw_udp_round_trips, 1200, 4, 1, 120},
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

// True when it is within its budget.
bool report(const Comparison& comparison, const Measured& measured) {
  const double budget = measured.raw * comparison.most_ratio + comparison.most_nanoseconds;
  const bool within = measured.face <= budget;
  std::printf("%-40s %9.0f %9.0f %9.0f %9.0f  %s\n", comparison.name, measured.face, measured.raw,
              measured.raw_again, budget, within ? "within" : "OVER");
  return within;
}

bool report_memory(std::size_t sockets) {
  const std::size_t before = resident_bytes();
  const std::size_t descriptors = descriptors_now();
  face_open_idle_sockets(sockets);
  const std::size_t each = (resident_bytes() - before) / sockets;
  std::printf("%-40s %9zu bytes, budget 1024; %zu descriptors more\n", "an idle emulated socket", each,
              descriptors_now() - descriptors);
  return each < 1024;
}

bool report_ports(std::size_t ports) {
  const std::size_t descriptors = descriptors_now();
  face_bind_udp_ports(ports);
  const std::size_t more = descriptors_now() - descriptors;
  std::printf("%-40s %9zu descriptors more for %zu ports\n", "bound ports", more, ports);
  return more < ports / 100;
}

int run(bool quick, bool check) {
  raw_prepare();
  face_prepare();
  const std::size_t blocks = quick ? 3 : 41;
  std::printf("%-40s %9s %9s %9s %9s\n", "nanoseconds, median of the blocks", "berth", "kernel", "kernel'",
              "budget");
  bool all_within = true;
  for (const Comparison& comparison : kComparisons)
    all_within &= report(comparison, measure(comparison, blocks, quick ? 10 : comparison.times));
  all_within &= report_memory(quick ? 1000 : 100000);
  all_within &= report_ports(quick ? 1000 : 60000);
  return check && !all_within ? 1 : 0;
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** arguments) {
  bool quick = false;
  bool check = false;
  for (int i = 1; i < count; ++i) {
    quick |= std::strcmp(arguments[i], "--quick") == 0;
    check |= std::strcmp(arguments[i], "--check") == 0;
  }
  return berth::bench::run(quick, check);
}
