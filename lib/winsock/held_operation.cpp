// SPDX-License-Identifier: MIT
#include "held_operation.h"

#include <mutex>
#include <utility>

#include <berth/traffic/reactor.h>

#include "last_error.h"

namespace berth::winsock {
namespace {

// Whoever lets a call go on has errors of its own, which are not to change.
class ErrorsOfThisThread {
 public:
  ErrorsOfThisThread() : code_(last_error()), refusal_(last_refusal()), fault_(last_fault()) {}
  ErrorsOfThisThread(const ErrorsOfThisThread&) = delete;
  ErrorsOfThisThread& operator=(const ErrorsOfThisThread&) = delete;
  ~ErrorsOfThisThread() {
    set_last_error(code_);
    forget_refusal();
    if (refusal_) remember_refusal(*refusal_);
    if (fault_) remember_fault(*fault_);
  }

 private:
  const int code_;
  const std::optional<Refusal> refusal_;
  const std::optional<FaultPoint> fault_;
};

std::optional<Completion> gone_on(const Operation& operation, const Continuation& go_on) {
  const ErrorsOfThisThread kept;
  Use use(operation.handle(), *operation.about().socket.process);
  // Closed while it was let go: nobody else cancels it then.
  const bool is_open =
      use.call().has_socket() && use.call().socket().socket == operation.about().socket.socket;
  return is_open ? go_on(use) : Completion::cancelled();
}

// The held call, which the canceller may want before there is one.
struct HeldSlot {
  std::mutex mutex;
  std::shared_ptr<HeldCall> held;
  bool is_cancelled = false;
};

void cancel(const std::shared_ptr<HeldSlot>& slot) {
  std::shared_ptr<HeldCall> held;
  {
    const std::lock_guard guard(slot->mutex);
    slot->is_cancelled = true;
    held = slot->held;
  }
  if (held) held->cancel();
}

// Says who is held. True: it was to be cancelled meanwhile.
bool fill(const std::shared_ptr<HeldSlot>& slot, std::shared_ptr<HeldCall> held) {
  const std::lock_guard guard(slot->mutex);
  slot->held = std::move(held);
  return slot->is_cancelled;
}

}  // namespace

void hold_operation(const std::shared_ptr<Operation>& operation, const std::shared_ptr<Fault>& fault,
                    Continuation go_on) {
  const auto slot = std::make_shared<HeldSlot>();
  operation->pend([slot] { cancel(slot); });
  const auto held = fault->hold(operation->handle(), [operation, go_on = std::move(go_on)](HoldEnd how) {
    const auto completion = how == HoldEnd::Cancelled ? Completion::cancelled() : gone_on(*operation, go_on);
    if (completion) operation->end(*completion);
  });
  const bool was_closed = !HandleTable::of_program().find(operation->handle());
  if (fill(slot, held) || was_closed) held->cancel();
  if (fault->action().kind() == FaultKind::Delay)
    traffic::Reactor::of_program().after(fault->action().time(), [held] { held->let_go(); });
}

}  // namespace berth::winsock
