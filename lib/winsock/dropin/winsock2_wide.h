// SPDX-License-Identifier: MIT
//
// A part of <winsock2.h>, for C++: the functions that write a DWORD, for programs that pass the address of an
// unsigned long, which is the same on Windows and wider here. Templates, so that NULL still means the
// functions of <winsock2.h>.
// <winsock2.h> includes it; whoever names it first gets that.
#include <winsock2.h>
#ifndef BERTH_DROPIN_WINSOCK2_WIDE_H
#define BERTH_DROPIN_WINSOCK2_WIDE_H

#ifdef __cplusplus

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type ioctlsocket(SOCKET s, long cmd,
                                                                       UnsignedLong* argp) {
  const int result = ioctlsocket(s, cmd, reinterpret_cast<u_long*>(argp));
  berth_keep_low_dword(argp);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSASend(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, UnsignedLong* lpNumberOfBytesSent, DWORD dwFlags,
    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSASend(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesSent),
                             dwFlags, lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesSent);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSASendTo(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, UnsignedLong* lpNumberOfBytesSent, DWORD dwFlags,
    const struct sockaddr* lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSASendTo(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesSent),
                               dwFlags, lpTo, iTolen, lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesSent);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSASendMsg(
    SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, UnsignedLong* lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSASendMsg(s, lpMsg, dwFlags, reinterpret_cast<LPDWORD>(lpNumberOfBytesSent),
                                lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesSent);
  return result;
}

// The flags decide which of these is meant, because the count may be NULL.
template <typename Count>
int berth_receive(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, Count* lpNumberOfBytesRecvd,
                  LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
                  LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSARecv(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesRecvd),
                             lpFlags, lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesRecvd);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, UnsignedLong* lpFlags,
    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSARecv(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                             reinterpret_cast<LPDWORD>(lpFlags), lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpFlags);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, UnsignedLong* lpNumberOfBytesRecvd, LPDWORD lpFlags,
    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSARecv(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesRecvd),
                             lpFlags, lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesRecvd);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSARecv(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, UnsignedLong* lpNumberOfBytesRecvd,
    UnsignedLong* lpFlags, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result = WSARecv(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesRecvd),
                             reinterpret_cast<LPDWORD>(lpFlags), lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesRecvd);
  berth_keep_low_dword(lpFlags);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSARecvFrom(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, UnsignedLong* lpNumberOfBytesRecvd,
    UnsignedLong* lpFlags, struct sockaddr* lpFrom, LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result =
      WSARecvFrom(s, lpBuffers, dwBufferCount, reinterpret_cast<LPDWORD>(lpNumberOfBytesRecvd),
                  reinterpret_cast<LPDWORD>(lpFlags), lpFrom, lpFromlen, lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpNumberOfBytesRecvd);
  berth_keep_low_dword(lpFlags);
  return result;
}

#endif

#endif
