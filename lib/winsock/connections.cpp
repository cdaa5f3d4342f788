// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "async_state.h"
#include "connecting.h"
#include "host_errors.h"
#include "memory_probe.h"
#include "option_table.h"
#include "socket_names.h"
#include "use.h"

namespace berth::winsock {
namespace {

// AF_UNSPEC undoes the connection of a datagram socket.
bool is_nobody(const sockaddr* name, int length) {
  MemoryProbe memory;
  const auto family = memory.read<ADDRESS_FAMILY>(name);
  return length >= int{sizeof(ADDRESS_FAMILY)} && family && *family == AF_UNSPEC;
}

// The kernel's backlog for Windows' one, which may be a hint with its sign turned.
int host_backlog(int backlog) {
  constexpr int kMost = 0xffff;
  return backlog >= 0 ? std::min(backlog, kMost) : std::min(-std::max(backlog, -kMost), kMost);
}

// The hidden side of a listening socket; the code that refuses, or 0.
int listen_on_host(Use& use, int backlog) {
  Flow& flow = use.flow();
  const std::lock_guard guard(flow.setup);
  if (!use.is_named()) return -1;
  if (const int error = flow.listen(host_backlog(backlog)); error != 0) return winsock_code_of(error);
  flow.phase = Phase::Listening;
  forget_timeouts_of_host(flow);
  return 0;
}

std::optional<traffic::Half> half_of(int how) {
  switch (how) {
    case SD_RECEIVE: return traffic::Half::Receive;
    case SD_SEND: return traffic::Half::Send;
    case SD_BOTH: return traffic::Half::Both;
    default: return std::nullopt;
  }
}

}  // namespace
}  // namespace berth::winsock

int listen(SOCKET s, int backlog) {
  using namespace berth;
  winsock::Use use(s);
  if (!use.call().has_tcp_or_udp_socket()) return SOCKET_ERROR;
  if (use.call().meets_a_fault({.point = FaultPoint::Listen, .handle = s})) return SOCKET_ERROR;
  if (!use.call().ask(request::Listen{use.call().socket().socket})) return SOCKET_ERROR;
  winsock::HandleTable::of_program().store(s, winsock::StoredOption::Listening, true);
  if (!use.has_flow()) return SOCKET_ERROR;
  const int code = winsock::listen_on_host(use, backlog);
  if (code > 0) use.fail(code);
  if (code == 0 && use.flow().selects_events) winsock::AsyncState::of(use.flow())->look_again();
  return code == 0 ? 0 : SOCKET_ERROR;
}

int connect(SOCKET s, const struct sockaddr* name, int namelen) {
  using namespace berth;
  winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  if (!use.flow().is_stream() && winsock::is_nobody(name, namelen))
    return winsock::connect_to(use, Endpoint{.address = Address::any(use.flow().family), .port = 0});
  const auto to = winsock::read_name(name, namelen, use.flow().family);
  if (!to) return use.fail(to.error());
  if (use.call().meets_a_fault({.point = FaultPoint::Connect, .handle = s})) return SOCKET_ERROR;
  return winsock::connect_to(use, *to);
}

