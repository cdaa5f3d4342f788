// SPDX-License-Identifier: MIT
#include "connecting.h"

#include <cerrno>
#include <memory>
#include <utility>

#include <berth/traffic/descriptor.h>

#include "advice.h"
#include "async_state.h"
#include "host_errors.h"
#include "loopback.h"
#include "option_table.h"
#include "socket_names.h"

namespace berth::winsock {
namespace {

// What the destination itself forbids (A-CONNECT): 0 when nothing.
int destination_problem(const Flow& flow, const Endpoint& to) {
  if (flow.is_stream() && (to.port == 0 || to.address.is_wildcard())) return WSAEADDRNOTAVAIL;
  return 0;
}

int phase_problem(Flow& flow) {
  switch (flow.phase.load()) {
    case Phase::Listening: return WSAEINVAL;
    case Phase::Connected: return WSAEISCONN;
    case Phase::Connecting: {
      const int code = connection_outcome(flow);
      return code == 0 ? WSAEISCONN : code == WSAEWOULDBLOCK ? WSAEALREADY : 0;
    }
    case Phase::Silent: return 0;
  }
  return 0;
}

// Where the way to an address starts: on one machine at that address; on the host, where the host says.
Address start_of_way(const Flow& flow, const Endpoint& to) {
  if (flow.process.network() == Network::Isolated || to.address.is_wildcard()) return to.address;
  const traffic::HostAddress there = host_address(to);
  const auto opened = traffic::open(traffic::Kind::Datagram, there.is_ipv6);
  if (!opened.ok()) return Address::any(to.address.family);
  const traffic::Descriptor asker(static_cast<int>(opened.value));
  traffic::HostAddress here;
  const bool is_told = traffic::connect(asker.get(), there).ok() && traffic::name_of(asker.get(), here).ok();
  return is_told ? endpoint_of(here).address : Address::any(to.address.family);
}

// The name that a connected socket shows: more specific than the wildcard that it is bound to.
Endpoint name_towards(const Flow& flow, const Endpoint& local, const Endpoint& to) {
  Endpoint name = local;
  if (name.address.is_wildcard()) name.address = start_of_way(flow, to);
  return name;
}

// Of a datagram socket, while it is connected.
void be_named_towards(Flow& flow, const Endpoint& to) {
  const auto bound = name_told_to(flow.process.id(), flow.process.machine(), flow.socket);
  if (bound) flow.talk_as(name_towards(flow, *bound, to));
}

// Under `host`, the name that a connection has there.
std::optional<Endpoint> name_of_connection(const Flow& flow, int descriptor) {
  traffic::HostAddress name;
  const bool is_the_hosts =
      flow.process.network() == Network::Host && traffic::name_of(descriptor, name).ok();
  return is_the_hosts ? std::optional(endpoint_of(name)) : std::nullopt;
}

int connect_datagrams(Use& use, const Endpoint& to) {
  Flow& flow = use.flow();
  if (to.address.is_wildcard()) {
    flow.set_peer(std::nullopt);
    flow.phase = Phase::Silent;
    be_named_towards(flow, to);
    return 0;
  }
  if (!use.is_named()) return -1;
  if (!use.may_reach(to.address)) return WSAEADDRNOTAVAIL;
  if (!flow.route(to)) return WSAENETUNREACH;
  be_named_towards(flow, to);
  flow.set_peer(to);
  flow.phase = Phase::Connected;
  return 0;
}

// To an IPv4 address, mapped, from a socket of IPv6 alone: the host refuses it for us, so that a socket that
// does not block is told as late as on Windows (field reports: libwebsockets 1301, 1983 and 2223, ACE).
int prepare_refusal(Use& use, int code, std::optional<traffic::HostAddress>& there) {
  Flow& flow = use.flow();
  if (flow.process.network() == Network::Host) return code;
  there = refusing_endpoint(flow.transport());
  if (!use.is_named()) return -1;
  flow.refusal = code;
  flow.phase = Phase::Connecting;
  return 0;
}

// Everything before the host connects; 0 when it may.
int prepare(Use& use, const Endpoint& to, std::optional<traffic::HostAddress>& there) {
  Flow& flow = use.flow();
  if (const int code = destination_problem(flow, to); code != 0) return code;
  if (!use.has_name()) return -1;
  if (!use.may_reach(to.address)) return prepare_refusal(use, WSAEADDRNOTAVAIL, there);
  there = flow.route(to);
  if (!there) return WSAENETUNREACH;
  if (flow.process.network() == Network::Isolated) {
    flow.talk_as(name_towards(flow, *flow.local(), to));
    traffic::set(flow.descriptor, traffic::Option::SynRetries, 1);
  }
  if (!use.is_named()) return -1;
  flow.set_peer(to);
  flow.phase = Phase::Connecting;
  return 0;
}

// On Windows a listener whose backlog is full refuses, as if nobody listened, and the peer tries again for a
// while; the host's does not answer. On one machine nothing else leaves a connection attempt unanswered.
int code_of_attempt(const Flow& flow, int error) {
  const bool backlog_is_full = error == ETIMEDOUT && flow.process.network() == Network::Isolated;
  return backlog_is_full ? WSAECONNREFUSED : winsock_code_of(error);
}

int ended(Flow& flow, int error) {
  if (error == 0) {
    flow.become_connected(name_of_connection(flow, flow.descriptor), flow.peer().value_or(Endpoint{}));
    return 0;
  }
  if (error == EINPROGRESS || error == EAGAIN || error == EALREADY) return WSAEWOULDBLOCK;
  flow.phase = Phase::Silent;
  flow.set_peer(std::nullopt);
  // Until it is told so, the host's socket would refuse the next attempt.
  traffic::disconnect(flow.descriptor);
  const int stands_for = flow.refusal.exchange(0);
  const int code = flow.closing ? WSAEINTR : stands_for != 0 ? stands_for : code_of_attempt(flow, error);
  if (!flow.blocks) flow.pending_error = code;
  return code;
}

// Where AcceptEx uses the host's socket too, it does not block: waits for a connection. False: this call must
// not wait.
bool waited_beside_host(Flow& listener) {
  if (!listener.blocks || !listener.host_never_blocks || listener.closing) return false;
  traffic::poll_one(listener.descriptor, traffic::kReadable, -1);
  return true;
}

}  // namespace

int connection_outcome(Flow& flow) {
  if (flow.phase != Phase::Connecting) return flow.phase == Phase::Connected ? 0 : WSAENOTCONN;
  if (traffic::poll_one(flow.descriptor, traffic::kWritable, 0) == 0) return WSAEWOULDBLOCK;
  return ended(flow, static_cast<int>(traffic::take_error(flow.descriptor).value));
}

bool lacks_context(Use& use, const char* function) {
  const Flow& flow = *use.call().socket().flow;
  if (flow.has_context) return false;
  advise_on_context(use.call(), function, flow.was_accepted);
  return true;
}

int connection_problem(Flow& flow) {
  if (flow.phase.load(std::memory_order_acquire) == Phase::Connected) return 0;
  if (flow.phase != Phase::Connecting) return WSAENOTCONN;
  const int code = connection_outcome(flow);
  return code == WSAEWOULDBLOCK ? WSAENOTCONN : code;
}

int obstacle_to_connection(Flow& flow, const Endpoint& to) {
  const std::lock_guard guard(flow.setup);
  const int code = phase_problem(flow);
  return code != 0 ? code : destination_problem(flow, to);
}

int begin_connection(Use& use, const Endpoint& to) {
  Flow& flow = use.flow();
  const std::lock_guard guard(flow.setup);
  if (!flow.is_stream()) return connect_datagrams(use, to);
  if (const int code = phase_problem(flow); code != 0) return code;
  std::optional<traffic::HostAddress> there;
  if (const int code = prepare(use, to, there); code != 0) {
    return code;
  }
  return ended(flow, traffic::connect(flow.descriptor, *there).error);
}

int connect_to(Use& use, const Endpoint& to) {
  Flow& flow = use.flow();
  int code = begin_connection(use, to);
  while (code == WSAEWOULDBLOCK && flow.blocks && !flow.closing) {
    traffic::poll_one(flow.descriptor, traffic::kWritable, -1);
    const std::lock_guard guard(flow.setup);
    code = flow.closing ? WSAEINTR : connection_outcome(flow);
  }
  if (flow.selects_events && flow.is_stream() && (code == 0 || code == WSAEWOULDBLOCK)) {
    AsyncState::of(flow)->look_again();
    code = WSAEWOULDBLOCK;  // Windows tells even of what is done already by FD_CONNECT alone
  }
  if (code > 0) use.fail(code);
  return code == 0 ? 0 : SOCKET_ERROR;
}

int next_arrival(Flow& listener, Arrival& arrival, bool waits) {
  for (;;) {
    traffic::HostAddress from;
    const auto accepted = traffic::accept(listener.descriptor, from);
    if (listener.closing) {
      if (accepted.ok()) traffic::close(static_cast<int>(accepted.value));
      return WSAEINTR;
    }
    if (accepted.error == EAGAIN && waits && waited_beside_host(listener)) continue;
    if (!accepted.ok()) return winsock_code_of(accepted.error);
    if (const auto deferred = listener.deferred.redeem(from)) {
      traffic::close(static_cast<int>(accepted.value));
      arrival = *deferred;
      return 0;
    }
    arrival.descriptor = static_cast<int>(accepted.value);
    const auto peer = listener.name_behind(from);
    if (peer) {
      arrival.peer = *peer;
      const auto on_host = name_of_connection(listener, arrival.descriptor);
      arrival.local =
          on_host ? *on_host : name_towards(listener, listener.local().value_or(Endpoint{}), *peer);
      arrival = listener.deferred.next(arrival);
      return 0;
    }
    // A stranger on the host's loopback: not one of this machine.
    traffic::close(arrival.descriptor);
  }
}

std::optional<SOCKET> admit(Use& listener, const Arrival& arrival) {
  const OpenHandle& open = listener.call().socket();
  const auto reply = listener.call().ask(request::Accept{open.socket, arrival.local.address});
  if (!reply) {
    traffic::close(arrival.descriptor);
    return std::nullopt;
  }
  OpenHandle accepted = open;
  accepted.socket = reply->socket;
  const auto flow = Flow::of_accepted(accepted, arrival, reply->name.port, listener.flow().blocks);
  inherit_options(*flow, listener.flow());
  accepted.flow = flow.get();
  const auto handle = HandleTable::of_program().insert(accepted);
  if (!handle) {
    listener.call().ask(request::CloseSocket{reply->socket});
    fail_with(WSAEMFILE);
    return std::nullopt;
  }
  Flow::hold(flow);
  if (listener.flow().selects_events) {
    flow->selects_events = true;
    AsyncState::of(*flow)->inherit(*AsyncState::of(listener.flow()));
  }
  return *handle;
}

}  // namespace berth::winsock
