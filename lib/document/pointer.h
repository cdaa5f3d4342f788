// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <berth/document/nearest_name.h>

namespace berth::detail {

/// The JSON pointer of member `key` of what `parent` points to (RFC 6901), fit for a message: a key with
/// control characters, or a very long one, is shown as `in_quotes` shows it.
[[nodiscard]] inline std::string pointer_to(const std::string& parent, std::string_view key) {
  const std::string shown = in_quotes(key);
  std::string pointer = parent + '/';
  for (const char letter : std::string_view(shown).substr(1, shown.size() - 2)) {
    if (letter == '~') {
      pointer += "~0";
    } else if (letter == '/') {
      pointer += "~1";
    } else {
      pointer += letter;
    }
  }
  return pointer;
}

}  // namespace berth::detail
