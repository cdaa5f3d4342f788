// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <memory>
#include <span>
#include <vector>

#include "ancillary.h"
#include "async_state.h"
#include "held_operation.h"
#include "memory_probe.h"
#include "overlapped_call.h"
#include "socket_names.h"
#include "transfer_call.h"

namespace berth::winsock {
namespace {

// The program's memory, part by part, and what is left of it to be filled or sent.
class Scatter {
 public:
  Scatter() = default;
  explicit Scatter(const std::vector<WSABUF>& buffers) { take(buffers); }
  /// False when the array, which may be gone after the call, cannot be read.
  [[nodiscard]] bool read(const WSABUF* buffers, DWORD count) {
    MemoryProbe memory;
    if (!memory.is_readable(buffers, count * sizeof(WSABUF))) return false;
    take(std::span(buffers, count));
    return true;
  }
  [[nodiscard]] std::span<const traffic::Piece> pieces() const { return std::span(pieces_).subspan(first_); }
  [[nodiscard]] std::size_t left() const { return left_; }

  void advance(std::size_t bytes) {
    left_ -= bytes;
    for (; first_ < pieces_.size() && bytes >= pieces_[first_].size && left_ != 0; ++first_)
      bytes -= pieces_[first_].size;
    if (bytes == 0 || first_ == pieces_.size()) return;
    pieces_[first_] = {.start = static_cast<char*>(pieces_[first_].start) + bytes,
                       .size = pieces_[first_].size - bytes};
  }

 private:
  void take(std::span<const WSABUF> buffers) {
    pieces_.reserve(buffers.size());
    for (const WSABUF& buffer : buffers) {
      pieces_.push_back({.start = buffer.buf, .size = buffer.len});
      left_ += buffer.len;
    }
  }

