// SPDX-License-Identifier: MIT
#include <berth/rules/restart.h>

#include "facts.h"
#include "requests.h"

namespace berth {
namespace {

using request::CreatePersistent;
using request::DeletePersistent;
using request::LookupPersistent;

bool sees_exclusions(const Profile& profile) {
  return profile.persistent_calls_see_exclusions == choice::PersistentCallsSeeExclusions::Yes ||
         !profile.in_force(Rule::ExclusionsAreNotPersistentReservations);
}

// The persistent block with exactly these numbers; null when there is none.
template <class R>
const BlockRecord* block_with_these_numbers(const Circumstances& now, const R& request) {
  const BlockRecord* block =
      now.pool.block_that_covers(request.transport, FamilySet::both(), request.block.start);
  if (block == nullptr || block->range != PortRange::of(request.block)) return nullptr;
  if (block->kind == RecordKind::PersistentReservation) return block;
  return block->kind == RecordKind::AdministeredExclusion && sees_exclusions(now.profile) ? block : nullptr;
}

template <class R>
Finding there_is_such_a_block(const Circumstances& now, const R& request) {
  return block_with_these_numbers(now, request) != nullptr;
}

Finding caller_created_it(const Circumstances& now, const DeletePersistent& request) {
  const BlockRecord* block = block_with_these_numbers(now, request);
  return block == nullptr || block->owner == now.caller;
}

Finding no_port_of_it_is_bound(const Circumstances& now, const DeletePersistent& request) {
  const BlockRecord* block = block_with_these_numbers(now, request);
  if (block == nullptr) return true;
  return nothing(now.pool.bound_socket_in(block->transport, block->range));
}
bool bound_ports_keep_a_block(const Profile& profile) {
  return profile.delete_while_bound == choice::DeleteWhileBound::Refused;
}

using H = Holder;
constexpr Ask kCreate = Ask::Create;

// Parameters, access, pool (PER-09).
constexpr Clause<CreatePersistent> kCreateClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<CreatePersistent>},
    {Rule::BlockNeedsAStart, block_has_a_start<CreatePersistent>},
    {Rule::BlockIsEmpty, block_has_ports<CreatePersistent>},
    {Rule::BlockPassesTheLastPort, block_ends_by_the_last_port<CreatePersistent>},
    {Rule::NeedsElevatedAdministrator, caller_is_an_elevated_administrator<CreatePersistent>},
    {kRefusal<H::PersistentReservation, kCreate>,
     no_block_overlaps<RecordKind::PersistentReservation, CreatePersistent>},
    {kRefusal<H::OwnRuntimeReservation, kCreate>,
     no_block_overlaps<RecordKind::RuntimeReservation, CreatePersistent>},
    {kRefusal<H::AdministeredExclusion, kCreate>,
     no_block_overlaps<RecordKind::AdministeredExclusion, CreatePersistent>},
    {kRefusal<H::ForeignBlock, kCreate>, no_block_overlaps<RecordKind::ForeignBlock, CreatePersistent>},
    {kRefusal<H::KernelListener, kCreate>, no_block_overlaps<RecordKind::KernelListener, CreatePersistent>},
    {kRefusal<H::BoundSocket, kCreate>, no_port_is_bound<CreatePersistent>},
};

constexpr Clause<DeletePersistent> kDeleteClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<DeletePersistent>},
    {Rule::BlockNeedsAStart, block_has_a_start<DeletePersistent>},
    {Rule::BlockIsEmpty, block_has_ports<DeletePersistent>},
    {Rule::NeedsElevatedAdministrator, caller_is_an_elevated_administrator<DeletePersistent>},
    {Rule::NoSuchPersistentBlock, there_is_such_a_block<DeletePersistent>},
    allowance<DeletePersistent>(Rule::AnyElevatedProcessMayUseAPersistentReservation, caller_created_it),
    allowance<DeletePersistent>(Rule::BoundBlockMayBeDeleted, no_port_of_it_is_bound,
                                bound_ports_keep_a_block),
};

constexpr Clause<LookupPersistent> kLookupClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<LookupPersistent>},
    {Rule::BlockNeedsAStart, block_has_a_start<LookupPersistent>},
    {Rule::BlockIsEmpty, block_has_ports<LookupPersistent>},
    allowance<LookupPersistent>(Rule::LookupNeedsNoPrivilege,
                                caller_is_an_elevated_administrator<LookupPersistent>),
    {Rule::NoSuchPersistentBlock, there_is_such_a_block<LookupPersistent>},
};

}  // namespace

Token token_of_persistent(const PortPool& pool, const Profile& profile, std::uint64_t serial) {
  const bool changes = profile.tokens_at_restart == choice::TokensAtRestart::Change &&
                       profile.in_force(Rule::TokensChangeAtRestart);
  if (changes) return pool.next_token();
  // No machine has boot 0, so a token that stays can never be one that a boot gives. Serial 0 is never given,
  // so its token is free for the one serial whose token would be 0.
  const Token token = token_for(pool.seed(), 0, serial);
  return token ? token : token_for(pool.seed(), 0, 0);
}

Token token_of_exclusion(const PortPool& pool, const Profile& profile) {
  return sees_exclusions(profile) ? pool.next_token() : Token{};
}

Decision decide(const Circumstances& now, const CreatePersistent& request) {
  if (const auto refusal = first_broken(now, request, kCreateClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  const auto range = PortRange::of(request.block);
  Grant grant;
  // A profile that suspends a demand about the block's numbers gets an empty answer.
  if (!range) return grant;
  const std::uint64_t serial = now.pool.next_serial();
  const BlockRecord block{.id = {},
                          .kind = RecordKind::PersistentReservation,
                          .transport = request.transport,
                          .families = FamilySet::both(),
                          .range = *range,
                          .token = token_of_persistent(now.pool, now.profile, serial),
                          .owner = now.caller,
                          .service = {},
                          .anchor = {},
                          .next_of_anchor = {},
                          .lifetime = Lifetime::Persistent,
                          .placement = Placement::Fixed,
                          .serial = serial};
  grant.reply.token = block.token;
  if (now.profile.in_force(Rule::CreateReservesTheBlock)) grant.effects.add(effect::AddBlock{block});
  return grant;
}

Decision decide(const Circumstances& now, const DeletePersistent& request) {
  if (const auto refusal = first_broken(now, request, kDeleteClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  Grant grant;
  if (const BlockRecord* block = block_with_these_numbers(now, request))
    grant.effects.add(effect::RemoveBlock{block->id, Lifetime::Persistent});
  return grant;
}

Decision decide(const Circumstances& now, const LookupPersistent& request) {
  if (const auto refusal = first_broken(now, request, kLookupClauses, Rule::PersistentChecksComeInOrder))
    return *refusal;
  Grant grant;
  if (const BlockRecord* block = block_with_these_numbers(now, request)) grant.reply.token = block->token;
  return grant;
}

}  // namespace berth
