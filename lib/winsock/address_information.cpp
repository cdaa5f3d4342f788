// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "call.h"
#include "last_error.h"
#include "name_tables.h"
#include "program_text.h"
#include "scoped_names.h"
#include "socket_names.h"

namespace berth::winsock {
namespace {

// What a program wants to know; pHints NULL asks for anything.
struct Hints {
  int flags = 0;
  int family = AF_UNSPEC;
  int type = 0;
  int protocol = 0;
  [[nodiscard]] bool has(int flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool want(Family wanted) const {
    return family == AF_UNSPEC || (family == AF_INET) == (wanted == Family::Ipv4);
  }
};

struct Question {
  std::optional<std::string> host;
  std::optional<std::string> service;
  Hints hints;
};

// A port, and the kind of socket that serves it there.
struct Place {
  Port port = 0;
  int type = 0;
  int protocol = 0;
};

struct Answer {
  std::vector<ScopedAddress> addresses;
  std::vector<Place> places;
  std::string canonical_name;
};

constexpr int kHintFlags = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_DNS_ONLY |
                           AI_FORCE_CLEAR_TEXT | AI_BYPASS_DNS_CACHE | AI_RETURN_TTL | AI_ALL |
                           AI_ADDRCONFIG | AI_V4MAPPED | AI_NON_AUTHORITATIVE | AI_SECURE |
                           AI_RETURN_PREFERRED_NAMES | AI_FQDN | AI_FILESERVER | AI_DISABLE_IDN_ENCODING;

int check(const Question& question) {
  const Hints& hints = question.hints;
  if (hints.has(~kHintFlags) || (hints.has(AI_CANONNAME) && (hints.has(AI_FQDN) || !question.host)))
    return WSAEINVAL;
  if (hints.family != AF_UNSPEC && hints.family != AF_INET && hints.family != AF_INET6)
    return WSAEAFNOSUPPORT;
  if (hints.type < 0 || hints.type > SOCK_SEQPACKET) return WSAESOCKTNOSUPPORT;
  return question.host || question.service ? 0 : WSAHOST_NOT_FOUND;
}

// -- the service ----------------------------------------------------------------------------------

Over transports_of(const Hints& hints) {
  const auto may_be = [&](int type, int protocol) {
    return (hints.type == 0 || hints.type == type) && (hints.protocol == 0 || hints.protocol == protocol);
  };
  return {.tcp = may_be(SOCK_STREAM, IPPROTO_TCP), .udp = may_be(SOCK_DGRAM, IPPROTO_UDP)};
}

int find_places(const Question& question, std::vector<Place>& places) {
  const Hints& hints = question.hints;
  const auto number = question.service && !question.service->empty() ? read_port(*question.service) : Port{0};
  if (number) {
    places = {{.port = *number, .type = hints.type, .protocol = hints.protocol}};
    return 0;
  }
  if (hints.has(AI_NUMERICSERV)) return WSAHOST_NOT_FOUND;
  const Over over = transports_of(hints);
  const KnownService* service = service_named(*question.service, over);
  if (service == nullptr) return WSATYPE_NOT_FOUND;
  if (hints.type != 0) {
    places = {{.port = service->port, .type = hints.type, .protocol = hints.protocol}};
    return 0;
  }
  if (service->over_tcp && over.tcp)
    places.push_back({.port = service->port, .type = SOCK_STREAM, .protocol = IPPROTO_TCP});
  if (service->over_udp && over.udp)
    places.push_back({.port = service->port, .type = SOCK_DGRAM, .protocol = IPPROTO_UDP});
  return 0;
}

// -- the host -------------------------------------------------------------------------------------

std::vector<ScopedAddress> addresses_of_no_host(bool passive) {
  std::vector<ScopedAddress> addresses;
  for (const Family family : {Family::Ipv6, Family::Ipv4})
    addresses.push_back({.address = passive ? Address::any(family) : Address::loopback(family)});
  return addresses;
}

// Those of the families that are wanted; IPv4 as mapped addresses where the program can use nothing else.
std::vector<ScopedAddress> wanted(const std::vector<ScopedAddress>& found, const Hints& hints) {
  std::vector<ScopedAddress> addresses;
  for (const ScopedAddress& each : found)
    if (hints.want(each.address.family)) addresses.push_back(each);
  if (hints.family != AF_INET6 || !hints.has(AI_V4MAPPED)) return addresses;
  if (!addresses.empty() && !hints.has(AI_ALL)) return addresses;
  for (const ScopedAddress& each : found)
    if (each.address.family == Family::Ipv4)
      addresses.push_back({.address = mapped(each.address), .zone = 0, .port = 0});
  return addresses;
}

void keep_configured_families(std::vector<ScopedAddress>& addresses, const Computer& computer) {
  std::erase_if(addresses, [&](const ScopedAddress& found) {
    return std::ranges::none_of(computer.addresses,
                                [&](const Address& own) { return own.family == found.address.family; });
  });
}

int find_addresses(const Question& question, const Computer& computer, Answer& answer) {
  const Hints& hints = question.hints;
  if (!question.host) {
    answer.addresses = wanted(addresses_of_no_host(hints.has(AI_PASSIVE)), hints);
    return 0;
  }
  if (const auto number = read_numeric_host(*question.host)) {
    answer.addresses = wanted({*number}, hints);
    answer.canonical_name = *question.host;
    return answer.addresses.empty() ? WSAHOST_NOT_FOUND : 0;
  }
  if (hints.has(AI_NUMERICHOST)) return WSAHOST_NOT_FOUND;
  auto host = host_named(*question.host, computer);
  if (!host) return WSAHOST_NOT_FOUND;
  if (hints.has(AI_ADDRCONFIG)) keep_configured_families(host->addresses, computer);
  answer.addresses = wanted(host->addresses, hints);
  answer.canonical_name = host->name;
  return answer.addresses.empty() ? WSAHOST_NOT_FOUND : 0;
}

int find(const Question& question, const Computer& computer, Answer& answer) {
  if (const int code = check(question)) return code;
  if (const int code = find_places(question, answer.places)) return code;
  return find_addresses(question, computer, answer);
}

// -- the list -------------------------------------------------------------------------------------

template <class Char>
struct InfoOf;
template <>
struct InfoOf<char> {
  using type = ADDRINFOA;
};
template <>
struct InfoOf<wchar_t> {
  using type = ADDRINFOW;
};

// One entry with all that it points to, in one piece of memory.
template <class Char>
struct Entry {
  typename InfoOf<Char>::type info;
  SOCKADDR_STORAGE name;
  std::basic_string<Char> canonical_name;
};

template <class Char>
Entry<Char>* make_entry(ScopedAddress address, const Place& place, int flags) {
  auto* entry = new (std::nothrow) Entry<Char>{};
  if (entry == nullptr) return nullptr;
  address.port = place.port;
  entry->info.ai_addrlen = static_cast<std::size_t>(put_name(address, entry->name));
  entry->info.ai_addr = reinterpret_cast<sockaddr*>(&entry->name);
  entry->info.ai_flags = flags;
  entry->info.ai_family = address.address.family == Family::Ipv4 ? AF_INET : AF_INET6;
  entry->info.ai_socktype = place.type;
  entry->info.ai_protocol = place.protocol;
  return entry;
}

template <class Char>
void free_list(typename InfoOf<Char>::type* info) {
  while (info != nullptr) {
    auto* next = info->ai_next;
    // The information is the first member of its entry.
    delete reinterpret_cast<Entry<Char>*>(info);
    info = next;
  }
}

template <class Char>
int make_list(const Answer& answer, const Hints& hints, typename InfoOf<Char>::type*& list) {
  Entry<Char>* first = nullptr;
  auto** end = &list;
  for (const ScopedAddress& address : answer.addresses) {
    for (const Place& place : answer.places) {
      Entry<Char>* entry = make_entry<Char>(address, place, hints.flags);
      if (entry == nullptr) return WSA_NOT_ENOUGH_MEMORY;
      if (first == nullptr) first = entry;
      *end = &entry->info;
      end = &entry->info.ai_next;
    }
  }
  if (!hints.has(AI_CANONNAME | AI_FQDN) || first == nullptr) return 0;
  first->canonical_name = spelled<Char>(answer.canonical_name);
  first->info.ai_canonname = first->canonical_name.data();
  return 0;
}

// -- what the program says ------------------------------------------------------------------------

template <class Char>
int read_question(MemoryProbe& memory, const Char* host, const Char* service,
                  const typename InfoOf<Char>::type* hints, Question& question) {
  if (host != nullptr && !(question.host = read_text(memory, host))) return WSAEFAULT;
  if (service != nullptr && !(question.service = read_text(memory, service))) return WSAEFAULT;
  if (hints == nullptr) return 0;
  const auto given = memory.read<typename InfoOf<Char>::type>(hints);
  if (!given) return WSAEFAULT;
  question.hints = {.flags = given->ai_flags,
                    .family = given->ai_family,
                    .type = given->ai_socktype,
                    .protocol = given->ai_protocol};
  const bool is_clean = given->ai_addrlen == 0 && given->ai_canonname == nullptr &&
                        given->ai_addr == nullptr && given->ai_next == nullptr;
  return is_clean ? 0 : WSANO_RECOVERY;
}

template <class Char>
int answer_question(const Call& call, MemoryProbe& memory, const Char* host, const Char* service,
                    const typename InfoOf<Char>::type* hints, typename InfoOf<Char>::type*& list) {
  Question question;
  if (const int code = read_question(memory, host, service, hints, question)) return code;
  Answer answer;
  if (const int code = find(question, call.process()->machine().computer(), answer)) return code;
  const int code = make_list<Char>(answer, question.hints, list);
  if (code == 0) return 0;
  free_list<Char>(list);
  list = nullptr;
  return code;
}

template <class Char>
INT get_address_information(const Char* host, const Char* service, const typename InfoOf<Char>::type* hints,
                            typename InfoOf<Char>::type** result) {
  using Info = typename InfoOf<Char>::type;
  Call call;
  if (!call.is_started()) return last_error();
  MemoryProbe memory;
  Info* list = nullptr;
  int code = WSAEFAULT;
  if (memory.write(result, static_cast<void*>(list))) {
    code = answer_question<Char>(call, memory, host, service, hints, list);
    static_cast<void>(memory.write(result, static_cast<void*>(list)));
  }
  if (code != 0) fail_with(code);
  return code;
}

}  // namespace
}  // namespace berth::winsock

INT getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA* pHints, PADDRINFOA* ppResult) {
  return berth::winsock::get_address_information<char>(pNodeName, pServiceName, pHints, ppResult);
}

INT GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW* pHints, PADDRINFOW* ppResult) {
  return berth::winsock::get_address_information<wchar_t>(pNodeName, pServiceName, pHints, ppResult);
}

VOID freeaddrinfo(PADDRINFOA pAddrInfo) { berth::winsock::free_list<char>(pAddrInfo); }

VOID FreeAddrInfoW(PADDRINFOW pAddrInfo) { berth::winsock::free_list<wchar_t>(pAddrInfo); }
