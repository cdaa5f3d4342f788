// SPDX-License-Identifier: MIT
#include "kernel_object.h"

#include <algorithm>
#include <condition_variable>
#include <ranges>

#include "thread_context.h"

namespace berth::winsock {

/// A thread that sleeps; lives on its stack.
struct Wait {
  WaitRequest request;
  ThreadContext& thread;
  std::optional<WaitOutcome> outcome;
  std::condition_variable over;
};

namespace {

using Clock = std::chrono::steady_clock;

void sleep_until_over(Wait& wait, std::unique_lock<std::mutex>& lock, std::optional<Clock::time_point> end) {
  const auto is_over = [&wait] { return wait.outcome.has_value(); };
  if (end) {
    wait.over.wait_until(lock, *end, is_over);
  } else {
    wait.over.wait(lock, is_over);
  }
}

}  // namespace

Dispatcher& Dispatcher::of_program() {
  // Never destroyed: a thread may still wait while the program ends.
  static Dispatcher& dispatcher = *new Dispatcher;
  return dispatcher;
}

WaitOutcome Dispatcher::wait(const WaitRequest& request) {
  const auto start = Clock::now();
  const std::shared_ptr<ThreadContext> thread = this_thread();
  Wait wait{.request = request, .thread = *thread, .outcome = {}, .over = {}};
  std::unique_lock guard(mutex_);
  const bool is_ready = try_to_end(wait);
  if (!is_ready && request.alertable && !thread->procedures_.empty())
    wait.outcome = WaitOutcome{.kind = WaitOutcome::Kind::Alerted};
  if (!wait.outcome && request.timeout != Timeout::value_type::zero()) {
    enlist(wait);
    sleep_until_over(wait, guard, request.timeout ? std::optional(start + *request.timeout) : std::nullopt);
    delist(wait);
  }
  guard.unlock();
  const WaitOutcome outcome = wait.outcome.value_or(WaitOutcome{});
  if (outcome.kind == WaitOutcome::Kind::Alerted) thread->run_queued_procedures();
  return outcome;
}

void Dispatcher::end_waits_for(KernelObject& object) {
  if (object.waits_.empty()) return;
  // A wait that ends leaves the object's list.
  std::vector<Wait*> waits = object.waits_;
  if (object.serves_the_last_comer_first()) std::ranges::reverse(waits);
  for (Wait* wait : waits) try_to_end(*wait);
}

void Dispatcher::alert(ThreadContext& thread) {
  if (thread.alertable_wait_ != nullptr)
    end(*thread.alertable_wait_, WaitOutcome{.kind = WaitOutcome::Kind::Alerted});
}

// Takes what the wait is for, or nothing.
bool Dispatcher::try_to_end(Wait& wait) {
  const auto& objects = wait.request.objects;
  const auto is_ready = [&wait](const auto& object) { return object->is_ready_for(wait.thread); };
  const auto kind_of = [](Taken taken) {
    return taken == Taken::Abandoned ? WaitOutcome::Kind::Abandoned : WaitOutcome::Kind::Signalled;
  };
  if (objects.empty()) return false;
  if (wait.request.what == WaitRequest::For::Any) {
    const auto ready = std::ranges::find_if(objects, is_ready);
    if (ready == objects.end()) return false;
    const auto index = static_cast<std::size_t>(ready - objects.begin());
    end(wait, {.kind = kind_of((*ready)->take(wait.thread)), .index = index});
    return true;
  }
  if (!std::ranges::all_of(objects, is_ready)) return false;
  Taken all = Taken::Normally;
  for (const auto& object : objects) all = std::max(all, object->take(wait.thread));
  end(wait, {.kind = kind_of(all), .index = 0});
  return true;
}

void Dispatcher::end(Wait& wait, WaitOutcome outcome) {
  wait.outcome = outcome;
  delist(wait);
  wait.over.notify_one();
}

void Dispatcher::enlist(Wait& wait) {
  for (const auto& object : wait.request.objects) object->waits_.push_back(&wait);
  if (wait.request.alertable) wait.thread.alertable_wait_ = &wait;
}

void Dispatcher::delist(Wait& wait) {
  for (const auto& object : wait.request.objects) std::erase(object->waits_, &wait);
  if (wait.thread.alertable_wait_ == &wait) wait.thread.alertable_wait_ = nullptr;
}

}  // namespace berth::winsock
