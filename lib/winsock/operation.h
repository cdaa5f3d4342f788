// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "handle_table.h"
#include "objects.h"
#include "socket_association.h"
#include "thread_context.h"

namespace berth::winsock {

/// How an overlapped call ended.
struct Completion {
  std::int32_t status = 0;  ///< an NTSTATUS
  int code = 0;             ///< of Winsock
  DWORD bytes = 0;
  DWORD flags = 0;
  bool handed_on = false;      ///< not ended: the call waits for another socket now
  bool then_receives = false;  ///< not ended: it has sent, and waits among those that receive now

  static Completion success(DWORD bytes, DWORD flags = 0) {
    return {.status = 0, .code = 0, .bytes = bytes, .flags = flags};
  }
  /// Requires: `code` is not 0.
  static Completion failure(int code);
  static Completion cancelled();
  static Completion handed_over() {
    return {.status = 0, .code = 0, .bytes = 0, .flags = 0, .handed_on = true};
  }
  static Completion half_done() {
    Completion completion;
    completion.then_receives = true;
    return completion;
  }
};

/// One overlapped call, from its beginning until its end has been told.
///
/// It ends exactly once: writes `Internal` and `InternalHigh`, then sets the event, or queues the routine to
/// the thread that began the call, or posts a packet to the socket's completion port. Thread-safe. The
/// program's memory may be gone by then: it is looked at before it is written.
class Operation : public std::enable_shared_from_this<Operation> {
 public:
  struct About {
    std::uintptr_t handle = 0;
    OpenHandle socket;
    OVERLAPPED* overlapped = nullptr;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
    std::uintptr_t second_handle = 0;  ///< of AcceptEx: closing it cancels the call too
  };

  /// Null, with last error WSA_INVALID_HANDLE, when `hEvent` counts and is no event; WSAEFAULT when the
  /// structure cannot be written.
  static std::shared_ptr<Operation> begin(const About& about);
  explicit Operation(const About& about);

  [[nodiscard]] std::uintptr_t handle() const { return about_.handle; }
  [[nodiscard]] const About& about() const { return about_; }
  [[nodiscard]] const ThreadContext& starter() const { return *starter_; }
  [[nodiscard]] bool has_port() const { return association_.port != nullptr; }
  /// Later calls have greater numbers.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// What an immediate failure leaves behind where it can: STATUS_PENDING (A10).
  static void leave_pending(OVERLAPPED* overlapped);

  /// The call has not ended at once. `cancel` must bring its end about, with `Completion::cancelled()`,
  /// unless it has ended: it is called with no lock held, perhaps twice. A call that pends already may be
  /// given another one. False: it has ended.
  bool pend(std::function<void()> cancel);
  /// The call ends. False when it has ended before.
  bool end(const Completion& completion) { return end(completion, Told::Later); }
  /// The call has succeeded before its function returns, which tells it too (A6, A7).
  bool end_at_once(const Completion& completion) { return end(completion, Told::AtOnce); }

  /// Cancels a call that pends.
  void cancel();

  /// Set when the call has ended, for those who wait for it without an event of the program's.
  [[nodiscard]] std::shared_ptr<Event> finished();

 private:
  enum class Told : std::uint8_t { Later, AtOnce };
  enum class State : std::uint8_t { Begun, Pending, Ended };

  bool end(const Completion& completion, Told told);
  void write(const Completion& completion) const;
  void tell(const Completion& completion, Told told) const;
  void queue_routine(const Completion& completion) const;
  [[nodiscard]] bool wants_packet(Told told) const;

  const About about_;
  const std::uint64_t number_;
  const std::shared_ptr<ThreadContext> starter_;
  const std::function<void(std::function<void()>)> queue_of_starter_;
  const Association association_;
  std::uintptr_t event_handle_ = 0;  // as the program gave it
  std::shared_ptr<Event> event_;
  std::mutex mutex_;  // guards what follows
  State state_ = State::Begun;
  std::function<void()> cancel_;
  std::shared_ptr<Event> finished_;
};

/// In whose name overlapped calls begin, where that is not the calling thread.
struct Starter {
  std::shared_ptr<ThreadContext> thread;  ///< where routines run; null: in the calling one
  /// Brings a routine there; empty: as QueueUserAPC does.
  std::function<void(std::function<void()>)> queue;
};
[[nodiscard]] Starter& starter_of_operations();

/// The overlapped calls of the program that pend. Thread-safe.
class PendingOperations {
 public:
  static PendingOperations& of_program();

  void add(const std::shared_ptr<Operation>& operation);
  void remove(const Operation& operation);
  /// The call on `handle` that was given this structure; null when none pends.
  [[nodiscard]] std::shared_ptr<Operation> find(std::uintptr_t handle, const OVERLAPPED* overlapped);
  /// Cancels calls on `handle`, the oldest first; those that `wanted` picks, or all. Returns how many.
  std::size_t cancel_on(std::uintptr_t handle, const std::function<bool(const Operation&)>& wanted = {});
  /// Cancels the calls that a thread which ends has begun, but for those of sockets with a completion port.
  void cancel_begun_by(const ThreadContext& thread);
  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  /// Around a fork: no change is then half done in the child.
  void hold_still() { mutex_.lock(); }
  void go_on() { mutex_.unlock(); }

 private:
  using Key = std::pair<std::uintptr_t, std::uint64_t>;  // handle, and the order of beginning

  PendingOperations() = default;

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;  // guards what follows
  std::map<Key, std::shared_ptr<Operation>> all_;
};

/// The handle, which was taken out of the table, is closed for good: cancels the calls that pend on it.
void end_operations_on(std::uintptr_t handle);

}  // namespace berth::winsock
