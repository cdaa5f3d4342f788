// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace berth {

/// How we know what a rule says.
enum class Provenance : std::uint8_t {
  Documented,   ///< a Microsoft page says so
  Observed,     ///< real Windows was seen doing it
  Inferred,     ///< it follows from documents
  Unspecified,  ///< someone had to choose
};
inline constexpr std::array<std::string_view, 4> kProvenanceNames = {"documented", "observed", "inferred",
                                                                     "unspecified"};

}  // namespace berth
