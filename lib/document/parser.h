// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <berth/document/json.h>
#include <berth/document/reading.h>

namespace berth::detail {

/// The value that `text` is; throws an `Objection` when it is none, or asks for more than `limits` allow.
[[nodiscard]] Json parsed(std::string_view text, const ReadingLimits& limits);

}  // namespace berth::detail
