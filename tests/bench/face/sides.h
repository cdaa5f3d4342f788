// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace berth::bench {

/// What one side does `times` times over. Prepared once, before the clock runs.
struct Work {
  const char* name;
  void (*run)(std::size_t times);
};

// The kernel's own calls.
void raw_prepare();
void raw_fionread(std::size_t times);
void raw_open_bind_close(std::size_t times);
void raw_connection_life(std::size_t times);
void raw_tcp_round_trips(std::size_t times);
void raw_udp_round_trips(std::size_t times);
std::size_t descriptors_now();
std::size_t resident_bytes();

// The same through the Windows functions.
void face_prepare();
void face_ioctl_granted(std::size_t times);    ///< associating again with the same token
void face_ioctl_refused(std::size_t times);    ///< a token that names nothing
void face_ioctl_too_short(std::size_t times);  ///< an output buffer that is too small
void face_ioctl_heap(std::size_t times);       ///< granted, with buffers on the heap
void face_ioctl_static(std::size_t times);     ///< granted, with static and read-only buffers
void face_open_bind_close(std::size_t times);
void face_connection_life(std::size_t times);
void face_tcp_round_trips(std::size_t times);
void face_udp_round_trips(std::size_t times);
void face_open_idle_sockets(std::size_t count);
void face_bind_udp_ports(std::size_t count);

}  // namespace berth::bench
