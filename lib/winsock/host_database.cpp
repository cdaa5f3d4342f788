// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <array>
#include <cstring>

#include "byte_order.h"
#include "call.h"
#include "last_error.h"
#include "name_tables.h"
#include "posix_address_text.h"
#include "program_text.h"
#include "resolver.h"

namespace berth::winsock {
namespace {

// What the functions here return belongs to the calling thread, until its next call of the same kind.

// Where programs cast a pointer to, say, an IN_ADDR.
struct alignas(8) AddressBytes {
  std::array<std::uint8_t, 16> bytes;
};

struct HostAnswer {
  hostent entry{};
  std::string name;
  std::vector<AddressBytes> addresses;
  std::vector<char*> pointers;
  char* no_alias = nullptr;
};

// Names of services and protocols, one of which may be another's alias.
struct NamePair {
  std::string name;
  std::string alias;
  std::array<char*, 2> aliases{};

  void set(const char* its_name, const char* its_alias) {
    name = its_name;
    alias = its_alias;
    aliases = {alias.empty() ? nullptr : alias.data(), nullptr};
  }
};

struct ServiceAnswer {
  servent entry{};
  NamePair names;
  std::string protocol;
};

struct ProtocolAnswer {
  protoent entry{};
  NamePair names;
};

thread_local HostAnswer host_of_this_thread;
thread_local ServiceAnswer service_of_this_thread;
thread_local ProtocolAnswer protocol_of_this_thread;
thread_local std::array<char, 16> address_text_of_this_thread;

hostent* answer_host(std::string name, Family family, const std::vector<Address>& addresses) {
  HostAnswer& answer = host_of_this_thread;
  answer.name = std::move(name);
  answer.addresses.clear();
  for (const Address& address : addresses) answer.addresses.push_back({address.bytes});
  answer.pointers.clear();
  for (AddressBytes& address : answer.addresses)
    answer.pointers.push_back(reinterpret_cast<char*>(address.bytes.data()));
  answer.pointers.push_back(nullptr);
  answer.entry = {.h_name = answer.name.data(),
                  .h_aliases = &answer.no_alias,
                  .h_addrtype = static_cast<short>(family == Family::Ipv4 ? AF_INET : AF_INET6),
                  .h_length = static_cast<short>(family == Family::Ipv4 ? 4 : 16),
                  .h_addr_list = answer.pointers.data()};
  return &answer.entry;
}

servent* answer_service(const KnownService* service, const Over& over) {
  if (service == nullptr) {
    fail_with(WSANO_DATA);
    return nullptr;
  }
  ServiceAnswer& answer = service_of_this_thread;
  answer.names.set(service->name, service->alias);
  answer.protocol = service->over_tcp && over.tcp ? "tcp" : "udp";
  answer.entry.s_name = answer.names.name.data();
  answer.entry.s_aliases = answer.names.aliases.data();
  answer.entry.s_proto = answer.protocol.data();
  answer.entry.s_port = static_cast<short>(network_order(service->port));
  return &answer.entry;
}

protoent* answer_protocol(const KnownProtocol* protocol) {
  if (protocol == nullptr) {
    fail_with(WSANO_DATA);
    return nullptr;
  }
  ProtocolAnswer& answer = protocol_of_this_thread;
  answer.names.set(protocol->name, protocol->alias);
  answer.entry = {.p_name = answer.names.name.data(),
                  .p_aliases = answer.names.aliases.data(),
                  .p_proto = protocol->number};
  return &answer.entry;
}

// What the program asks the functions for services to look at; nothing when the pointer is bad.
std::optional<Over> transports_at(MemoryProbe& memory, const char* protocol) {
  if (protocol == nullptr) return Over{};
  const auto text = read_text(memory, protocol);
  if (!text) return std::nullopt;
  return Over{.tcp = is_same_name(*text, "tcp"), .udp = is_same_name(*text, "udp")};
}

template <class Result>
Result* refuse_entry(int code) {
  fail_with(code);
  return nullptr;
}

hostent* host_by_name(const std::string& name, const Computer& computer) {
  if (const auto number = read_numeric_host(name)) {
    if (number->address.family == Family::Ipv6) return refuse_entry<hostent>(WSAHOST_NOT_FOUND);
    return answer_host(name, Family::Ipv4, {number->address});
  }
  const auto host = host_named(name, computer);
  if (!host) return refuse_entry<hostent>(WSAHOST_NOT_FOUND);
  std::vector<Address> addresses;
  for (const ScopedAddress& found : host->addresses)
    if (found.address.family == Family::Ipv4) addresses.push_back(found.address);
  if (addresses.empty()) return refuse_entry<hostent>(WSANO_DATA);
  return answer_host(host->name, Family::Ipv4, addresses);
}

// Requires: Winsock is started.
template <class Char>
int tell_host_name(const Call& call, Char* name, std::size_t room) {
  const Computer computer = call.process()->machine().computer();
  MemoryProbe memory;
  if (computer.host_name.size() >= room || !write_text(memory, name, computer.host_name))
    return fail_with(WSAEFAULT);
  return 0;
}

}  // namespace
}  // namespace berth::winsock

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): <unistd.h> declares it under the macro
int berth_gethostname(char* name, size_t namelen) noexcept {
  berth::winsock::Call call;
  return call.is_started() ? berth::winsock::tell_host_name(call, name, namelen) : SOCKET_ERROR;
}

