// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "objects.h"

namespace berth::winsock {

/// Packets of calls on `socket` go to `port` with `key` from now on, for as long as the socket lives. False:
/// last error is ERROR_INVALID_PARAMETER when it has a port already, ERROR_INVALID_HANDLE when it is no
/// socket.
bool associate_socket(std::uintptr_t socket, std::shared_ptr<CompletionPort> port, std::uintptr_t key);

}  // namespace berth::winsock
