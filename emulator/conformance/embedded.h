// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <berth/scenario/fixtures.h>

namespace berth::conformance {

/// The worlds, profiles and scenarios that are a part of this program, in the order of their paths.
[[nodiscard]] std::span<const scenario::FixtureFile> embedded_fixtures();

}  // namespace berth::conformance
