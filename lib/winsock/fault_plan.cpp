// SPDX-License-Identifier: MIT
#include "fault_plan.h"

#include <algorithm>
#include <optional>

#include "handle_table.h"
#include "last_error.h"

namespace berth {
namespace {

bool covers(FaultPoint fault, FaultPoint call) {
  if (fault == FaultPoint::Any || fault == call) return true;
  if (fault != FaultPoint::Ioctl) return false;
  return call == FaultPoint::Acquire || call == FaultPoint::Associate || call == FaultPoint::Release ||
         call == FaultPoint::Affinity;
}

// A number in [0, 1), the same on every compiler.
double fraction(Dice& dice) { return static_cast<double>(dice.next() >> 11U) * 0x1.0p-53; }

}  // namespace

// -- one fault ------------------------------------------------------------------------------------

bool Fault::is_its_turn() {
  switch (when_.kind_) {
    case When::Kind::Every: return true;
    case When::Kind::Nth: return seen_ == when_.n_;
    case When::Kind::First: return seen_ <= when_.n_;
    case When::Kind::Chance: return fraction(dice_) < when_.probability_;
  }
  return false;
}

bool Fault::strikes(const CallView& call) {
  if (!covers(point_, call.point)) return false;
  const std::lock_guard guard(mutex_);
  if (when_.predicate_ && !when_.predicate_(call)) return false;
  ++seen_;
  if (!is_its_turn()) return false;
  ++struck_;
  return true;
}

std::shared_ptr<winsock::HeldCall> Fault::hold(std::uintptr_t handle, winsock::HeldCall::Ended ended) {
  auto call = std::make_shared<winsock::HeldCall>(shared_from_this(), handle, std::move(ended));
  {
    const std::lock_guard guard(mutex_);
    if (!has_ended_) {
      held_.push_back(call);
      changed_.notify_all();
      return call;
    }
  }
  call->tell(winsock::HoldEnd::GoesOn);
  return call;
}

std::size_t Fault::end_for_good() {
  {
    const std::lock_guard guard(mutex_);
    has_ended_ = true;
  }
  std::size_t cancelled = 0;
  for (const auto& call : calls()) cancelled += call->cancel() ? 1U : 0U;
  return cancelled;
}

std::uint64_t Fault::struck() const {
  const std::lock_guard guard(mutex_);
  return struck_;
}

std::size_t Fault::held() const {
  const std::lock_guard guard(mutex_);
  return held_.size();
}

bool Fault::wait_until_held(std::size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return held_.size() >= count; });
}

std::vector<std::shared_ptr<winsock::HeldCall>> Fault::calls() const {
  const std::lock_guard guard(mutex_);
  return held_;
}

bool Fault::forget(const winsock::HeldCall* call) {
  const std::lock_guard guard(mutex_);
  return std::erase_if(held_, [call](const auto& held) { return held.get() == call; }) != 0;
}

namespace winsock {

bool HeldCall::end(HoldEnd how) {
  // The list keeps a call that has not ended; whoever takes it out of there is the one who ends it.
  if (!fault_->forget(this)) return false;
  tell(how);
  return true;
}

// -- the plan -------------------------------------------------------------------------------------

std::vector<std::shared_ptr<Fault>> FaultPlan::faults() const {
  const std::lock_guard guard(mutex_);
  return faults_;
}

std::shared_ptr<Fault> FaultPlan::first_that_strikes(const CallView& call) {
  const auto all = faults();
  const auto found = std::ranges::find_if(
      all, [&call](const std::shared_ptr<Fault>& fault) { return fault->strikes(call); });
  if (found == all.end()) return nullptr;
  if (!(*found)->action().waits()) remember_fault(call.point);
  return *found;
}

void FaultPlan::add(std::shared_ptr<Fault> fault) {
  const std::lock_guard guard(mutex_);
  faults_.push_back(std::move(fault));
  size_.store(faults_.size(), std::memory_order_relaxed);
}

void FaultPlan::remove(const std::shared_ptr<Fault>& fault) {
  {
    const std::lock_guard guard(mutex_);
    std::erase(faults_, fault);
    size_.store(faults_.size(), std::memory_order_relaxed);
  }
  const std::size_t cancelled = fault->end_for_good();
  const std::lock_guard guard(mutex_);
  abandoned_ += cancelled;
}

void FaultPlan::cancel_held(std::uintptr_t handle) {
  for (const auto& fault : faults())
    for (const auto& call : fault->calls())
      if (call->handle() == handle) call->cancel();
}

HeldCalls FaultPlan::held_calls() const {
  HeldCalls calls;
  for (const auto& fault : faults()) calls.held += fault->held();
  const std::lock_guard guard(mutex_);
  calls.abandoned = abandoned_;
  return calls;
}

// -- synchronous calls ----------------------------------------------------------------------------

namespace {

// Where a thread waits for the end of its held call.
class Waiter {
 public:
  void tell(HoldEnd how) {
    const std::lock_guard guard(mutex_);
    end_ = how;
    changed_.notify_all();
  }
  HoldEnd wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return end_.has_value(); });
    return *end_;
  }
  void wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return end_.has_value(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<HoldEnd> end_;
};

}  // namespace

HoldEnd wait_out(Fault& fault, std::uintptr_t handle) {
  const auto waiter = std::make_shared<Waiter>();
  const auto call = fault.hold(handle, [waiter](HoldEnd how) { waiter->tell(how); });
  // Closed between the look at the handle and now: nobody else would cancel the call.
  if (handle != 0 && !HandleTable::of_program().find(handle)) call->cancel();
  if (fault.action().kind() == FaultKind::Delay) {
    waiter->wait_for(fault.action().time());
    call->let_go();
  }
  return waiter->wait();
}

}  // namespace winsock
}  // namespace berth
