// SPDX-License-Identifier: MIT
#pragma once

#include "handle_table.h"

namespace berth::winsock {

/// Ends what a handle stood for that was taken out of the table: calls that faults hold, its part in the
/// flow, and overlapped calls. The socket of the model is the caller's to close.
void end_handle(std::uintptr_t handle, const OpenHandle& taken);

}  // namespace berth::winsock
