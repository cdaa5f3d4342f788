// SPDX-License-Identifier: MIT
#include "use.h"

#include <cerrno>

#include "host_errors.h"

namespace berth::winsock {

bool Use::is_given_a_flow() {
  flow_ = adopt_flow(handle_, call_.socket());
  if (flow_ != nullptr) return true;
  // Closed since the first look, or no descriptor is left.
  if (HandleTable::of_program().find(handle_)) {
    fail_with(WSAENOBUFS);
  } else {
    call_.fail(Rule::NotASocket);
  }
  return false;
}

// Under `host` traffic somebody else may hold the port that the model gave: the bind is taken back, and where
// the model had chosen the port, it chooses another.
template <class Bind>
[[gnu::always_inline]] inline bool Use::is_named_by(bool model_chooses, Bind&& bind) {
  constexpr int kMostTries = 256;
  for (int tries = 1;; ++tries) {
    const auto reply = bind();
    if (!reply) return false;
    const int error = flow_->carry_as(reply->name);
    if (error == 0) return true;
    call_.ask(request::TakeBindBack{flow_->socket});
    flow_->set_local(std::nullopt);
    const bool another_may_do = error == EADDRINUSE && model_chooses && tries < kMostTries;
    if (!another_may_do) return fail(winsock_code_of(error)) == 0;
  }
}

bool Use::is_named() {
  if (flow_->is_carried()) return true;
  if (flow_->local()) return is_carried_now();
  return is_named_by(true, [this] { return call_.ask(request::ImplicitBind{flow_->socket}); });
}

bool Use::has_name() {
  if (flow_->local()) return true;
  if (flow_->process.network() == Network::Host) return is_named();
  const auto reply = call_.ask(request::ImplicitBind{flow_->socket});
  if (reply) flow_->set_local(reply->name);
  return reply.has_value();
}

bool Use::is_bound(const Endpoint& name) {
  return is_named_by(name.port == 0, [&] { return call_.ask(request::Bind{flow_->socket, name}); });
}

int Use::fail(int code) {
  if (call_.process() != nullptr && call_.process()->machine().is_gone())
    return call_.fail(HostFailure::MachineIsGone);
  return fail_with(flow_ != nullptr && flow_->closing ? WSAEINTR : code);
}

bool Use::is_reachable() {
  const int error = has_flow() ? flow_->carry() : ENOBUFS;
  if (error == 0) return true;
  call_.ask(request::TakeBindBack{call_.socket().socket});
  return fail(winsock_code_of(error)) == 0;
}

bool Use::is_carried_now() {
  const int error = flow_->carry();
  if (error != 0) fail(winsock_code_of(error));
  return error == 0;
}

}  // namespace berth::winsock
