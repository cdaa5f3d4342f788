// SPDX-License-Identifier: MIT
#include "socket_names.h"

#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>

#include "byte_order.h"

namespace berth::winsock {
namespace {

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

static_assert(sizeof(SOCKADDR_IN) <= sizeof(SocketName) && sizeof(SOCKADDR_IN6) <= sizeof(SocketName));

template <class Structure>
Structure structure_in(const SocketName& name) {
  Structure structure;
  std::memcpy(&structure, name.words.data(), sizeof(structure));
  return structure;
}

template <class Structure>
void put(const Structure& structure, SocketName& name) {
  std::memcpy(name.words.data(), &structure, sizeof(structure));
}

void take(const sockaddr* from, SOCKADDR_IN& ipv4) {
  std::memcpy(&ipv4, from, offsetof(SOCKADDR_IN, sin_zero));
}

void take(const sockaddr* from, SOCKADDR_IN6& ipv6) {
  std::memcpy(&ipv6, from, sizeof(ipv6));
  ipv6.sin6_flowinfo = 0;
}

template <class Structure>
SocketName taken(const sockaddr* from) {
  Structure structure{};
  take(from, structure);
  SocketName name;
  put(structure, name);
  return name;
}

}  // namespace

int size_of_name(Family family) {
  return family == Family::Ipv4 ? int{sizeof(SOCKADDR_IN)} : int{sizeof(SOCKADDR_IN6)};
}

Address mapped(const Address& address) {
  if (address.family == Family::Ipv6) return address;
  Address ipv6 = Address::any(Family::Ipv6);
  ipv6.bytes[10] = ipv6.bytes[11] = 0xff;
  std::copy_n(address.bytes.begin(), 4, ipv6.bytes.begin() + 12);
  return ipv6;
}

// -- SocketName -----------------------------------------------------------------------------------

SocketName::SocketName(const Endpoint& endpoint, Family family) {
  if (family == Family::Ipv4) {
    SOCKADDR_IN ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = network_order(endpoint.port);
    std::memcpy(&ipv4.sin_addr, endpoint.address.unmapped().bytes.data(), 4);
    put(ipv4, *this);
    return;
  }
  SOCKADDR_IN6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = network_order(endpoint.port);
  std::memcpy(&ipv6.sin6_addr, mapped(endpoint.address).bytes.data(), 16);
  put(ipv6, *this);
}

Family SocketName::family() const {
  ADDRESS_FAMILY said{};
  std::memcpy(&said, words.data(), sizeof(said));
  return said == AF_INET ? Family::Ipv4 : Family::Ipv6;
}

Endpoint SocketName::endpoint() const {
  return family() == Family::Ipv4 ? endpoint_of(structure_in<SOCKADDR_IN>(*this))
                                  : endpoint_of(structure_in<SOCKADDR_IN6>(*this));
}

bool SocketName::is_limited_broadcast() const {
  return family() == Family::Ipv4 && structure_in<SOCKADDR_IN>(*this).sin_addr.s_addr == INADDR_BROADCAST;
}

// -- in and out -----------------------------------------------------------------------------------

Result<SocketName, Rule> read_socket_name(const sockaddr* name, int length, Family family) {
  MemoryProbe memory;
  const int size = size_of_name(family);
  if (!memory.is_readable(name, static_cast<std::size_t>(size)) || length < size) return Rule::NameIsUnusable;
  ADDRESS_FAMILY said{};
  std::memcpy(&said, name, sizeof(said));
  if (!is_a_family(said)) return Rule::NameFamilyUnknown;
  if (said != (family == Family::Ipv4 ? AF_INET : AF_INET6)) return Rule::NameIsUnusable;
  return family == Family::Ipv4 ? taken<SOCKADDR_IN>(name) : taken<SOCKADDR_IN6>(name);
}

Result<Endpoint, Rule> read_name(const sockaddr* name, int length, Family family) {
  const auto read = read_socket_name(name, length, family);
  if (!read) return read.error();
  return read->endpoint();
}

void write_name(const SocketName& name, sockaddr* there) {
  std::memcpy(there, name.words.data(),
              name.family() == Family::Ipv4 ? sizeof(SOCKADDR_IN) : sizeof(SOCKADDR_IN6));
}

void write_name(const Endpoint& endpoint, Family family, sockaddr* there) {
  write_name(SocketName(endpoint, family), there);
}

bool name_fits(Family family, const sockaddr* there, const int* length) {
  return !problem_of_place(family, there, length);
}

std::optional<Rule> problem_of_place(Family family, const sockaddr* there, const int* length) {
  MemoryProbe memory;
  if (!memory.is_writable(length, sizeof(int))) return Rule::PointerIsBad;
  int room = 0;
  std::memcpy(&room, length, sizeof(room));
  if (room < size_of_name(family)) return Rule::NameIsUnusable;
  if (!memory.is_writable(there, static_cast<std::size_t>(size_of_name(family)))) return Rule::PointerIsBad;
  return std::nullopt;
}

void store_name(const SocketName& name, sockaddr* there, int* length) {
  const int size = size_of_name(name.family());
  write_name(name, there);
  std::memcpy(length, &size, sizeof(size));
}

std::optional<Rule> answer_name(const SocketName& name, sockaddr* there, int* length) {
  const auto problem = problem_of_place(name.family(), there, length);
  if (!problem) store_name(name, there, length);
  return problem;
}

std::optional<Rule> answer_name(const Endpoint& endpoint, Family family, sockaddr* there, int* length) {
  return answer_name(SocketName(endpoint, family), there, length);
}

}  // namespace berth::winsock
