// SPDX-License-Identifier: MIT
#include <mswsock.h>

#include <cstring>
#include <memory>

#include "connecting.h"
#include "kernel_arguments.h"
#include "memory_probe.h"
#include "option_table.h"
#include "overlapped_call.h"
#include "socket_association.h"
#include "socket_names.h"

namespace berth::winsock {
namespace {

BOOL answer(int result) { return result == 0 ? TRUE : FALSE; }

// -- AcceptEx ---------------------------------------------------------------------------------------

constexpr DWORD kRoomBesideAnAddress = 16;

// Where a connection goes, and what is told of it.
struct Destination {
  std::uintptr_t handle = 0;
  OpenHandle open;  // what the handle stands for until then
  char* buffer = nullptr;
  DWORD data = 0;
  DWORD local_room = 0;
  DWORD remote_room = 0;
};

Flow* flow_so_far(const Destination& to) {
  const auto open = HandleTable::of_program().find(to.handle);
  return open ? open->flow : nullptr;
}

// The connection's own flow, in the mode of the socket that it comes to.
std::shared_ptr<Flow> flow_for(const Destination& to, const OpenHandle& accepted, const Arrival& arrival,
                               Port port) {
  Flow* before = flow_so_far(to);
  auto flow = Flow::of_accepted(accepted, arrival, port, before == nullptr || before->blocks);
  if (before != nullptr) flow->before = before->shared_from_this();
  flow->has_context = false;
  return flow;
}

void write_names(const Destination& to, const Flow& flow, const Arrival& arrival) {
  MemoryProbe memory;
  if (!memory.is_writable(to.buffer, to.data + to.local_room + to.remote_room)) return;
  write_name(arrival.local, flow.family, reinterpret_cast<sockaddr*>(to.buffer + to.data));
  write_name(arrival.peer, flow.family, reinterpret_cast<sockaddr*>(to.buffer + to.data + to.local_room));
}

// Gives the connection to the handle; its flow, or null with the code that says why not.
std::shared_ptr<Flow> take_over(Flow& listener, const Destination& to, const Arrival& arrival, int& code) {
  Gateway& machine = listener.process.machine();
  const ProcessId process = to.open.process->id();
  const Outcome outcome = machine.submit(process, request::Accept{listener.socket, arrival.local.address});
  const auto* reply = std::get_if<Reply>(&outcome);
  if (reply == nullptr) {
    traffic::close(arrival.descriptor);
    code = WSAECONNABORTED;
    return nullptr;
  }
  OpenHandle accepted = to.open;
  accepted.socket = reply->socket;
  auto flow = flow_for(to, accepted, arrival, reply->name.port);
  accepted.flow = flow.get();
  if (!HandleTable::of_program().replace(to.handle, to.open.socket, accepted)) {
    machine.submit(process, request::CloseSocket{reply->socket});
    code = WSAEINTR;
    return nullptr;
  }
  Flow::hold(flow);
  if (flow->before) flow->before->let_go();
  if (!HandleTable::of_program().has_calls(to.handle)) flow->before = nullptr;
  move_association(to.handle, to.open.socket, reply->socket);
  machine.submit(process, request::CloseSocket{to.open.socket});
  return flow;
}

AsyncState::Attempt accepting(Flow& listener, const Destination& to,
                              const std::shared_ptr<Operation>& operation) {
  const std::weak_ptr<Operation> weak = operation;
  return [flow = listener.shared_from_this(), to, weak]() -> std::optional<Completion> {
    Arrival arrival;
    if (const int code = next_arrival(*flow, arrival, false); code != 0)
      return code == WSAEWOULDBLOCK ? std::nullopt : std::optional(completion_of(code, 0));
    int code = 0;
    const auto accepted = take_over(*flow, to, arrival, code);
    if (!accepted) return completion_of(code, 0);
    write_names(to, *accepted, arrival);
    if (to.data == 0) return completion_of(0, 0);
    const auto later = weak.lock();
    if (!later) return Completion::cancelled();
    const auto completion = AsyncState::of(*accepted)->submit(
        AsyncState::Side::In, later, receiving(*accepted, {WSABUF{.len = to.data, .buf = to.buffer}}));
    return completion ? completion : Completion::handed_over();
  };
}

// Why the arguments are no good: 0 when they are.
int accept_problem(Use& use, const Destination& to, const OVERLAPPED* overlapped) {
  MemoryProbe memory;
  if (overlapped == nullptr) return ERROR_INVALID_PARAMETER;
  const auto least = static_cast<DWORD>(size_of_name(use.flow().family)) + kRoomBesideAnAddress;
  if (to.local_room < least || to.remote_room < least) return WSAEFAULT;
  if (!memory.is_writable(to.buffer, std::size_t{to.data} + to.local_room + to.remote_room)) return WSAEFAULT;
  if (use.flow().phase != Phase::Listening) return WSAEINVAL;
  if (to.open.kind != SocketKind::Tcp || to.open.family != use.flow().family) return WSAEINVAL;
  ProcessFace& process = *to.open.process;
  return name_told_to(process.id(), process.machine(), to.open.socket) ? WSAEINVAL : 0;
}

// The host's socket serves calls that block and calls that must not.
void never_block_on_host(Flow& flow) {
  if (!flow.host_never_blocks.exchange(true)) traffic::set_blocking(flow.descriptor, false);
}

// -- ConnectEx --------------------------------------------------------------------------------------

int connect_problem(Use& use, const OVERLAPPED* overlapped, const void* data, DWORD size) {
  Flow& flow = use.flow();
  MemoryProbe memory;
  if (overlapped == nullptr) return ERROR_INVALID_PARAMETER;
  if (!flow.is_stream() || flow.phase == Phase::Listening) return WSAEINVAL;
  if (data != nullptr && !memory.is_readable(data, size)) return WSAEFAULT;
  return flow.local() ? 0 : WSAEINVAL;
}

// Begins, waits for the connection, and then sends. Not begun before the first attempt: a fault may hold
// that.
class Connection {
 public:
  Connection(Use& use, const Endpoint& to, const std::vector<WSABUF>& data)
      : handle_(use.handle()),
        process_(*use.call().process()),
        flow_(use.flow().shared_from_this()),
        to_(to),
        send_(data.empty() ? nullptr : sending(use.flow(), data)) {}

