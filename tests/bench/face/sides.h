// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "echo.h"

namespace berth::bench {

// What each side does `times` times over. Prepared once, before the clock runs.

// The kernel's own calls.
void raw_prepare();
void raw_fionread(std::size_t times);
void raw_open_bind_close(std::size_t times);
void raw_connection_life(std::size_t times);
void raw_tcp_round_trips(std::size_t times);
void raw_udp_round_trips(std::size_t times);
void raw_tcp_across_threads(std::size_t times);
void raw_udp_across_threads(std::size_t times);
void raw_tcp_across_processes(std::size_t times);
void raw_udp_across_processes(std::size_t times);
/// The echo of another process, which `raw_serve_echo` is there.
void raw_connect_processes(EchoPorts ports);
void raw_serve_echo(void (*tell)(EchoPorts));
/// Ends the echoes.
void raw_finish();
std::size_t descriptors_now();
std::size_t resident_bytes();

// The same through the Windows functions.
void face_prepare();
void face_ioctl_granted(std::size_t times);            ///< associating again with the same token
void face_ioctl_refused(std::size_t times);            ///< a token that names nothing
void face_ioctl_too_short(std::size_t times);          ///< an output buffer that is too small
void face_ioctl_heap(std::size_t times);               ///< granted, with buffers on the heap
void face_ioctl_static(std::size_t times);             ///< granted, with static and read-only buffers
void face_open_bind_close_on_host(std::size_t times);  ///< where the ports are the host's
void face_connection_life(std::size_t times);
void face_tcp_round_trips(std::size_t times);
void face_udp_round_trips(std::size_t times);
void face_tcp_across_threads(std::size_t times);
void face_udp_across_threads(std::size_t times);
void face_tcp_across_processes(std::size_t times);  ///< by the host's ports
void face_udp_across_processes(std::size_t times);
void face_connect_processes(EchoPorts ports);
void face_serve_echo(void (*tell)(EchoPorts));
void face_finish();
void face_open_idle_sockets(std::size_t count);
void face_bind_udp_ports(std::size_t count);

}  // namespace berth::bench
