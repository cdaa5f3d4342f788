// SPDX-License-Identifier: MIT
#pragma once

namespace berth::winsock {

/// What Windows says where the host's kernel said `error` (a number of errno): THE table, for all calls.
/// Requires: `error` is not 0.
[[nodiscard]] int winsock_code_of(int error);

}  // namespace berth::winsock
