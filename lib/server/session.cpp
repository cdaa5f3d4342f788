// SPDX-License-Identifier: MIT
#include "session.h"

#include <cerrno>

namespace berth::server {
namespace {

constexpr std::size_t kRoomKept = std::size_t{4} << 10U;
// Then the others are looked at, and the signals.
constexpr int kMostInARow = 64;

}  // namespace

Session::Session(Socket socket, Desk& desk, const Settings& settings, bool over_tcp, std::uint64_t pid)
    : socket_(std::move(socket)), desk_(desk), settings_(settings), deadline_(socket_.get_executor()) {
  client_.over_tcp = over_tcp;
  client_.pid = pid;
}

Session::~Session() { desk_.leave(client_); }

void Session::begin() {
  boost::system::error_code ignored;  // without it a slow peer would be waited for; then it is cut
  socket_.non_blocking(true, ignored);
  cut_after(settings_.limits.hello);
  go_on();
}

void Session::cut() {
  is_cut_ = true;
  boost::system::error_code ignored;  // what cannot be closed is closed already
  socket_.close(ignored);
}

void Session::cut_after(std::chrono::milliseconds time) {
  deadline_.expires_after(time);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && (!self->client_.is_welcome || self->is_over_)) self->cut();
  });
}

void Session::wait(Socket::wait_type what) {
  socket_.async_wait(what, [self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->is_cut_) self->go_on();
  });
}

// The steps of the coroutine; NOLINTs because the macros of stackless coroutines are a switch around loops.
#include <boost/asio/yield.hpp>
void Session::go_on() {
  reenter(routine_) {  // NOLINT(bugprone-branch-clone,cppcoreguidelines-avoid-goto,hicpp-avoid-goto)
    read_what_is_there();
    while (!is_cut_) {
      do {
        answer_what_is_whole();
        write_what_fits();
        while (!out_.empty() && !is_cut_) {
          yield wait(Socket::wait_write);
          write_what_fits();
        }
      } while (may_answer());
      if (is_over_) cut();
      if (!is_cut_ && !asks_again_at_once()) {
        yield wait(Socket::wait_read);
        read_what_is_there();
      }
    }
  }
}
#include <boost/asio/unyield.hpp>

void Session::read_what_is_there() {
  const remote::Moved got =
      remote::receive_some(socket_.native_handle(), in_, remote::kMostAtOnce, client_.arrived, false);
  if (got.ended || (got.error != 0 && got.error != EAGAIN)) cut();
}

// Whoever is the only one that asks is waited for a little, which the others would not like.
bool Session::asks_again_at_once() {
  const bool is_alone = desk_.serves_again(client_);
  if (!client_.is_welcome || !is_alone || ++in_a_row_ > kMostInARow) {
    in_a_row_ = 0;
    return false;
  }
  const std::size_t known = in_.size();
  return patience_.finds([&] {
    read_what_is_there();
    return is_cut_ || in_.size() > known;
  });
}

bool Session::may_answer() const {
  return !is_cut_ && !is_over_ && out_.empty() && in_.find('\n', looked_at_) != std::string::npos;
}

void Session::answer_what_is_whole() {
  while (!is_over_ && !is_cut_ && with_.descriptor < 0 && out_.size() <= settings_.limits.queued_bytes) {
    const auto newline = in_.find('\n', looked_at_);
    if (newline == std::string::npos) {
      looked_at_ = in_.size();
      break;
    }
    const std::size_t before = out_.size();
    const bool was_welcome = client_.is_welcome;
    Answer answer = desk_.answer(client_, std::string_view(in_).substr(done_, newline - done_), out_);
    done_ = looked_at_ = newline + 1;
    if (!was_welcome && client_.is_welcome) deadline_.cancel();
    if (answer.farewell) end(*std::move(answer.farewell));
    if (answer.descriptor >= 0) {
      with_ = std::move(answer);
      with_answer_at_ = before;
    }
  }
  if (in_.size() - done_ > remote::kMostBytesAsked)
    end("a message of more than " + std::to_string(remote::kMostBytesAsked) + " bytes");
  in_.erase(0, done_);
  looked_at_ -= done_;
  done_ = 0;
}

void Session::write_what_fits() {
  while (!out_.empty() && !is_cut_) {
    const bool is_due = with_.descriptor >= 0 && with_answer_at_ == 0;
    const std::size_t most = with_.descriptor >= 0 && !is_due ? with_answer_at_ : out_.size();
    const remote::Moved sent =
        remote::send_some(socket_.native_handle(), std::string_view(out_).substr(0, most),
                          is_due ? with_.descriptor : -1, false);
    if (sent.error == EAGAIN) return;
    if (sent.error != 0) return cut();
    out_.erase(0, sent.bytes);
    if (is_due) with_ = Answer();
    with_answer_at_ -= is_due ? 0 : std::min(with_answer_at_, sent.bytes);
  }
  if (out_.capacity() > kRoomKept && out_.empty()) std::string().swap(out_);
}

void Session::end(std::string reason) {
  if (is_over_) return;
  is_over_ = true;
  cut_after(settings_.limits.farewell);
  if (settings_.log)
    settings_.log(Weight::Trouble,
                  "the connection of " +
                      (client_.program.empty() ? std::string("a program") : client_.program) +
                      " ends: " + reason);
  remote::write(out_, remote::Farewell{std::move(reason)});
}

}  // namespace berth::server
