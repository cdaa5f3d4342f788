// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <thread>

namespace berth::traffic {

/// Starts a thread of ours in a program that may not know that it has any. It takes none of the program's
/// signals, and has begun when this returns: a program that forks next does not catch it while it starts, for
/// which it needs memory, and whose lock of the allocator nobody would give back in the child. (glibc's
/// allocator looks after that by itself; the address sanitizer's of clang 14 does not.)
/// Nothing: the host has no thread left.
[[nodiscard]] std::optional<std::thread> start_background_thread(std::function<void()> work);

}  // namespace berth::traffic
