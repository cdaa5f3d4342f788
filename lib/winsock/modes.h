// SPDX-License-Identifier: MIT
#pragma once

#include "use.h"

namespace berth::winsock {

// What ioctlsocket and WSAIoctl do to a socket that moves bytes. 0, or SOCKET_ERROR with the last error set.

/// FIONBIO.
int set_nonblocking(Use& use, bool on);
/// FIONREAD: the bytes of the stream, or of the first datagram.
int bytes_to_receive(Use& use, DWORD& bytes);
/// SIOCATMARK.
int urgent_mark(Use& use, DWORD& no_urgent_data_is_left);

}  // namespace berth::winsock
