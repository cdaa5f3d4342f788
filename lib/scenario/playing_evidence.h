// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <berth/document/cursor.h>
#include <berth/document/json.h>
#include <berth/scenario/evidence.h>
#include <berth/scenario/play.h>

namespace berth::scenario {

inline constexpr std::size_t kMostPlayings = 1'000'000;

/// The positions that the switches of a scenario have in a profile.
[[nodiscard]] std::vector<NamedPosition> named_positions(const Scenario& scenario, const Profile& profile);
/// What a playing showed; how long it took is for the caller to say.
[[nodiscard]] PlayEvidence evidence_of(const Scenario& scenario, const Profile& profile,
                                       const PlayReport& played);

[[nodiscard]] Json json_of(const PlayEvidence& playing);
[[nodiscard]] PlayEvidence playing_at(const Cursor& at);

}  // namespace berth::scenario
