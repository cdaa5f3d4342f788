// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace berth::remote {

/// Looks again and again for a moment before its owner falls asleep: where an answer takes microseconds, the
/// way through a sleep and another processor's wake-up costs many times that, in time and in work.
///
/// Learns from its failures: after some in a row it looks but seldom, so that whoever waits long, or on a
/// busy computer, loses next to nothing. Never looks where the program has one processor, on which the other
/// end could not work meanwhile. Thread-compatible.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Patience(Clock::duration most) : most_(most) {}

  /// Calls `look` until it says that something was found; false, then or at once: it is time to sleep.
  template <class Look>
  bool finds(Look&& look) {
    if (!is_willing()) return false;
    const Clock::time_point end = Clock::now() + most_;
    do {
      if (look()) return learnt(true);
    } while (Clock::now() < end);
    return learnt(false);
  }

 private:
  static constexpr unsigned kMostDoublings = 8;

  bool is_willing() {
    if (passed_over_ == 0) return has_two_processors();
    --passed_over_;
    return false;
  }
  bool learnt(bool found) {
    if (found) failures_ = 0;
    if (!found && failures_ < kMostDoublings) ++failures_;
    passed_over_ = (1U << failures_) - 1;
    return found;
  }
  static bool has_two_processors();

  Clock::duration most_;
  unsigned failures_ = 0;     ///< in a row
  unsigned passed_over_ = 0;  ///< times that are still to be passed over
};

}  // namespace berth::remote
