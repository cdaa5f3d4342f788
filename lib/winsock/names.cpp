// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "call.h"
#include "connecting.h"
#include "last_error.h"
#include "socket_names.h"
#include "use.h"

namespace berth::winsock {
namespace {

// A connection can make the name more specific than bind made it. Nothing: the call has failed.
std::optional<Endpoint> shown_name(Use& use) {
  Flow* flow = use.call().socket().flow;
  const bool knows_no_more_than_bind = flow != nullptr && lacks_context(use, "getsockname");
  if (knows_no_more_than_bind && flow->was_accepted) {
    use.fail(WSAEINVAL);  // it has never been bound
    return std::nullopt;
  }
  if (const auto name = flow == nullptr || knows_no_more_than_bind ? std::nullopt : flow->local())
    return name;
  const auto reply = use.call().ask(request::NameOf{use.call().socket().socket});
  return reply ? std::optional(reply->name) : std::nullopt;
}

[[gnu::always_inline]] inline int bind_on_host(Use& use, const Endpoint& name) {
  if (!use.has_flow()) return SOCKET_ERROR;
  const std::lock_guard guard(use.flow().setup);
  if (!use.is_bound(name)) return SOCKET_ERROR;
  set_last_error(0);
  return 0;
}

}  // namespace
}  // namespace berth::winsock

int bind(SOCKET s, const struct sockaddr* name, int namelen) {
  using namespace berth;
  winsock::Use use(s);
  winsock::Call& call = use.call();
  if (!call.has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const auto endpoint = winsock::read_name(name, namelen, call.socket().family);
  if (!endpoint) return call.fail(endpoint.error());
  if (call.meets_a_fault({.point = FaultPoint::Bind, .handle = s})) return SOCKET_ERROR;
  if (call.process()->network() == Network::Host) return winsock::bind_on_host(use, *endpoint);
  if (!call.ask(request::Bind{call.socket().socket, *endpoint})) return SOCKET_ERROR;
  const bool may_be_sent_to = call.socket().kind == winsock::SocketKind::Udp;
  if (may_be_sent_to && call.process()->machine().is_shared() && !use.is_reachable()) return SOCKET_ERROR;
  winsock::set_last_error(0);
  return 0;
}

int getsockname(SOCKET s, struct sockaddr* name, int* namelen) {
  using namespace berth;
  winsock::Use use(s);
  if (!use.call().has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const Family family = use.call().socket().family;
  if (const auto problem = winsock::problem_of_place(family, name, namelen)) return use.fail(*problem);
  const auto shown = winsock::shown_name(use);
  if (!shown) return SOCKET_ERROR;
  winsock::store_name(winsock::SocketName(*shown, family), name, namelen);
  return 0;
}
