// SPDX-License-Identifier: MIT
#include "thread_context.h"

#include <algorithm>
#include <utility>

#include "objects.h"

namespace berth::winsock {
namespace {

std::uint32_t next_id() {
  static std::atomic<std::uint32_t> last = 0;
  return last.fetch_add(4, std::memory_order_relaxed) + 4;
}

std::shared_ptr<ThreadContext> ended_thread() {
  auto ended = std::make_shared<ThreadContext>();
  ended->finish(0);
  return ended;
}

// Ends a thread that nobody else ended: the program's own threads return from functions that we do not know.
struct CallingThread {
  CallingThread() = default;
  CallingThread(const CallingThread&) = delete;
  CallingThread& operator=(const CallingThread&) = delete;
  ~CallingThread();

  std::shared_ptr<ThreadContext> context;
};

thread_local CallingThread calling_thread;
thread_local bool is_gone = false;

CallingThread::~CallingThread() {
  if (context) context->finish(0);
  is_gone = true;
}

}  // namespace

ThreadContext::ThreadContext() : id_(next_id()) {}

ThreadContext::~ThreadContext() = default;

std::uint32_t ThreadContext::exit_code() const {
  const auto guard = Dispatcher::of_program().lock();
  return exit_code_;
}

bool ThreadContext::run_queued_procedures() {
  bool ran = false;
  for (;;) {
    std::function<void()> procedure;
    {
      const auto guard = Dispatcher::of_program().lock();
      if (procedures_.empty()) return ran;
      procedure = std::move(procedures_.front());
      procedures_.pop_front();
    }
    procedure();
    ran = true;
  }
}

void ThreadContext::finish(std::uint32_t exit_code) {
  if (std::exchange(is_finishing_, true)) return;
  while (!hooks_.empty()) {
    const auto hook = std::move(hooks_.back());
    hooks_.pop_back();
    hook();
  }
  std::deque<std::function<void()>> never_run;  // destroyed when the lock is free again
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  never_run.swap(procedures_);
  exit_code_ = exit_code;
  has_ended_ = true;
  while (!owned_.empty()) owned_.back()->abandon();
  dispatcher.end_waits_for(*this);
}

std::uint32_t ThreadContext::resume() {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  if (suspensions_ == 0) return 0;
  if (suspensions_ == 1) may_start_.notify_one();
  return suspensions_--;
}

void ThreadContext::suspend_before_start() { suspensions_ = 1; }

void ThreadContext::wait_until_resumed() {
  auto guard = Dispatcher::of_program().lock();
  may_start_.wait(guard, [this] { return suspensions_ == 0; });
}

std::vector<Packet> ThreadContext::take_received() { return std::exchange(received_, {}); }

bool ThreadContext::is_ready_for(const ThreadContext&) const { return has_ended_; }

Taken ThreadContext::take(ThreadContext&) { return Taken::Normally; }

std::shared_ptr<ThreadContext> this_thread() {
  if (is_gone) return ended_thread();
  auto& context = calling_thread.context;
  if (!context) context = std::make_shared<ThreadContext>();
  return context;
}

void become(std::shared_ptr<ThreadContext> thread) { calling_thread.context = std::move(thread); }

bool queue_apc(const std::shared_ptr<ThreadContext>& thread, std::function<void()> procedure) {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  if (thread->has_ended_) return false;
  thread->procedures_.push_back(std::move(procedure));
  dispatcher.alert(*thread);
  return true;
}

void at_thread_end(std::function<void()> hook) { this_thread()->hooks_.push_back(std::move(hook)); }

}  // namespace berth::winsock
