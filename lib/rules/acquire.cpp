// SPDX-License-Identifier: MIT
#include "facts.h"
#include "port_search.h"
#include "requests.h"

namespace berth {
namespace {

using request::Acquire;

Finding start_is_given(const Circumstances&, const Acquire& request) { return request.block.start != 0; }

Finding socket_is_not_bound(const Circumstances& now, const Acquire& request) {
  return !socket_of(now, request).is_bound();
}
bool bound_sockets_may_not_acquire(const Profile& profile) {
  return profile.acquire_on_bound_socket == choice::AcquireOnBoundSocket::Refused;
}

Finding socket_has_acquired_nothing_yet(const Circumstances& now, const Acquire& request) {
  return nothing(now.pool.block(socket_of(now, request).first_block));
}
bool one_acquire_per_socket(const Profile& profile) {
  return profile.acquires_per_socket == choice::AcquiresPerSocket::One;
}

Finding ports_are_high_or_caller_is_elevated(const Circumstances& now, const Acquire& request) {
  return request.block.start == 0 || request.block.start >= 1024 || caller_is_elevated(now);
}

Finding block_lies_in_the_dynamic_range(const Circumstances& now, const Acquire& request) {
  const auto range = PortRange::of(request.block);
  if (!range) return true;
  const SocketRecord& socket = socket_of(now, request);
  const PortRange dynamic = now.pool.dynamic_range(socket.transport, socket.family);
  return dynamic.contains(range->first()) && dynamic.contains(range->last());
}

using H = Holder;
constexpr Ask kAcquire = Ask::Acquire;

// Structure values, state, identity, pool (IOC-24).
constexpr Clause<Acquire> kAcquireClauses[] = {
    {Rule::PortReservationsUnsupported, port_reservations_are_supported<Acquire>},
    {Rule::BlockIsEmpty, block_has_ports<Acquire>},
    allowance<Acquire>(Rule::StartPortZeroIsAWildcard, start_is_given),
    {Rule::BlockPassesTheLastPort, block_ends_by_the_last_port<Acquire>},
    allowance<Acquire>(Rule::BoundSocketMayAcquire, socket_is_not_bound, bound_sockets_may_not_acquire),
    allowance<Acquire>(Rule::OneSocketMayAcquireSeveralBlocks, socket_has_acquired_nothing_yet,
                       one_acquire_per_socket),
    allowance<Acquire>(Rule::ReservationsNeedNoPrivilege, caller_is_an_elevated_administrator<Acquire>),
    allowance<Acquire>(Rule::LowPortsNeedNoPrivilege, ports_are_high_or_caller_is_elevated),
    allowance<Acquire>(Rule::BlocksMayLieAnywhere, block_lies_in_the_dynamic_range),
    {kRefusal<H::AdministeredExclusion, kAcquire>,
     no_block_overlaps<RecordKind::AdministeredExclusion, Acquire>},
    {kRefusal<H::OwnRuntimeReservation, kAcquire>,
     no_block_overlaps<RecordKind::RuntimeReservation, Acquire>},
    {kRefusal<H::PersistentReservation, kAcquire>,
     no_block_overlaps<RecordKind::PersistentReservation, Acquire>},
    {kRefusal<H::ForeignBlock, kAcquire>, no_block_overlaps<RecordKind::ForeignBlock, Acquire>},
    {kRefusal<H::KernelListener, kAcquire>, no_block_overlaps<RecordKind::KernelListener, Acquire>},
    {kRefusal<H::BoundSocket, kAcquire>, no_port_is_bound<Acquire>},
};

// The blocks that the caller holds already: a new wildcard block does not touch them (ACQ-05).
class OwnBlocks final : public Neighbours {
 public:
  OwnBlocks(const Circumstances& now, Transport transport, FamilySet families)
      : now_(now), transport_(transport), families_(families) {}
  bool must_not_touch(Port port) const override {
    const BlockRecord* block = now_.pool.block_that_covers(transport_, families_, port);
    return block != nullptr && block->kind == RecordKind::RuntimeReservation && block->owner == now_.caller;
  }

 private:
  const Circumstances& now_;
  Transport transport_;
  FamilySet families_;
};

PortRange where_wildcard_blocks_lie(const Circumstances& now, const SocketRecord& socket) {
  if (now.profile.wildcard_block_from == choice::WildcardBlockFrom::Anywhere ||
      !now.profile.in_force(Rule::WildcardBlocksComeFromTheDynamicRange))
    return *PortRange::between(1, kLastPort);
  return now.pool.dynamic_range(socket.transport, socket.family);
}

std::optional<PortRange> wildcard_block(const Circumstances& now, const SocketRecord& socket,
                                        std::uint32_t count) {
  const FamilySet families = families_of(now, socket);
  HeldPorts held;
  now.pool.add_blocks(held, socket.transport, families);
  now.pool.add_bound_ports(held, socket.transport);
  const PortRange range = where_wildcard_blocks_lie(now, socket);
  const bool keeps_apart = now.profile.wildcard_placement == choice::WildcardPlacement::SeededApart &&
                           now.profile.in_force(Rule::WildcardBlocksOfAProcessStayApart);
  if (!keeps_apart) return gap_from(held, range, range.first(), count, nullptr);
  const auto start = static_cast<Port>(range.first() + now.choice.below(range.count()));
  const OwnBlocks own(now, socket.transport, families);
  if (const auto gap = gap_from(held, range, start, count, &own)) return gap;
  return gap_from(held, range, start, count, nullptr);
}

BlockRecord runtime_reservation(const Circumstances& now, const Acquire& request, PortRange range) {
  const SocketRecord& socket = socket_of(now, request);
  const bool keeps_transport = now.profile.in_force(Rule::ReservationHasItsSocketsTransport);
  return {.id = {},
          .kind = RecordKind::RuntimeReservation,
          .transport = keeps_transport ? socket.transport : other(socket.transport),
          .families = families_of(now, socket),
          .range = range,
          .token = now.pool.next_token(),
          .owner = now.caller,
          .service = {},
          .anchor = request.socket,
          .next_of_anchor = {},
          .lifetime = Lifetime::UntilRestart};
}

Decision grant(const Circumstances& now, const Acquire& request, PortRange range) {
  const BlockRecord block = runtime_reservation(now, request, range);
  Grant granted;
  granted.reply.block = range.as_block();
  if (now.profile.in_force(Rule::TokensAreUniqueAndNeverZero)) granted.reply.token = block.token;
  if (now.profile.in_force(Rule::AcquireReservesTheBlock)) granted.effects.add(effect::AddBlock{block});
  if (!now.profile.in_force(Rule::AcquiringDoesNotBind) && !socket_of(now, request).is_bound()) {
    const Endpoint first{.address = Address::any(socket_of(now, request).family), .port = range.first()};
    granted.effects.add(effect::BindSocket{request.socket, first});
  }
  return granted;
}

}  // namespace

Decision decide(const Circumstances& now, const Acquire& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kAcquireClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  if (const auto range = PortRange::of(request.block)) return grant(now, request, *range);
  if (request.block.start == 0 && request.block.count != 0)
    if (const auto range = wildcard_block(now, socket_of(now, request), request.block.count))
      return grant(now, request, *range);
  // Nothing can be granted here; a profile that suspends the rule gets an empty answer.
  if (now.profile.in_force(Rule::NoGapForWildcardBlock))
    return Refusal{.rule = Rule::NoGapForWildcardBlock, .record = {}};
  return Grant{};
}

}  // namespace berth
