// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace berth::scenario {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace berth::scenario
