// SPDX-License-Identifier: MIT
#include "call.h"

#include <winsock2.h>

#include <berth/codes/error_codes.h>

namespace berth::winsock {

Call::Call() : process_(attached_process()) {
  forget_refusal();
  if (process_ == nullptr) find_home();
}

Call::Call(std::uintptr_t handle)
    : process_(attached_process()), is_found_(HandleTable::of_program().find(handle, found_)) {
  forget_refusal();
  if (process_ == nullptr) be_of_the_handles_process();
}

void Call::find_home() {
  home_ = home_process();
  process_ = home_ ? home_.get() : embedded_process();
}

bool Call::is_struck_by_a_fault(const CallView& view) {
  const auto action = outcome_of_fault(view);
  if (action) fail_with(action->winsock_code());
  return action.has_value();
}

std::optional<FaultAction> Call::outcome_of_fault(const CallView& view) const {
  const auto fault = process_->faults().strike(view);
  if (!fault) return std::nullopt;
  if (!fault->action().waits()) return fault->action();
  if (wait_out(*fault, view.handle) == HoldEnd::GoesOn) return std::nullopt;
  remember_fault(view.point);
  return FaultAction::interrupt();
}

bool Call::has_machine() const {
  if (process_ == nullptr) return false;
  if (process_->machine().is_gone()) return false;
  if (process_->is_of_this_program()) return true;
  say_once_that_the_machine_stayed_behind();
  return false;
}

bool Call::fails_to_ask() {
  if (process_ != nullptr && !has_machine()) return fail(HostFailure::MachineIsGone) == 0;
  return fail(Rule::WinsockNotStarted) == 0;
}

bool Call::fails_without_socket() {
  if (!can_ask()) return fails_to_ask();
  return fail(Rule::NotASocket) == 0;
}

std::optional<Reply> Call::ask(const Request& request) {
  const Outcome outcome = process_->machine().submit(process_->id(), request);
  if (const auto* reply = std::get_if<Reply>(&outcome)) return *reply;
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    fail(*refusal);
  } else {
    fail(std::get<HostFailure>(outcome));
  }
  return std::nullopt;
}

int Call::fail(Rule rule) { return fail(Refusal{.rule = rule, .record = {}}); }

int Call::fail(const Refusal& refusal) { return fail_with(code_of(refusal)); }

int Call::code_of(const Refusal& refusal) const {
  remember_refusal(refusal);
  // A process that could not be made has the default profile.
  static const Profile kDefault;
  const auto code = winsock_code(refusal.rule, process_ == nullptr ? kDefault : profile());
  // Only an allowance that a profile suspends has no code of its own.
  return code.value_or(WSAEINVAL);
}

int Call::fail(HostFailure failure) { return fail_with(winsock_code(failure)); }

}  // namespace berth::winsock
