// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/winsock/faults.h>

namespace berth {
namespace winsock {

/// How the holding of a call ended.
enum class HoldEnd : std::uint8_t { GoesOn, Cancelled };

/// A call that is undecided: the machine has not seen it.
///
/// Thread-safe. It ends once, by being let go or by being cancelled, and tells so once, on the thread that
/// ended it and with no lock held. Whoever began the call keeps it too, to cancel it.
class HeldCall {
 public:
  using Ended = std::function<void(HoldEnd)>;
  HeldCall(std::shared_ptr<Fault> fault, std::uintptr_t handle, Ended ended)
      : fault_(std::move(fault)), handle_(handle), ended_(std::move(ended)) {}

  [[nodiscard]] std::uintptr_t handle() const { return handle_; }
  /// False when it has ended already.
  bool let_go() { return end(HoldEnd::GoesOn); }
  bool cancel() { return end(HoldEnd::Cancelled); }

 private:
  friend class berth::Fault;
  bool end(HoldEnd how);
  void tell(HoldEnd how) const { ended_(how); }
  const std::shared_ptr<Fault> fault_;  // which keeps this call until it ends, and no longer
  const std::uintptr_t handle_;
  const Ended ended_;
};

}  // namespace winsock

/// One fault of a plan: its counters and the calls that it holds. Thread-safe.
class Fault : public std::enable_shared_from_this<Fault> {
 public:
  Fault(FaultPoint point, const FaultAction& action, const When& when)
      : point_(point), action_(action), when_(when), dice_(when.seed_) {}

  [[nodiscard]] const FaultAction& action() const { return action_; }
  /// Counts the call, and says whether it is struck.
  bool strikes(const CallView& call);

  /// Holds a call until it is let go or cancelled, of which `ended` is told. A fault that has ended lets it
  /// go on at once.
  std::shared_ptr<winsock::HeldCall> hold(std::uintptr_t handle, winsock::HeldCall::Ended ended);

  [[nodiscard]] std::uint64_t struck() const;
  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] bool wait_until_held(std::size_t count, std::chrono::milliseconds timeout) const;
  /// The calls that it holds, the longest held first.
  [[nodiscard]] std::vector<std::shared_ptr<winsock::HeldCall>> calls() const;
  /// Cancels what it holds and holds nothing more. Returns how many calls it had to cancel.
  std::size_t end_for_good();

 private:
  friend class winsock::HeldCall;
  [[nodiscard]] bool is_its_turn();
  bool forget(const winsock::HeldCall* call);

  const FaultPoint point_;
  const FaultAction action_;
  const When when_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  Dice dice_;
  std::uint64_t seen_ = 0;
  std::uint64_t struck_ = 0;
  bool has_ended_ = false;
  std::vector<std::shared_ptr<winsock::HeldCall>> held_;
};

namespace winsock {

/// The faults of one emulated process.
///
/// Thread-safe. A plan without faults costs one relaxed load.
class FaultPlan {
 public:
  /// The fault that strikes this call; null when none does.
  std::shared_ptr<Fault> strike(const CallView& call) {
    return is_empty() ? nullptr : first_that_strikes(call);
  }
  [[nodiscard]] bool is_empty() const { return size_.load(std::memory_order_relaxed) == 0; }

  void add(std::shared_ptr<Fault> fault);
  /// Takes the fault out and cancels the calls that it holds.
  void remove(const std::shared_ptr<Fault>& fault);

  /// Cancels the calls on a handle that is closed.
  void cancel_calls_on(std::uintptr_t handle) {
    if (!is_empty()) cancel_held(handle);
  }
  [[nodiscard]] HeldCalls held_calls() const;

 private:
  [[nodiscard]] std::shared_ptr<Fault> first_that_strikes(const CallView& call);
  void cancel_held(std::uintptr_t handle);
  [[nodiscard]] std::vector<std::shared_ptr<Fault>> faults() const;

  std::atomic<std::size_t> size_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::shared_ptr<Fault>> faults_;
  std::size_t abandoned_ = 0;
};

/// Makes the calling thread wait where `fault` holds or delays a synchronous call on `handle` (0: on none).
/// Cancelled when the handle is closed, or was before.
[[nodiscard]] HoldEnd wait_out(Fault& fault, std::uintptr_t handle);

}  // namespace winsock
}  // namespace berth
