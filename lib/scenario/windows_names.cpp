// SPDX-License-Identifier: MIT
// The numbers are the headers' own; nothing else is included that could say them otherwise.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "windows_names.h"

#include "late_names.h"

#include <algorithm>
#include <iterator>

namespace berth::scenario {
namespace {

struct NamedNumber {
  std::string_view name;
  std::int32_t number;
};

#define BERTH_NAMED(name) \
  { #name, static_cast < std::int32_t>(name) }
constexpr NamedNumber kNumbers[] = {
    BERTH_NAMED(AF_UNSPEC),
    BERTH_NAMED(AF_UNIX),
    BERTH_NAMED(AF_INET),
    BERTH_NAMED(AF_IPX),
    BERTH_NAMED(AF_INET6),
    BERTH_NAMED(AF_BTH),
    BERTH_NAMED(SOCK_STREAM),
    BERTH_NAMED(SOCK_DGRAM),
    BERTH_NAMED(SOCK_RAW),
    BERTH_NAMED(SOCK_RDM),
    BERTH_NAMED(SOCK_SEQPACKET),
    BERTH_NAMED(IPPROTO_IP),
    BERTH_NAMED(IPPROTO_ICMP),
    BERTH_NAMED(IPPROTO_TCP),
    BERTH_NAMED(IPPROTO_UDP),
    BERTH_NAMED(IPPROTO_IPV6),
    BERTH_NAMED(IPPROTO_ICMPV6),
    BERTH_NAMED(IPPROTO_RAW),
    BERTH_NAMED(SOL_SOCKET),
    BERTH_NAMED(SO_DEBUG),
    BERTH_NAMED(SO_ACCEPTCONN),
    BERTH_NAMED(SO_REUSEADDR),
    BERTH_NAMED(SO_KEEPALIVE),
    BERTH_NAMED(SO_DONTROUTE),
    BERTH_NAMED(SO_BROADCAST),
    BERTH_NAMED(SO_LINGER),
    BERTH_NAMED(SO_OOBINLINE),
    BERTH_NAMED(SO_DONTLINGER),
    BERTH_NAMED(SO_EXCLUSIVEADDRUSE),
    BERTH_NAMED(SO_SNDBUF),
    BERTH_NAMED(SO_RCVBUF),
    BERTH_NAMED(SO_SNDTIMEO),
    BERTH_NAMED(SO_RCVTIMEO),
    BERTH_NAMED(SO_ERROR),
    BERTH_NAMED(SO_TYPE),
    BERTH_NAMED(SO_MAX_MSG_SIZE),
    BERTH_NAMED(SO_RANDOMIZE_PORT),
    BERTH_NAMED(SO_PORT_SCALABILITY),
    BERTH_NAMED(SO_REUSE_UNICASTPORT),
    BERTH_NAMED(TCP_NODELAY),
    BERTH_NAMED(IPV6_V6ONLY),
};
#undef BERTH_NAMED

}  // namespace

std::optional<std::int32_t> windows_number(std::string_view name) {
  const auto* found = std::ranges::find(kNumbers, name, &NamedNumber::name);
  if (found == std::end(kNumbers)) return std::nullopt;
  return found->number;
}

std::vector<std::string_view> windows_names() {
  std::vector<std::string_view> names;
  for (const NamedNumber& row : kNumbers) names.push_back(row.name);
  return names;
}

}  // namespace berth::scenario
