// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace berth {

/// Why a document was not taken: a value.
struct DocumentError {
  std::string file;  ///< as the user named it
  std::string
      place;  ///< a JSON pointer; line and column where the text is not JSON; empty for the whole document
  std::string found;     ///< `the number 70000`
  std::string expected;  ///< `a port, 0 to 65535`
  friend bool operator==(const DocumentError&, const DocumentError&) = default;
};

/// One line: `worlds/home.json: at /steps/3/expect: found the number 7, expected text`.
[[nodiscard]] std::string to_string(const DocumentError& error);

}  // namespace berth
