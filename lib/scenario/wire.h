// SPDX-License-Identifier: MIT
#pragma once

#include <berth/document/cursor.h>
#include <berth/document/json.h>
#include <berth/scenario/arm.h>

namespace berth::scenario {

// What the runner and a process that makes its calls tell one another, as JSON. Each form is read back as it
// was written; the readers refuse anything else.

[[nodiscard]] Json json_of(const Names& names);
[[nodiscard]] Names names_at(const Cursor& at);

/// What is empty is left out.
[[nodiscard]] Json json_of(const Seen& seen);
[[nodiscard]] Seen seen_at(const Cursor& at);

}  // namespace berth::scenario
