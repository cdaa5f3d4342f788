// SPDX-License-Identifier: MIT
#include "operation.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <vector>

#include "last_error.h"
#include "memory_probe.h"
#include "winsock_status.h"

namespace berth::winsock {
namespace {

constexpr std::uint8_t kSkipPortOnSuccess = 1;  // FILE_SKIP_COMPLETION_PORT_ON_SUCCESS

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed);
}

// Programs look at these members while we write them (HasOverlappedIoCompleted).
void write_member(MemoryProbe& memory, OVERLAPPED* overlapped, std::size_t place, ULONG_PTR value) {
  auto* member = reinterpret_cast<std::byte*>(overlapped) + place;
  if (!memory.is_writable(member, sizeof(value))) return;
  if (reinterpret_cast<std::uintptr_t>(member) % alignof(ULONG_PTR) == 0) {
    __atomic_store_n(reinterpret_cast<ULONG_PTR*>(member), value, __ATOMIC_RELEASE);
  } else {
    static_cast<void>(memory.write(member, value));
  }
}

// -- routines: not entered again for the same socket from inside themselves (OVL-15) ----------------

using Routine = std::function<void()>;
thread_local std::map<std::uintptr_t, std::deque<Routine>> postponed_by_running;

void run_routine(std::uintptr_t socket, Routine routine) {
  const auto running = postponed_by_running.find(socket);
  if (running != postponed_by_running.end()) {
    running->second.push_back(std::move(routine));
    return;
  }
  auto& postponed = postponed_by_running[socket];
  postponed.push_back(std::move(routine));
  while (!postponed.empty()) {
    const Routine next = std::move(postponed.front());
    postponed.pop_front();
    next();
  }
  postponed_by_running.erase(socket);
}

// -- threads ----------------------------------------------------------------------------------------

// Once for each thread that has a call pend.
void cancel_when_this_thread_ends(const std::shared_ptr<ThreadContext>& thread) {
  thread_local bool is_arranged = false;
  if (thread != this_thread() || std::exchange(is_arranged, true)) return;
  at_thread_end([weak = std::weak_ptr(thread)] {
    if (const auto ending = weak.lock()) PendingOperations::of_program().cancel_begun_by(*ending);
  });
}

}  // namespace

Completion Completion::failure(int code) {
  return {.status = status_of_winsock_code(code), .code = code, .bytes = 0, .flags = 0};
}

Completion Completion::cancelled() { return failure(WSA_OPERATION_ABORTED); }

// -- beginning --------------------------------------------------------------------------------------

std::shared_ptr<Operation> Operation::begin(const About& about) {
  MemoryProbe memory;
  const auto overlapped = memory.read<OVERLAPPED>(about.overlapped);
  if (!overlapped || !memory.is_writable(about.overlapped, sizeof(OVERLAPPED))) {
    set_last_error(WSAEFAULT);
    return nullptr;
  }
  auto operation = std::make_shared<Operation>(about);
  operation->event_handle_ = reinterpret_cast<std::uintptr_t>(overlapped->hEvent);
  const std::uintptr_t event = operation->event_handle_ & ~std::uintptr_t{1};
  if (about.routine != nullptr || event == 0) return operation;
  operation->event_ = find_event(event);
  if (!operation->event_) {
    set_last_error(WSA_INVALID_HANDLE);
    return nullptr;
  }
  operation->event_->reset();
  return operation;
}

Operation::Operation(const About& about)
    : about_(about),
      number_(next_number()),
      starter_(starter_of_operations().thread ? starter_of_operations().thread : this_thread()),
      queue_of_starter_(starter_of_operations().queue),
      association_(association_of(about.handle, about.socket.socket)) {}

Starter& starter_of_operations() {
  thread_local Starter starter;
  return starter;
}

void Operation::leave_pending(OVERLAPPED* overlapped) {
  MemoryProbe memory;
  if (memory.is_writable(overlapped, sizeof(OVERLAPPED)))
    write_member(memory, overlapped, offsetof(OVERLAPPED, Internal), kStatusPending);
}

bool Operation::pend(std::function<void()> cancel) {
  cancel_when_this_thread_ends(starter_);
  const std::lock_guard guard(mutex_);
  if (state_ == State::Ended) return false;
  cancel_ = std::move(cancel);
  if (std::exchange(state_, State::Pending) == State::Pending) return true;
  leave_pending(about_.overlapped);
  PendingOperations::of_program().add(shared_from_this());
  return true;
}

// -- end --------------------------------------------------------------------------------------------

