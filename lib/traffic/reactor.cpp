// SPDX-License-Identifier: MIT
#include <berth/traffic/reactor.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <berth/traffic/background_thread.h>
#include <berth/traffic/host_socket.h>

namespace berth::traffic {
namespace {

constexpr Reactor::Key kWakeup = 0;

struct Row {
  std::uint16_t ours;
  std::uint32_t kernels;
};
constexpr Row kRows[] = {{kReadable, EPOLLIN}, {kWritable, EPOLLOUT}, {kUrgent, EPOLLPRI},
                         {kFailed, EPOLLERR},  {kHungUp, EPOLLHUP},   {kPeerIsDone, EPOLLRDHUP}};

std::uint32_t kernels_events(std::uint16_t wanted) {
  std::uint32_t events = EPOLLONESHOT;
  for (const Row& row : kRows)
    if ((wanted & row.ours) != 0) events |= row.kernels;
  return events;
}

std::uint16_t our_events(std::uint32_t events) {
  unsigned found = 0;
  for (const Row& row : kRows)
    if ((events & row.kernels) != 0) found |= row.ours;
  return static_cast<std::uint16_t>(found);
}

epoll_event event_of(Reactor::Key key, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return event;
}

}  // namespace

Reactor& Reactor::of_program() {
  static Reactor& reactor = *new Reactor;
  return reactor;
}

// Requires: the lock is held. False when the host has no descriptor or thread left.
bool Reactor::ensure_thread() {
  if (has_thread_) return true;
  if (!open()) return false;
  auto thread = start_background_thread([this] { run(); });
  has_thread_ = thread.has_value();
  if (thread)
    thread->detach();
  else
    close();
  return has_thread_;
}

bool Reactor::open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wakeup_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event = event_of(kWakeup, EPOLLIN);
  const bool is_open = epoll_ >= 0 && epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event) == 0;
  if (!is_open) close();
  return is_open;
}

void Reactor::close() {
  for (int* descriptor : {&epoll_, &wakeup_})
    if (const int open = std::exchange(*descriptor, -1); open >= 0) ::close(open);
}

// What the parent's wishes hold on to is not destroyed in the child: destroying it may want locks.
void Reactor::begin_anew() {
  static std::vector<std::pair<Watched, Actions>>& of_parents = *new std::vector<std::pair<Watched, Actions>>;
  close();
  has_thread_ = false;
  of_parents.emplace_back(std::exchange(watched_, {}), std::exchange(actions_, {}));
}

Reactor::Key Reactor::add(int descriptor, Ready ready) {
  const std::lock_guard guard(mutex_);
  if (!ensure_thread()) return 0;
  const Key key = next_key_++;
  // Nothing is wanted yet; with ONESHOT a socket that has failed stays silent after the first time.
  epoll_event event = event_of(key, EPOLLONESHOT);
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) return 0;
  watched_.emplace(key, std::make_shared<const Ready>(std::move(ready)));
  return key;
}

void Reactor::arm(Key key, int descriptor, std::uint16_t wanted) {
  epoll_event event = event_of(key, kernels_events(wanted));
  if (wanted != 0) epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

void Reactor::remove(Key key, int descriptor) {
  std::shared_ptr<const Ready> ended;  // destroyed when the lock is free again
  const std::lock_guard guard(mutex_);
  epoll_event event{};
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &event);
  if (const auto found = watched_.find(key); found != watched_.end()) {
    ended = std::move(found->second);
    watched_.erase(found);
  }
}

void Reactor::after(std::chrono::milliseconds time, std::function<void()> action) {
  {
    const std::lock_guard guard(mutex_);
    ensure_thread();
    actions_.emplace(Clock::now() + time, std::move(action));
  }
  wake();
}

void Reactor::wake() const {
  const std::uint64_t one = 1;
  // It can fail only when a wake is on its way already.
  static_cast<void>(!write(wakeup_, &one, sizeof(one)));
}

int Reactor::milliseconds_to_next_action() {
  const std::lock_guard guard(mutex_);
  if (actions_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(actions_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Reactor::run_due_actions() {
  for (;;) {
    std::function<void()> action;
    {
      const std::lock_guard guard(mutex_);
      if (actions_.empty() || actions_.begin()->first > Clock::now()) return;
      action = std::move(actions_.begin()->second);
      actions_.erase(actions_.begin());
    }
    action();
  }
}

void Reactor::tell(Key key, std::uint16_t found) {
  std::shared_ptr<const Ready> ready;
  {
    const std::lock_guard guard(mutex_);
    if (const auto watched = watched_.find(key); watched != watched_.end()) ready = watched->second;
  }
  if (ready) (*ready)(found);
}

void Reactor::wait_for_telling() {
  const std::thread::id teller = thread_;
  if (teller == std::thread::id() || teller == std::this_thread::get_id()) return;
  const std::lock_guard guard(telling_);
}

void Reactor::run() {
  thread_ = std::this_thread::get_id();
  std::array<epoll_event, 64> events{};
  for (;;) {
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds_to_next_action());
    const std::lock_guard guard(telling_);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 != kWakeup) {
        tell(event.data.u64, our_events(event.events));
        continue;
      }
      std::uint64_t wakes = 0;
      static_cast<void>(!read(wakeup_, &wakes, sizeof(wakes)));
    }
    run_due_actions();
  }
}

}  // namespace berth::traffic
