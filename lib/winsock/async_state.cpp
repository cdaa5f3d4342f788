// SPDX-License-Identifier: MIT
#include "async_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "connecting.h"

namespace berth::winsock {

std::shared_ptr<AsyncState> AsyncState::of(Flow& flow) {
  const std::lock_guard guard(flow.async_mutex);
  if (!flow.async) flow.async = std::make_shared<AsyncState>(flow);
  return flow.async;
}

AsyncState::~AsyncState() {
  if (key_ != 0) traffic::Reactor::of_program().remove(key_, flow_.descriptor);
}

std::unique_lock<std::mutex> AsyncState::locked() {
  std::unique_lock guard(mutex_);
  if (forks_ != forks_counted()) leave_to_parent();
  return guard;
}

void AsyncState::leave_to_parent() {
  forks_ = forks_counted();
  key_ = 0;
  for (auto& queue : queues_) {
    std::ranges::move(queue, std::back_inserter(of_parent_));
    queue.clear();
  }
}

// -- overlapped calls -------------------------------------------------------------------------------

std::optional<Completion> AsyncState::submit(Side side, const std::shared_ptr<Operation>& operation,
                                             const Attempt& attempt) {
  const auto guard = locked();
  const auto tried = [&attempt](const std::deque<Waiting>& queue) {
    return queue.empty() ? attempt() : std::nullopt;
  };
  auto completion = tried(queue_of(side));
  if (completion && completion->then_receives) {
    side = Side::In;
    completion = tried(queue_of(side));
  }
  if (completion) return completion->handed_on ? std::nullopt : completion;
  const std::weak_ptr<Flow> weak = flow_.weak_from_this();
  const bool pends = operation->pend([weak, call = operation.get()] {
    if (const auto flow = weak.lock()) of(*flow)->cancel(call);
  });
  if (!pends) return std::nullopt;
  queue_of(side).push_back({.operation = operation, .attempt = attempt});
  arm();
  return std::nullopt;
}

void AsyncState::cancel(const Operation* operation) {
  const auto guard = locked();
  for (auto* queue : {&queues_[0], &queues_[1], &of_parent_}) {
    const auto found = std::ranges::find_if(
        *queue, [operation](const Waiting& waiting) { return waiting.operation.get() == operation; });
    if (found == queue->end()) continue;
    const auto cancelled = found->operation;
    queue->erase(found);
    cancelled->end(Completion::cancelled());
    return;
  }
}

void AsyncState::advance(std::deque<Waiting>& queue) {
  while (!queue.empty()) {
    const auto completion = queue.front().attempt();
    if (!completion) return;
    const Waiting tried = std::move(queue.front());
    queue.pop_front();
    if (completion->then_receives) {
      queue_of(Side::In).push_back(tried);
    } else if (!completion->handed_on) {
      tried.operation->end(*completion);
    }
  }
}

void AsyncState::on_ready() {
  const auto guard = locked();
  advance(queue_of(Side::Out));  // first: what has been sent may go on to receive
  advance(queue_of(Side::In));
  // What woke the reactor may have been taken meanwhile.
  if (selected_ != 0) look_for_events(found_now());
  arm();
}

void AsyncState::arm() {
  const std::uint16_t want = wanted();
  if (want == 0) return;
  traffic::Reactor& reactor = traffic::Reactor::of_program();
  if (key_ == 0) {
    key_ = reactor.add(flow_.descriptor, [weak = flow_.weak_from_this()](std::uint16_t) {
      if (const auto flow = weak.lock()) of(*flow)->on_ready();
    });
  }
  reactor.arm(key_, flow_.descriptor, want);
}

std::uint16_t AsyncState::wanted() const {
  unsigned want = wanted_for_events();
  if (!queues_[0].empty()) want |= traffic::kReadable;
  if (!queues_[1].empty()) want |= traffic::kWritable;
  return static_cast<std::uint16_t>(want);
}

// -- network events ---------------------------------------------------------------------------------

void AsyncState::select(long events, std::shared_ptr<Event> event) {
  const auto guard = locked();
  selected_ = events;
  enabled_ = events;
  event_ = std::move(event);
  seen_ = {};
  if (flow_.phase == Phase::Connected) enabled_ &= ~long{FD_CONNECT};  // it was connected before
  look_now();
}

void AsyncState::inherit(AsyncState& listener) {
  long events = 0;
  std::shared_ptr<Event> event;
  {
    const auto guard = listener.locked();
    events = listener.selected_;
    event = listener.event_;
  }
  if (events != 0) select(events, std::move(event));
}

void AsyncState::enable(long event) {
  const auto guard = locked();
  enabled_ |= event & selected_;
  look_now();
}

void AsyncState::look_again() {
  const auto guard = locked();
  peer_is_done_ = false;
  enabled_ |= selected_ & (FD_CONNECT | FD_CLOSE);
  was_connecting_ = true;
  look_now();
}

AsyncState::Seen AsyncState::take_events(Event* event) {
  const auto guard = locked();
  if (event != nullptr) event->reset();
  return std::exchange(seen_, {});
}

void AsyncState::record(long event, int code) {
  if ((selected_ & enabled_ & event) == 0) return;
  enabled_ &= ~event;
  seen_.events |= event;
  for (std::size_t bit = 0; bit < seen_.codes.size(); ++bit)
    if ((event >> bit & 1) != 0) seen_.codes[bit] = code;
  if (event_) event_->set();
}

std::uint16_t AsyncState::found_now() const {
  constexpr std::uint16_t kAll =
      traffic::kReadable | traffic::kWritable | traffic::kUrgent | traffic::kPeerIsDone;
  if (flow_.is_stream() && flow_.phase == Phase::Silent) return 0;
  return traffic::poll_one(flow_.descriptor, kAll, 0);
}

void AsyncState::look_now() {
  look_for_events(found_now());
  arm();
}

void AsyncState::look_for_events(std::uint16_t found) {
  if (selected_ == 0) return;
  if (was_connecting_ || flow_.phase == Phase::Connecting) look_at_connecting();
  if (flow_.phase == Phase::Listening && (found & traffic::kReadable) != 0) record(FD_ACCEPT, 0);
  if (flow_.phase == Phase::Connected || !flow_.is_stream()) look_at_connected(found);
}

void AsyncState::look_at_connecting() {
  int code = 0;
  if (flow_.phase == Phase::Connecting) {
    const std::lock_guard guard(flow_.setup);
    code = connection_outcome(flow_);
  } else if (flow_.phase == Phase::Silent) {
    code = flow_.pending_error;  // somebody else has seen it fail
  }
  was_connecting_ = code == WSAEWOULDBLOCK;
  if (!was_connecting_) record(FD_CONNECT, code);
}

void AsyncState::look_at_connected(std::uint16_t found) {
  constexpr unsigned kAnyEnd = traffic::kPeerIsDone | traffic::kHungUp | traffic::kFailed;
  const bool is_at_end = flow_.is_stream() && (found & kAnyEnd) != 0;
  const bool has_bytes = !flow_.is_stream() || traffic::bytes_available(flow_.descriptor).value > 0;
  if ((found & traffic::kReadable) != 0 && has_bytes) record(FD_READ, 0);
  if ((found & traffic::kUrgent) != 0) record(FD_OOB, 0);
  if ((found & traffic::kWritable) != 0) record(FD_WRITE, 0);
  if (!is_at_end) return;
  peer_is_done_ = true;
  // The end is told when everything before it was read.
  if (!has_bytes) record(FD_CLOSE, (found & traffic::kFailed) != 0 ? WSAECONNRESET : 0);
}

// A peer that is done stays so: what is to be told of it is found when the program receives.
unsigned AsyncState::wanted_for_events() const {
  const long events = selected_ & enabled_;
  unsigned want = 0;
  if (events == 0 || (flow_.is_stream() && flow_.phase == Phase::Silent)) return 0;
  if (flow_.phase == Phase::Connecting) return traffic::kWritable;
  if ((events & FD_WRITE) != 0 && flow_.phase != Phase::Listening) want |= traffic::kWritable;
  if (peer_is_done_) return want;
  if ((events & (FD_READ | FD_ACCEPT)) != 0) want |= traffic::kReadable;
  if ((events & FD_OOB) != 0) want |= traffic::kUrgent;
  if ((events & FD_CLOSE) != 0 && flow_.is_stream()) want |= traffic::kPeerIsDone;
  return want;
}

}  // namespace berth::winsock
