// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <optional>

#include "process_face.h"

namespace berth::winsock {

/// The handle that WSADuplicateSocket has made for `process` under the number in the structure's
/// dwProviderReserved. Each can be claimed once; nothing for any other number.
std::optional<SOCKET> claim_duplicate(ProcessFace& process, DWORD number);

}  // namespace berth::winsock