namespace berth::winsock {
namespace {

// What a program says to a connection that has come: 0, or the code with which the call fails.
using Decision = std::function<int(Flow& listener, const Arrival& arrival)>;

SOCKET accept_next(SOCKET s, sockaddr* addr, int* addrlen, const Decision& decide) {
  Use use(s);
  const auto failed = [&use](int code) {
    use.fail(code);
    return INVALID_SOCKET;
  };
  if (!use.has_flow()) return INVALID_SOCKET;
  if (!use.flow().is_stream()) return failed(WSAEOPNOTSUPP);
  if (use.flow().phase != Phase::Listening) return failed(WSAEINVAL);
  if (addr != nullptr && !name_fits(use.flow().family, addr, addrlen)) return failed(WSAEFAULT);
  if (use.call().meets_a_fault({.point = berth::FaultPoint::Accept, .handle = s})) return INVALID_SOCKET;
  Arrival arrival;
  const int code = next_arrival(use.flow(), arrival);
  const int verdict = code == 0 && decide ? decide(use.flow(), arrival) : code;
  if (verdict != WSATRY_AGAIN) enable_event(use.flow(), FD_ACCEPT);
  if (verdict != 0) return failed(verdict);
  const auto accepted = admit(use, arrival);
  if (!accepted) return INVALID_SOCKET;
  if (addr != nullptr) static_cast<void>(answer_name(arrival.peer, use.flow().family, addr, addrlen));
  return *accepted;
}

// An address in the hands of a condition function.
struct NameForProgram {
  NameForProgram(const Endpoint& endpoint, Family family) {
    write_name(endpoint, family, reinterpret_cast<sockaddr*>(&storage));
    buffer = {.len = static_cast<ULONG>(size_of_name(family)), .buf = reinterpret_cast<char*>(&storage)};
  }
  NameForProgram(const NameForProgram&) = delete;
  NameForProgram& operator=(const NameForProgram&) = delete;
  SOCKADDR_STORAGE storage{};
  WSABUF buffer{};
};

int asked(LPCONDITIONPROC condition, DWORD_PTR data, Flow& listener, const Arrival& arrival) {
  NameForProgram caller(arrival.peer, listener.family);
  NameForProgram callee(arrival.local, listener.family);
  WSABUF caller_data{};
  WSABUF callee_data{};
  GROUP group = 0;
  return condition(&caller.buffer, &caller_data, nullptr, nullptr, &callee.buffer, &callee_data, &group,
                   data);
}

int decided(LPCONDITIONPROC condition, DWORD_PTR data, Flow& listener, const Arrival& arrival) {
  const int answer = asked(condition, data, listener, arrival);
  if (answer == CF_ACCEPT) return 0;
  if (answer == CF_DEFER) {
    listener.deferred.put_off(listener.descriptor, arrival);
    return WSATRY_AGAIN;
  }
  traffic::set_linger(arrival.descriptor, true, 0);  // the peer sees a reset
  traffic::close(arrival.descriptor);
  return answer == CF_REJECT ? WSAECONNREFUSED : WSAEINVAL;
}

}  // namespace
}  // namespace berth::winsock

SOCKET accept(SOCKET s, struct sockaddr* addr, int* addrlen) {
  return berth::winsock::accept_next(s, addr, addrlen, {});
}

SOCKET WSAAccept(SOCKET s, struct sockaddr* addr, LPINT addrlen, LPCONDITIONPROC lpfnCondition,
                 DWORD_PTR dwCallbackData) {
  using namespace berth::winsock;
  if (lpfnCondition == nullptr) return accept_next(s, addr, addrlen, {});
  if (!MemoryProbe().is_readable(reinterpret_cast<const void*>(lpfnCondition), 1)) {
    Use use(s);
    if (use.has_flow()) use.fail(WSAEFAULT);
    return INVALID_SOCKET;
  }
  return accept_next(s, addr, addrlen, [=](Flow& listener, const Arrival& arrival) {
    return decided(lpfnCondition, dwCallbackData, listener, arrival);
  });
}

int shutdown(SOCKET s, int how) {
  using namespace berth;
  winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  const auto half = winsock::half_of(how);
  if (!half) return use.fail(WSAEINVAL);
  winsock::Flow& flow = use.flow();
  if (flow.is_stream() && flow.phase != winsock::Phase::Connected) return use.fail(WSAENOTCONN);
  if (winsock::lacks_context(use, "shutdown")) return use.fail(WSAENOTCONN);
  if (!use.call().ask(request::Shutdown{flow.socket})) return SOCKET_ERROR;
  if (*half != traffic::Half::Receive) flow.send_is_shut = true;
  if (*half != traffic::Half::Send) flow.receive_is_shut = true;
  const auto done = traffic::shutdown(flow.descriptor, *half);
  // The peer may have ended the connection already; to a datagram socket it matters here alone.
  if (!done.ok() && flow.is_stream() && done.error != ENOTCONN)
    return use.fail(winsock::winsock_code_of(done.error));
  return 0;
}

int getpeername(SOCKET s, struct sockaddr* name, int* namelen) {
  using namespace berth;
  winsock::Use use(s);
  if (!use.call().has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const winsock::Flow* flow = use.call().socket().flow;
  // A connection that has come about since is looked for.
  if (flow != nullptr && use.has_flow()) static_cast<void>(winsock::connection_problem(use.flow()));
  if (flow == nullptr || flow->phase != winsock::Phase::Connected) return use.fail(WSAENOTCONN);
  if (winsock::lacks_context(use, "getpeername")) return use.fail(WSAENOTCONN);
  const auto peer = flow->peer();
  if (!peer) return use.fail(WSAENOTCONN);
  const auto broken = winsock::answer_name(*peer, flow->family, name, namelen);
  return broken ? use.fail(WSAEFAULT) : 0;
}
