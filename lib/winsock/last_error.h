// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace berth {
struct Refusal;
enum class FaultPoint : std::uint8_t;
}  // namespace berth

namespace berth::winsock {

/// The calling thread's last error, which WSAGetLastError shows to the program. A thread begins with 0.
int last_error() noexcept;
void set_last_error(int code) noexcept;

/// Makes `code` the last error and returns SOCKET_ERROR: `return fail_with(WSAENOTSOCK);`
int fail_with(int code) noexcept;

/// What `berth::last_refusal` tells: why the thread's last call failed, or that no rule made it fail.
void remember_refusal(const Refusal& refusal) noexcept;
/// What `berth::last_fault` tells: a fault of the test made the call fail.
void remember_fault(FaultPoint point) noexcept;
/// Whether the thread remembers one of them; only last_error.cpp changes it.
extern constinit thread_local bool error_is_explained;
void forget_explanation() noexcept;
/// Forgets both.
inline void forget_refusal() noexcept {
  if (error_is_explained) forget_explanation();
}

}  // namespace berth::winsock
