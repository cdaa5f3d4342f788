// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace berth::scenario {

/// The number of an address family, socket type, protocol, option level or option by its name in the Windows
/// headers; nothing when the name is not one that scenarios use.
[[nodiscard]] std::optional<std::int32_t> windows_number(std::string_view name);
/// All those names.
[[nodiscard]] std::vector<std::string_view> windows_names();

}  // namespace berth::scenario
