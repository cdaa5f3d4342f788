// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include <berth/scenario/step.h>

namespace berth::scenario {

// What the arms that make Windows calls have in common.

/// Whether a step is a Windows function; the others are of the stage.
[[nodiscard]] bool is_windows_step(const Step& step);
/// What the step needs and no arm that plays on an emulated machine by Windows calls has.
[[nodiscard]] std::optional<std::string> windows_steps_lack(const Step& step);

}  // namespace berth::scenario
