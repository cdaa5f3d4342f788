// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace berth::winsock {

/// How the system says that a call ended: an NTSTATUS, and what GetLastError says for it.
[[nodiscard]] constexpr bool is_success(std::int32_t status) { return status >= 0; }
[[nodiscard]] int win32_code_of_status(std::int32_t status);

}  // namespace berth::winsock
