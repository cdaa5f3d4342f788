// SPDX-License-Identifier: MIT
#include "persistence.h"

#include <algorithm>

#include <berth/rules/restart.h>

namespace berth {
namespace {

bool is_kept(const BlockRecord& block) { return block.lifetime == Lifetime::Persistent; }

// Puts one effect into a set; effects about anything else leave it alone.
struct Change {
  PersistentSet& set;
  const PortPool& pool;

  void operator()(const effect::AddBlock& added) const {
    if (!is_kept(added.block)) return;
    forget_what_it_replaces(added.block);
    if (added.block.kind == RecordKind::AdministeredExclusion) {
      set.exclusions.push_back({.transport = added.block.transport, .range = added.block.range});
    } else {
      set.reservations.push_back(
          {.transport = added.block.transport, .range = added.block.range, .serial = added.block.serial});
      set.next_serial = std::max(set.next_serial, added.block.serial + 1);
    }
  }
  void operator()(const effect::RemoveBlock& removed) const {
    const BlockRecord& block = *pool.block(removed.block);
    if (!is_kept(block) || removed.lifetime != Lifetime::Persistent) return;
    const auto is_it = [&block](const auto& stored) {
      return stored.transport == block.transport && stored.range == block.range;
    };
    std::erase_if(set.exclusions, is_it);
    std::erase_if(set.reservations, is_it);
  }
  void operator()(const effect::SetDynamicRange& range) const {
    if (range.lifetime != Lifetime::Persistent) return;
    std::erase_if(set.dynamic_ranges, [&range](const StoredDynamicRange& stored) {
      return stored.transport == range.transport && stored.family == range.family;
    });
    set.dynamic_ranges.push_back(
        {.transport = range.transport, .family = range.family, .range = range.range});
  }
  template <class Other>
  void operator()(const Other&) const {}

  // The pool has nothing in the way of a new block; the store may still have what was deleted until the
  // restart.
  void forget_what_it_replaces(const BlockRecord& block) const {
    const auto is_in_the_way = [&block](const auto& stored) {
      return stored.transport == block.transport && stored.range.overlaps(block.range);
    };
    std::erase_if(set.exclusions, is_in_the_way);
    std::erase_if(set.reservations, is_in_the_way);
  }
};

}  // namespace

bool concern_the_store(const Effects& effects, const PortPool& pool) {
  return std::ranges::any_of(effects.list(), [&pool](const OneEffect& effect) {
    if (const auto* added = std::get_if<effect::AddBlock>(&effect)) return is_kept(added->block);
    if (const auto* removed = std::get_if<effect::RemoveBlock>(&effect))
      return is_kept(*pool.block(removed->block)) && removed->lifetime == Lifetime::Persistent;
    const auto* range = std::get_if<effect::SetDynamicRange>(&effect);
    return range != nullptr && range->lifetime == Lifetime::Persistent;
  });
}

PersistentSet with(PersistentSet set, const Effects& effects, const PortPool& pool) {
  for (const OneEffect& effect : effects.list()) std::visit(Change{set, pool}, effect);
  return set;
}

BlockRecord block_of(const StoredExclusion& exclusion, const PortPool& pool, const Profile& profile) {
  BlockRecord block;
  block.kind = RecordKind::AdministeredExclusion;
  block.transport = exclusion.transport;
  block.range = exclusion.range;
  block.token = token_of_exclusion(pool, profile);
  block.lifetime = Lifetime::Persistent;
  return block;
}

BlockRecord block_of(const StoredReservation& reservation, const PortPool& pool, const Profile& profile) {
  BlockRecord block;
  block.kind = RecordKind::PersistentReservation;
  block.transport = reservation.transport;
  block.range = reservation.range;
  block.token = token_of_persistent(pool, profile, reservation.serial);
  block.lifetime = Lifetime::Persistent;
  block.serial = reservation.serial;
  return block;
}

void keep_active_exclusions(const PortPool& before, PortPool& pool) {
  before.blocks().each([&pool](const BlockRecord& block) {
    const bool is_active = block.kind == RecordKind::AdministeredExclusion && !is_kept(block);
    if (is_active && is_free(pool, block)) pool.apply(effect::AddBlock{block});
  });
}

PortRange elsewhere(PortRange range, PortRange dynamic, std::uint64_t chance) {
  if (dynamic.count() < range.count()) return range;
  const auto first =
      static_cast<std::uint32_t>(dynamic.first() + chance % (dynamic.count() - range.count() + 1));
  return *PortRange::between(first, first + range.count() - 1);
}

bool is_free(const PortPool& pool, const BlockRecord& block) {
  HeldPorts held;
  pool.add_blocks(held, block.transport, block.families);
  pool.add_bound_ports(held, block.transport);
  return !held.first_held(block.range).has_value();
}

}  // namespace berth
