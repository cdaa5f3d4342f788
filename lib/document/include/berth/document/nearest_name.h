// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// The one of `names` that `text` was probably meant to be; nothing when none is near.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view text,
                                                           const std::vector<std::string_view>& names);

/// What an error says was expected: `one of "tcp", "udp"`, with the nearest name when `text` is close to one.
/// A list that nobody would read is cut short.
[[nodiscard]] std::string one_of_these(std::string_view text, const std::vector<std::string_view>& names);

/// `text` in quotation marks, on one line and not long: fit for a message.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace berth
