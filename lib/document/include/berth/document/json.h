// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace berth {

/// A JSON value whose objects keep the order in which their keys were written.
using Json = nlohmann::ordered_json;

/// The value on one line, without spaces: the same value gives the same bytes on every compiler.
/// What is not UTF-8 in a text is written as U+FFFD.
[[nodiscard]] std::string line_of(const Json& value);
/// The value for people: indented by two, ending in a newline.
[[nodiscard]] std::string page_of(const Json& value);

}  // namespace berth