int GetHostNameW(PWSTR name, int namelen) {
  berth::winsock::Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  return berth::winsock::tell_host_name(call, name, static_cast<std::size_t>(namelen < 0 ? 0 : namelen));
}

hostent* gethostbyname(const char* name) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  MemoryProbe memory;
  const auto text = name == nullptr ? std::string() : read_text(memory, name);
  if (!text) return refuse_entry<hostent>(WSAEFAULT);
  return host_by_name(*text, call.process()->machine().computer());
}

hostent* gethostbyaddr(const char* addr, int len, int type) {
  using namespace berth;
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  if (type != AF_INET && type != AF_INET6) return refuse_entry<hostent>(WSAEAFNOSUPPORT);
  const Family family = type == AF_INET ? Family::Ipv4 : Family::Ipv6;
  const int size = type == AF_INET ? 4 : 16;
  MemoryProbe memory;
  if (len < size || !memory.is_readable(addr, static_cast<std::size_t>(size)))
    return refuse_entry<hostent>(WSAEFAULT);
  Address address{.family = family, .bytes = {}};
  std::memcpy(address.bytes.data(), addr, static_cast<std::size_t>(size));
  const auto name = name_of_host(address, call.process()->machine().computer());
  if (!name) return refuse_entry<hostent>(WSAHOST_NOT_FOUND);
  return answer_host(*name, family, {address});
}

servent* getservbyname(const char* name, const char* proto) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  MemoryProbe memory;
  const auto text = read_text(memory, name);
  const auto over = transports_at(memory, proto);
  if (!text || !over) return refuse_entry<servent>(WSAEFAULT);
  return answer_service(service_named(*text, *over), *over);
}

servent* getservbyport(int port, const char* proto) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  MemoryProbe memory;
  const auto over = transports_at(memory, proto);
  if (!over) return refuse_entry<servent>(WSAEFAULT);
  return answer_service(service_on(network_order(static_cast<std::uint16_t>(port)), *over), *over);
}

protoent* getprotobyname(const char* name) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  MemoryProbe memory;
  const auto text = read_text(memory, name);
  if (!text) return refuse_entry<protoent>(WSAEFAULT);
  return answer_protocol(protocol_named(*text));
}

protoent* getprotobynumber(int proto) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return nullptr;
  return answer_protocol(protocol_numbered(proto));
}

char* inet_ntoa(struct in_addr in) {
  using namespace berth::winsock;
  auto& text = address_text_of_this_thread;
  write_address(AddressKind::IPv4, &in, text.data(), text.size());
  return text.data();
}

namespace {

// The conversions that name a socket, whose protocol has the network's byte order.
template <class Number>
int convert(SOCKET s, Number number, Number* result) {
  berth::winsock::Call call(s);
  if (!call.has_socket()) return SOCKET_ERROR;
  berth::winsock::MemoryProbe memory;
  if (!memory.write(result, berth::winsock::network_order(number)))
    return berth::winsock::fail_with(WSAEFAULT);
  return 0;
}

}  // namespace

int WSAHtonl(SOCKET s, u_long hostlong, u_long* lpnetlong) { return convert(s, hostlong, lpnetlong); }
int WSAHtons(SOCKET s, u_short hostshort, u_short* lpnetshort) { return convert(s, hostshort, lpnetshort); }
int WSANtohl(SOCKET s, u_long netlong, u_long* lphostlong) { return convert(s, netlong, lphostlong); }
int WSANtohs(SOCKET s, u_short netshort, u_short* lphostshort) { return convert(s, netshort, lphostshort); }
