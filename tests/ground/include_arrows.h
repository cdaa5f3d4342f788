// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::test {

/// What the #include lines of `source` name, delimiters included: `<vector>`, `"own.h"`. Lines in comments
/// do not count.
std::vector<std::string> includes_of(std::string_view source);

/// Why `file` (relative to the project, `lib/core/rule.cpp`) may not say `#include INCLUDE`; nothing when it
/// may. The answer follows the table of folders in docs/architecture.md.
std::optional<std::string> objection_to(std::string_view file, std::string_view include);

}  // namespace berth::test
