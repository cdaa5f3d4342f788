// SPDX-License-Identifier: MIT
#pragma once

#include <berth/core/port_pool.h>
#include <berth/core/profile.h>

namespace berth {

/// The token that the persistent reservation with this number in the store has on this boot: a new one at
/// every start, unless the profile keeps tokens (PER-13).
[[nodiscard]] Token token_of_persistent(const PortPool& pool, const Profile& profile, std::uint64_t serial);

/// The token of a new administered exclusion: none, unless the profile puts exclusions among the persistent
/// reservations (PER-21).
[[nodiscard]] Token token_of_exclusion(const PortPool& pool, const Profile& profile);

}  // namespace berth
