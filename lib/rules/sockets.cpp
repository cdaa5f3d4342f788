// SPDX-License-Identifier: MIT
#include "facts.h"
#include "requests.h"

namespace berth {
namespace {

using request::Accept;
using request::Listen;
using request::NameOf;
using request::SetAffinity;
using request::SetOption;

// -- options --------------------------------------------------------------------------------------

bool turns_on(const SetOption& request, Option option) { return request.option == option && request.on; }

Finding options_agree(const Circumstances& now, const SetOption& request) {
  const SocketOptions& options = socket_of(now, request).options;
  if (turns_on(request, Option::ReuseAddress)) return options.sharing != Sharing::Exclusive;
  if (turns_on(request, Option::ExclusiveUse)) return options.sharing != Sharing::Reuse;
  if (turns_on(request, Option::RandomizePort)) return !options.reuse_unicast_port;
  if (turns_on(request, Option::ReuseUnicastPort)) return !options.randomize_port;
  return true;
}

Finding option_comes_before_bind(const Circumstances& now, const SetOption& request) {
  const bool only_before = request.option == Option::Ipv6Only || request.option == Option::RandomizePort ||
                           request.option == Option::PortScalability ||
                           request.option == Option::ReuseUnicastPort;
  return !only_before || !socket_of(now, request).is_bound();
}

Finding exclusive_use_is_open_to_the_caller(const Circumstances& now, const SetOption& request) {
  if (now.profile.bind_matrix != choice::BindMatrix::Xp || !turns_on(request, Option::ExclusiveUse))
    return true;
  return caller_is_elevated(now);
}

Finding affinity_is_not_set(const Circumstances& now, const SetOption& request) {
  return !turns_on(request, Option::ReuseAddress) || !socket_of(now, request).processor.has_value();
}

constexpr Clause<SetOption> kSetOptionClauses[] = {
    {Rule::OptionComesBeforeBind, option_comes_before_bind},
    {Rule::OptionsContradict, options_agree},
    {Rule::AffinityClashesWithReuse, affinity_is_not_set},
    {Rule::ExclusiveUseNeedsAnAdministrator, exclusive_use_is_open_to_the_caller},
};

void set_sharing(SocketOptions& options, Sharing sharing, bool on) {
  if (on) options.sharing = sharing;
  if (!on && options.sharing == sharing) options.sharing = Sharing::Default;
}

SocketOptions changed(SocketOptions options, Option option, bool on) {
  switch (option) {
    case Option::ReuseAddress: set_sharing(options, Sharing::Reuse, on); break;
    case Option::ExclusiveUse: set_sharing(options, Sharing::Exclusive, on); break;
    case Option::Ipv6Only: options.ipv6_only = on; break;
    case Option::Broadcast: options.broadcast = on; break;
    case Option::RandomizePort: options.randomize_port = on; break;
    case Option::PortScalability: options.port_scalability = on; break;
    case Option::ReuseUnicastPort: options.reuse_unicast_port = on; break;
  }
  return options;
}

// -- SIO_CPU_AFFINITY -----------------------------------------------------------------------------

Finding socket_is_udp(const Circumstances& now, const SetAffinity& request) {
  return socket_of(now, request).transport == Transport::Udp;
}
Finding affinity_comes_before_bind(const Circumstances& now, const SetAffinity& request) {
  return !socket_of(now, request).is_bound();
}
Finding socket_does_not_reuse(const Circumstances& now, const SetAffinity& request) {
  return socket_of(now, request).options.sharing != Sharing::Reuse;
}

constexpr Clause<SetAffinity> kSetAffinityClauses[] = {
    {Rule::AffinityIsForUdp, socket_is_udp},
    {Rule::AffinityComesBeforeBind, affinity_comes_before_bind},
    {Rule::AffinityClashesWithReuse, socket_does_not_reuse},
};

// -- listen, accept, getsockname ------------------------------------------------------------------

Finding socket_is_tcp(const Circumstances& now, const Listen& request) {
  return socket_of(now, request).transport == Transport::Tcp;
}
Finding socket_is_bound(const Circumstances& now, const Listen& request) {
  return socket_of(now, request).is_bound();
}
Finding socket_is_not_connected(const Circumstances& now, const Listen& request) {
  const SocketState state = socket_of(now, request).state;
  return state != SocketState::Accepted && state != SocketState::Ended;
}

constexpr Clause<Listen> kListenClauses[] = {
    {Rule::OnlyTcpListens, socket_is_tcp},
    {Rule::ListenBeforeBind, socket_is_bound},
    {Rule::SocketIsConnected, socket_is_not_connected},
};

Finding listener_is_listening(const Circumstances& now, const Accept& request) {
  return now.pool.socket(request.listener)->state == SocketState::Listening;
}

constexpr Clause<Accept> kAcceptClauses[] = {
    {Rule::SocketIsNotListening, listener_is_listening},
};

Finding socket_has_a_name(const Circumstances& now, const NameOf& request) {
  return socket_of(now, request).is_bound();
}

constexpr Clause<NameOf> kNameOfClauses[] = {
    {Rule::SocketHasNoName, socket_has_a_name},
};

// -- close ----------------------------------------------------------------------------------------

bool ends_its_reservations(const Circumstances& now, const SocketRecord& socket) {
  if (!now.profile.in_force(Rule::ClosingTheAcquirerEndsItsReservations)) return false;
  return socket.handles == 1 || !now.profile.in_force(Rule::ReservationLivesUntilTheLastHandle);
}

// Where the port of a closing socket does not return to its block, the block loses it: the whole block goes.
void lose_the_block(const Circumstances& now, const SocketRecord& socket, Effects& effects) {
  if (now.profile.in_force(Rule::ClosedPortReturnsToItsBlock) || !socket.is_bound()) return;
  const BlockRecord* block = reservation_of(now, socket);
  if (block != nullptr && block->anchor != socket.id)
    effects.add(effect::RemoveBlock{block->id, Lifetime::UntilRestart});
}

}  // namespace

Decision decide(const Circumstances& now, const request::OpenSocket& request) {
  const ProcessRecord& owner = *now.pool.process(now.caller);
  SocketRecord socket;
  socket.owner = owner.id;
  socket.account = owner.account;
  socket.transport = request.transport;
  socket.family = request.family;
  socket.options.ipv6_only =
      request.family == Family::Ipv6 && now.profile.in_force(Rule::Ipv6SocketsStartIpv6Only);
  Grant grant;
  grant.reply.socket = now.pool.next_socket();
  grant.effects.add(effect::AddSocket{socket});
  return grant;
}

Decision decide(const Circumstances& now, const request::DuplicateSocket& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  Grant grant;
  grant.effects.add(effect::AddHandle{request.socket, request.into});
  return grant;
}

Decision decide(const Circumstances& now, const request::CloseSocket& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  const SocketRecord& socket = socket_of(now, request);
  Grant grant;
  if (ends_its_reservations(now, socket)) grant.effects.add(effect::RemoveBlocksOf{request.socket});
  lose_the_block(now, socket, grant.effects);
  grant.effects.add(effect::DropHandle{request.socket, now.caller});
  return grant;
}

Decision decide(const Circumstances& now, const SetOption& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kSetOptionClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  grant.effects.add(effect::SetOptions{request.socket,
                                       changed(socket_of(now, request).options, request.option, request.on)});
  return grant;
}

Decision decide(const Circumstances& now, const SetAffinity& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kSetAffinityClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  grant.effects.add(effect::SetProcessor{request.socket, request.processor});
  return grant;
}

Decision decide(const Circumstances& now, const Listen& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kListenClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  if (may_become(socket_of(now, request).state, SocketState::Listening))
    grant.effects.add(effect::SetState{request.socket, SocketState::Listening});
  return grant;
}

Decision decide(const Circumstances& now, const Accept& request) {
  if (const auto refusal = unless_socket_is_open(now, request.listener)) return *refusal;
  if (const auto refusal = first_broken(now, request, kAcceptClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  SocketRecord socket = *now.pool.socket(request.listener);
  const ProcessRecord& owner = *now.pool.process(now.caller);
  socket.owner = owner.id;
  socket.account = owner.account;
  socket.state = SocketState::Accepted;
  socket.association = {};
  socket.first_block = {};
  socket.handles = socket.owner_handles = 1;
  socket.name.address = request.local;
  if (!now.profile.in_force(Rule::AcceptedSocketSharesTheListenersPort))
    socket.name.port = static_cast<Port>(socket.name.port % kLastPort + 1);
  Grant grant;
  grant.reply.socket = now.pool.next_socket();
  grant.reply.name = socket.name;
  grant.effects.add(effect::AddSocket{socket});
  return grant;
}

Decision decide(const Circumstances& now, const request::TakeBindBack& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  Grant grant;
  if (socket_of(now, request).state == SocketState::Bound)
    grant.effects.add(effect::UnbindSocket{request.socket});
  return grant;
}

Decision decide(const Circumstances& now, const request::ConnectionClosed& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  Grant grant;
  if (may_become(socket_of(now, request).state, SocketState::Ended))
    grant.effects.add(effect::SetState{request.socket, SocketState::Ended});
  return grant;
}

Decision decide(const Circumstances& now, const request::Shutdown& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  Grant grant;
  // Only a close ends a reservation (LIFE-05).
  if (!now.profile.in_force(Rule::ShutdownKeepsTheReservation))
    grant.effects.add(effect::RemoveBlocksOf{request.socket});
  return grant;
}

Decision decide(const Circumstances& now, const NameOf& request) {
  if (const auto refusal = unless_socket_is_open(now, request.socket)) return *refusal;
  if (const auto refusal = first_broken(now, request, kNameOfClauses, Rule::ArgumentChecksComeInOrder))
    return *refusal;
  Grant grant;
  grant.reply.name = socket_of(now, request).name;
  return grant;
}

}  // namespace berth
