// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <berth/core/request.h>

#include "handle_table.h"

namespace berth::winsock {

class Use;
class Flow;

/// What a socket option or a control code is worth here.
enum class Standing : std::uint8_t {
  Simulated,  ///< a result or the traffic is another one
  Stored,     ///< it is kept and read back; what is lost is said
  Refused,    ///< it fails with the code of the documents
};
[[nodiscard]] std::string_view name_of(Standing standing);

/// The sockets that have an option.
enum class Sockets : std::uint8_t { All, Tcp, Udp, Ipv6 };
enum class Access : std::uint8_t { GetAndSet, Get, Set };

/// How the program hands the value over.
enum class Form : std::uint8_t {
  Switch,     ///< BOOL: read back as 0 or 1
  Number,     ///< four bytes
  Linger,     ///< LINGER
  Socket,     ///< a SOCKET, to be set alone
  Structure,  ///< of its own size, to be read alone
};

/// An option that decides something in the model.
struct ModelOption {
  Option option{};
  StoredOption stored{};
};

/// One row of the table of socket options. The functions return a code of Winsock, 0 when it worked.
struct SocketOption {
  int level = 0;
  int name = 0;
  std::string_view text;
  Sockets sockets = Sockets::All;
  Access access = Access::GetAndSet;
  Form form = Form::Switch;
  Standing standing = Standing::Stored;
  /// What a program sees of it, what is lost when it is stored, why it is refused.
  std::string_view note;
  int initial = 0;
  std::int64_t least = INT32_MIN;
  std::int64_t most = INT32_MAX;
  int shortest = 4;  ///< bytes of the value that may be set
  /// What a new value does, before it is kept; null: nothing else.
  int (*set)(Flow& flow, int value) = nullptr;
  /// Where the value is, when it is not the one that was kept; null: that one.
  int (*get)(Use& use, int& value) = nullptr;
  /// Writes a value of its own form to a place that has room for `room` bytes, and tells its size.
  int (*write)(Use& use, char* place, int& room) = nullptr;
  std::optional<ModelOption> model = std::nullopt;
};

[[nodiscard]] std::span<const SocketOption> socket_options();
/// Null when Windows has no such option, as far as this table knows.
[[nodiscard]] const SocketOption* socket_option(int level, int name);

/// What the socket that `accept` makes has of its listener's options.
void inherit_options(Flow& accepted, const Flow& listener);
/// Tells the host's socket of a flow all that was set: it may be another one than it was.
void repeat_options(Flow& flow);
/// Whether SO_LINGER lets a close wait for a while.
[[nodiscard]] bool lingers_for_a_while(const Flow& flow);
/// A listening socket waits for connections as long as it takes, whatever the timeouts for its bytes are.
void forget_timeouts_of_host(Flow& flow);

}  // namespace berth::winsock
