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
  explicit Use(SOCKET s) : handle_(s), entered_(s), call_(s) {}
  /// The same for a call that `process` began and that goes on now, on whatever thread.
  Use(SOCKET s, ProcessFace& process) : handle_(s), entered_(s), call_(s, process) {}

  [[nodiscard]] Call& call() { return call_; }
  [[nodiscard]] SOCKET handle() const { return handle_; }

  /// Checks that this is a TCP or UDP socket, and gives it a flow. False: the call has failed.
  [[nodiscard]] bool has_flow();
  /// Requires: `has_flow()` returned true.
  [[nodiscard]] Flow& flow() const { return *flow_; }

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

  int fail(Rule rule) { return call_.fail(rule); }
  int fail(int code);

 private:
  // Around everything that looks at the flow.
  class Entered {
   public:
    explicit Entered(std::uintptr_t handle) : handle_(handle) { HandleTable::of_program().enter(handle_); }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    ~Entered() { HandleTable::of_program().leave(handle_); }

   private:
    const std::uintptr_t handle_;
  };

  [[nodiscard]] bool is_carried_now();
  template <class Bind>
  [[nodiscard]] bool is_named_by(bool model_chooses, Bind&& bind);

  const SOCKET handle_;
  const Entered entered_;
  Call call_;
  Flow* flow_ = nullptr;
};

}  // namespace berth::winsock
