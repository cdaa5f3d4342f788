// SPDX-License-Identifier: MIT
#include "option_table.h"

#include <winsock2.h>

#include <mswsockdef.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "connecting.h"
#include "host_errors.h"
#include "loopback.h"
#include "memory_probe.h"
#include "protocol_info.h"
#include "socket_names.h"
#include "use.h"

namespace berth::winsock {
namespace {

constexpr std::uint64_t kLingerKey = OptionValues::key_of(SOL_SOCKET, SO_LINGER);

int linger_of(const Flow& flow) { return flow.options.find(kLingerKey).value_or(0); }

// -- what a new value does ------------------------------------------------------------------------

int outcome_of(const traffic::Result& result) { return result.ok() ? 0 : winsock_code_of(result.error); }

template <traffic::Option kOption>
int on_host(Flow& flow, int value) {
  return outcome_of(traffic::set(flow.descriptor, kOption, value));
}

// Windows takes any size; Linux none below 0.
template <traffic::Option kOption>
int buffer_on_host(Flow& flow, int value) {
  const bool is_larger = static_cast<unsigned>(value) > static_cast<unsigned>(INT32_MAX) / 2;
  return outcome_of(traffic::set(flow.descriptor, kOption, is_larger ? INT32_MAX / 2 : value));
}

// Linux counts them in seconds of 15 bits.
template <traffic::Option kOption>
int seconds_on_host(Flow& flow, int value) {
  constexpr unsigned kMost = 32767;
  const unsigned seconds = std::clamp(static_cast<unsigned>(value), 1U, kMost);
  return outcome_of(traffic::set(flow.descriptor, kOption, static_cast<int>(seconds)));
}

int probes_on_host(Flow& flow, int value) {
  return outcome_of(traffic::set(flow.descriptor, traffic::Option::KeepCount, std::clamp(value, 1, 127)));
}

int receive_timeout(Flow& flow, int value) {
  flow.receive_timeout = static_cast<std::uint32_t>(value);
  if (flow.phase == Phase::Listening) return 0;
  return outcome_of(traffic::set_receive_timeout(flow.descriptor, flow.receive_timeout));
}

int send_timeout(Flow& flow, int value) {
  flow.send_timeout = static_cast<std::uint32_t>(value);
  if (flow.phase == Phase::Listening) return 0;
  return outcome_of(traffic::set_send_timeout(flow.descriptor, flow.send_timeout));
}

// l_onoff in the low half, l_linger in the high one, as they lie in the structure.
int linger(Flow& flow, int value) {
  const auto both = static_cast<unsigned>(value);
  return outcome_of(
      traffic::set_linger(flow.descriptor, (both & 0xffffU) != 0, static_cast<int>(both >> 16U)));
}

int dont_linger(Flow& flow, int value) {
  const unsigned seconds = static_cast<unsigned>(linger_of(flow)) & 0xffff0000U;
  const int changed = static_cast<int>(seconds | (value == 0 ? 1U : 0U));
  flow.options.set(kLingerKey, changed);
  return linger(flow, changed);
}

int before_listen(Flow& flow, int) { return flow.phase == Phase::Listening ? WSAEINVAL : 0; }

int update_context(Flow& flow, int) {
  if (connection_problem(flow) != 0) return WSAENOTCONN;
  flow.has_context = true;
  return 0;
}

// Once on, they stay on.
template <int kName>
int only_once(Flow& flow, int value) {
  const bool was = flow.options.find(OptionValues::key_of(IPPROTO_TCP, kName)).value_or(0) != 0;
  return was && value == 0 ? WSAEINVAL : 0;
}

int protection_level(Flow&, int value) {
  return value == PROTECTION_LEVEL_UNRESTRICTED || value == PROTECTION_LEVEL_EDGERESTRICTED ||
                 value == PROTECTION_LEVEL_RESTRICTED
             ? 0
             : WSAEINVAL;
}

// -- where other values are -----------------------------------------------------------------------

int type(Use& use, int& value) {
  value = use.call().socket().type;
  return 0;
}

int listens(Use& use, int& value) {
  value = HandleTable::of_program().is_on(use.handle(), StoredOption::Listening) ? 1 : 0;
  return 0;
}

int does_not_linger(Use& use, int& value) {
  const Flow* flow = use.call().socket().flow;
  value = flow == nullptr || (static_cast<unsigned>(linger_of(*flow)) & 0xffffU) == 0 ? 1 : 0;
  return 0;
}

// An unreachable port is told to who receives.
int error_of_host(const Flow& flow) {
  const auto taken = flow.is_stream() ? traffic::take_error(flow.descriptor) : traffic::Result{};
  return taken.ok() && taken.value != 0 ? winsock_code_of(static_cast<int>(taken.value)) : 0;
}

int error(Use& use, int& value) {
  value = 0;
  Flow* flow = use.call().socket().flow;
  if (flow == nullptr) return 0;
  if (flow->phase == Phase::Connecting) {
    const std::lock_guard guard(flow->setup);
    const int code = connection_outcome(*flow);
    if (code == WSAEWOULDBLOCK) return 0;
  }
  value = flow->pending_error.exchange(0);
  if (value == 0) value = error_of_host(*flow);
  return 0;
}

int connect_time(Use& use, int& value) {
  value = -1;
  Flow* flow = use.call().socket().flow;
  if (flow == nullptr || connection_problem(*flow) != 0) return 0;
  value = static_cast<int>((tick_count() - flow->connected_at) / 1000);
  return 0;
}

// A structure as long as it is: a shorter place is WSAEFAULT, and the size that it takes is not told.
template <class Info>
int protocol_info(Use& use, char* place, int& room) {
  MemoryProbe memory;
  const Info info = protocol_of<Info>(use.call().socket());
  if (room < int{sizeof(Info)} || !memory.write(place, info)) return WSAEFAULT;
  room = sizeof(Info);
  return 0;
}

// An address behind the structure that tells of it, both in the program's memory.
void append_name(const std::optional<Endpoint>& name, Family family, char* place, SOCKET_ADDRESS& told,
                 std::vector<char>& image) {
  if (!name) return;
  SOCKADDR_STORAGE storage{};
  write_name(*name, family, reinterpret_cast<sockaddr*>(&storage));
  // By numbers: a program's place may be none.
  told.lpSockaddr = reinterpret_cast<LPSOCKADDR>(reinterpret_cast<std::uintptr_t>(place) + image.size());
  told.iSockaddrLength = size_of_name(family);
  const auto* bytes = reinterpret_cast<const char*>(&storage);
  image.insert(image.end(), bytes, bytes + told.iSockaddrLength);
}

int state_of_socket(Use& use, char* place, int& room) {
  const OpenHandle& open = use.call().socket();
  Flow* flow = open.flow;
  const bool is_connected = flow != nullptr && flow->phase == Phase::Connected;
  const auto local = flow != nullptr ? flow->local()
                                     : name_told_to(open.process->id(), open.process->machine(), open.socket);
  CSADDR_INFO info{};
  info.iSocketType = open.type;
  info.iProtocol = open.kind == SocketKind::Tcp ? IPPROTO_TCP : IPPROTO_UDP;
  std::vector<char> image(sizeof(info));
  append_name(local, open.family, place, info.LocalAddr, image);
  append_name(is_connected ? flow->peer() : std::nullopt, open.family, place, info.RemoteAddr, image);
  std::memcpy(image.data(), &info, sizeof(info));
  MemoryProbe memory;
  if (room < static_cast<int>(image.size()) || !memory.is_writable(place, image.size())) return WSAEFAULT;
  std::ranges::copy(image, place);
  room = static_cast<int>(image.size());
  return 0;
}

// -- the table ------------------------------------------------------------------------------------

using traffic::Option;
using Model = berth::Option;

// clang-format off
constexpr SocketOption kOptions[] = {
    {.level = SOL_SOCKET, .name = SO_DEBUG, .text = "SO_DEBUG", .note = "nothing is traced"},
    {.level = SOL_SOCKET, .name = SO_ACCEPTCONN, .text = "SO_ACCEPTCONN", .access = Access::Get,
     .standing = Standing::Simulated, .note = "1 once the socket listens", .get = listens},
    {.level = SOL_SOCKET, .name = SO_REUSEADDR, .text = "SO_REUSEADDR",
     .standing = Standing::Simulated, .note = "the model decides who shares a port",
     .model = ModelOption{Model::ReuseAddress, StoredOption::ReuseAddress}},
    {.level = SOL_SOCKET, .name = SO_EXCLUSIVEADDRUSE, .text = "SO_EXCLUSIVEADDRUSE",
     .standing = Standing::Simulated, .note = "the model decides who shares a port",
     .model = ModelOption{Model::ExclusiveUse, StoredOption::ExclusiveUse}},
    {.level = SOL_SOCKET, .name = SO_KEEPALIVE, .text = "SO_KEEPALIVE", .sockets = Sockets::Tcp,
     .note = "the host's socket probes too, but a peer on the same machine never vanishes",
     .set = on_host<Option::KeepAlive>},
    {.level = SOL_SOCKET, .name = SO_DONTROUTE, .text = "SO_DONTROUTE",
     .note = "there are no routes to leave out; Windows ignores it as well"},
    {.level = SOL_SOCKET, .name = SO_BROADCAST, .text = "SO_BROADCAST",
     .standing = Standing::Simulated,
     .note = "without it sendto answers WSAEACCES, with it WSAEOPNOTSUPP: broadcast is not emulated",
     .model = ModelOption{Model::Broadcast, StoredOption::Broadcast}},
    {.level = SOL_SOCKET, .name = SO_USELOOPBACK, .text = "SO_USELOOPBACK", .note = "everything is loopback"},
    {.level = SOL_SOCKET, .name = SO_LINGER, .text = "SO_LINGER", .sockets = Sockets::Tcp, .form = Form::Linger,
     .standing = Standing::Simulated,
     .note = "with 0 seconds, closesocket resets the connection; with more, it waits until all is sent, or answers WSAEWOULDBLOCK",
     .set = linger},
    {.level = SOL_SOCKET, .name = SO_DONTLINGER, .text = "SO_DONTLINGER", .sockets = Sockets::Tcp,
     .standing = Standing::Simulated, .note = "turns SO_LINGER off", .initial = 1,
     .set = dont_linger, .get = does_not_linger},
    {.level = SOL_SOCKET, .name = SO_OOBINLINE, .text = "SO_OOBINLINE", .sockets = Sockets::Tcp,
     .standing = Standing::Simulated, .note = "urgent data stands in the stream", .set = on_host<Option::OobInline>},
    {.level = SOL_SOCKET, .name = SO_SNDBUF, .text = "SO_SNDBUF", .form = Form::Number,
     .standing = Standing::Simulated,
     .note = "bounds what a send takes before the peer reads; Linux has a least size", .initial = 65536,
     .set = buffer_on_host<Option::SendBuffer>},
    {.level = SOL_SOCKET, .name = SO_RCVBUF, .text = "SO_RCVBUF", .form = Form::Number,
     .standing = Standing::Simulated,
     .note = "bounds what waits to be received; Linux has a least size", .initial = 65536,
     .set = buffer_on_host<Option::ReceiveBuffer>},
    {.level = SOL_SOCKET, .name = SO_SNDLOWAT, .text = "SO_SNDLOWAT", .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: Windows' TCP/IP does not have it"},
    {.level = SOL_SOCKET, .name = SO_RCVLOWAT, .text = "SO_RCVLOWAT", .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: Windows' TCP/IP does not have it"},
    {.level = SOL_SOCKET, .name = SO_SNDTIMEO, .text = "SO_SNDTIMEO", .form = Form::Number,
     .standing = Standing::Simulated, .note = "milliseconds; then WSAETIMEDOUT. 0: for ever", .set = send_timeout},
    {.level = SOL_SOCKET, .name = SO_RCVTIMEO, .text = "SO_RCVTIMEO", .form = Form::Number,
     .standing = Standing::Simulated, .note = "milliseconds; then WSAETIMEDOUT. 0: for ever",
     .set = receive_timeout},
    {.level = SOL_SOCKET, .name = SO_ERROR, .text = "SO_ERROR", .access = Access::Get, .form = Form::Number,
     .standing = Standing::Simulated, .note = "why the last attempt to connect failed; reading it clears it",
     .get = error},
    {.level = SOL_SOCKET, .name = SO_TYPE, .text = "SO_TYPE", .access = Access::Get, .form = Form::Number,
     .standing = Standing::Simulated, .note = "SOCK_STREAM or SOCK_DGRAM", .get = type},
    {.level = SOL_SOCKET, .name = SO_GROUP_ID, .text = "SO_GROUP_ID", .access = Access::Get,
     .form = Form::Number, .note = "always 0: Windows reserves it"},
    {.level = SOL_SOCKET, .name = SO_GROUP_PRIORITY, .text = "SO_GROUP_PRIORITY", .form = Form::Number,
     .note = "Windows reserves it"},
    {.level = SOL_SOCKET, .name = SO_MAX_MSG_SIZE, .text = "SO_MAX_MSG_SIZE", .sockets = Sockets::Udp,
     .access = Access::Get, .form = Form::Number, .standing = Standing::Simulated,
     .note = "a longer datagram is WSAEMSGSIZE", .initial = 65507},
    {.level = SOL_SOCKET, .name = SO_PROTOCOL_INFOA, .text = "SO_PROTOCOL_INFOA", .access = Access::Get,
     .form = Form::Structure, .standing = Standing::Simulated, .note = "the row of WSAEnumProtocols",
     .write = protocol_info<WSAPROTOCOL_INFOA>},
    {.level = SOL_SOCKET, .name = SO_PROTOCOL_INFOW, .text = "SO_PROTOCOL_INFOW", .access = Access::Get,
     .form = Form::Structure, .standing = Standing::Simulated, .note = "the row of WSAEnumProtocols",
     .write = protocol_info<WSAPROTOCOL_INFOW>},
    {.level = SOL_SOCKET, .name = SO_BSP_STATE, .text = "SO_BSP_STATE", .access = Access::Get,
     .form = Form::Structure, .standing = Standing::Simulated,
     .note = "both addresses; the buffer has room for them behind CSADDR_INFO", .write = state_of_socket},
    {.level = SOL_SOCKET, .name = PVD_CONFIG, .text = "PVD_CONFIG", .form = Form::Structure,
     .standing = Standing::Refused, .note = "WSAENOPROTOOPT: the provider's own"},
    {.level = SOL_SOCKET, .name = SO_CONDITIONAL_ACCEPT, .text = "SO_CONDITIONAL_ACCEPT", .sockets = Sockets::Tcp,
     .note = "before listen. A peer is connected before WSAAccept's condition is asked", .set = before_listen},
    {.level = SOL_SOCKET, .name = SO_PAUSE_ACCEPT, .text = "SO_PAUSE_ACCEPT", .sockets = Sockets::Tcp,
     .note = "connections are queued as before"},
    {.level = SOL_SOCKET, .name = SO_COMPARTMENT_ID, .text = "SO_COMPARTMENT_ID", .form = Form::Number,
     .note = "a machine has one compartment; another one is WSAEINVAL", .initial = 1, .least = 1, .most = 1},
    {.level = SOL_SOCKET, .name = SO_RANDOMIZE_PORT, .text = "SO_RANDOMIZE_PORT", .standing = Standing::Simulated,
     .note = "before bind; the model chooses the port at random",
     .model = ModelOption{Model::RandomizePort, StoredOption::RandomizePort}},
    {.level = SOL_SOCKET, .name = SO_PORT_SCALABILITY, .text = "SO_PORT_SCALABILITY",
     .standing = Standing::Simulated, .note = "before bind; the model draws one port for several addresses",
     .model = ModelOption{Model::PortScalability, StoredOption::PortScalability}},
    {.level = SOL_SOCKET, .name = SO_REUSE_UNICASTPORT, .text = "SO_REUSE_UNICASTPORT",
     .standing = Standing::Simulated, .note = "before bind; the model lets connections share an automatic port",
     .model = ModelOption{Model::ReuseUnicastPort, StoredOption::ReuseUnicastPort}},
    {.level = SOL_SOCKET, .name = SO_REUSE_MULTICASTPORT, .text = "SO_REUSE_MULTICASTPORT", .sockets = Sockets::Udp,
     .note = "multicast is not emulated"},
    {.level = SOL_SOCKET, .name = SO_UPDATE_CONNECT_CONTEXT, .text = "SO_UPDATE_CONNECT_CONTEXT",
     .sockets = Sockets::Tcp, .access = Access::Set, .standing = Standing::Simulated,
     .note = "takes no value; WSAENOTCONN before the connection. After ConnectEx getpeername, getsockname and shutdown need it", .shortest = 0, .set = update_context},
    {.level = SOL_SOCKET, .name = SO_UPDATE_ACCEPT_CONTEXT, .text = "SO_UPDATE_ACCEPT_CONTEXT",
     .sockets = Sockets::Tcp, .access = Access::Set, .form = Form::Socket, .standing = Standing::Simulated,
     .note = "the socket takes over the options of the listening one that is named. After AcceptEx getpeername, getsockname and shutdown need it", .shortest = sizeof(SOCKET)},
    {.level = SOL_SOCKET, .name = SO_CONNECT_TIME, .text = "SO_CONNECT_TIME", .sockets = Sockets::Tcp,
     .access = Access::Get, .form = Form::Number, .standing = Standing::Simulated,
     .note = "seconds since the connection; 0xffffffff without one", .initial = -1, .get = connect_time},

    {.level = IPPROTO_TCP, .name = TCP_NODELAY, .text = "TCP_NODELAY", .sockets = Sockets::Tcp,
     .note = "the host's socket has it too; between sockets of one machine no delay can be measured",
     .shortest = 1, .set = on_host<Option::NoDelay>},
    {.level = IPPROTO_TCP, .name = TCP_EXPEDITED_1122, .text = "TCP_EXPEDITED_1122", .sockets = Sockets::Tcp,
     .note = "urgent data is one byte, as BSD has it. Once on it stays on",
     .set = only_once<TCP_EXPEDITED_1122>},
    {.level = IPPROTO_TCP, .name = TCP_BSDURGENT, .text = "TCP_BSDURGENT", .sockets = Sockets::Tcp,
     .note = "urgent data is one byte, as BSD has it", .initial = 1},
    {.level = IPPROTO_TCP, .name = TCP_KEEPALIVE, .text = "TCP_KEEPALIVE (TCP_KEEPIDLE)", .sockets = Sockets::Tcp,
     .form = Form::Number, .note = "seconds. The host's socket has it, up to 32767; see SO_KEEPALIVE",
     .initial = 7200, .least = 1, .set = seconds_on_host<Option::KeepIdleSeconds>},
    {.level = IPPROTO_TCP, .name = TCP_MAXSEG, .text = "TCP_MAXSEG", .sockets = Sockets::Tcp,
     .access = Access::Get, .form = Form::Number, .note = "one size for all; the host's segments are larger",
     .initial = 1460},
    {.level = IPPROTO_TCP, .name = TCP_MAXRT, .text = "TCP_MAXRT", .sockets = Sockets::Tcp, .form = Form::Number,
     .note = "seconds, -1 for ever. A connection on one machine does not time out", .least = -1},
    {.level = IPPROTO_TCP, .name = TCP_STDURG, .text = "TCP_STDURG", .sockets = Sockets::Tcp,
     .note = "urgent data is one byte, as BSD has it"},
    {.level = IPPROTO_TCP, .name = TCP_NOSYNRETRIES, .text = "TCP_NOSYNRETRIES", .sockets = Sockets::Tcp,
     .note = "nothing is lost on the way that could be tried again"},
    {.level = IPPROTO_TCP, .name = TCP_TIMESTAMPS, .text = "TCP_TIMESTAMPS", .sockets = Sockets::Tcp,
     .note = "the host decides about timestamps"},
    {.level = IPPROTO_TCP, .name = TCP_OFFLOAD_PREFERENCE, .text = "TCP_OFFLOAD_PREFERENCE",
     .sockets = Sockets::Tcp, .form = Form::Number, .note = "there is no adapter to take work over", .least = 0,
     .most = TCP_OFFLOAD_PREFERRED},
    {.level = IPPROTO_TCP, .name = TCP_CONGESTION_ALGORITHM, .text = "TCP_CONGESTION_ALGORITHM",
     .sockets = Sockets::Tcp, .form = Form::Number, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: its values are not documented"},
    {.level = IPPROTO_TCP, .name = TCP_DELAY_FIN_ACK, .text = "TCP_DELAY_FIN_ACK", .sockets = Sockets::Tcp,
     .note = "the host decides when it acknowledges"},
    {.level = IPPROTO_TCP, .name = TCP_MAXRTMS, .text = "TCP_MAXRTMS", .sockets = Sockets::Tcp,
     .form = Form::Number, .note = "milliseconds. A connection on one machine does not time out"},
    {.level = IPPROTO_TCP, .name = TCP_FASTOPEN, .text = "TCP_FASTOPEN", .sockets = Sockets::Tcp,
     .note = "no data travels with the first packet"},
    {.level = IPPROTO_TCP, .name = TCP_KEEPCNT, .text = "TCP_KEEPCNT", .sockets = Sockets::Tcp,
     .form = Form::Number, .note = "1 to 255. The host's socket has it, up to 127; see SO_KEEPALIVE",
     .initial = 10, .least = 1, .most = 255, .set = probes_on_host},
    {.level = IPPROTO_TCP, .name = TCP_KEEPINTVL, .text = "TCP_KEEPINTVL", .sockets = Sockets::Tcp,
     .form = Form::Number, .note = "seconds. The host's socket has it, up to 32767; see SO_KEEPALIVE",
     .initial = 1, .least = 1, .set = seconds_on_host<Option::KeepIntervalSeconds>},
    {.level = IPPROTO_TCP, .name = TCP_FAIL_CONNECT_ON_ICMP_ERROR, .text = "TCP_FAIL_CONNECT_ON_ICMP_ERROR",
     .sockets = Sockets::Tcp, .note = "no router sends errors"},
    {.level = IPPROTO_TCP, .name = TCP_ICMP_ERROR_INFO, .text = "TCP_ICMP_ERROR_INFO", .sockets = Sockets::Tcp,
     .access = Access::Get, .form = Form::Structure, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: no router sends errors"},

    {.level = IPPROTO_UDP, .name = UDP_NOCHECKSUM, .text = "UDP_NOCHECKSUM", .sockets = Sockets::Udp,
     .note = "the host decides about checksums"},
    {.level = IPPROTO_UDP, .name = UDP_CHECKSUM_COVERAGE, .text = "UDP_CHECKSUM_COVERAGE", .sockets = Sockets::Udp,
     .note = "the host decides about checksums", .initial = 1},
    {.level = IPPROTO_UDP, .name = UDP_SEND_MSG_SIZE, .text = "UDP_SEND_MSG_SIZE", .sockets = Sockets::Udp,
     .form = Form::Number, .standing = Standing::Simulated,
     .note = "a send goes out as datagrams of at most so many bytes; 0: as one", .least = 0, .most = 65507,
     .set = on_host<Option::SegmentSize>},
    {.level = IPPROTO_UDP, .name = UDP_RECV_MAX_COALESCED_SIZE, .text = "UDP_RECV_MAX_COALESCED_SIZE",
     .sockets = Sockets::Udp, .form = Form::Number, .note = "datagrams are received one by one", .least = 0},

    {.level = IPPROTO_IP, .name = IP_OPTIONS, .text = "IP_OPTIONS", .form = Form::Structure,
     .standing = Standing::Refused, .note = "WSAENOPROTOOPT: headers are the host's"},
    {.level = IPPROTO_IP, .name = IP_HDRINCL, .text = "IP_HDRINCL", .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: for raw sockets, which are not emulated"},
    {.level = IPPROTO_IP, .name = IP_TOS, .text = "IP_TOS", .form = Form::Number,
     .note = "Windows ignores it as well", .least = 0, .most = 255},
    {.level = IPPROTO_IP, .name = IP_TTL, .text = "IP_TTL", .form = Form::Number,
     .note = "the host's socket has it too; there is no router that would count it down", .initial = 128,
     .least = 1, .most = 255, .set = on_host<Option::TtlIpv4>},
    {.level = IPPROTO_IP, .name = IP_MULTICAST_IF, .text = "IP_MULTICAST_IF", .sockets = Sockets::Udp,
     .form = Form::Number, .note = "multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_MULTICAST_TTL, .text = "IP_MULTICAST_TTL", .sockets = Sockets::Udp,
     .form = Form::Number, .note = "multicast is not emulated", .initial = 1, .least = 0, .most = 255},
    {.level = IPPROTO_IP, .name = IP_MULTICAST_LOOP, .text = "IP_MULTICAST_LOOP", .sockets = Sockets::Udp,
     .note = "multicast is not emulated", .initial = 1},
    {.level = IPPROTO_IP, .name = IP_ADD_MEMBERSHIP, .text = "IP_ADD_MEMBERSHIP", .access = Access::Set,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_DROP_MEMBERSHIP, .text = "IP_DROP_MEMBERSHIP", .access = Access::Set,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_DONTFRAGMENT, .text = "IP_DONTFRAGMENT",
     .note = "nothing is fragmented on one machine"},
    {.level = IPPROTO_IP, .name = IP_ADD_SOURCE_MEMBERSHIP, .text = "IP_ADD_SOURCE_MEMBERSHIP",
     .access = Access::Set, .form = Form::Structure, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_DROP_SOURCE_MEMBERSHIP, .text = "IP_DROP_SOURCE_MEMBERSHIP",
     .access = Access::Set, .form = Form::Structure, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_BLOCK_SOURCE, .text = "IP_BLOCK_SOURCE", .access = Access::Set,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_UNBLOCK_SOURCE, .text = "IP_UNBLOCK_SOURCE", .access = Access::Set,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_PKTINFO, .text = "IP_PKTINFO", .sockets = Sockets::Udp,
     .standing = Standing::Simulated,
     .note = "WSARecvMsg tells the address that a datagram came to"},
    {.level = IPPROTO_IP, .name = IP_RECVTTL, .text = "IP_RECVTTL (IP_HOPLIMIT)", .sockets = Sockets::Udp,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IP, .name = IP_RECEIVE_BROADCAST, .text = "IP_RECEIVE_BROADCAST", .sockets = Sockets::Udp,
     .note = "broadcast is not emulated"},
    {.level = IPPROTO_IP, .name = IP_RECVIF, .text = "IP_RECVIF", .sockets = Sockets::Udp,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IP, .name = IP_RECVDSTADDR, .text = "IP_RECVDSTADDR", .sockets = Sockets::Udp,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IP, .name = IP_UNICAST_IF, .text = "IP_UNICAST_IF", .form = Form::Number,
     .note = "there is one way to each address of the machine"},
    {.level = IPPROTO_IP, .name = IP_RECVTOS, .text = "IP_RECVTOS", .sockets = Sockets::Udp,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IP, .name = IP_ECN, .text = "IP_ECN", .sockets = Sockets::Udp,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IP, .name = IP_MTU_DISCOVER, .text = "IP_MTU_DISCOVER", .form = Form::Number,
     .note = "nothing is fragmented on one machine", .least = 0, .most = 3},
    {.level = IPPROTO_IP, .name = IP_MTU, .text = "IP_MTU", .access = Access::Get, .form = Form::Number,
     .standing = Standing::Refused, .note = "WSAENOPROTOOPT: there is no path to measure"},

    {.level = IPPROTO_IPV6, .name = IPV6_HOPOPTS, .text = "IPV6_HOPOPTS", .sockets = Sockets::Ipv6,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: headers are the host's"},
    {.level = IPPROTO_IPV6, .name = IPV6_HDRINCL, .text = "IPV6_HDRINCL", .sockets = Sockets::Ipv6,
     .standing = Standing::Refused, .note = "WSAENOPROTOOPT: for raw sockets, which are not emulated"},
    {.level = IPPROTO_IPV6, .name = IPV6_UNICAST_HOPS, .text = "IPV6_UNICAST_HOPS", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "there is no router that would count it down", .initial = 128, .least = -1,
     .most = 255},
    {.level = IPPROTO_IPV6, .name = IPV6_MULTICAST_IF, .text = "IPV6_MULTICAST_IF", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "multicast is not emulated"},
    {.level = IPPROTO_IPV6, .name = IPV6_MULTICAST_HOPS, .text = "IPV6_MULTICAST_HOPS", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "multicast is not emulated", .initial = 1, .least = -1, .most = 255},
    {.level = IPPROTO_IPV6, .name = IPV6_MULTICAST_LOOP, .text = "IPV6_MULTICAST_LOOP", .sockets = Sockets::Ipv6,
     .note = "multicast is not emulated", .initial = 1},
    {.level = IPPROTO_IPV6, .name = IPV6_ADD_MEMBERSHIP, .text = "IPV6_ADD_MEMBERSHIP (IPV6_JOIN_GROUP)",
     .sockets = Sockets::Ipv6, .access = Access::Set, .form = Form::Structure, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IPV6, .name = IPV6_DROP_MEMBERSHIP, .text = "IPV6_DROP_MEMBERSHIP (IPV6_LEAVE_GROUP)",
     .sockets = Sockets::Ipv6, .access = Access::Set, .form = Form::Structure, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: multicast is not emulated"},
    {.level = IPPROTO_IPV6, .name = IPV6_DONTFRAG, .text = "IPV6_DONTFRAG", .sockets = Sockets::Ipv6,
     .note = "nothing is fragmented on one machine"},
    {.level = IPPROTO_IPV6, .name = IPV6_PKTINFO, .text = "IPV6_PKTINFO", .sockets = Sockets::Ipv6,
     .standing = Standing::Simulated,
     .note = "WSARecvMsg tells the address that a datagram came to"},
    {.level = IPPROTO_IPV6, .name = IPV6_HOPLIMIT, .text = "IPV6_HOPLIMIT", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_PROTECTION_LEVEL, .text = "IPV6_PROTECTION_LEVEL",
     .sockets = Sockets::Ipv6, .form = Form::Number, .note = "no peer is beyond the machine",
     .initial = PROTECTION_LEVEL_UNRESTRICTED, .set = protection_level},
    {.level = IPPROTO_IPV6, .name = IPV6_RECVIF, .text = "IPV6_RECVIF", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_RECVDSTADDR, .text = "IPV6_RECVDSTADDR", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_CHECKSUM, .text = "IPV6_CHECKSUM", .sockets = Sockets::Ipv6,
     .form = Form::Number, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: for raw sockets, which are not emulated"},
    {.level = IPPROTO_IPV6, .name = IPV6_V6ONLY, .text = "IPV6_V6ONLY", .sockets = Sockets::Ipv6,
     .standing = Standing::Simulated, .note = "before bind; without it the socket serves IPv4 as well",
     .initial = 1, .model = ModelOption{Model::Ipv6Only, StoredOption::Ipv6Only}},
    {.level = IPPROTO_IPV6, .name = IPV6_UNICAST_IF, .text = "IPV6_UNICAST_IF", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "there is one way to each address of the machine"},
    {.level = IPPROTO_IPV6, .name = IPV6_RTHDR, .text = "IPV6_RTHDR", .sockets = Sockets::Ipv6,
     .form = Form::Structure, .standing = Standing::Refused, .note = "WSAENOPROTOOPT: headers are the host's"},
    {.level = IPPROTO_IPV6, .name = IPV6_RECVRTHDR, .text = "IPV6_RECVRTHDR", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_TCLASS, .text = "IPV6_TCLASS", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "headers are the host's", .least = 0, .most = 255},
    {.level = IPPROTO_IPV6, .name = IPV6_RECVTCLASS, .text = "IPV6_RECVTCLASS", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_ECN, .text = "IPV6_ECN", .sockets = Sockets::Ipv6,
     .note = "WSARecvMsg does not tell it"},
    {.level = IPPROTO_IPV6, .name = IPV6_MTU_DISCOVER, .text = "IPV6_MTU_DISCOVER", .sockets = Sockets::Ipv6,
     .form = Form::Number, .note = "nothing is fragmented on one machine", .least = 0, .most = 3},
    {.level = IPPROTO_IPV6, .name = IPV6_MTU, .text = "IPV6_MTU", .sockets = Sockets::Ipv6,
     .access = Access::Get, .form = Form::Number, .standing = Standing::Refused,
     .note = "WSAENOPROTOOPT: there is no path to measure"},
};
// clang-format on

}  // namespace

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::Simulated: return "simulated";
    case Standing::Stored: return "stored";
    case Standing::Refused: return "refused";
  }
  return {};
}

std::span<const SocketOption> socket_options() { return kOptions; }

const SocketOption* socket_option(int level, int name) {
  const auto* found = std::ranges::find_if(
      kOptions, [&](const SocketOption& option) { return option.level == level && option.name == name; });
  return found == std::end(kOptions) ? nullptr : found;
}

void repeat_options(Flow& flow) {
  for (const auto& [key, value] : flow.options.all()) {
    const SocketOption* option = socket_option(static_cast<int>(key >> 32U), static_cast<int>(key));
    if (option != nullptr && option->set != nullptr) option->set(flow, value);
  }
}

void inherit_options(Flow& accepted, const Flow& listener) {
  for (const auto& [key, value] : listener.options.all()) accepted.options.set(key, value);
  repeat_options(accepted);
}

bool lingers_for_a_while(const Flow& flow) {
  const auto both = static_cast<unsigned>(linger_of(flow));
  return (both & 0xffffU) != 0 && both >> 16U != 0;
}

void forget_timeouts_of_host(Flow& flow) {
  if (flow.receive_timeout != 0) traffic::set_receive_timeout(flow.descriptor, 0);
  if (flow.send_timeout != 0) traffic::set_send_timeout(flow.descriptor, 0);
}

}  // namespace berth::winsock
