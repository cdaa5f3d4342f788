// SPDX-License-Identifier: MIT
#include <berth/rules/bind_matrix.h>

#include "facts.h"
#include "port_search.h"
#include "requests.h"

namespace berth {
namespace {

using request::Bind;

Finding name_is_of_the_sockets_family(const Circumstances& now, const Bind& request) {
  return request.name.address.family == socket_of(now, request).family;
}

// -- already bound, address -----------------------------------------------------------------------

Finding socket_is_not_bound_yet(const Circumstances& now, const Bind& request) {
  return !socket_of(now, request).is_bound();
}

Finding broadcast_is_enabled(const Circumstances& now, const Bind& request) {
  return !request.name.address.is_limited_broadcast() || socket_of(now, request).options.broadcast;
}

Finding address_is_one_of_this_machine(const Circumstances& now, const Bind& request) {
  const Address& address = request.name.address;
  if (address.is_limited_broadcast()) return true;
  if (address.is_ipv4_mapped() && socket_of(now, request).options.ipv6_only) return false;
  return now.pool.is_local(address);
}

// -- the association ------------------------------------------------------------------------------

// The reservation whose ports this bind may take; null for an ordinary bind.
const BlockRecord* reservation_for(const Circumstances& now, const Bind& request) {
  return reservation_of(now, socket_of(now, request));
}

Finding reservation_is_still_there(const Circumstances& now, const Bind& request) {
  if (now.profile.reservation_gone_at_bind == choice::ReservationGoneAtBind::OrdinaryBind) return true;
  return !socket_of(now, request).association || reservation_for(now, request) != nullptr;
}

Finding reservation_is_of_the_sockets_transport(const Circumstances& now, const Bind& request) {
  const BlockRecord* block = reservation_for(now, request);
  if (block == nullptr || block->transport == socket_of(now, request).transport) return true;
  return Finding::broken_by(block->id);
}

Finding port_lies_in_the_reservation(const Circumstances& now, const Bind& request) {
  const BlockRecord* block = reservation_for(now, request);
  if (block == nullptr || request.name.port == 0 || block->range.contains(request.name.port)) return true;
  return Finding::broken_by(block->id);
}

Finding port_is_left_to_the_reservation(const Circumstances& now, const Bind& request) {
  return reservation_for(now, request) == nullptr || request.name.port == 0;
}

Finding associated_socket_is_not_exclusive(const Circumstances& now, const Bind& request) {
  return reservation_for(now, request) == nullptr ||
         socket_of(now, request).options.sharing != Sharing::Exclusive;
}

// -- blocks in the way of a plain bind ------------------------------------------------------------

// The block that covers the explicit port of a socket that has no reservation of its own; null when none
// does.
const BlockRecord* block_in_the_way(const Circumstances& now, const Bind& request) {
  if (request.name.port == 0 || reservation_for(now, request) != nullptr) return nullptr;
  const SocketRecord& socket = socket_of(now, request);
  const bool reuse_opens_blocks = !now.profile.in_force(Rule::ReuseDoesNotOpenABlock);
  if (reuse_opens_blocks && socket.options.sharing == Sharing::Reuse) return nullptr;
  return block_that_covers(now, socket.transport, families_of(now, socket), request.name.port);
}

template <Holder kHolder>
Finding port_is_not_held_by(const Circumstances& now, const Bind& request) {
  const BlockRecord* block = block_in_the_way(now, request);
  return block != nullptr && holder_of(now, *block) == kHolder ? Finding::broken_by(block->id)
                                                               : Finding(true);
}

Finding port_is_not_held_by_own_reservation(const Circumstances& now, const Bind& request) {
  if (now.profile.own_block_plain_bind == choice::OwnBlockPlainBind::Allowed) return true;
  return port_is_not_held_by<Holder::OwnRuntimeReservation>(now, request);
}

// -- sockets on the same port ---------------------------------------------------------------------

bool is_dual_stack_wildcard(const Address& address, const SocketOptions& options) {
  return address.family == Family::Ipv6 && address.has_only_zeros() && !options.ipv6_only;
}

// The options that count are those that were set before the bind (MTX-11).
const SocketOptions& options_that_count(const Circumstances& now, const SocketRecord& first) {
  return now.profile.in_force(Rule::OptionsCountOnlyBeforeBind) ? first.bound_with : first.options;
}

bool share_by_affinity(const Circumstances& now, const SocketRecord& first, const SocketRecord& second) {
  return now.profile.in_force(Rule::CpuAffinitySharesAUdpPort) && first.processor && second.processor &&
         first.owner == second.owner;
}

// An accepted connection matters only where exclusive use is in play, and only while it is active (MTX-15).
bool takes_part(const Circumstances& now, const SocketRecord& first, Sharing second) {
  if (first.state == SocketState::Ended) return false;
  if (first.state != SocketState::Accepted) return true;
  if (!now.profile.in_force(Rule::AcceptedConnectionsKeepAnExclusivePort)) return false;
  return first.bound_with.sharing == Sharing::Exclusive || second == Sharing::Exclusive;
}

SecondBind over_dual_stack(const Circumstances& now, const SocketRecord& first, Sharing dual_stack) {
  const BoundAs bound{.sharing = options_that_count(now, first).sharing,
                      .wildcard = first.name.address.is_wildcard()};
  const bool both_plain_wildcards =
      bound == BoundAs{.sharing = Sharing::Default, .wildcard = true} && dual_stack == Sharing::Default;
  if (both_plain_wildcards &&
      (now.profile.dual_stack_over_ipv4_wildcard == choice::DualStackOverIpv4Wildcard::Refused))
    return SecondBind::InUse;
  return before_dual_stack(bound, dual_stack);
}

// What the matrix says of a bind to `name` by `second` where `first` is bound to the same port.
SecondBind verdict(const Circumstances& now, const SocketRecord& first, const SocketRecord& second,
                   const Address& name) {
  const Sharing sharing = second.options.sharing;
  if (!takes_part(now, first, sharing) || share_by_affinity(now, first, second)) return SecondBind::Succeeds;
  const SocketOptions& first_options = options_that_count(now, first);
  const Address first_address = first.name.address.unmapped();
  const Address second_address = name.unmapped();
  const BoundAs asked{.sharing = sharing, .wildcard = second_address.has_only_zeros()};
  if (first_address.family != second_address.family) {
    const bool leaves_ipv4_alone = now.profile.in_force(Rule::PlainDualStackWildcardLeavesIpv4Alone);
    if (is_dual_stack_wildcard(first_address, first_options))
      return leaves_ipv4_alone || first_options.sharing == Sharing::Exclusive
                 ? after_dual_stack(first_options.sharing, asked)
                 : SecondBind::InUse;
    if (is_dual_stack_wildcard(second_address, second.options)) return over_dual_stack(now, first, sharing);
    return SecondBind::Succeeds;
  }
  const BoundAs bound{.sharing = first_options.sharing, .wildcard = first_address.has_only_zeros()};
  const bool different_addresses = !bound.wildcard && !asked.wildcard && first_address != second_address;
  if (different_addresses && now.profile.in_force(Rule::DifferentAddressesDoNotConflict))
    return SecondBind::Succeeds;
  return second_bind(now.profile.bind_matrix, first.account == second.account, bound, asked);
}

const SocketRecord* socket_in_conflict(const Circumstances& now, const SocketRecord& second,
                                       const Endpoint& name, SecondBind kind) {
  const SocketRecord* first = now.pool.newest_on(second.transport, name.port);
  for (; first != nullptr; first = now.pool.socket(first->older_on_port))
    if (verdict(now, *first, second, name.address) == kind) return first;
  return nullptr;
}

template <SecondBind kKind>
Finding no_socket_answers(const Circumstances& now, const Bind& request) {
  if (request.name.port == 0) return true;
  return nothing(socket_in_conflict(now, socket_of(now, request), request.name, kKind));
}

// KB3039044: on an excluded port a second SO_REUSEADDR bind is refused, because the mark of the exclusion has
// overwritten that of the first bind.
Finding port_is_not_reused_over_an_exclusion(const Circumstances& now, const Bind& request) {
  if (now.profile.reuse_over_exclusion == choice::ReuseOverExclusion::Allowed || request.name.port == 0)
    return true;
  const SocketRecord& socket = socket_of(now, request);
  if (socket.options.sharing != Sharing::Reuse) return true;
  const BlockRecord* block =
      block_that_covers(now, socket.transport, families_of(now, socket), request.name.port);
  if (block == nullptr || block->kind != RecordKind::AdministeredExclusion) return true;
  const SocketRecord* first = now.pool.newest_on(socket.transport, request.name.port);
  while (first != nullptr && first->bound_with.sharing != Sharing::Reuse)
    first = now.pool.socket(first->older_on_port);
  return first == nullptr ? Finding(true) : Finding::broken_by(block->id);
}

using H = Holder;
constexpr Ask kPlainBind = Ask::PlainBind;

// The name itself, already bound, address, association, reservation, matrix (BND-23).
constexpr Clause<Bind> kBindClauses[] = {
    {Rule::NameIsUnusable, name_is_of_the_sockets_family},
    {Rule::AlreadyBound, socket_is_not_bound_yet},
    {Rule::BroadcastNotEnabled, broadcast_is_enabled},
    {Rule::AddressIsNotLocal, address_is_one_of_this_machine},
    {Rule::ReservationIsGone, reservation_is_still_there},
    {Rule::TokenOfAnotherTransport, reservation_is_of_the_sockets_transport},
    {Rule::PortOutsideTheReservation, port_lies_in_the_reservation},
    allowance<Bind>(Rule::ExplicitPortOfTheBlockIsGranted, port_is_left_to_the_reservation),
    allowance<Bind>(Rule::ExclusiveUseWorksInsideABlock, associated_socket_is_not_exclusive),
    {kRefusal<H::ForeignBlock, kPlainBind>, port_is_not_held_by<H::ForeignBlock>},
    {kRefusal<H::KernelListener, kPlainBind>, port_is_not_held_by<H::KernelListener>},
    {kRefusal<H::PersistentReservation, kPlainBind>, port_is_not_held_by<H::PersistentReservation>},
    {kRefusal<H::AnothersRuntimeReservation, kPlainBind>, port_is_not_held_by<H::AnothersRuntimeReservation>},
    {kRefusal<H::OwnRuntimeReservation, kPlainBind>, port_is_not_held_by_own_reservation},
    allowance<Bind>(Rule::ExclusionsStopOnlyAutomaticChoice, port_is_not_held_by<H::AdministeredExclusion>),
    {Rule::SecondReuseOnExclusion, port_is_not_reused_over_an_exclusion},
    {Rule::AddressHeldExclusively, no_socket_answers<SecondBind::Denied>},
    {Rule::AddressInUse, no_socket_answers<SecondBind::InUse>},
};

// -- choosing a port ------------------------------------------------------------------------------

std::optional<Port> free_port_of(const Circumstances& now, const SocketRecord& socket, PortRange block) {
  HeldPorts bound;
  now.pool.add_bound_ports(bound, socket.transport);
  const bool lowest_first = now.profile.block_port_order == choice::BlockPortOrder::LowestFirst &&
                            now.profile.in_force(Rule::LowestFreePortOfTheBlockFirst);
  const Port start =
      lowest_first ? block.first() : static_cast<Port>(block.first() + now.choice.below(block.count()));
  return free_port_from(bound, block, start);
}

Family family_to_draw_from(const Circumstances& now, const SocketRecord& socket) {
  if (now.profile.in_force(Rule::AutomaticChoiceFollowsTheSocketsFamily)) return socket.family;
  return socket.family == Family::Ipv4 ? Family::Ipv6 : Family::Ipv4;
}

PortRange range_to_draw_from(const Circumstances& now, const SocketRecord& socket) {
  const PortRange dynamic = now.pool.dynamic_range(socket.transport, family_to_draw_from(now, socket));
  if (now.profile.in_force(Rule::AutomaticPortsComeFromTheDynamicRange)) return dynamic;
  const auto below = PortRange::between(1, dynamic.first() - 1U);
  return below ? *below : PortRange::between(dynamic.last() + 1U, kLastPort).value_or(dynamic);
}

bool draws_at_random(const Circumstances& now, const SocketRecord& socket) {
  return socket.options.randomize_port || !now.profile.in_force(Rule::AutomaticPortsComeInSequence);
}

Port start_of_search(const Circumstances& now, const SocketRecord& socket, PortRange range) {
  if (draws_at_random(now, socket)) return static_cast<Port>(range.first() + now.choice.below(range.count()));
  const Port last = now.pool.last_automatic_port(socket.transport, family_to_draw_from(now, socket));
  return range.contains(last) && last != range.last() ? static_cast<Port>(last + 1) : range.first();
}

// SO_PORT_SCALABILITY: a port serves once per local address, so only the same address stands in the way.
std::optional<Port> port_free_at_this_address(const Circumstances& now, const SocketRecord& socket,
                                              const Address& address, PortRange range, Port start) {
  const HeldPorts blocks = blocks_for_automatic_choice(now, socket.transport, families_of(now, socket));
  for (std::uint32_t step = 0; step < range.count(); ++step) {
    const auto port = static_cast<Port>(range.first() + (start - range.first() + step) % range.count());
    if (blocks.holds(port)) continue;
    bool taken = false;
    for (const SocketRecord* other = now.pool.newest_on(socket.transport, port); other != nullptr;
         other = now.pool.socket(other->older_on_port))
      taken |= other->name.address == address || other->name.address.is_wildcard() || address.is_wildcard();
    if (!taken) return port;
  }
  return std::nullopt;
}

std::optional<Port> automatic_port(const Circumstances& now, const SocketRecord& socket,
                                   const Address& address) {
  const PortRange range = range_to_draw_from(now, socket);
  const Port start = start_of_search(now, socket, range);
  if (socket.options.port_scalability && now.profile.in_force(Rule::PortScalabilityChoosesPerAddress))
    return port_free_at_this_address(now, socket, address, range, start);
  return free_port_from(held_for_automatic_choice(now, socket.transport, families_of(now, socket)), range,
                        start);
}

Grant bound_to(const SocketRecord& socket, const Endpoint& name) {
  Grant grant;
  grant.effects.add(effect::BindSocket{socket.id, name});
  grant.reply.name = name;
  return grant;
}

// What a suspended "nothing is left" rule leaves to say: success, and no port.
Decision refuse_for_want_of_ports(const Circumstances& now, Rule rule, RecordRef record) {
  if (now.profile.in_force(rule)) return Refusal{.rule = rule, .record = record};
  return Grant{};
}

Decision bind_from_block(const Circumstances& now, const SocketRecord& socket, const Address& address,
                         const BlockRecord& block) {
  const auto port = free_port_of(now, socket, block.range);
  if (!port) return refuse_for_want_of_ports(now, Rule::NoFreePortInTheBlock, block.id);
  return bound_to(socket, {.address = address, .port = *port});
}

Decision bind_automatically(const Circumstances& now, const SocketRecord& socket, const Address& address) {
  const auto port = automatic_port(now, socket, address);
  if (!port) return refuse_for_want_of_ports(now, Rule::DynamicRangeUsedUp, {});
  Grant grant = bound_to(socket, {.address = address, .port = *port});
  if (!draws_at_random(now, socket))
    grant.effects.add(effect::AdvanceSequence{socket.transport, family_to_draw_from(now, socket), *port});
  return grant;
}

Decision decide_bind(const Circumstances& now, const Bind& request, bool draws_from_the_block) {
  if (const auto refusal = first_broken(now, request, kBindClauses, Rule::BindChecksComeInOrder))
    return *refusal;
  const SocketRecord& socket = socket_of(now, request);
  // A socket that is bound already gets here only where a profile suspends AlreadyBound: nothing more to do.
  if (socket.is_bound()) return Grant{};
  if (request.name.port != 0) return bound_to(socket, request.name);
  const BlockRecord* block = reservation_for(now, request);
  if (block != nullptr && draws_from_the_block)
    return bind_from_block(now, socket, request.name.address, *block);
  return bind_automatically(now, socket, request.name.address);
}

}  // namespace

Decision decide(const Circumstances& now, const Bind& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  return decide_bind(now, request, now.profile.in_force(Rule::AssociatedBindDrawsFromTheBlock));
}

Decision decide(const Circumstances& now, const request::ImplicitBind& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  const SocketRecord& socket = socket_of(now, request);
  if (socket.is_bound()) {
    Grant grant;
    grant.reply.name = socket.name;
    return grant;
  }
  const Bind bind{.socket = request.socket, .name = {.address = Address::any(socket.family), .port = 0}};
  return decide_bind(now, bind, now.profile.in_force(Rule::ImplicitBindDrawsFromTheBlock));
}

}  // namespace berth
