// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace berth::winsock {

class ThreadContext;
struct Wait;

/// How a wait took an object: a mutex whose owner ended, and a port that was closed, are abandoned.
enum class Taken : std::uint8_t { Normally, Abandoned };

/// What a HANDLE that is no socket stands for: an event, a mutex, a semaphore, a thread, a port.
///
/// Its state changes, and is looked at, under the dispatcher's lock alone. Never destroyed under that lock.
class KernelObject {
 public:
  KernelObject() = default;
  KernelObject(const KernelObject&) = delete;
  KernelObject& operator=(const KernelObject&) = delete;
  virtual ~KernelObject() = default;

  /// False for what the functions of the WaitFor family do not know, such as a completion port.
  [[nodiscard]] virtual bool can_be_waited_for() const { return true; }
  /// The last handle was closed; those who use the object still do.
  virtual void no_handle_is_left() {}

 private:
  friend class Dispatcher;
  friend class ObjectTable;

  // Under the dispatcher's lock.
  [[nodiscard]] virtual bool is_ready_for(const ThreadContext& thread) const = 0;
  virtual Taken take(ThreadContext& thread) = 0;
  [[nodiscard]] virtual bool serves_the_last_comer_first() const { return false; }

  std::vector<Wait*> waits_;  // the dispatcher's: in the order in which they came
  std::size_t handles_ = 0;   // the table's
};

/// No timeout is Windows' INFINITE.
using Timeout = std::optional<std::chrono::milliseconds>;

/// A thread's wish to sleep until something happens.
struct WaitRequest {
  enum class For : std::uint8_t { Any, All };

  std::span<const std::shared_ptr<KernelObject>> objects;  ///< none: a sleep
  For what = For::Any;
  Timeout timeout;
  bool alertable = false;
};

struct WaitOutcome {
  enum class Kind : std::uint8_t { Signalled, Abandoned, TimedOut, Alerted };

  Kind kind = Kind::TimedOut;
  std::size_t index = 0;  ///< of the object, when one was waited for
};

/// The one place where threads block and are woken.
///
/// Thread-safe. What a wait gets is given to it by the thread that makes it ready, under one lock: an
/// auto-reset event wakes exactly one thread, and a wait for all takes all or nothing. First come, first
/// served.
class Dispatcher {
 public:
  /// The program's; never destroyed.
  static Dispatcher& of_program();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Blocks the calling thread. An alertable wait that is not ready at once runs every procedure that is
  /// queued to the thread, or is queued meanwhile, and is then over: Alerted. No lock is held while they run.
  WaitOutcome wait(const WaitRequest& request);

  /// For the implementations of objects: around a change of state.
  [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  /// After a change, still under the lock: ends the waits that can be ended now.
  void end_waits_for(KernelObject& object);
  /// Under the lock: ends a wait of `thread` that may be alerted.
  void alert(ThreadContext& thread);

  /// How many waits for the object have begun and not ended.
  [[nodiscard]] std::size_t waits_for(const KernelObject& object) {
    const std::lock_guard guard(mutex_);
    return object.waits_.size();
  }

  /// Around a fork: no change is then half done in the child.
  void hold_still() { mutex_.lock(); }
  void go_on() { mutex_.unlock(); }

 private:
  Dispatcher() = default;

  bool try_to_end(Wait& wait);
  void end(Wait& wait, WaitOutcome outcome);
  static void enlist(Wait& wait);
  static void delist(Wait& wait);

  std::mutex mutex_;
};

}  // namespace berth::winsock
