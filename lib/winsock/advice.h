// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <berth/core/port_range.h>

#include "call.h"

namespace berth::winsock {

/// Looks at a start port as the machine has understood it. `refused`: the call failed, so less will do to
/// make it suspicious.
void advise_on_start_port(const Call& call, Port port, bool refused);

/// Looks at the arguments of a WSAIoctl that were refused.
void advise_on_ioctl(const Call& call, DWORD code, DWORD input_size);

}  // namespace berth::winsock
