// SPDX-License-Identifier: MIT
#include "facts.h"
#include "requests.h"

namespace berth {
namespace {

using request::Release;

const BlockRecord* named_by_token(const Circumstances& now, const Release& request) {
  return now.pool.reservation_with(request.token);
}

Finding token_names_a_reservation(const Circumstances& now, const Release& request) {
  return named_by_token(now, request) != nullptr;
}

Finding reservation_is_a_runtime_one(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr || block->kind == RecordKind::RuntimeReservation) return true;
  return Finding::broken_by(block->id);
}

Finding token_is_of_the_sockets_transport(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr || block->transport == socket_of(now, request).transport) return true;
  return Finding::broken_by(block->id);
}

Finding socket_is_the_acquirer(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  return block == nullptr || block->anchor == request.socket;
}

Finding reservation_is_the_callers(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr || caller_acquired(now, *block)) return true;
  return Finding::broken_by(block->id);
}

Finding acquirer_is_not_bound(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  const bool is_acquirer = block != nullptr && block->anchor == request.socket;
  return !is_acquirer || !socket_of(now, request).is_bound();
}

Finding no_port_of_the_block_is_bound(const Circumstances& now, const Release& request) {
  const BlockRecord* block = named_by_token(now, request);
  if (block == nullptr) return true;
  return nothing(now.pool.bound_socket_in(block->transport, block->range));
}
bool bound_ports_keep_a_reservation(const Profile& profile) {
  return profile.release_while_bound == choice::ReleaseWhileBound::Refused;
}

// Structure values, identity, state (IOC-24).
constexpr Clause<Release> kReleaseClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<Release>},
    {Rule::NothingToRelease, token_names_a_reservation},
    {Rule::PersistentTokenCannotBeReleased, reservation_is_a_runtime_one},
    {Rule::TokenOfAnotherTransport, token_is_of_the_sockets_transport},
    {Rule::ReleaseByAnotherProcess, reservation_is_the_callers},
    allowance<Release>(Rule::AnySocketOfTheProcessMayRelease, socket_is_the_acquirer),
    allowance<Release>(Rule::BoundAcquirerMayRelease, acquirer_is_not_bound),
    allowance<Release>(Rule::BoundSocketsOutliveTheReservation, no_port_of_the_block_is_bound,
                       bound_ports_keep_a_reservation),
};

}  // namespace

Decision decide(const Circumstances& now, const Release& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kReleaseClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  const BlockRecord* block = named_by_token(now, request);
  if (block != nullptr && now.profile.in_force(Rule::ReleaseReturnsThePorts))
    grant.effects.add(effect::RemoveBlock{block->id, block->lifetime});
  return grant;
}

}  // namespace berth
