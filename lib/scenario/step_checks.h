// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include <berth/scenario/step.h>

namespace berth::scenario {

/// Who can make a call.
enum class Caller : std::uint8_t { Process, System, Either };
[[nodiscard]] Caller caller_of(const Call& call);

/// What is wrong with a step whose keys are each right.
struct StepContradiction {
  std::string found;
  std::string expected;
};
/// The first pair of keys of a call that contradict one another; nothing when there is none.
[[nodiscard]] std::optional<StepContradiction> contradiction_in(const Call& call);

}  // namespace berth::scenario
