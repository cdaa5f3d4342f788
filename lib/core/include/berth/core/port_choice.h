// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace berth {

/// The chance in one decision: a number drawn by the machine for this one call, so that a decision stays a
/// pure function and a journal can repeat it.
struct PortChoice {
  std::uint64_t drawn = 0;

  /// A number in 0..count-1. Requires: count is not 0.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t count) const {
    return static_cast<std::uint32_t>(drawn % count);
  }
  friend constexpr bool operator==(const PortChoice&, const PortChoice&) = default;
};

/// Mixes 64 bits into 64 other bits, one to one (the finisher of SplitMix64, a public-domain design).
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// The project's own source of chance: the standard library's distributions differ between compilers.
/// A value; thread-compatible. The same seed gives the same numbers everywhere.
class Dice {
 public:
  explicit constexpr Dice(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15U); }
  /// What a dice made with this number as its seed would go on with.
  [[nodiscard]] constexpr std::uint64_t state() const { return state_; }
  friend constexpr bool operator==(const Dice&, const Dice&) = default;

 private:
  std::uint64_t state_;
};

}  // namespace berth
