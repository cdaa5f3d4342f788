// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace berth::winsock {

inline constexpr std::int32_t kStatusSuccess = 0;
inline constexpr std::int32_t kStatusPending = 0x103;

/// What WSAGetOverlappedResult and completion routines say for an NTSTATUS (winsock-observed D5); 0 for
/// success.
[[nodiscard]] int winsock_code_of_status(std::int32_t status);

/// The NTSTATUS behind a code of Winsock; 0 for 0. `winsock_code_of_status` gives the code back.
[[nodiscard]] std::int32_t status_of_winsock_code(int code);

}  // namespace berth::winsock
