// SPDX-License-Identifier: MIT
#include "use.h"

#include "host_errors.h"

namespace berth::winsock {

bool Use::has_flow() {
  if (!call_.has_tcp_or_udp_socket()) return false;
  flow_ = call_.socket().flow;
  if (flow_ == nullptr) flow_ = adopt_flow(handle_, call_.socket());
  if (flow_ != nullptr) return true;
  // Closed since the first look, or no descriptor is left.
  if (HandleTable::of_program().find(handle_)) {
    fail_with(WSAENOBUFS);
  } else {
    call_.fail(Rule::NotASocket);
  }
  return false;
}

bool Use::is_named() {
  if (!flow_->local()) {
    const auto reply = call_.ask(request::ImplicitBind{flow_->socket});
    if (!reply) return false;
    flow_->set_local(reply->name);
  }
  const int error = flow_->carry();
  if (error != 0) fail(winsock_code_of(error));
  return error == 0;
}

}  // namespace berth::winsock
