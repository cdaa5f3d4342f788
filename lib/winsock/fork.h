// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace berth::winsock {

/// How many forks lie between this process of the host and the one in which this was first asked.
unsigned forks_so_far() noexcept;

/// Only fork.cpp changes it.
extern constinit std::atomic<unsigned> fork_count;

/// The same as `forks_so_far`, quickly. Requires: that was called before.
inline unsigned forks_counted() noexcept { return fork_count.load(std::memory_order_relaxed); }

/// Tells on stderr, once in each process of the host, that an emulated machine stays with the parent.
void say_once_that_the_machine_stayed_behind() noexcept;

}  // namespace berth::winsock
