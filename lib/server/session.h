// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/coroutine.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <berth/remote/patience.h>

#include "desk.h"

namespace berth::server {

/// One connection: a coroutine that reads lines, lets the desk answer them, and writes the answers.
///
/// Lives as long as it waits for something. Runs on the server's one thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Log = std::function<void(Weight, const std::string&)>;

  Session(Socket socket, Desk& desk, const Settings& settings, bool over_tcp, std::uint64_t pid);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void begin();
  /// Ends it soon, without another word.
  void cut();

 private:
  void go_on();
  void wait(Socket::wait_type what);
  [[nodiscard]] bool asks_again_at_once();
  void read_what_is_there();
  void answer_what_is_whole();
  void write_what_fits();
  void end(std::string reason);
  void cut_after(std::chrono::milliseconds time);
  [[nodiscard]] bool may_answer() const;

  Socket socket_;
  Desk& desk_;
  const Settings& settings_;
  boost::asio::steady_timer deadline_;  // of the hello, then of the farewell
  boost::asio::coroutine routine_;
  Client client_;
  std::string in_;
  std::size_t done_ = 0;       // of `in_`
  std::size_t looked_at_ = 0;  // of `in_`: no end of a line before it
  std::string out_;
  std::size_t with_answer_at_ = 0;  // of `out_`: the answer that the descriptor goes with
  Answer with_;
  // As long as a program takes that asks one thing after another.
  remote::Patience patience_{std::chrono::microseconds(10)};
  int in_a_row_ = 0;
  bool is_over_ = false;  // when `out_` is written, or the deadline has passed
  bool is_cut_ = false;
};

}  // namespace berth::server
