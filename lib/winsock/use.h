// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include "call.h"
#include "flow.h"
#include "last_error.h"

namespace berth::winsock {

/// A Windows call that moves a socket's bytes: a `Call`, and the flow of its socket, which stays together
/// until the call ends. Lives on the stack of that function.
class Use {
 public:
  explicit Use(SOCKET s) : handle_(s), visit_(s), call_(visit_) {}
  /// The same for a call that `process` began and that goes on now, on whatever thread.
  Use(SOCKET s, ProcessFace& process) : handle_(s), visit_(s), call_(visit_, process) {}

  [[nodiscard]] Call& call() { return call_; }
  [[nodiscard]] SOCKET handle() const { return handle_; }

  /// Checks that this is a TCP or UDP socket, and gives it a flow. False: the call has failed.
  [[nodiscard]] bool has_flow() {
    if (!call_.has_tcp_or_udp_socket()) return false;
    flow_ = call_.socket().flow;
    return flow_ != nullptr || is_given_a_flow();
  }
  /// Requires: `has_flow()` returned true.
  [[nodiscard]] Flow& flow() const { return *flow_; }

  /// False for an IPv4 address, mapped, and a socket of IPv6 alone.
  [[nodiscard]] bool may_reach(const Address& address) const {
    return !address.is_ipv4_mapped() || !HandleTable::of_program().is_on(handle_, StoredOption::Ipv6Only);
  }
  /// Gives the socket a name in the model, if it has none; the host's endpoint may wait, where the host does
  /// not have the last word about it. False: the call has failed.
  [[nodiscard]] bool has_name();
  /// Gives the socket a name as connect and sendto do, and the host's endpoint. False: the call has failed.
  [[nodiscard]] bool is_named();
  /// Makes a bound datagram socket ready for what other programs send to it. False: the call has failed, and
  /// the bind is taken back.
  [[nodiscard]] bool is_reachable();
  /// Binds it, in the model and on the host, as `host` traffic wants. False: the call has failed.
  [[nodiscard]] bool is_bound(const Endpoint& name);

  [[gnu::cold]] int fail(Rule rule) { return call_.fail(rule); }
  [[gnu::cold]] int fail(int code);

 private:
  [[nodiscard]] bool is_given_a_flow();
  [[nodiscard]] bool is_carried_now();
  template <class Bind>
  [[nodiscard]] bool is_named_by(bool model_chooses, Bind&& bind);

  const SOCKET handle_;
  const HandleTable::Visit visit_;  // around everything that looks at the flow
  Call call_;
  Flow* flow_ = nullptr;
};

}  // namespace berth::winsock
