// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <berth/core/port_pool.h>
#include <berth/core/profile.h>
#include <berth/store/persistent_set.h>

namespace berth {

/// True when some effect changes what a restart brings back.
[[nodiscard]] bool concern_the_store(const Effects& effects, const PortPool& pool);

/// What a restart would bring back after these effects on `pool`, where `set` is what it would bring back
/// now.
[[nodiscard]] PersistentSet with(PersistentSet set, const Effects& effects, const PortPool& pool);

/// The blocks of a started machine for what its store holds.
[[nodiscard]] BlockRecord block_of(const StoredExclusion& exclusion, const PortPool& pool,
                                   const Profile& profile);
[[nodiscard]] BlockRecord block_of(const StoredReservation& reservation, const PortPool& pool,
                                   const Profile& profile);

/// Adds the active exclusions of `before` to `pool`, where they are free.
void keep_active_exclusions(const PortPool& before, PortPool& pool);

/// A block of the same size elsewhere: in `dynamic` where it fits, drawn by `chance`.
[[nodiscard]] PortRange elsewhere(PortRange range, PortRange dynamic, std::uint64_t chance);

/// True when nothing holds a port of the block.
[[nodiscard]] bool is_free(const PortPool& pool, const BlockRecord& block);

}  // namespace berth
