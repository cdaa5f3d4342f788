// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <berth/traffic/reactor.h>

#include "flow.h"
#include "fork.h"
#include "operation.h"

namespace berth::winsock {

/// What an emulated socket has once it is used asynchronously: the overlapped calls that wait for the host,
/// and the network events that the program has selected.
///
/// Thread-safe. Calls of one direction end in the order in which they began. In the child of a fork the
/// parent's calls are not gone on with: the parent does that. They can still be cancelled there.
class AsyncState {
 public:
  /// Where a call waits: for bytes and connections, or to get rid of bytes and to be connected.
  enum class Side : std::uint8_t { In, Out };
  /// Tries, without blocking, to bring a call to its end; nothing: not yet.
  using Attempt = std::function<std::optional<Completion>()>;

  /// That of a flow, made when it has none.
  static std::shared_ptr<AsyncState> of(Flow& flow);
  explicit AsyncState(Flow& flow) : flow_(flow) {}
  AsyncState(const AsyncState&) = delete;
  AsyncState& operator=(const AsyncState&) = delete;
  ~AsyncState();

  /// Tries at once, unless others wait before it. Nothing: it pends, and its end will be told.
  std::optional<Completion> submit(Side side, const std::shared_ptr<Operation>& operation,
                                   const Attempt& attempt);

  // -- network events: the FD_ bits of WSAEventSelect -------------------------------------------------
  void select(long events, std::shared_ptr<Event> event);
  /// An accepted socket begins with what its listener selected.
  void inherit(AsyncState& listener);
  /// A function was called that lets the event be told again.
  void enable(long event);
  /// The socket began to connect, or to listen.
  void look_again();
  struct Seen {
    long events = 0;
    std::array<int, FD_MAX_EVENTS> codes{};
  };
  /// What happened since the last time; `event`, unless it is null, is reset with it.
  Seen take_events(Event* event);

 private:
  struct Waiting {
    std::shared_ptr<Operation> operation;
    Attempt attempt;
  };

  [[nodiscard]] std::deque<Waiting>& queue_of(Side side) { return queues_[static_cast<std::size_t>(side)]; }

  [[nodiscard]] std::unique_lock<std::mutex> locked();
  // All under the lock.
  void leave_to_parent();
  void advance(std::deque<Waiting>& queue);
  void arm();
  [[nodiscard]] std::uint16_t wanted() const;
  [[nodiscard]] unsigned wanted_for_events() const;
  void look_for_events(std::uint16_t found);
  void look_at_connecting();
  void look_at_connected(std::uint16_t found);
  void record(long event, int code);
  [[nodiscard]] std::uint16_t found_now() const;
  void look_now();

  void on_ready();
  void cancel(const Operation* operation);

  Flow& flow_;        // which owns this
  std::mutex mutex_;  // guards what follows
  traffic::Reactor::Key key_ = 0;
  std::array<std::deque<Waiting>, 2> queues_;
  std::deque<Waiting> of_parent_;
  unsigned forks_ = forks_counted();
  long selected_ = 0;
  long enabled_ = 0;
  std::shared_ptr<Event> event_;
  Seen seen_;
  bool was_connecting_ = false;
  bool peer_is_done_ = false;
};

/// What a function that moves bytes does for WSAEventSelect at its end; free for sockets without it.
inline void enable_event(Flow& flow, long event) {
  if (flow.selects_events) AsyncState::of(flow)->enable(event);
}

}  // namespace berth::winsock
