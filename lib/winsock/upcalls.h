// SPDX-License-Identifier: MIT
#pragma once

#include <ws2spi.h>

#include <functional>

namespace berth::winsock {

/// What the client of our provider offers it. Entries may be null.
struct Upcalls {
  WSPUPCALLTABLE table{};
};

/// Has the client run `procedure` in that thread, in an alertable wait. Not run when the client refuses.
void queue_through(const Upcalls& upcalls, WSATHREADID thread, std::function<void()> procedure);

/// Writes `code` to `place` if that can be. Returns SOCKET_ERROR.
int fail_in(LPINT place, int code);

}  // namespace berth::winsock
