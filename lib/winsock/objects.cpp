// SPDX-License-Identifier: MIT
#include "objects.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fork.h"

namespace berth::winsock {

// ---------------------------------------------------------------------------------------------------
// Events

void Event::set() {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  is_set_ = true;
  dispatcher.end_waits_for(*this);
}

void Event::reset() {
  const auto guard = Dispatcher::of_program().lock();
  is_set_ = false;
}

void Event::pulse() {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  is_set_ = true;
  dispatcher.end_waits_for(*this);
  is_set_ = false;
}

bool Event::is_set() const {
  const auto guard = Dispatcher::of_program().lock();
  return is_set_;
}

bool Event::is_ready_for(const ThreadContext&) const { return is_set_; }

Taken Event::take(ThreadContext&) {
  if (reset_ == Reset::Automatically) is_set_ = false;
  return Taken::Normally;
}

// ---------------------------------------------------------------------------------------------------
// Semaphores

std::optional<std::int32_t> Semaphore::release(std::int32_t more) {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  if (more > most_ - count_) return std::nullopt;
  const std::int32_t before = count_;
  count_ += more;
  dispatcher.end_waits_for(*this);
  return before;
}

bool Semaphore::is_ready_for(const ThreadContext&) const { return count_ > 0; }

Taken Semaphore::take(ThreadContext&) {
  --count_;
  return Taken::Normally;
}

// ---------------------------------------------------------------------------------------------------
// Mutexes

Mutex::~Mutex() {
  const auto guard = Dispatcher::of_program().lock();
  if (owner_ != nullptr) let_go();
}

void Mutex::own() {
  const auto thread = this_thread();
  const auto guard = Dispatcher::of_program().lock();
  take(*thread);
}

bool Mutex::release() {
  const auto thread = this_thread();
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  if (owner_ != thread.get()) return false;
  if (--depth_ > 0) return true;
  let_go();
  dispatcher.end_waits_for(*this);
  return true;
}

void Mutex::let_go() {
  std::erase(owner_->owned_, this);
  owner_ = nullptr;
  depth_ = 0;
}

void Mutex::abandon() {
  let_go();
  is_abandoned_ = true;
  Dispatcher::of_program().end_waits_for(*this);
}

bool Mutex::is_ready_for(const ThreadContext& thread) const { return owner_ == nullptr || owner_ == &thread; }

Taken Mutex::take(ThreadContext& thread) {
  if (owner_ == nullptr) thread.owned_.push_back(this);
  owner_ = &thread;
  ++depth_;
  return std::exchange(is_abandoned_, false) ? Taken::Abandoned : Taken::Normally;
}

// ---------------------------------------------------------------------------------------------------
// The process

bool ProcessObject::is_ready_for(const ThreadContext&) const { return false; }

Taken ProcessObject::take(ThreadContext&) { return Taken::Normally; }

// ---------------------------------------------------------------------------------------------------
// Completion ports

void CompletionPort::post(const Packet& packet) {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  packets_.push_back(packet);
  dispatcher.end_waits_for(*this);
}

CompletionPort::Received CompletionPort::receive(const std::shared_ptr<CompletionPort>& port,
                                                 std::size_t most, Timeout timeout, bool alertable) {
  const auto thread = this_thread();
  thread->most_to_receive_ = most;
  const std::array<std::shared_ptr<KernelObject>, 1> objects = {port};
  const WaitOutcome outcome =
      Dispatcher::of_program().wait({.objects = objects, .timeout = timeout, .alertable = alertable});
  if (outcome.kind != WaitOutcome::Kind::Signalled) return {.kind = outcome.kind, .packets = {}};
  return {.kind = outcome.kind, .packets = thread->take_received()};
}

void CompletionPort::no_handle_is_left() {
  Dispatcher& dispatcher = Dispatcher::of_program();
  const auto guard = dispatcher.lock();
  is_closed_ = true;
  dispatcher.end_waits_for(*this);
}

bool CompletionPort::is_ready_for(const ThreadContext&) const { return is_closed_ || !packets_.empty(); }

Taken CompletionPort::take(ThreadContext& thread) {
  if (is_closed_) return Taken::Abandoned;
  while (!packets_.empty() && thread.received_.size() < thread.most_to_receive_) {
    thread.received_.push_back(packets_.front());
    packets_.pop_front();
  }
  return Taken::Normally;
}

// ---------------------------------------------------------------------------------------------------
// Handles

ObjectTable& ObjectTable::of_program() {
  // Never destroyed: a thread may still close a handle while the program ends.
  static ObjectTable& table = *new ObjectTable;
  static const unsigned forks_are_watched = forks_so_far();
  static_cast<void>(forks_are_watched);
  return table;
}

std::uintptr_t ObjectTable::insert(std::shared_ptr<KernelObject> object) {
  const std::lock_guard guard(mutex_);
  const auto advance = [this] { next_ = next_ == kLast ? kFirst : next_ + 4; };
  while (entries_.contains(next_)) advance();
  const std::uintptr_t handle = next_;
  advance();
  ++object->handles_;
  entries_.emplace(handle, Entry{.object = std::move(object), .flags = 0});
  return handle;
}

std::shared_ptr<KernelObject> ObjectTable::find(std::uintptr_t handle) const {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(handle);
  return found == entries_.end() ? nullptr : found->second.object;
}

bool ObjectTable::close(std::uintptr_t handle) {
  std::shared_ptr<KernelObject> object;
  bool is_last = false;
  {
    const std::lock_guard guard(mutex_);
    const auto found = entries_.find(handle);
    if (found == entries_.end()) return false;
    object = std::move(found->second.object);
    is_last = --object->handles_ == 0;
    entries_.erase(found);
  }
  if (is_last) object->no_handle_is_left();
  return true;
}

std::optional<std::uint32_t> ObjectTable::flags(std::uintptr_t handle) const {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(handle);
  if (found == entries_.end()) return std::nullopt;
  return found->second.flags;
}

bool ObjectTable::set_flags(std::uintptr_t handle, std::uint32_t flags) {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(handle);
  if (found == entries_.end()) return false;
  found->second.flags = flags;
  return true;
}

std::size_t ObjectTable::open_handles() const {
  const std::lock_guard guard(mutex_);
  return entries_.size();
}

}  // namespace berth::winsock
