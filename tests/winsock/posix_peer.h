// SPDX-License-Identifier: MIT
// A program of the host that knows nothing of Windows: its side is compiled with POSIX' headers alone.
#pragma once

#include <cstdint>
#include <string>

namespace berth::test {

/// Descriptors, or -1.
int posix_listen();
int posix_bind(std::uint16_t port);
int posix_connect(std::uint16_t port);
int posix_accept(int server);
std::uint16_t posix_port_of(int descriptor);
std::uint16_t posix_port_of_peer(int descriptor);
std::string posix_receive(int descriptor);
void posix_close(int descriptor);

}  // namespace berth::test
