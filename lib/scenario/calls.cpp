// SPDX-License-Identifier: MIT
#include <algorithm>

#include "step_fields.h"

namespace berth::scenario {
namespace {

using namespace call;

template <SocketFunction kFunction>
Call open_socket() {
  OpenSocket call;
  call.function = kFunction;
  return call;
}
template <Transfer kTransfer>
Call use_token() {
  UseToken call;
  call.transfer = kTransfer;
  return call;
}
template <PersistentAction kAction, Transport kTransport>
Call persistent() {
  Persistent call;
  call.action = kAction;
  call.transport = kTransport;
  return call;
}
template <Transport kTransport>
Call delete_persistent() {
  DeletePersistent call;
  call.transport = kTransport;
  return call;
}
template <class C>
Call plain() {
  return C{};
}

// clang-format off
constexpr CallRow kCalls[] = {
    {"WSAStartup",                             plain<StartWinsock>},
    {"WSACleanup",                             plain<CleanUpWinsock>},
    {"socket",                                 open_socket<SocketFunction::Socket>},
    {"WSASocketA",                             open_socket<SocketFunction::WsaSocketA>},
    {"WSASocketW",                             open_socket<SocketFunction::WsaSocketW>},
    {"closesocket",                            plain<CloseSocket>},
    {"bind",                                   plain<Bind>},
    {"getsockname",                            plain<GetName>},
    {"listen",                                 plain<Listen>},
    {"setsockopt",                             plain<SetOption>},
    {"getsockopt",                             plain<GetOption>},
    {"WSAIoctl/SIO_ACQUIRE_PORT_RESERVATION",  plain<Acquire>},
    {"WSAIoctl/SIO_ASSOCIATE_PORT_RESERVATION", use_token<Transfer::Associate>},
    {"WSAIoctl/SIO_RELEASE_PORT_RESERVATION",  use_token<Transfer::Release>},
    {"WSAIoctl/SIO_CPU_AFFINITY",              plain<SetAffinity>},
    {"WSAIoctl",                               plain<Control>},
    {"CreatePersistentTcpPortReservation",     persistent<PersistentAction::Create, Transport::Tcp>},
    {"CreatePersistentUdpPortReservation",     persistent<PersistentAction::Create, Transport::Udp>},
    {"LookupPersistentTcpPortReservation",     persistent<PersistentAction::Lookup, Transport::Tcp>},
    {"LookupPersistentUdpPortReservation",     persistent<PersistentAction::Lookup, Transport::Udp>},
    {"DeletePersistentTcpPortReservation",     delete_persistent<Transport::Tcp>},
    {"DeletePersistentUdpPortReservation",     delete_persistent<Transport::Udp>},
    {"start",                                  plain<Start>},
    {"exit",                                   plain<Exit>},
    {"duplicate",                              plain<Duplicate>},
    {"connect",                                plain<Connect>},
    {"accept",                                 plain<Accept>},
    {"connection closed",                      plain<ConnectionClosed>},
    {"shutdown",                               plain<Shutdown>},
    {"restart",                                plain<Restart>},
    {"netsh add excludedportrange",            plain<AddExclusion>},
    {"netsh delete excludedportrange",         plain<DeleteExclusion>},
    {"netsh set dynamicport",                  plain<SetDynamicRange>},
    {"service takes block",                    plain<TakeBlock>},
    {"kernel listens",                         plain<KernelListens>},
    {"service stops",                          plain<StopService>},
};
// clang-format on

template <class C>
constexpr bool kTellsWin32 =
    std::is_same_v<C, Persistent> || std::is_same_v<C, DeletePersistent> || std::is_same_v<C, Start> ||
    std::is_same_v<C, AddExclusion> || std::is_same_v<C, DeleteExclusion> ||
    std::is_same_v<C, SetDynamicRange> || std::is_same_v<C, TakeBlock> || std::is_same_v<C, KernelListens> ||
    std::is_same_v<C, StopService> || std::is_same_v<C, Restart> || std::is_same_v<C, Exit>;

}  // namespace

std::span<const CallRow> call_table() { return kCalls; }

Surface surface_of(const Call& call) {
  return std::visit([]<class C>(const C&) { return kTellsWin32<C> ? Surface::Win32 : Surface::Winsock; },
                    call);
}

bool holds(const std::vector<SwitchPosition>& positions, const Profile& profile) {
  return std::ranges::all_of(positions, [&profile](const SwitchPosition& wanted) {
    return switches()[wanted.switch_index].position_in(profile) == wanted.position;
  });
}

const Expected& Expectation::under(const Profile& profile) const {
  for (const Branch& branch : branches)
    if (holds(branch.when, profile)) return branch.outcome;
  return branches.front().outcome;  // not reached: the reader has seen to every position
}

}  // namespace berth::scenario
