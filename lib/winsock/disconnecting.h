// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

namespace berth::winsock {

/// DisconnectEx: ends the connection of a stream when everything was sent. With TF_REUSE_SOCKET it lasts
/// until the peer has ended it too, what that one sends being thrown away; the handle is then as before the
/// connection. A socket that connected is bound as it was, for ConnectEx; one that was accepted is a new one,
/// for AcceptEx. What the program set stays, but for selected network events, and a reservation that an
/// accepted socket acquired.
///
/// Returns TRUE, or FALSE with WSA_IO_PENDING; the rest is told by completion. Otherwise FALSE:
/// WSANOTINITIALISED, WSAENOTSOCK; WSAEINVAL for another flag, a reserved argument that is not 0, or a socket
/// that is no stream; WSAENOTCONN when it is not connected, or was told to end before and is not to be used
/// again; WSAEOPNOTSUPP when a socket with several handles is to be; WSAEFAULT. Found through
/// SIO_GET_EXTENSION_FUNCTION_POINTER alone. Source: LPFN_DISCONNECTEX page; TransmitFile page for who may
/// use a socket again.
BOOL PASCAL disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved);

}  // namespace berth::winsock
