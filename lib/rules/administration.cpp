// SPDX-License-Identifier: MIT
#include <berth/rules/restart.h>

#include "facts.h"
#include "requests.h"

namespace berth {
namespace {

using request::AddExclusion;
using request::AddForeignBlock;
using request::DeleteExclusion;
using request::SetDynamicRange;

using H = Holder;
constexpr Ask kAddExclusion = Ask::AddExclusion;

constexpr Clause<AddExclusion> kAddExclusionClauses[] = {
    {Rule::BlockNeedsAStart, block_has_a_start<AddExclusion>},
    {Rule::BlockIsEmpty, block_has_ports<AddExclusion>},
    {Rule::BlockPassesTheLastPort, block_ends_by_the_last_port<AddExclusion>},
    {Rule::NetshNeedsElevation, caller_is_an_elevated_administrator<AddExclusion>},
    {kRefusal<H::AdministeredExclusion, kAddExclusion>,
     no_block_overlaps<RecordKind::AdministeredExclusion, AddExclusion>},
    {kRefusal<H::OwnRuntimeReservation, kAddExclusion>,
     no_block_overlaps<RecordKind::RuntimeReservation, AddExclusion>},
    {kRefusal<H::PersistentReservation, kAddExclusion>,
     no_block_overlaps<RecordKind::PersistentReservation, AddExclusion>},
    {kRefusal<H::ForeignBlock, kAddExclusion>, no_block_overlaps<RecordKind::ForeignBlock, AddExclusion>},
    {kRefusal<H::KernelListener, kAddExclusion>, no_block_overlaps<RecordKind::KernelListener, AddExclusion>},
    {kRefusal<H::BoundSocket, kAddExclusion>, no_port_is_bound<AddExclusion>},
};

// A service takes its blocks by the same law, but for the elevation that it does not need.
constexpr Clause<AddForeignBlock> kAddForeignBlockClauses[] = {
    {Rule::BlockNeedsAStart, block_has_a_start<AddForeignBlock>},
    {Rule::BlockIsEmpty, block_has_ports<AddForeignBlock>},
    {Rule::BlockPassesTheLastPort, block_ends_by_the_last_port<AddForeignBlock>},
    {kRefusal<H::AdministeredExclusion, kAddExclusion>,
     no_block_overlaps<RecordKind::AdministeredExclusion, AddForeignBlock>},
    {kRefusal<H::OwnRuntimeReservation, kAddExclusion>,
     no_block_overlaps<RecordKind::RuntimeReservation, AddForeignBlock>},
    {kRefusal<H::PersistentReservation, kAddExclusion>,
     no_block_overlaps<RecordKind::PersistentReservation, AddForeignBlock>},
    {kRefusal<H::ForeignBlock, kAddExclusion>, no_block_overlaps<RecordKind::ForeignBlock, AddForeignBlock>},
    {kRefusal<H::KernelListener, kAddExclusion>,
     no_block_overlaps<RecordKind::KernelListener, AddForeignBlock>},
    {kRefusal<H::BoundSocket, kAddExclusion>, no_port_is_bound<AddForeignBlock>},
};

const BlockRecord* block_with_these_numbers(const Circumstances& now, const DeleteExclusion& request) {
  const BlockRecord* block =
      now.pool.block_that_covers(request.transport, FamilySet::both(), request.block.start);
  return block != nullptr && block->range == PortRange::of(request.block) ? block : nullptr;
}

Finding it_is_an_exclusion(const Circumstances& now, const DeleteExclusion& request) {
  const BlockRecord* block = block_with_these_numbers(now, request);
  if (block == nullptr || block->kind == RecordKind::AdministeredExclusion) return true;
  return Finding::broken_by(block->id);
}

Finding there_is_such_an_exclusion(const Circumstances& now, const DeleteExclusion& request) {
  return block_with_these_numbers(now, request) != nullptr;
}

constexpr Clause<DeleteExclusion> kDeleteExclusionClauses[] = {
    {Rule::BlockNeedsAStart, block_has_a_start<DeleteExclusion>},
    {Rule::BlockIsEmpty, block_has_ports<DeleteExclusion>},
    {Rule::NetshNeedsElevation, caller_is_an_elevated_administrator<DeleteExclusion>},
    {Rule::OnlyExclusionsAreDeleted, it_is_an_exclusion},
    {Rule::NoSuchExclusion, there_is_such_an_exclusion},
};

Finding range_is_within_bounds(const Circumstances& now, const SetDynamicRange& request) {
  const auto range = PortRange::of(request.block);
  const Port lowest =
      now.profile.dynamic_range_minimum == choice::DynamicRangeMinimum::From1024 ? 1024 : 1025;
  return range && range->first() >= lowest && range->count() >= 255;
}

constexpr Clause<SetDynamicRange> kSetDynamicRangeClauses[] = {
    {Rule::DynamicRangeOutOfBounds, range_is_within_bounds},
    {Rule::NetshNeedsElevation, caller_is_an_elevated_administrator<SetDynamicRange>},
};

bool each_family_has_its_own_range(const Profile& profile) {
  return profile.dynamic_ranges == choice::DynamicRanges::PerFamily &&
         profile.in_force(Rule::FourDynamicRanges);
}

BlockRecord block_of_service(const Circumstances& now, RecordKind kind, const AddForeignBlock& request) {
  BlockRecord block;
  block.kind = kind;
  block.transport = request.transport;
  block.range = *PortRange::of(request.block);
  block.service = now.pool.number_of(request.service);
  block.placement = request.placement;
  return block;
}

Decision decide_for_service(const Circumstances& now, RecordKind kind, const AddForeignBlock& request) {
  if (const auto refusal =
          first_broken(now, request, kAddForeignBlockClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  Grant grant;
  if (PortRange::of(request.block)) grant.effects.add(effect::AddBlock{block_of_service(now, kind, request)});
  return grant;
}

}  // namespace

Decision decide(const Circumstances& now, const AddExclusion& request) {
  if (const auto refusal =
          first_broken(now, request, kAddExclusionClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  Grant grant;
  const auto range = PortRange::of(request.block);
  if (!range) return grant;
  BlockRecord block;
  block.kind = RecordKind::AdministeredExclusion;
  block.transport = request.transport;
  block.range = *range;
  block.owner = now.caller;
  block.lifetime = request.lifetime;
  block.token = token_of_exclusion(now.pool, now.profile);
  grant.effects.add(effect::AddBlock{block});
  return grant;
}

Decision decide(const Circumstances& now, const DeleteExclusion& request) {
  if (const auto refusal =
          first_broken(now, request, kDeleteExclusionClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  Grant grant;
  if (const BlockRecord* block = block_with_these_numbers(now, request))
    grant.effects.add(effect::RemoveBlock{block->id, request.lifetime});
  return grant;
}

Decision decide(const Circumstances& now, const SetDynamicRange& request) {
  if (const auto refusal =
          first_broken(now, request, kSetDynamicRangeClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  const auto range = PortRange::of(request.block);
  Grant grant;
  if (!range) return grant;
  effect::SetDynamicRange set{.transport = request.transport,
                              .family = request.family,
                              .range = *range,
                              .lifetime = request.lifetime,
                              .at_once = now.profile.in_force(Rule::DynamicRangeAppliesAtOnce)};
  grant.effects.add(set);
  if (each_family_has_its_own_range(now.profile)) return grant;
  set.family = request.family == Family::Ipv4 ? Family::Ipv6 : Family::Ipv4;
  grant.effects.add(set);
  return grant;
}

Decision decide(const Circumstances& now, const AddForeignBlock& request) {
  return decide_for_service(now, RecordKind::ForeignBlock, request);
}

Decision decide(const Circumstances& now, const request::AddKernelListener& request) {
  const AddForeignBlock block{.transport = request.transport,
                              .block = {.start = request.port, .count = 1},
                              .service = request.service,
                              .placement = Placement::Fixed};
  return decide_for_service(now, RecordKind::KernelListener, block);
}

Decision decide(const Circumstances& now, const request::StopService& request) {
  Grant grant;
  const NameId service = now.pool.number_of(request.service);
  if (service && now.profile.in_force(Rule::StoppingAServiceFreesItsBlocks))
    grant.effects.add(effect::RemoveBlocksOfService{service});
  return grant;
}

}  // namespace berth
