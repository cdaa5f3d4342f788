// SPDX-License-Identifier: MIT
#include "facts.h"

namespace berth {
namespace {

// Which other transport's blocks count too: none, unless a profile says that the pools are not separate.
bool sees_the_other_transport(const Circumstances& now) {
  return !now.profile.in_force(Rule::TransportsHaveSeparatePools);
}

bool one_pool_serves_both_families(const Profile& profile) {
  return profile.family_pools == choice::FamilyPools::One &&
         profile.in_force(Rule::OnePoolServesBothFamilies);
}

}  // namespace

std::optional<Refusal> unless_socket_is_open(const Circumstances& now, SocketId socket) {
  const SocketRecord* record = now.pool.socket(socket);
  if (record != nullptr && record->owner == now.caller && record->owner_handles != 0) return std::nullopt;
  if (record != nullptr && now.pool.has_handle(now.caller, socket)) return std::nullopt;
  return Refusal{.rule = Rule::NotASocket, .record = {}};
}

bool caller_is_elevated(const Circumstances& now) {
  return !now.caller || now.pool.process(now.caller)->elevated;
}

FamilySet families_of(const Circumstances& now, const SocketRecord& socket) {
  const bool dual_stack = socket.family == Family::Ipv6 && !socket.options.ipv6_only;
  if (dual_stack || one_pool_serves_both_families(now.profile)) return FamilySet::both();
  return FamilySet::only(socket.family);
}

const BlockRecord* reservation_of(const Circumstances& now, const SocketRecord& socket) {
  return now.pool.reservation_with(socket.association);
}

bool caller_acquired(const Circumstances& now, const BlockRecord& block) {
  if (block.owner == now.caller) return true;
  return !now.profile.in_force(Rule::DuplicatesDoNotChangeTheOwner) &&
         now.pool.has_handle(now.caller, block.anchor);
}

Holder holder_of(const Circumstances& now, const BlockRecord& block) {
  switch (block.kind) {
    case RecordKind::RuntimeReservation:
      return caller_acquired(now, block) ? Holder::OwnRuntimeReservation : Holder::AnothersRuntimeReservation;
    case RecordKind::PersistentReservation: return Holder::PersistentReservation;
    case RecordKind::AdministeredExclusion: return Holder::AdministeredExclusion;
    case RecordKind::ForeignBlock: return Holder::ForeignBlock;
    case RecordKind::KernelListener: return Holder::KernelListener;
    case RecordKind::BoundSocket: break;
  }
  return Holder::BoundSocket;
}

const BlockRecord* block_in(const Circumstances& now, Transport transport, FamilySet families,
                            PortRange range, RecordKind kind) {
  const BlockRecord* found = now.pool.block_in(transport, families, range, kind);
  if (found == nullptr && sees_the_other_transport(now))
    found = now.pool.block_in(other(transport), families, range, kind);
  return found;
}

const BlockRecord* block_that_covers(const Circumstances& now, Transport transport, FamilySet families,
                                     Port port) {
  const BlockRecord* found = now.pool.block_that_covers(transport, families, port);
  if (found == nullptr && sees_the_other_transport(now))
    found = now.pool.block_that_covers(other(transport), families, port);
  return found;
}

HeldPorts blocks_for_automatic_choice(const Circumstances& now, Transport transport, FamilySet families) {
  HeldPorts held;
  if (!now.profile.in_force(Rule::AutomaticPortsAvoidBlocks)) return held;
  now.pool.add_blocks(held, transport, families);
  if (sees_the_other_transport(now) ||
      now.profile.hides_other_transports_port == choice::HidesOtherTransportsPort::Yes)
    now.pool.add_blocks(held, other(transport), families);
  return held;
}

HeldPorts held_for_automatic_choice(const Circumstances& now, Transport transport, FamilySet families) {
  HeldPorts held = blocks_for_automatic_choice(now, transport, families);
  now.pool.add_bound_ports(held, transport);
  return held;
}

}  // namespace berth
