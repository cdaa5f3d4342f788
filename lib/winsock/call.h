// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <berth/core/gateway.h>
#include <berth/core/refusal.h>
#include <berth/core/rule.h>

#include "handle_table.h"
#include "last_error.h"
#include "process_face.h"

namespace berth::winsock {

/// One Windows function in the making: whose call it is, and how it ends.
///
/// Lives on the stack of that function. Making one forgets why the thread's last call failed.
class Call {
 public:
  /// A call about no socket: of the thread's process, or else of the embedded machine's.
  Call();
  /// A call about `handle`: of the thread's process, or else of the handle's own.
  explicit Call(std::uintptr_t handle);
  /// The same about a handle that the caller visits for as long as the call lasts.
  explicit Call(const HandleTable::Visit& visit)
      : process_(attached_process()), is_found_(visit.find(found_)) {
    forget_refusal();
    if (process_ == nullptr) be_of_the_handles_process();
  }
  /// The same that `process` has begun, perhaps on another thread.
  Call(const HandleTable::Visit& visit, ProcessFace& process)
      : process_(&process), is_found_(visit.find(found_)) {
    forget_refusal();
  }

  /// Null when the program's machine cannot be made; every call then fails.
  [[nodiscard]] ProcessFace* process() const { return process_; }
  /// Requires: there is a process.
  [[nodiscard]] const Profile& profile() const { return process_->machine().profile(); }
  [[nodiscard]] bool in_force(Rule rule) const { return process_ == nullptr || profile().in_force(rule); }

  /// False when there is no machine to ask: it could not be made, is gone, or stayed with the parent of a
  /// fork.
  [[nodiscard]] bool has_machine() const;
  /// Checks that Winsock is started, and then that the handle is an open socket of this process. False: the
  /// call has failed.
  [[nodiscard]] bool is_started() { return can_ask() || fails_to_ask(); }
  [[nodiscard]] bool has_socket() {
    return (can_ask() && is_found_ && found_.process == process_) || fails_without_socket();
  }
  /// Requires: `has_socket()` returned true.
  [[nodiscard]] const OpenHandle& socket() const { return found_; }
  /// The same, and it is a socket that the model knows.
  [[nodiscard]] bool has_tcp_or_udp_socket() {
    return has_socket() && (found_.kind != SocketKind::Other || fail(Rule::SocketIsNeitherTcpNorUdp) == 0);
  }

  /// For synchronous calls, before the machine is asked: waits where a fault holds the call. True when the
  /// fault has made it fail. Requires: there is a process.
  [[nodiscard]] bool meets_a_fault(const CallView& view) {
    return !process_->faults().is_empty() && is_struck_by_a_fault(view);
  }
  /// The same for functions that return their code: what the fault does to the call; nothing when it goes on.
  [[nodiscard]] std::optional<FaultAction> fault_met(const CallView& view) const {
    return process_->faults().is_empty() ? std::nullopt : outcome_of_fault(view);
  }

  /// The machine's answer; nothing when the call has failed.
  std::optional<Reply> ask(const Request& request);

  /// Fails the call by a rule: last error, and what `last_refusal` tells. Returns SOCKET_ERROR.
  [[gnu::cold]] int fail(Rule rule);
  [[gnu::cold]] int fail(const Refusal& refusal);
  [[gnu::cold]] int fail(HostFailure failure);
  /// The code of a rule that the call breaks, for functions that return it: the last error stays.
  [[nodiscard]] int code_of(const Refusal& refusal) const;

 private:
  void be_of_the_handles_process() {
    if (is_found_) {
      process_ = found_.process;
    } else {
      find_home();
    }
  }
  [[gnu::cold]] void find_home();
  /// Winsock is started, and there is a machine to ask.
  [[nodiscard]] bool can_ask() const {
    return process_ != nullptr && process_->is_started() && process_->is_of_this_program() &&
           !process_->machine().is_gone();
  }
  // The call has failed; always false.
  [[gnu::cold]] bool fails_to_ask();
  [[gnu::cold]] bool fails_without_socket();
  [[nodiscard, gnu::cold]] bool is_struck_by_a_fault(const CallView& view);
  [[nodiscard]] std::optional<FaultAction> outcome_of_fault(const CallView& view) const;

  ProcessFace* process_;
  std::shared_ptr<ProcessFace> home_;  // keeps the process while this call lasts, where nobody else might
  OpenHandle found_;
  bool is_found_ = false;
};

}  // namespace berth::winsock
