// SPDX-License-Identifier: MIT
#pragma once

namespace berth::winsock {

/// How many forks lie between this process of the host and the one in which this was first asked.
unsigned forks_so_far() noexcept;

/// Tells on stderr, once in each process of the host, that an emulated machine stays with the parent.
void say_once_that_the_machine_stayed_behind() noexcept;

}  // namespace berth::winsock
