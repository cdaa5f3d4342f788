// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <berth/winsock/attach.h>

namespace berth {

/// A mistake that programs make, and that Windows answers with a code or not at all.
enum class AdviceKind : std::uint8_t {
  StartPortLooksSwapped,  ///< a start port in host byte order where network byte order is meant
  TokenIsEightBytes,      ///< four bytes given to RELEASE or ASSOCIATE
  DirectionBitsAreWrong,  ///< a control code that differs from the right one in its direction bits alone
  /// getpeername, getsockname or shutdown after AcceptEx or ConnectEx, and no SO_UPDATE_ACCEPT_CONTEXT or
  /// SO_UPDATE_CONNECT_CONTEXT between
  ConnectionLacksContext,
};
inline constexpr std::size_t kAdviceKinds = 4;

/// What a program probably meant to do.
struct Advice {
  AdviceKind kind{};
  std::string text;  ///< one sentence
};

/// The newest advice to a process; nothing when there was none. Thread-safe.
///
/// On the program's own machine each kind of advice is also told once on stderr.
[[nodiscard]] std::optional<Advice> last_advice(const WindowsProcess& process);
/// The same, to the process that the calling thread is.
[[nodiscard]] std::optional<Advice> last_advice();

}  // namespace berth
