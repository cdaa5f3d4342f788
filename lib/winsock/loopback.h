// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <berth/core/port_range.h>
#include <berth/traffic/host_socket.h>

namespace berth::winsock {

/// The address of 127.0.0.0/8 on which this program's hidden sockets stand, with port 0. Each program has
/// another, as far as their numbers allow, so that the hidden ports of one are not the scarce ports of all.
[[nodiscard]] traffic::HostAddress own_loopback();

/// An endpoint of the host that refuses: TCP connections, and datagrams as a port that nobody receives on.
[[nodiscard]] traffic::HostAddress refusing_endpoint(Transport transport);

/// Milliseconds since some moment; never goes back.
[[nodiscard]] std::int64_t tick_count();

}  // namespace berth::winsock
