// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace berth::traffic {

/// The one thread of a program that waits for the host's sockets, and for time to pass, where no thread of
/// the program does. It starts with the first wish; a program without wishes has none.
///
/// A forked child begins anew: what its parent watches and waits for stays with the parent, whose epoll the
/// child would otherwise share.
///
/// Our own code around epoll: a Boost template inside a static library that users link would collide with
/// their own Boost. Thread-safe.
class Reactor {
 public:
  using Key = std::uint64_t;
  /// Called on the reactor's thread with what was found (kReadable and its kin). No lock is held.
  using Ready = std::function<void(std::uint16_t found)>;

  /// The program's; never destroyed.
  static Reactor& of_program();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Looks after a descriptor, for nothing yet. 0 when the host refuses. Requires: it is not watched already.
  Key add(int descriptor, Ready ready);
  /// Waits for what is wanted, once; replaces an earlier wish. Nothing wanted: waits for nothing. Nothing
  /// happens for a key that the parent of a fork was given.
  void arm(Key key, int descriptor, std::uint16_t wanted);
  /// Forgets the descriptor; a call of `ready` that has begun may still be running.
  /// Requires: the descriptor is still open.
  void remove(Key key, int descriptor);

  /// Calls `action` on the reactor's thread when the time has passed.
  void after(std::chrono::milliseconds time, std::function<void()> action);

  /// Waits for what the reactor's thread is telling now, and so for what it holds on to meanwhile. On that
  /// thread itself, and where there is none yet: does not.
  /// Requires: the caller holds no lock that a `Ready` or an action may want.
  void wait_for_telling();

  /// Around a fork: first waits for what the reactor's thread is telling, and lets it tell no more, while the
  /// caller holds no lock that a `Ready` or an action may want; then lets nothing change. So nothing is half
  /// done in the child.
  void finish_telling() { telling_.lock(); }
  void hold_still() { mutex_.lock(); }
  void go_on() {
    mutex_.unlock();
    telling_.unlock();
  }
  /// In the child, between the two.
  void begin_anew();

 private:
  using Clock = std::chrono::steady_clock;

  using Watched = std::map<Key, std::shared_ptr<const Ready>>;
  using Actions = std::multimap<Clock::time_point, std::function<void()>>;

  Reactor() = default;
  bool ensure_thread();
  bool open();
  void close();
  void run();
  [[nodiscard]] int milliseconds_to_next_action();
  void run_due_actions();
  void tell(Key key, std::uint16_t found);
  void wake() const;

  // Change only before the thread starts, and in the child of a fork.
  int epoll_ = -1;
  int wakeup_ = -1;
  std::atomic<std::thread::id> thread_{};
  std::mutex telling_;  // held by the reactor's thread while it calls anybody; before any other lock
  std::mutex mutex_;    // guards what follows
  bool has_thread_ = false;
  Key next_key_ = 1;  // goes on in a child: keys of the parent are nobody's there
  Watched watched_;
  Actions actions_;
};

}  // namespace berth::traffic
