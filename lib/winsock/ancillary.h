// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include "flow.h"

namespace berth::winsock {

// What a datagram brings or takes besides its bytes and a name: the control data of a WSAMSG.

/// Writes into the control buffer what the socket's options ask for, about a datagram of `sender`, and its
/// length into `Control.len`. False: there was no room, and nothing was written; so it is as well when the
/// buffer is bad by now. Requires: `message` can be written.
[[nodiscard]] bool tell_control(Flow& flow, const SocketName& sender, WSAMSG& message);

/// Why a datagram cannot be sent with this control data; 0: it can. An address to send from is looked at, and
/// that is all: the receiver knows the socket by its own name.
[[nodiscard]] int problem_of_control(const Flow& flow, const WSABUF& control);

}  // namespace berth::winsock
