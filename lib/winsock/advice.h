// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <berth/core/port_range.h>

#include "call.h"

namespace berth::winsock {

/// Looks at a start port as the machine has understood it. `refused`: the call failed, so less will do to
/// make it suspicious.
void advise_on_start_port(const Call& call, Port port, bool refused);

/// To who asks a connection, by `function`, for what it does not know before it has its context.
void advise_on_context(const Call& call, const char* function, bool was_accepted);

/// Looks at the arguments of a WSAIoctl that were refused.
void advise_on_ioctl(const Call& call, DWORD code, DWORD input_size);

}  // namespace berth::winsock
