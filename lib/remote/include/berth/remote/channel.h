// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <berth/core/result.h>
#include <berth/remote/patience.h>
#include <berth/remote/where.h>
#include <berth/traffic/descriptor.h>

namespace berth::remote {

using traffic::Descriptor;

/// Lines to and from a server, by system calls that block. Thread-compatible.
class Channel {
 public:
  Channel() = default;
  /// Connects; the error says why not.
  static Result<Channel, std::string> to(const Where& where);
  explicit Channel(Descriptor connection) : connection_(std::move(connection)) {}

  /// Sends all of `lines`, and with the first byte that descriptor, unless it is below 0. False: the other
  /// end is gone.
  bool send(std::string_view lines, int descriptor = -1);
  /// The next line, without its newline, good until the next call. Nothing: the other end is gone, or the
  /// line is longer than `most` bytes.
  std::optional<std::string_view> receive(std::size_t most);
  /// The descriptor that came with what was received last; none when none did.
  [[nodiscard]] Descriptor take_descriptor() { return std::move(arrived_); }
  [[nodiscard]] int descriptor() const { return connection_.get(); }
  [[nodiscard]] bool is_open() const { return static_cast<bool>(connection_); }

 private:
  bool receive_more();
  Descriptor connection_;
  Descriptor arrived_;
  std::string text_;
  std::size_t start_ = 0;
  // As long as it takes to wake a server that sleeps.
  Patience patience_{std::chrono::microseconds(50)};
};

/// As much as one receive takes.
inline constexpr std::size_t kMostAtOnce = std::size_t{16} << 10U;

/// What a single receive or send on a connection came to; EINTR is tried again.
struct Moved {
  std::size_t bytes = 0;
  int error = 0;
  bool ended = false;  ///< the peer sends no more
};
/// Sends as much as the kernel takes, with a descriptor unless it is below 0. Never raises SIGPIPE.
Moved send_some(int connection, std::string_view bytes, int descriptor, bool may_block);
/// Appends what is there, up to `most` bytes, and keeps the last descriptor that came along.
Moved receive_some(int connection, std::string& to, std::size_t most, Descriptor& arrived, bool may_block);

}  // namespace berth::remote
