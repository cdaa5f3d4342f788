// SPDX-License-Identifier: MIT
#include "disconnecting.h"

#include <mswsock.h>

#include <array>
#include <cerrno>
#include <memory>

#include "connecting.h"
#include "memory_probe.h"
#include "option_table.h"
#include "overlapped_call.h"
#include "socket_association.h"

namespace berth::winsock {
namespace {

// What an ended connection leaves: a socket of the model, and a flow for it.
class Successor {
 public:
  Successor(std::uintptr_t handle, const OpenHandle& before) : handle_(handle), before_(before) {}

  // 0, or the code that says why the handle still stands for what it did.
  int take_over(Flow& ended) {
    OpenHandle open = before_;
    if (ended.was_accepted && !open_anew(open)) return WSAENOBUFS;
    const auto flow = Flow::make(open);
    if (flow) inherit_mode(*flow, ended);
    open.flow = flow.get();
    if (flow && HandleTable::of_program().replace(handle_, before_.socket, open)) {
      settle(open, flow, ended);
      return 0;
    }
    if (open.socket != before_.socket) ask(request::CloseSocket{open.socket});
    return flow ? WSAEINTR : WSAENOBUFS;
  }

 private:
  Outcome ask(const Request& request) const {
    return before_.process->machine().submit(before_.process->id(), request);
  }

  // An accepted socket shares its listener's port as long as it lives; AcceptEx wants one without a port.
  [[nodiscard]] bool open_anew(OpenHandle& open) const {
    const Outcome outcome = ask(request::OpenSocket{Transport::Tcp, open.family});
    const auto* reply = std::get_if<Reply>(&outcome);
    if (reply == nullptr) return false;
    open.socket = reply->socket;
    for (const SocketOption& option : socket_options()) {
      if (!option.model) continue;
      const bool on = HandleTable::of_program().is_on(handle_, option.model->stored);
      if (on || option.model->option == Option::Ipv6Only)
        ask(request::SetOption{open.socket, option.model->option, on});
    }
    return true;
  }

  static void inherit_mode(Flow& flow, const Flow& ended) {
    flow.blocks = ended.blocks.load();
    if (!flow.blocks) traffic::set_blocking(flow.descriptor, false);
    inherit_options(flow, ended);
  }

  void settle(const OpenHandle& open, const std::shared_ptr<Flow>& flow, Flow& ended) const {
    Flow::hold(flow);
    flow->before = ended.shared_from_this();
    ended.let_go();
    ended.phase = Phase::Silent;
    if (open.socket == before_.socket) return;
    move_association(handle_, before_.socket, open.socket);
    ask(request::CloseSocket{before_.socket});
  }

  const std::uintptr_t handle_;
  const OpenHandle before_;
};

// One who disconnects, from the first look to the end. The parts do not block.
class Disconnection {
 public:
  Disconnection(Use& use, bool reuses)
      : flow_(use.flow().shared_from_this()),
        successor_(use.handle(), use.call().socket()),
        reuses_(reuses) {}

  std::optional<Completion> go_on() {
    if (!has_sent_all_) {
      has_sent_all_ = true;
      flow_->send_is_shut = true;
      flow_->process.machine().submit(flow_->process.id(), request::Shutdown{flow_->socket});
      traffic::shutdown(flow_->descriptor, traffic::Half::Send);
      return reuses_ ? Completion::half_done() : Completion::success(0);
    }
    return wait_for_peer();
  }
  [[nodiscard]] Flow& flow() const { return *flow_; }

 private:
  std::optional<Completion> wait_for_peer() {
    std::array<char, 4096> thrown_away;
    for (;;) {
      const auto received =
          traffic::receive(flow_->descriptor, thrown_away.data(), thrown_away.size(), traffic::kDoNotBlock);
      if (flow_->closing) return Completion::cancelled();
      if (received.error == EAGAIN) return std::nullopt;
      if (!received.ok() || received.value == 0) break;  // reset is over, too
    }
    flow_->receive_is_shut = true;
    return completion_of(successor_.take_over(*flow_), 0);
  }

  const std::shared_ptr<Flow> flow_;
  Successor successor_;
  const bool reuses_;
  bool has_sent_all_ = false;
};

int disconnection_problem(Use& use, DWORD flags, DWORD reserved) {
  if ((flags & ~DWORD{TF_REUSE_SOCKET}) != 0 || reserved != 0 || !use.flow().is_stream()) return WSAEINVAL;
  if (connection_problem(use.flow()) != 0) return WSAENOTCONN;
  if (use.flow().send_is_shut && flags == 0) return WSAENOTCONN;
  return flags != 0 && use.flow().is_shared() ? WSAEOPNOTSUPP : 0;
}

BOOL disconnect_synchronously(Use& use, const std::shared_ptr<Disconnection>& disconnection) {
  if (use.call().meets_a_fault({.point = FaultPoint::Close, .handle = use.handle()})) return FALSE;
  auto end = disconnection->go_on();
  while (!end || end->then_receives) {
    traffic::poll_one(disconnection->flow().descriptor, traffic::kReadable, -1);
    end = disconnection->go_on();
  }
  if (end->code == WSA_OPERATION_ABORTED) use.fail(WSAEINTR);
  if (end->code != 0 && end->code != WSA_OPERATION_ABORTED) use.fail(end->code);
  return end->code == 0 ? TRUE : FALSE;
}

BOOL begin_disconnection(Use& use, LPOVERLAPPED overlapped,
                         const std::shared_ptr<Disconnection>& disconnection) {
  const int result = begin_overlapped(use, {.overlapped = overlapped,
                                            .routine = nullptr,
                                            .side = AsyncState::Side::Out,
                                            .point = FaultPoint::Close,
                                            .attempt = [&disconnection](const auto&) {
                                              return [disconnection] { return disconnection->go_on(); };
                                            }});
  return result == 0 ? TRUE : FALSE;
}

}  // namespace

BOOL PASCAL disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved) {
  Use use(s);
  if (!use.has_flow()) return FALSE;
  MemoryProbe memory;
  const bool is_bad = overlapped != nullptr && !memory.is_writable(overlapped, sizeof(OVERLAPPED));
  if (const int code = is_bad ? WSAEFAULT : disconnection_problem(use, flags, reserved); code != 0) {
    use.fail(code);
    return FALSE;
  }
  // What stood here before this connection was kept for calls that have all ended.
  if (HandleTable::of_program().calls_on(s) == 1) use.flow().before = nullptr;
  const auto disconnection = std::make_shared<Disconnection>(use, (flags & TF_REUSE_SOCKET) != 0);
  if (overlapped == nullptr || !use.call().socket().overlapped)
    return disconnect_synchronously(use, disconnection);
  return begin_disconnection(use, overlapped, disconnection);
}

}  // namespace berth::winsock
