// SPDX-License-Identifier: MIT
#pragma once

#include <berth/core/result.h>
#include <berth/core/rule.h>

#include "handle_table.h"

namespace berth::winsock {

/// What a program asks `socket` for. The numbers are Windows'.
struct SocketArguments {
  int family = 0;
  int type = 0;
  int protocol = 0;
};

/// The kind and family of socket that these arguments mean, or the rule that they break: an unknown type
/// before an unknown family, and a protocol last (winsock-observed D4). `unspecified_is_tcp` is ACQ-20.
[[nodiscard]] Result<OpenHandle, Rule> socket_for(SocketArguments asked, bool unspecified_is_tcp);

}  // namespace berth::winsock