  std::optional<Completion> go_on() {
    if (!code_) code_ = begin();
    if (*code_ == WSAEWOULDBLOCK) {
      const std::lock_guard guard(flow_->setup);
      code_ = connection_outcome(*flow_);
      if (*code_ == WSAEWOULDBLOCK) return std::nullopt;
    }
    if (flow_->blocks && !flow_->host_never_blocks) traffic::set_blocking(flow_->descriptor, true);
    flow_->has_context = *code_ != 0;
    if (*code_ != 0) return completion_of(*code_, 0);
    return send_ ? send_() : std::optional(completion_of(0, 0));
  }

 private:
  [[nodiscard]] int begin() const {
    Use use(handle_, process_);
    if (!use.has_flow() || &use.flow() != flow_.get()) return WSAEINTR;
    if (flow_->blocks && !flow_->host_never_blocks) traffic::set_blocking(flow_->descriptor, false);
    const int code = begin_connection(use, to_);
    return code < 0 ? last_error() : code;
  }

  const SOCKET handle_;
  ProcessFace& process_;
  const std::shared_ptr<Flow> flow_;
  const Endpoint to_;
  const AsyncState::Attempt send_;
  std::optional<int> code_;
};

}  // namespace
}  // namespace berth::winsock

// NOLINTBEGIN(readability-non-const-parameter): it is written to where the call ends
BOOL AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
              DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
              LPOVERLAPPED lpOverlapped) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth::winsock;
  Use use(sListenSocket);
  if (!use.has_flow()) return FALSE;
  const auto open = HandleTable::of_program().find(sAcceptSocket);
  if (!open || open->process != use.call().process()) return answer(use.fail(berth::Rule::NotASocket));
  const Destination to{.handle = sAcceptSocket,
                       .open = *open,
                       .buffer = static_cast<char*>(lpOutputBuffer),
                       .data = dwReceiveDataLength,
                       .local_room = dwLocalAddressLength,
                       .remote_room = dwRemoteAddressLength};
  if (const int code = accept_problem(use, to, lpOverlapped); code != 0) return refuse(code);
  never_block_on_host(use.flow());
  Flow& listener = use.flow();
  return answer(begin_overlapped(
      use, {.overlapped = lpOverlapped,
            .routine = nullptr,
            .side = AsyncState::Side::In,
            .point = berth::FaultPoint::Accept,
            .attempt = [&listener, &to](const auto& operation) { return accepting(listener, to, operation); },
            .second_handle = sAcceptSocket,
            .fails_late = false,
            .bytes = lpdwBytesReceived}));
}

VOID GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength, DWORD,
                          struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                          struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength) {
  using namespace berth::winsock;
  MemoryProbe memory;
  auto* local = reinterpret_cast<sockaddr*>(static_cast<char*>(lpOutputBuffer) + dwReceiveDataLength);
  auto* remote = reinterpret_cast<sockaddr*>(reinterpret_cast<char*>(local) + dwLocalAddressLength);
  const auto family = memory.read<ADDRESS_FAMILY>(local);
  if (!family) return;
  const int size = size_of_name(*family == AF_INET6 ? berth::Family::Ipv6 : berth::Family::Ipv4);
  static_cast<void>(memory.write(LocalSockaddr, local));
  static_cast<void>(memory.write(RemoteSockaddr, remote));
  static_cast<void>(memory.write(LocalSockaddrLength, size));
  static_cast<void>(memory.write(RemoteSockaddrLength, size));
}

// NOLINTBEGIN(readability-non-const-parameter): it is written to where the call ends
BOOL ConnectEx(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer, DWORD dwSendDataLength,
               LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return FALSE;
  if (const int code = connect_problem(use, lpOverlapped, lpSendBuffer, dwSendDataLength); code != 0)
    return refuse(code);
  const auto to = read_name(name, namelen, use.flow().family);
  if (!to) return answer(use.fail(to.error()));
  if (const int code = obstacle_to_connection(use.flow(), *to); code != 0) return answer(use.fail(code));
  std::vector<WSABUF> data;
  if (lpSendBuffer != nullptr && dwSendDataLength != 0)
    data.push_back({.len = dwSendDataLength, .buf = static_cast<char*>(lpSendBuffer)});
  const auto connection = std::make_shared<Connection>(use, *to, data);
  return answer(begin_overlapped(
      use, {.overlapped = lpOverlapped,
            .routine = nullptr,
            .side = AsyncState::Side::Out,
            .point = berth::FaultPoint::Connect,
            .attempt = [&connection](const auto&) { return [connection] { return connection->go_on(); }; },
            .second_handle = 0,
            .fails_late = true,
            .bytes = lpdwBytesSent}));
}
