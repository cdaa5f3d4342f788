// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "control_codes.h"
#include "option_table.h"

namespace berth::winsock {

/// What a control code is worth, for the list of them, and how it is carried out.
struct SocketCode {
  ControlCode row;  ///< `run` is null for a code that is carried out elsewhere, or refused
  std::string_view text;
  Standing standing = Standing::Stored;
  /// What a program sees of it, what is lost when it is stored, why it is refused.
  std::string_view note;
};

/// Every control code that Windows' documents name for TCP and UDP, as far as this table knows. One that is
/// refused, and any that is not here, fails with WSAEOPNOTSUPP.
[[nodiscard]] std::span<const SocketCode> socket_codes();

}  // namespace berth::winsock
