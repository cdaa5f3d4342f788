// SPDX-License-Identifier: MIT
//
// <mswsock.h> for Linux: the functions that Microsoft added to Winsock. Programs reach most of them through
// SIO_GET_EXTENSION_FUNCTION_POINTER, which answers the WSAID_ values below.
#ifndef BERTH_DROPIN_MSWSOCK_H
#define BERTH_DROPIN_MSWSOCK_H

#include <mswsockdef.h>
#include <winsock2.h>

#define TF_DISCONNECT 0x01
#define TF_REUSE_SOCKET 0x02

#define WSAID_ACCEPTEX                                                             \
  {                                                                                \
    0xb5367df1, 0xcbac, 0x11cf, { 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } \
  }
#define WSAID_GETACCEPTEXSOCKADDRS                                                 \
  {                                                                                \
    0xb5367df2, 0xcbac, 0x11cf, { 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } \
  }
#define WSAID_CONNECTEX                                                            \
  {                                                                                \
    0x25a207b9, 0xddf3, 0x4660, { 0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e } \
  }
#define WSAID_DISCONNECTEX                                                         \
  {                                                                                \
    0x7fda2e11, 0x8630, 0x436f, { 0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57 } \
  }
#define WSAID_WSARECVMSG                                                           \
  {                                                                                \
    0xf689d7c8, 0x6f1f, 0x436b, { 0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22 } \
  }
#define WSAID_WSASENDMSG                                                           \
  {                                                                                \
    0xa441e712, 0x754f, 0x43ca, { 0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf, 0x60, 0x6d } \
  }

typedef BOOL(PASCAL* LPFN_ACCEPTEX)(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
                                    DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                    DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
                                    LPOVERLAPPED lpOverlapped);
typedef VOID(PASCAL* LPFN_GETACCEPTEXSOCKADDRS)(PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                                                DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                                                struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                                                struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength);
typedef BOOL(PASCAL* LPFN_CONNECTEX)(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer,
                                     DWORD dwSendDataLength, LPDWORD lpdwBytesSent,
                                     LPOVERLAPPED lpOverlapped);
typedef BOOL(PASCAL* LPFN_DISCONNECTEX)(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags, DWORD dwReserved);
typedef INT(PASCAL* LPFN_WSARECVMSG)(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
                                     LPWSAOVERLAPPED lpOverlapped,
                                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
typedef INT(PASCAL* LPFN_WSASENDMSG)(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
                                     LPWSAOVERLAPPED lpOverlapped,
                                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

BERTH_EXTERN_C_BEGIN

/// Accepts a connection of `sListenSocket` into `sAcceptSocket`, which is neither bound nor connected; with
/// `dwReceiveDataLength` it waits for the first bytes too. Both addresses are behind that many bytes in the
/// buffer, for GetAcceptExSockaddrs. Each address has room for itself and 16 bytes.
///
/// Returns TRUE, or FALSE with ERROR_IO_PENDING; the rest is told by completion. Otherwise FALSE:
/// WSANOTINITIALISED, WSAENOTSOCK for either socket, ERROR_INVALID_PARAMETER without an OVERLAPPED, WSAEINVAL
/// when the one does not listen or the other is bound, WSAEFAULT for a bad buffer or too little room. Source:
/// AcceptEx page.
BOOL PASCAL AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
                     DWORD dwReceiveDataLength, DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                     LPDWORD lpdwBytesReceived, LPOVERLAPPED lpOverlapped) BERTH_SYMBOL(AcceptEx);

/// Finds the addresses that AcceptEx left in its buffer. Source: GetAcceptExSockaddrs page.
VOID PASCAL GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                 DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr,
                                 LPINT LocalSockaddrLength, struct sockaddr** RemoteSockaddr,
                                 LPINT RemoteSockaddrLength) BERTH_SYMBOL(GetAcceptExSockaddrs);

/// Connects a bound stream, and sends the bytes at `lpSendBuffer` on the connection.
///
/// Returns TRUE, or FALSE with ERROR_IO_PENDING; why it did not connect is told by completion. Otherwise
/// FALSE: WSANOTINITIALISED, WSAENOTSOCK, ERROR_INVALID_PARAMETER without an OVERLAPPED, WSAEINVAL when the
/// socket is not bound or listens, WSAEISCONN, WSAEALREADY, WSAEFAULT. Source: ConnectEx page.
BOOL PASCAL ConnectEx(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer,
                      DWORD dwSendDataLength, LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped)
    BERTH_SYMBOL(ConnectEx);

BERTH_EXTERN_C_END

#ifdef __cplusplus
// For counts that are an unsigned long, which is wider than a DWORD here: see WSAIoctl.
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong, BOOL>::type AcceptEx(
    SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
    DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength, UnsignedLong* lpdwBytesReceived,
    LPOVERLAPPED lpOverlapped) {
  const BOOL result =
      AcceptEx(sListenSocket, sAcceptSocket, lpOutputBuffer, dwReceiveDataLength, dwLocalAddressLength,
               dwRemoteAddressLength, reinterpret_cast<LPDWORD>(lpdwBytesReceived), lpOverlapped);
  berth_keep_low_dword(lpdwBytesReceived);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong, BOOL>::type ConnectEx(
    SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer, DWORD dwSendDataLength,
    UnsignedLong* lpdwBytesSent, LPOVERLAPPED lpOverlapped) {
  const BOOL result = ConnectEx(s, name, namelen, lpSendBuffer, dwSendDataLength,
                                reinterpret_cast<LPDWORD>(lpdwBytesSent), lpOverlapped);
  berth_keep_low_dword(lpdwBytesSent);
  return result;
}
#endif

#endif
