// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>

#include "byte_order.h"
#include "call.h"
#include "last_error.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

constexpr int size_of_name(Family family) {
  return family == Family::Ipv4 ? int{sizeof(SOCKADDR_IN)} : int{sizeof(SOCKADDR_IN6)};
}

bool is_a_family(ADDRESS_FAMILY family) {
  return family == AF_UNSPEC || family == AF_UNIX || family == AF_INET || family == AF_INET6;
}

Endpoint endpoint_of(const SOCKADDR_IN& name) {
  Endpoint endpoint{.address = Address::any(Family::Ipv4), .port = network_order(name.sin_port)};
  std::memcpy(endpoint.address.bytes.data(), &name.sin_addr, 4);
  return endpoint;
}

// A scope means something for link-local addresses alone, and a world has none of those: an address with one
// is no machine's (100::/64 is RFC 6666's, for what is to be discarded).
constexpr UCHAR kAddressOfNobody[16] = {1};

Endpoint endpoint_of(const SOCKADDR_IN6& name) {
  Endpoint endpoint{.address = Address::any(Family::Ipv6), .port = network_order(name.sin6_port)};
  const void* address =
      name.sin6_scope_id == 0 ? &name.sin6_addr : static_cast<const void*>(kAddressOfNobody);
  std::memcpy(endpoint.address.bytes.data(), address, 16);
  return endpoint;
}

// What a program's structure says, or the rule that it breaks (BND-23: pointer, length, family).
Result<Endpoint, Rule> read_name(const sockaddr* name, int length, Family family) {
  MemoryProbe memory;
  const int size = size_of_name(family);
  if (!memory.is_readable(name, static_cast<std::size_t>(size)) || length < size) return Rule::NameIsUnusable;
  ADDRESS_FAMILY said{};
  std::memcpy(&said, name, sizeof(said));
  if (!is_a_family(said)) return Rule::NameFamilyUnknown;
  if (said != (family == Family::Ipv4 ? AF_INET : AF_INET6)) return Rule::NameIsUnusable;
  if (family == Family::Ipv4) {
    SOCKADDR_IN ipv4;
    std::memcpy(&ipv4, name, sizeof(ipv4));
    return endpoint_of(ipv4);
  }
  SOCKADDR_IN6 ipv6;
  std::memcpy(&ipv6, name, sizeof(ipv6));
  return endpoint_of(ipv6);
}

void write_name(const Endpoint& endpoint, sockaddr* name) {
  if (endpoint.address.family == Family::Ipv4) {
    SOCKADDR_IN ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = network_order(endpoint.port);
    std::memcpy(&ipv4.sin_addr, endpoint.address.bytes.data(), 4);
    std::memcpy(name, &ipv4, sizeof(ipv4));
    return;
  }
  SOCKADDR_IN6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = network_order(endpoint.port);
  std::memcpy(&ipv6.sin6_addr, endpoint.address.bytes.data(), 16);
  std::memcpy(name, &ipv6, sizeof(ipv6));
}

}  // namespace
}  // namespace berth::winsock

int bind(SOCKET s, const struct sockaddr* name, int namelen) {
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const auto endpoint = winsock::read_name(name, namelen, call.socket().family);
  if (!endpoint) return call.fail(endpoint.error());
  if (call.meets_a_fault({.point = FaultPoint::Bind, .handle = s})) return SOCKET_ERROR;
  if (!call.ask(request::Bind{call.socket().socket, *endpoint})) return SOCKET_ERROR;
  winsock::set_last_error(0);
  return 0;
}

int getsockname(SOCKET s, struct sockaddr* name, int* namelen) {
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_tcp_or_udp_socket()) return SOCKET_ERROR;
  winsock::MemoryProbe memory;
  const int size = winsock::size_of_name(call.socket().family);
  const auto room = memory.read<int>(namelen);
  if (!room || !memory.is_writable(namelen, sizeof(int))) return call.fail(Rule::PointerIsBad);
  if (*room < size) return call.fail(Rule::NameIsUnusable);
  if (!memory.is_writable(name, static_cast<std::size_t>(size))) return call.fail(Rule::PointerIsBad);
  const auto reply = call.ask(request::NameOf{call.socket().socket});
  if (!reply) return SOCKET_ERROR;
  winsock::write_name(reply->name, name);
  std::memcpy(namelen, &size, sizeof(size));
  return 0;
}
