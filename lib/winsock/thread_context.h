// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "kernel_object.h"

namespace berth::winsock {

class Mutex;
struct Packet;

/// A thread, as Windows' functions know it: its number, the procedures queued to it, and its end, for which
/// others can wait. Every thread has one, whoever made it.
class ThreadContext final : public KernelObject {
 public:
  /// Windows' STILL_ACTIVE.
  static constexpr std::uint32_t kStillActive = 259;

  ThreadContext();
  ~ThreadContext() override;

  /// A multiple of four, unique in the program.
  [[nodiscard]] std::uint32_t id() const { return id_; }
  /// kStillActive while it runs.
  [[nodiscard]] std::uint32_t exit_code() const;

  /// Runs what is queued, oldest first, until nothing is left; what they queue too. False when nothing was.
  /// Requires: this is the calling thread.
  bool run_queued_procedures();

  /// What the thread's end will tell; 0 without this call. Requires: this is the calling thread.
  void set_code_at_end(std::uint32_t exit_code) { code_at_end_ = exit_code; }
  /// Runs the hooks, the last one first. Requires: this is the calling thread.
  void run_hooks();
  /// Runs the hooks that are left, gives up the mutexes that the thread owns as abandoned, forgets what is
  /// queued and signals the object. Requires: this is the calling thread, which calls it once.
  void finish();

  /// A thread that may not start yet: how many times it is suspended before this call. The one that brings
  /// it to 0 lets it start.
  std::uint32_t resume();
  void suspend_before_start();
  /// Requires: this is the calling thread, at its start.
  void wait_until_resumed();

  /// The packets that the last wait of this thread for a completion port was given.
  /// Requires: this is the calling thread.
  std::vector<Packet> take_received();

 private:
  friend class CompletionPort;
  friend class Dispatcher;
  friend class Mutex;
  friend bool queue_apc(const std::shared_ptr<ThreadContext>& thread, std::function<void()> procedure);
  friend void at_thread_end(std::function<void()> hook);

  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;

  const std::uint32_t id_;
  // The thread's own.
  std::vector<std::function<void()>> hooks_;
  std::uint32_t code_at_end_ = 0;
  // Under the dispatcher's lock.
  std::uint32_t exit_code_ = kStillActive;
  bool has_ended_ = false;
  std::uint32_t suspensions_ = 0;
  std::condition_variable may_start_;
  std::deque<std::function<void()>> procedures_;
  Wait* alertable_wait_ = nullptr;
  std::vector<Mutex*> owned_;
  std::vector<Packet> received_;
  std::size_t most_to_receive_ = 1;
};

/// The calling thread. After its end (in the destructor of a thread_local that ends later) one that has
/// ended.
[[nodiscard]] std::shared_ptr<ThreadContext> this_thread();
/// Makes `thread`, which nobody is yet, the calling thread. Requires: this_thread() was not called in it.
void become(std::shared_ptr<ThreadContext> thread);

/// Lets `procedure` run in that thread when it next waits alertably. False when the thread has ended.
bool queue_apc(const std::shared_ptr<ThreadContext>& thread, std::function<void()> procedure);

/// Runs `hook` when the calling thread ends, before its mutexes are abandoned and before those who wait for
/// its end see it; the last hook first. A thread that CreateThread made still is attached to its process
/// then, any other is no longer. Not at the end of the program.
void at_thread_end(std::function<void()> hook);

}  // namespace berth::winsock