  std::vector<traffic::Piece> pieces_;
  std::size_t first_ = 0;
  std::size_t left_ = 0;
};

// What the four functions share.
struct TransferArguments {
  LPWSABUF buffers = nullptr;
  DWORD buffer_count = 0;
  LPDWORD bytes = nullptr;
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
};

bool is_overlapped(Use& use, const TransferArguments& with) {
  return with.overlapped != nullptr && use.call().socket().overlapped;
}

// Why the arguments are no good: 0 when they are.
int read_arguments(Use& use, const TransferArguments& with, Scatter& scatter) {
  MemoryProbe memory;
  const bool may_do_without_count = with.bytes == nullptr && is_overlapped(use, with);
  if (!may_do_without_count && !memory.is_writable(with.bytes, sizeof(DWORD))) return WSAEFAULT;
  if (with.buffer_count == 0) return WSAEINVAL;
  return scatter.read(with.buffers, with.buffer_count) ? 0 : WSAEFAULT;
}

void tell_bytes(const TransferArguments& with, std::size_t bytes) {
  MemoryProbe memory;
  if (with.bytes != nullptr) static_cast<void>(memory.write(with.bytes, static_cast<DWORD>(bytes)));
}

// -- the overlapped way -----------------------------------------------------------------------------

// NOLINTBEGIN(readability-non-const-parameter): the flags are written to where the call ends
int begin_transfer(Use& use, const TransferArguments& with, AsyncState::Side side, FaultPoint point,
                   const AsyncState::Attempt& attempt, LPDWORD flags = nullptr) {
  // NOLINTEND(readability-non-const-parameter)
  return begin_overlapped(use, {.overlapped = with.overlapped,
                                .routine = with.routine,
                                .side = side,
                                .point = point,
                                .attempt = [attempt](const std::shared_ptr<Operation>&) { return attempt; },
                                .second_handle = 0,
                                .fails_late = false,
                                .bytes = with.bytes,
                                .flags = flags});
}

// -- out --------------------------------------------------------------------------------------------

AsyncState::Attempt sending(Flow& flow, const Scatter& scatter, const SocketName& to, unsigned flags) {
  struct State {
    std::shared_ptr<Flow> flow;
    Scatter scatter;
    SocketName to;
    unsigned flags;
    std::size_t sent = 0;
  };
  const auto state = std::make_shared<State>(
      State{.flow = flow.shared_from_this(), .scatter = scatter, .to = to, .flags = flags});
  return [state]() -> std::optional<Completion> {
    for (;;) {
      const Transferred moved =
          send_once(*state->flow, state->scatter.pieces(), state->to, state->flags | traffic::kDoNotBlock);
      if (moved.code == WSAEWOULDBLOCK) return std::nullopt;
      if (moved.code != 0) return completion_of(moved.code, 0);
      state->sent += moved.bytes;
      state->scatter.advance(moved.bytes);
      if (state->scatter.left() == 0 || !state->flow->is_stream()) return completion_of(0, state->sent);
    }
  };
}

int send_synchronously(Use& use, const TransferArguments& with, const Scatter& scatter, const SocketName& to,
                       unsigned flags) {
  const auto sent = send_now(use, scatter.pieces(), to, flags);
  if (!sent) return SOCKET_ERROR;
  tell_bytes(with, *sent);
  return 0;
}

int send_scattered(Use& use, const TransferArguments& with, const SocketName& to, DWORD flags) {
  Scatter scatter;
  if (const int code = read_arguments(use, with, scatter); code != 0) return use.fail(code);
  const auto how = send_flags(flags);
  if (!how) return use.fail(WSAEOPNOTSUPP);
  if (!is_overlapped(use, with)) return send_synchronously(use, with, scatter, to, *how);
  return begin_transfer(use, with, AsyncState::Side::Out, FaultPoint::Send,
                        sending(use.flow(), scatter, to, *how));
}

// -- in ---------------------------------------------------------------------------------------------

// Where a receive tells more than its bytes.
struct Rest {
  sockaddr* name = nullptr;
  int* length = nullptr;
  WSAMSG* message = nullptr;  // of WSARecvMsg
};

// Of WSARecvMsg: the code that it comes to. The message is the program's, and may be gone when it is told
// late.
int tell_message(Flow& flow, const Transferred& moved, WSAMSG* message) {
  MemoryProbe memory;
  const bool is_complete = moved.code == 0 || moved.code == WSAEMSGSIZE;
  if (!is_complete || !memory.is_writable(message, sizeof(WSAMSG))) return moved.code;
  const bool fits = tell_control(flow, moved.peer, *message);
  message->dwFlags = (moved.code == 0 ? 0U : ULONG{MSG_TRUNC}) | (fits ? 0U : ULONG{MSG_CTRUNC});
  return moved.code == 0 && !fits ? WSAEMSGSIZE : moved.code;
}

// The code that the receive comes to.
int tell_rest(Flow& flow, const Transferred& moved, const Rest& rest) {
  if (rest.name != nullptr && moved.peer) static_cast<void>(answer_name(moved.peer, rest.name, rest.length));
  return rest.message == nullptr ? moved.code : tell_message(flow, moved, rest.message);
}

bool has_nothing_to_receive(Flow& flow) {
  return traffic::poll_one(flow.descriptor, traffic::kReadable, 0) == 0;
}

// A datagram socket is reset by an unreachable port, which a completion port tells as such: public clients
// (Boost.Asio) look for ERROR_PORT_UNREACHABLE.
Completion completion_of_receive(const Flow& flow, int code, std::size_t bytes) {
  Completion completion = completion_of(code, bytes);
  if (code == WSAECONNRESET && !flow.is_stream()) completion.status = STATUS_PORT_UNREACHABLE;
  return completion;
}

AsyncState::Attempt receiving(Flow& flow, const Scatter& scatter, const Rest& rest, unsigned flags) {
  struct State {
    std::shared_ptr<Flow> flow;
    Scatter scatter;
    Rest rest;
    unsigned flags;
    bool wants_all;
    std::size_t received = 0;
  };
  const unsigned once = (flags & ~traffic::kWaitForAll) | traffic::kDoNotBlock;
  const bool wants_all = (flags & traffic::kWaitForAll) != 0 && flow.is_stream();
  const auto state = std::make_shared<State>(State{.flow = flow.shared_from_this(),
                                                   .scatter = scatter,
                                                   .rest = rest,
                                                   .flags = once,
                                                   .wants_all = wants_all});
  return [state]() -> std::optional<Completion> {
    Flow& from = *state->flow;
    // A receive of no bytes tells that there are some.
    if (state->scatter.left() == 0 && from.phase == Phase::Connected && has_nothing_to_receive(from))
      return std::nullopt;
    for (;;) {
      const Transferred moved = receive_once(from, state->scatter.pieces(), state->flags);
      if (moved.code == WSAEWOULDBLOCK) return std::nullopt;
      if (const int code = tell_rest(from, moved, state->rest); code != 0)
        return completion_of_receive(from, code, moved.bytes);
      state->received += moved.bytes;
      const bool is_full = moved.bytes == state->scatter.left();
      if (!state->wants_all || is_full || moved.bytes == 0) return completion_of(0, state->received);
      state->scatter.advance(moved.bytes);
    }
  };
}

int receive_synchronously(Use& use, const TransferArguments& with, const Scatter& scatter, const Rest& rest,
                          unsigned how, LPDWORD flags) {
  const auto moved = receive_now(use, scatter.pieces(), how);
  if (!moved) return SOCKET_ERROR;
  if (moved->code != 0 && moved->code != WSAEMSGSIZE) return use.fail(moved->code);
  const int code = tell_rest(use.flow(), *moved, rest);
  tell_bytes(with, moved->bytes);
  MemoryProbe memory;
  static_cast<void>(memory.write(flags, moved->code == 0 ? DWORD{0} : DWORD{MSG_PARTIAL}));
  return code == 0 ? 0 : use.fail(code);
}

int receive_scattered(Use& use, const TransferArguments& with, LPDWORD flags, const Rest& rest) {
  Scatter scatter;
  if (const int code = read_arguments(use, with, scatter); code != 0) return use.fail(code);
  MemoryProbe memory;
  const auto asked = memory.read<DWORD>(flags);
  if (!asked || !memory.is_writable(flags, sizeof(DWORD))) return use.fail(WSAEFAULT);
  const auto how = receive_flags(*asked);
  if (!how) return use.fail(WSAEOPNOTSUPP);
  if (!can_be_sent_to(use)) return SOCKET_ERROR;
  if (!is_overlapped(use, with)) return receive_synchronously(use, with, scatter, rest, *how, flags);
  const int result = begin_transfer(use, with, AsyncState::Side::In, FaultPoint::Receive,
                                    receiving(use.flow(), scatter, rest, *how), flags);
  enable_event(use.flow(), FD_READ | FD_OOB);
  return result;
}

// A name is wanted, and there is no room for it.
bool has_no_room_for_name(const Use& use, const Rest& rest) {
  return rest.name != nullptr && !name_fits(use.flow().family, rest.name, rest.length);
}

// Streams have no names to tell.
Rest rest_of(const Use& use, sockaddr* name, int* length, WSAMSG* message = nullptr) {
  const bool wants_name = name != nullptr && !use.flow().is_stream();
  return {.name = wants_name ? name : nullptr, .length = wants_name ? length : nullptr, .message = message};
}

}  // namespace

INT PASCAL receive_message(SOCKET s, LPWSAMSG message, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine) {
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  if (!memory.is_writable(message, sizeof(WSAMSG))) return use.fail(WSAEFAULT);
  const Rest rest = rest_of(use, message->name, &message->namelen, message);
  if (has_no_room_for_name(use, rest)) return use.fail(WSAEFAULT);
  DWORD flags = message->dwFlags;  // those that come back are told with the datagram
  return receive_scattered(use, {message->lpBuffers, message->dwBufferCount, bytes, overlapped, routine},
                           &flags, rest);
}

Completion completion_of(int code, std::size_t bytes) {
  // A socket that is closed under a call cancels it.
  if (code == WSAEINTR) return Completion::cancelled();
  if (code == 0) return Completion::success(static_cast<DWORD>(bytes));
  Completion completion = Completion::failure(code);
  if (code == WSAEMSGSIZE) completion.bytes = static_cast<DWORD>(bytes);
  return completion;
}

int begin_overlapped(Use& use, const OverlappedCall& call) {
  const auto operation = Operation::begin({.handle = use.handle(),
                                           .socket = use.call().socket(),
                                           .overlapped = call.overlapped,
                                           .routine = call.routine,
                                           .second_handle = call.second_handle});
  if (!operation) return SOCKET_ERROR;
  const auto attempt = call.attempt(operation);
  const CallView view{.point = call.point, .handle = use.handle(), .control_code = 0, .overlapped = true};
  if (const auto fault = use.call().process()->faults().strike(view)) {
    if (!fault->action().waits()) return use.fail(fault->action().winsock_code());
    hold_operation(operation, fault,
                   [operation, attempt, side = call.side](Use& later) -> std::optional<Completion> {
                     if (!later.has_flow()) return Completion::cancelled();
                     return AsyncState::of(later.flow())->submit(side, operation, attempt);
                   });
    return fail_with(WSA_IO_PENDING);
  }
  const auto completion = AsyncState::of(use.flow())->submit(call.side, operation, attempt);
  if (!completion) return fail_with(WSA_IO_PENDING);
  if (completion->code != 0 && !call.fails_late) return use.fail(completion->code);
  if (completion->code != 0) {
    operation->end(*completion);
    return fail_with(WSA_IO_PENDING);
  }
  MemoryProbe memory;
  if (call.bytes != nullptr) static_cast<void>(memory.write(call.bytes, completion->bytes));
  if (call.flags != nullptr) static_cast<void>(memory.write(call.flags, DWORD{0}));
  operation->end_at_once(*completion);
  set_last_error(0);
  return 0;
}

AsyncState::Attempt sending(Flow& flow, const std::vector<WSABUF>& buffers) {
  return sending(flow, Scatter(buffers), {}, 0);
}

AsyncState::Attempt receiving(Flow& flow, const std::vector<WSABUF>& buffers) {
  return receiving(flow, Scatter(buffers), Rest{}, 0);
}

}  // namespace berth::winsock

int WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
            LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  berth::winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  return berth::winsock::send_scattered(
      use, {lpBuffers, dwBufferCount, lpNumberOfBytesSent, lpOverlapped, lpCompletionRoutine}, {}, dwFlags);
}

// NOLINTBEGIN(readability-non-const-parameter): the signature is Windows'
int WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
              const struct sockaddr* lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
              LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth::winsock;
  Use use(s);
  SocketName target;
  if (!use.has_flow() || !reads_target(use, lpTo, iTolen, target)) return SOCKET_ERROR;
  return send_scattered(use,
                        {lpBuffers, dwBufferCount, lpNumberOfBytesSent, lpOverlapped, lpCompletionRoutine},
                        target, dwFlags);
}

int WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
            LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  berth::winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  return berth::winsock::receive_scattered(
      use, {lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, lpOverlapped, lpCompletionRoutine}, lpFlags, {});
}

int WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                LPDWORD lpFlags, struct sockaddr* lpFrom, LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  const Rest rest = rest_of(use, lpFrom, lpFromlen);
  if (has_no_room_for_name(use, rest)) return use.fail(WSAEFAULT);
  return receive_scattered(
      use, {lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, lpOverlapped, lpCompletionRoutine}, lpFlags,
      rest);
}
