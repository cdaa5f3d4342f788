// SPDX-License-Identifier: MIT
#include "facts.h"
#include "requests.h"

namespace berth {
namespace {

using request::Associate;

const BlockRecord* named_by_token(const Circumstances& now, const Associate& request) {
  return now.pool.reservation_with(request.token);
}

Finding token_names_a_reservation(const Circumstances& now, const Associate& request) {
  return named_by_token(now, request) != nullptr;
}

Finding token_is_of_the_sockets_transport(const Circumstances& now, const Associate& request) {
  if (now.profile.other_transports_token == choice::OtherTransportsToken::RefusedAtBind) return true;
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr || block->transport == socket_of(now, request).transport) return true;
  return Finding::broken_by(block->id);
}

Finding token_is_of_the_sockets_family(const Circumstances& now, const Associate& request) {
  const BlockRecord* block = named_by_token(now, request);
  const SocketRecord* anchor = block == nullptr ? nullptr : now.pool.socket(block->anchor);
  if (anchor == nullptr || anchor->family == socket_of(now, request).family) return true;
  return Finding::broken_by(block->id);
}
bool families_have_pools_of_their_own(const Profile& profile) {
  return profile.family_pools == choice::FamilyPools::PerFamily;
}

Finding socket_is_not_bound_yet(const Circumstances& now, const Associate& request) {
  return !socket_of(now, request).is_bound();
}

Finding socket_is_not_associated_with_this_token(const Circumstances& now, const Associate& request) {
  return socket_of(now, request).association != request.token;
}

Finding socket_has_no_other_reservation(const Circumstances& now, const Associate& request) {
  if (now.profile.second_association == choice::SecondAssociation::LastWins) return true;
  const SocketRecord& socket = socket_of(now, request);
  if (!socket.association || socket.association == request.token) return true;
  const BlockRecord* other = reservation_of(now, socket);
  return other == nullptr ? Finding(false) : Finding::broken_by(other->id);
}

Finding no_other_socket_is_associated(const Circumstances& now, const Associate& request) {
  SocketId found;
  now.pool.sockets().each([&](const SocketRecord& socket) {
    if (socket.association == request.token && socket.id != request.socket) found = socket.id;
  });
  return found ? Finding::broken_by(found) : Finding(true);
}

Finding socket_is_not_the_acquirer(const Circumstances& now, const Associate& request) {
  const BlockRecord* block = named_by_token(now, request);
  return block == nullptr || block->anchor != request.socket;
}

Finding runtime_reservation_is_the_callers(const Circumstances& now, const Associate& request) {
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr || block->kind != RecordKind::RuntimeReservation) return true;
  return caller_acquired(now, *block) ? Finding(true) : Finding::broken_by(block->id);
}

bool outlives_its_creator(const BlockRecord* block) {
  return block != nullptr && block->kind != RecordKind::RuntimeReservation;
}

Finding caller_may_use_a_persistent_reservation(const Circumstances& now, const Associate& request) {
  if (now.profile.persistent_token_needs_elevation == choice::PersistentTokenNeedsElevation::No) return true;
  const BlockRecord* block = named_by_token(now, request);
  if (!outlives_its_creator(block) || caller_is_elevated(now)) return true;
  return Finding::broken_by(block->id);
}

Finding caller_created_the_persistent_reservation(const Circumstances& now, const Associate& request) {
  const BlockRecord* block = named_by_token(now, request);
  return !outlives_its_creator(block) || block->owner == now.caller;
}

// Structure values, state, identity (IOC-24).
constexpr Clause<Associate> kAssociateClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<Associate>},
    {Rule::NothingToAssociateWith, token_names_a_reservation},
    {Rule::TokenOfAnotherTransport, token_is_of_the_sockets_transport},
    allowance<Associate>(Rule::AnyFamilyMayUseAToken, token_is_of_the_sockets_family,
                         families_have_pools_of_their_own),
    {Rule::AssociateAfterBind, socket_is_not_bound_yet},
    allowance<Associate>(Rule::AssociatingAgainIsHarmless, socket_is_not_associated_with_this_token),
    {Rule::SocketHasAnotherReservation, socket_has_no_other_reservation},
    allowance<Associate>(Rule::ManySocketsMayAssociate, no_other_socket_is_associated),
    allowance<Associate>(Rule::AcquirerMayAssociateItself, socket_is_not_the_acquirer),
    {Rule::RuntimeTokenOfAnotherProcess, runtime_reservation_is_the_callers},
    {Rule::NeedsElevatedAdministrator, caller_may_use_a_persistent_reservation},
    allowance<Associate>(Rule::AnyElevatedProcessMayUseAPersistentReservation,
                         caller_created_the_persistent_reservation),
};

}  // namespace

Decision decide(const Circumstances& now, const Associate& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kAssociateClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  grant.effects.add(effect::SetAssociation{request.socket, request.token});
  const BlockRecord* block = named_by_token(now, request);
  const SocketRecord& socket = socket_of(now, request);
  if (!now.profile.in_force(Rule::AssociationConsumesNoPort) && block != nullptr && !socket.is_bound())
    grant.effects.add(effect::BindSocket{
        request.socket, {.address = Address::any(socket.family), .port = block->range.first()}});
  return grant;
}

}  // namespace berth
