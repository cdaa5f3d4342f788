// SPDX-License-Identifier: MIT
#include "socket_codes.h"

#include <mstcpip.h>
#include <mswsockdef.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "operation.h"
#include "socket_names.h"

namespace berth::winsock {
namespace {

ControlEnd not_supported() { return ControlEnd::failure(WSAEOPNOTSUPP).pending(); }

bool is_udp(const ControlCall& call) { return call.use.call().socket().kind == SocketKind::Udp; }
bool is_tcp(const ControlCall& call) { return call.use.call().socket().kind == SocketKind::Tcp; }

// The whole answer, or WSAEFAULT with nothing written.
ControlEnd answered(const ControlCall& call, const void* answer, std::size_t size) {
  if (call.output_size < size || !call.memory.is_writable(call.output, size))
    return ControlEnd::failure(WSAEFAULT);
  std::memcpy(call.output, answer, size);
  return ControlEnd::success(static_cast<DWORD>(size), static_cast<DWORD>(size));
}

// A value that is kept with the socket and has no other effect.
constexpr int kControlCodes = -1;  // no level of options
ControlEnd keep(const ControlCall& call, int value) {
  if (!call.use.has_flow()) return ControlEnd::failure(last_error());
  call.use.flow().options.set(OptionValues::key_of(kControlCodes, static_cast<int>(call.code)), value);
  return {};
}

ControlEnd keep_number(const ControlCall& call) {
  const auto value = input_of<int>(call);
  return value ? keep(call, *value) : ControlEnd::failure(WSAEFAULT);
}

ControlEnd keep_that_it_was_asked(const ControlCall& call) { return keep(call, 1); }

// -- connections ----------------------------------------------------------------------------------

int seconds_of(ULONG milliseconds) { return static_cast<int>(std::max<ULONG>(milliseconds / 1000, 1)); }

void set_option(Flow& flow, int level, int name, int value) {
  const SocketOption* option = socket_option(level, name);
  option->set(flow, value);
  flow.options.set(OptionValues::key_of(level, name), value);
}

// A8: an overlapped call leaves the count alone although it succeeds.
ControlEnd keepalive(const ControlCall& call) {
  if (!is_tcp(call)) return ControlEnd::failure(WSAENOPROTOOPT);
  const auto asked = input_of<tcp_keepalive>(call);
  if (!asked) return ControlEnd::failure(WSAEFAULT);
  if (!call.use.has_flow()) return ControlEnd::failure(last_error());
  Flow& flow = call.use.flow();
  set_option(flow, SOL_SOCKET, SO_KEEPALIVE, asked->onoff != 0 ? 1 : 0);
  if (asked->onoff != 0) {
    set_option(flow, IPPROTO_TCP, TCP_KEEPALIVE, seconds_of(asked->keepalivetime));
    set_option(flow, IPPROTO_TCP, TCP_KEEPINTVL, seconds_of(asked->keepaliveinterval));
  }
  ControlEnd end;
  if (call.overlapped) end.count = std::nullopt;
  return end;
}

ControlEnd report_unreachable(const ControlCall& call) {
  if (!is_udp(call)) return not_supported();
  const auto on = input_of<BOOL>(call);
  if (!on) return ControlEnd::failure(WSAEFAULT);
  if (!call.use.has_flow()) return ControlEnd::failure(last_error());
  call.use.flow().reports_unreachable = *on != 0;
  return {};
}

// What the socket has begun and not ended, in this process.
ControlEnd flush(const ControlCall& call) {
  call.use.call().process()->faults().cancel_calls_on(call.use.handle());
  PendingOperations::of_program().cancel_on(call.use.handle());
  return {};
}

// -- handles --------------------------------------------------------------------------------------

// There are no layers: the socket is its own base (A3: an overlapped call is not supported).
ControlEnd base_handle(const ControlCall& call) {
  if (call.overlapped) return not_supported();
  const SOCKET s = call.use.handle();
  return answered(call, &s, sizeof(s));
}

// -- addresses ------------------------------------------------------------------------------------

std::vector<Address> addresses_of(const ControlCall& call, Family family) {
  std::vector<Address> found = call.use.call().process()->machine().computer().addresses;
  std::erase_if(found, [family](const Address& address) { return address.family != family; });
  return found;
}

template <class Name>
Name name_of(const Address& address) {
  Name name{};
  write_name({.address = address, .port = 0}, address.family, reinterpret_cast<sockaddr*>(&name));
  return name;
}

// The list, and the names that it points to behind it: as they will lie in the program's memory.
std::vector<std::byte> address_list(const std::vector<Address>& addresses, Family family, const void* place) {
  const auto size_of_one = static_cast<std::size_t>(size_of_name(family));
  const std::size_t head = offsetof(SOCKET_ADDRESS_LIST, Address) + addresses.size() * sizeof(SOCKET_ADDRESS);
  std::vector<std::byte> bytes(head + addresses.size() * size_of_one);
  const auto count = static_cast<INT>(addresses.size());
  std::memcpy(bytes.data(), &count, sizeof(count));
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::size_t at = head + i * size_of_one;
    const auto name = name_of<SOCKADDR_IN6>(addresses[i]);
    std::memcpy(&bytes[at], &name, size_of_one);
    SOCKET_ADDRESS entry{};
    // By numbers: a program that asks for the size has no place yet.
    entry.lpSockaddr = reinterpret_cast<LPSOCKADDR>(reinterpret_cast<std::uintptr_t>(place) + at);
    entry.iSockaddrLength = static_cast<INT>(size_of_one);
    std::memcpy(&bytes[offsetof(SOCKET_ADDRESS_LIST, Address) + i * sizeof(entry)], &entry, sizeof(entry));
  }
  return bytes;
}

// A12, A13: WSAEINVAL where not even the count fits, and an end that is told at once.
ControlEnd list_addresses(const ControlCall& call) {
  const Family family = call.use.call().socket().family;
  const auto list = address_list(addresses_of(call, family), family, call.output);
  if (call.output_size > 0 && call.output_size < sizeof(INT))
    return ControlEnd::failure(WSAEINVAL).leaving_overlapped();
  ControlEnd end = answered(call, list.data(), list.size());
  if (call.output_size < list.size()) end.count = static_cast<DWORD>(list.size());
  return end.code == 0 ? end : end.leaving_overlapped();
}

// From where a packet to that address starts: the address itself when it is one of the machine's, else the
// first one that the machine has.
std::optional<Address> start_towards(const ControlCall& call, const Address& to) {
  if (to.is_wildcard()) return std::nullopt;
  const Gateway& machine = call.use.call().process()->machine();
  if (machine.receiver_of(Transport::Tcp, {.address = to, .port = 1}).address_is_local) return to;
  const auto own = addresses_of(call, to.family);
  return own.empty() ? std::nullopt : std::optional(own.front());
}

// A14.
ControlEnd route_from(const ControlCall& call) {
  const Family family = call.use.call().socket().family;
  const auto* name = static_cast<const sockaddr*>(call.input);
  const auto size = static_cast<DWORD>(size_of_name(family));
  if (call.input_size < size || !call.memory.is_readable(name, size))
    return ControlEnd::failure_untouched(WSAEINVAL);
  const auto to = read_name(name, static_cast<int>(size), family);
  if (!to) return ControlEnd::failure_untouched(WSAEAFNOSUPPORT);
  const auto start = start_towards(call, to->address);
  if (!start) return ControlEnd::failure_untouched(WSAENETUNREACH);
  const auto answer = name_of<SOCKADDR_IN6>(*start);
  ControlEnd end = answered(call, &answer, size);
  if (end.code != 0) end.count = size;
  return end;
}

INTERFACE_INFO interface_of(const Address& address) {
  const bool is_loopback = address.is_loopback();
  INTERFACE_INFO info{};
  info.iiFlags = IFF_UP | IFF_MULTICAST | (is_loopback ? IFF_LOOPBACK : IFF_BROADCAST);
  info.iiAddress.AddressIn = name_of<SOCKADDR_IN>(address);
  info.iiNetmask.AddressIn.sin_family = AF_INET;
  info.iiNetmask.AddressIn.sin_addr.s_addr = htonl(is_loopback ? 0xff000000 : 0xffffff00);
  info.iiBroadcastAddress.AddressIn.sin_family = AF_INET;
  info.iiBroadcastAddress.AddressIn.sin_addr.s_addr = INADDR_BROADCAST;
  return info;
}

// A9, A12, A13: an overlapped call learns of its end later, whatever that is.
ControlEnd list_interfaces(const ControlCall& call) {
  std::vector<INTERFACE_INFO> list{interface_of(Address::loopback(Family::Ipv4))};
  for (const Address& address : addresses_of(call, Family::Ipv4)) list.push_back(interface_of(address));
  ControlEnd end = answered(call, list.data(), list.size() * sizeof(INTERFACE_INFO));
  if (end.code != 0) end.status = STATUS_BUFFER_TOO_SMALL;
  return end.pending();
}

ControlEnd broadcast_address(const ControlCall& call) {
  if (!is_udp(call) || call.use.call().socket().family == Family::Ipv6)
    return ControlEnd::failure(WSAENOPROTOOPT);
  SOCKADDR_IN name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = INADDR_BROADCAST;
  return answered(call, &name, sizeof(name));
}

// -- the table ------------------------------------------------------------------------------------

constexpr auto kSimulated = Standing::Simulated;
constexpr auto kStored = Standing::Stored;
constexpr auto kRefused = Standing::Refused;

// clang-format off
constexpr SocketCode kSocketCodes[] = {
    {{SIO_ACQUIRE_PORT_RESERVATION, nullptr}, "SIO_ACQUIRE_PORT_RESERVATION", kSimulated, "the model reserves"},
    {{SIO_ASSOCIATE_PORT_RESERVATION, nullptr}, "SIO_ASSOCIATE_PORT_RESERVATION", kSimulated, "the model associates"},
    {{SIO_RELEASE_PORT_RESERVATION, nullptr}, "SIO_RELEASE_PORT_RESERVATION", kSimulated, "the model releases"},
    {{SIO_CPU_AFFINITY, nullptr}, "SIO_CPU_AFFINITY", kSimulated, "the model lets sisters share a port; no processor serves one alone"},
    {{static_cast<DWORD>(FIONBIO), nullptr}, "FIONBIO", kSimulated, "the socket blocks or does not"},
    {{FIONREAD, nullptr}, "FIONREAD", kSimulated, "bytes that can be received"},
    {{SIOCATMARK, nullptr}, "SIOCATMARK", kSimulated, "whether no urgent data is left"},
    {{static_cast<DWORD>(FIOASYNC), nullptr}, "FIOASYNC", kRefused, "Windows does not have it either"},
    {{SIO_GET_EXTENSION_FUNCTION_POINTER, nullptr}, "SIO_GET_EXTENSION_FUNCTION_POINTER", kSimulated, "the functions of <mswsock.h>"},
    {{SIO_KEEPALIVE_VALS, keepalive}, "SIO_KEEPALIVE_VALS", kSimulated, "SO_KEEPALIVE, TCP_KEEPIDLE and TCP_KEEPINTVL read it back; see SO_KEEPALIVE"},
    {{SIO_UDP_CONNRESET, report_unreachable}, "SIO_UDP_CONNRESET", kSimulated, "FALSE: an unreachable port is not told to the next receive"},
    {{SIO_UDP_NETRESET, keep_number}, "SIO_UDP_NETRESET", kStored, "no datagram's life ends on its way"},
    {{SIO_BASE_HANDLE, base_handle}, "SIO_BASE_HANDLE", kSimulated, "the socket itself: there are no layers"},
    {{SIO_BSP_HANDLE, base_handle}, "SIO_BSP_HANDLE", kSimulated, "the socket itself: there are no layers"},
    {{SIO_BSP_HANDLE_SELECT, base_handle}, "SIO_BSP_HANDLE_SELECT", kSimulated, "the socket itself: there are no layers"},
    {{SIO_BSP_HANDLE_POLL, base_handle}, "SIO_BSP_HANDLE_POLL", kSimulated, "the socket itself: there are no layers"},
    {{SIO_ADDRESS_LIST_QUERY, list_addresses}, "SIO_ADDRESS_LIST_QUERY", kSimulated, "the machine's addresses of the socket's family"},
    {{SIO_ROUTING_INTERFACE_QUERY, route_from}, "SIO_ROUTING_INTERFACE_QUERY", kSimulated, "the address itself when it is the machine's, else the machine's first"},
    {{SIO_GET_INTERFACE_LIST, list_interfaces}, "SIO_GET_INTERFACE_LIST", kSimulated, "the loopback address and the machine's IPv4 addresses"},
    {{SIO_GET_BROADCAST_ADDRESS, broadcast_address}, "SIO_GET_BROADCAST_ADDRESS", kSimulated, "255.255.255.255, for IPv4 datagram sockets"},
    {{SIO_FLUSH, flush}, "SIO_FLUSH", kSimulated, "pending calls end with WSA_OPERATION_ABORTED"},
    {{SIO_ENABLE_CIRCULAR_QUEUEING, keep_that_it_was_asked}, "SIO_ENABLE_CIRCULAR_QUEUEING", kStored, "a full queue drops the newest datagram"},
    {{SIO_LOOPBACK_FAST_PATH, keep_number}, "SIO_LOOPBACK_FAST_PATH", kStored, "bytes take the host's way"},
    {{SIO_SET_COMPATIBILITY_MODE, keep_number}, "SIO_SET_COMPATIBILITY_MODE", kStored, "behaviour is today's"},
    {{SIO_ASSOCIATE_HANDLE, nullptr}, "SIO_ASSOCIATE_HANDLE", kRefused, "there is no other provider"},
    {{SIO_FIND_ROUTE, nullptr}, "SIO_FIND_ROUTE", kRefused, "Windows' TCP/IP does not have it"},
    {{SIO_GET_QOS, nullptr}, "SIO_GET_QOS", kRefused, "quality of service is not emulated"},
    {{SIO_SET_QOS, nullptr}, "SIO_SET_QOS", kRefused, "quality of service is not emulated"},
    {{SIO_MULTIPOINT_LOOPBACK, nullptr}, "SIO_MULTIPOINT_LOOPBACK", kRefused, "multicast is not emulated"},
    {{SIO_MULTICAST_SCOPE, nullptr}, "SIO_MULTICAST_SCOPE", kRefused, "multicast is not emulated"},
    {{SIO_TRANSLATE_HANDLE, nullptr}, "SIO_TRANSLATE_HANDLE", kRefused, "there is no other provider"},
    {{SIO_ROUTING_INTERFACE_CHANGE, nullptr}, "SIO_ROUTING_INTERFACE_CHANGE", kRefused, "routes do not change"},
    {{SIO_ADDRESS_LIST_CHANGE, nullptr}, "SIO_ADDRESS_LIST_CHANGE", kRefused, "the addresses of a machine do not change"},
    {{SIO_QUERY_TARGET_PNP_HANDLE, nullptr}, "SIO_QUERY_TARGET_PNP_HANDLE", kRefused, "there is no device"},
    {{SIO_ADDRESS_LIST_SORT, nullptr}, "SIO_ADDRESS_LIST_SORT", kRefused, "no address is nearer than another"},
    {{SIO_RCVALL, nullptr}, "SIO_RCVALL", kRefused, "for raw sockets, which are not emulated"},
    {{SIO_RCVALL_MCAST, nullptr}, "SIO_RCVALL_MCAST", kRefused, "for raw sockets, which are not emulated"},
    {{SIO_RCVALL_IGMPMCAST, nullptr}, "SIO_RCVALL_IGMPMCAST", kRefused, "for raw sockets, which are not emulated"},
    {{SIO_ABSORB_RTRALERT, nullptr}, "SIO_ABSORB_RTRALERT", kRefused, "for raw sockets, which are not emulated"},
    {{SIO_UCAST_IF, nullptr}, "SIO_UCAST_IF", kRefused, "there is no router"},
    {{SIO_LIMIT_BROADCASTS, nullptr}, "SIO_LIMIT_BROADCASTS", kRefused, "broadcast is not emulated"},
    {{SIO_INDEX_BIND, nullptr}, "SIO_INDEX_BIND", kRefused, "there is one way to each address of the machine"},
    {{SIO_INDEX_MCASTIF, nullptr}, "SIO_INDEX_MCASTIF", kRefused, "multicast is not emulated"},
    {{SIO_INDEX_ADD_MCAST, nullptr}, "SIO_INDEX_ADD_MCAST", kRefused, "multicast is not emulated"},
    {{SIO_INDEX_DEL_MCAST, nullptr}, "SIO_INDEX_DEL_MCAST", kRefused, "multicast is not emulated"},
    {{SIO_QUERY_RSS_SCALABILITY_INFO, nullptr}, "SIO_QUERY_RSS_SCALABILITY_INFO", kRefused, "there is no adapter"},
    {{SIO_TCP_INFO, nullptr}, "SIO_TCP_INFO", kRefused, "what the host counts is not Windows'"},
};
// clang-format on

}  // namespace

std::span<const SocketCode> socket_codes() { return kSocketCodes; }

}  // namespace berth::winsock
