// SPDX-License-Identifier: MIT
#include "thread_context.h"

#include <pthread.h>
#include <unistd.h>

#include <utility>

#include "objects.h"
#include "process_face.h"

namespace berth::winsock {
namespace {

std::uint32_t next_id() {
  static std::atomic<std::uint32_t> last = 0;
  return last.fetch_add(4, std::memory_order_relaxed) + 4;
}

std::shared_ptr<ThreadContext> ended_thread() {
  auto ended = std::make_shared<ThreadContext>();
  ended->finish();
  return ended;
}

using Holder = std::shared_ptr<ThreadContext>;

thread_local Holder* holder_of_this_thread = nullptr;
thread_local bool is_gone = false;

// The last that runs in a thread, after the destructors of its thread_local objects.
void end_this_thread(void* holder) {
  const std::unique_ptr<Holder> context(static_cast<Holder*>(holder));
  (*context)->finish();
  holder_of_this_thread = nullptr;
  is_gone = true;
}

pthread_key_t key_that_ends_threads() {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    pthread_key_create(&made, end_this_thread);
    return made;
  }();
  return key;
}

// Runs the hooks of a thread that the program made otherwise, while it still is attached to its process.
struct HooksAtEnd {
  HooksAtEnd() { static_cast<void>(attached_process()); }  // which is made before, and so ends after this
  HooksAtEnd(const HooksAtEnd&) = delete;
  HooksAtEnd& operator=(const HooksAtEnd&) = delete;
  ~HooksAtEnd() {
    if (is_armed && holder_of_this_thread != nullptr) (*holder_of_this_thread)->run_hooks();
  }

  bool is_armed = false;
};

thread_local HooksAtEnd hooks_at_end;

bool is_main_thread() { return getpid() == gettid(); }

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

void ThreadContext::run_hooks() {
  while (!hooks_.empty()) {
    const auto hook = std::move(hooks_.back());
    hooks_.pop_back();
    hook();
  }
}

void ThreadContext::finish() {
  run_hooks();
  std::deque<std::function<void()>> never_run;  // destroyed when the lock is free again
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  never_run.swap(procedures_);
  exit_code_ = code_at_end_;
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
  if (holder_of_this_thread != nullptr) return *holder_of_this_thread;
  if (is_gone) return ended_thread();
  become(std::make_shared<ThreadContext>());
  return *holder_of_this_thread;
}

void become(std::shared_ptr<ThreadContext> thread) {
  auto holder = std::make_unique<Holder>(std::move(thread));
  pthread_setspecific(key_that_ends_threads(), holder.get());
  holder_of_this_thread = holder.release();
}

bool queue_apc(const std::shared_ptr<ThreadContext>& thread, std::function<void()> procedure) {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  if (thread->has_ended_) return false;
  thread->procedures_.push_back(std::move(procedure));
  dispatcher.alert(*thread);
  return true;
}

void at_thread_end(std::function<void()> hook) {
  this_thread()->hooks_.push_back(std::move(hook));
  hooks_at_end.is_armed = !is_main_thread();
}

}  // namespace berth::winsock
