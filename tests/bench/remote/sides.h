// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include <berth/remote/where.h>

namespace berth::bench {

/// A child of this program that does `work` and is killed with its owner.
class Child {
 public:
  explicit Child(const std::function<void()>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();
  /// Waits for its end; true when it ended well.
  bool join();
  /// Microseconds of processor time so far.
  [[nodiscard]] double cpu_microseconds() const;
  /// The most memory that it has had at a time, in MiB.
  [[nodiscard]] double most_mebibytes() const;

 private:
  pid_t pid_ = -1;
};

/// Serves a machine at `where`, with a store when `store` is not empty, for the life of the process.
void serve(const remote::Where& where, const std::string& store);
/// Waits until somebody listens there.
void wait_for(const remote::Where& where);
/// Microseconds of processor time of this process so far.
[[nodiscard]] double own_cpu_microseconds();

/// What a round trip takes, in microseconds.
struct RoundTrip {
  double wall = 0;
  double cpu = 0;  ///< of both processes
};
[[nodiscard]] RoundTrip bare_round_trip(int count);
[[nodiscard]] RoundTrip served_round_trip(const remote::Where& where, const Child& server, int count);

/// A thousand clients of ten sockets each, from a few processes.
struct Crowd {
  double seconds = 0;
  std::uint64_t requests = 0;
  bool is_well = true;
};
[[nodiscard]] Crowd crowd_at(const remote::Where& where, std::uint64_t requests);

}  // namespace berth::bench