bool Operation::end(const Completion& completion, Told told) {
  const auto self = shared_from_this();
  bool did_pend = false;
  std::function<void()> no_longer_needed;
  std::shared_ptr<Event> finished;
  {
    const std::lock_guard guard(mutex_);
    const State before = std::exchange(state_, State::Ended);
    if (before == State::Ended) return false;
    did_pend = before == State::Pending;
    no_longer_needed.swap(cancel_);
    finished = finished_;
  }
  write(completion);
  if (did_pend) PendingOperations::of_program().remove(*this);
  tell(completion, told);
  if (finished) finished->set();
  return true;
}

void Operation::write(const Completion& completion) const {
  MemoryProbe memory;
  write_member(memory, about_.overlapped, offsetof(OVERLAPPED, InternalHigh), completion.bytes);
  write_member(memory, about_.overlapped, offsetof(OVERLAPPED, Internal),
               static_cast<std::uint32_t>(completion.status));
}

void Operation::tell(const Completion& completion, Told told) const {
  if (about_.routine != nullptr) {
    queue_routine(completion);
    return;
  }
  if (event_) event_->set();
  if (wants_packet(told))
    association_.port->post({.key = association_.key,
                             .overlapped = about_.overlapped,
                             .bytes = completion.bytes,
                             .status = completion.status});
}

bool Operation::wants_packet(Told told) const {
  if (!association_.port || (event_handle_ & 1U) != 0) return false;
  return told == Told::Later || (association_.modes & kSkipPortOnSuccess) == 0;
}

void Operation::queue_routine(const Completion& completion) const {
  const auto routine = [call = about_.routine, overlapped = about_.overlapped, completion] {
    call(static_cast<DWORD>(completion.code), completion.bytes, overlapped, completion.flags);
  };
  auto run = [socket = about_.handle, routine] { run_routine(socket, routine); };
  if (queue_of_starter_) {
    queue_of_starter_(run);
  } else {
    queue_apc(starter_, run);
  }
}

void Operation::cancel() {
  std::function<void()> cancel;
  {
    const std::lock_guard guard(mutex_);
    if (state_ != State::Pending) return;
    cancel = cancel_;
  }
  cancel();
}

std::shared_ptr<Event> Operation::finished() {
  const std::lock_guard guard(mutex_);
  if (!finished_) finished_ = std::make_shared<Event>(Reset::ByHand, state_ == State::Ended);
  return finished_;
}

// -- all of them --------------------------------------------------------------------------------------

PendingOperations& PendingOperations::of_program() {
  // Never destroyed: calls may pend while the program ends.
  static PendingOperations& all = *new PendingOperations;
  return all;
}

void PendingOperations::add(const std::shared_ptr<Operation>& operation) {
  const Operation::About& about = operation->about();
  const std::lock_guard guard(mutex_);
  all_.emplace(Key(about.handle, operation->number()), operation);
  if (about.second_handle != 0) all_.emplace(Key(about.second_handle, operation->number()), operation);
  count_.store(all_.size(), std::memory_order_relaxed);
}

void PendingOperations::remove(const Operation& operation) {
  const std::lock_guard guard(mutex_);
  all_.erase(Key(operation.about().handle, operation.number()));
  all_.erase(Key(operation.about().second_handle, operation.number()));
  count_.store(all_.size(), std::memory_order_relaxed);
}

std::shared_ptr<Operation> PendingOperations::find(std::uintptr_t handle, const OVERLAPPED* overlapped) {
  const std::lock_guard guard(mutex_);
  for (auto at = all_.lower_bound(Key(handle, 0)); at != all_.end() && at->first.first == handle; ++at)
    if (at->second->about().overlapped == overlapped) return at->second;
  return nullptr;
}

std::size_t PendingOperations::cancel_on(std::uintptr_t handle,
                                         const std::function<bool(const Operation&)>& wanted) {
  if (count() == 0) return 0;
  std::vector<std::shared_ptr<Operation>> found;
  {
    const std::lock_guard guard(mutex_);
    for (auto at = all_.lower_bound(Key(handle, 0)); at != all_.end() && at->first.first == handle; ++at)
      if (!wanted || wanted(*at->second)) found.push_back(at->second);
  }
  for (const auto& operation : found) operation->cancel();
  return found.size();
}

void PendingOperations::cancel_begun_by(const ThreadContext& thread) {
  std::vector<std::shared_ptr<Operation>> found;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& [key, operation] : all_)
      if (&operation->starter() == &thread && !operation->has_port()) found.push_back(operation);
  }
  for (const auto& operation : found) operation->cancel();
}

void end_operations_on(std::uintptr_t handle) {
  PendingOperations::of_program().cancel_on(handle);
  forget_association(handle);
}

}  // namespace berth::winsock
