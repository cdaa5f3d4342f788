// SPDX-License-Identifier: MIT
#include "scoped_names.h"

#include <ws2tcpip.h>

#include <cstring>

#include "byte_order.h"

namespace berth::winsock {

int put_name(const ScopedAddress& address, SOCKADDR_STORAGE& name) {
  name = {};
  if (address.address.family == Family::Ipv4) {
    SOCKADDR_IN ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = network_order(address.port);
    std::memcpy(&ipv4.sin_addr, address.address.bytes.data(), sizeof(ipv4.sin_addr));
    std::memcpy(&name, &ipv4, sizeof(ipv4));
    return sizeof(ipv4);
  }
  SOCKADDR_IN6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = network_order(address.port);
  ipv6.sin6_scope_id = address.zone;
  std::memcpy(&ipv6.sin6_addr, address.address.bytes.data(), sizeof(ipv6.sin6_addr));
  std::memcpy(&name, &ipv6, sizeof(ipv6));
  return sizeof(ipv6);
}

NameRead read_scoped_name(MemoryProbe& memory, const sockaddr* name, std::size_t length) {
  const auto family = memory.read<ADDRESS_FAMILY>(name);
  if (!family || length < sizeof(*family)) return {.code = WSAEFAULT, .address = {}};
  if (*family == AF_INET) {
    const auto ipv4 = memory.read<SOCKADDR_IN>(name);
    if (!ipv4 || length < sizeof(*ipv4)) return {.code = WSAEFAULT, .address = {}};
    NameRead read{.address = {.address = Address::any(Family::Ipv4), .port = network_order(ipv4->sin_port)}};
    std::memcpy(read.address.address.bytes.data(), &ipv4->sin_addr, sizeof(ipv4->sin_addr));
    return read;
  }
  if (*family != AF_INET6) return {.code = WSAEAFNOSUPPORT, .address = {}};
  const auto ipv6 = memory.read<SOCKADDR_IN6>(name);
  if (!ipv6 || length < sizeof(*ipv6)) return {.code = WSAEFAULT, .address = {}};
  NameRead read{.address = {.address = Address::any(Family::Ipv6),
                            .zone = ipv6->sin6_scope_id,
                            .port = network_order(ipv6->sin6_port)}};
  std::memcpy(read.address.address.bytes.data(), &ipv6->sin6_addr, sizeof(ipv6->sin6_addr));
  return read;
}

}  // namespace berth::winsock
