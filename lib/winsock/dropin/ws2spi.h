// SPDX-License-Identifier: MIT
//
// <ws2spi.h> for Linux: the provider's side of Winsock, as far as control codes and completion routines go.
#ifndef BERTH_DROPIN_WS2SPI_H
#define BERTH_DROPIN_WS2SPI_H

#include <winsock2.h>

#define WSPAPI

/// A thread that a provider queues procedures to. Source: WSATHREADID page.
typedef struct BERTH_WINDOWS_STRUCT _WSATHREADID {
  HANDLE ThreadHandle;
  DWORD_PTR Reserved;
} WSATHREADID, *LPWSATHREADID;

typedef void(CALLBACK* LPWSAUSERAPC)(DWORD_PTR dwContext);

BERTH_EXTERN_C_BEGIN

/// WSAIoctl as a provider has it: the code of a failure is in `*lpErrno`, and the last error stays as it was.
/// A completion routine runs in the thread of `lpThreadId`; where that is NULL, in the calling one.
///
/// Returns 0. Otherwise SOCKET_ERROR, with the codes of WSAIoctl; WSAEFAULT when there is a routine and
/// `lpThreadId` names no thread. With `lpErrno` NULL it does nothing and returns SOCKET_ERROR. Source:
/// WSPIoctl page; SPI-01, SPI-04 to SPI-06.
int WSPAPI WSPIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                    LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WSPIoctl);

/// Queues a procedure to a thread, which runs it in its next alertable wait. `lpThreadId` is not looked at
/// any more when this has returned (SPI-02).
///
/// Returns 0. Otherwise SOCKET_ERROR with WSAEFAULT in `*lpErrno` when there is no such thread. Source:
/// WPUQueueApc page; SPI-03.
int WSPAPI WPUQueueApc(LPWSATHREADID lpThreadId, LPWSAUSERAPC lpfnUserApc, DWORD_PTR dwContext, LPINT lpErrno)
    BERTH_SYMBOL(WPUQueueApc);

/// Names the calling thread until WPUCloseThread.
///
/// They return 0. Otherwise SOCKET_ERROR with WSAEFAULT in `*lpErrno`. Source: WPUOpenCurrentThread and
/// WPUCloseThread pages.
int WSPAPI WPUOpenCurrentThread(LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WPUOpenCurrentThread);
int WSPAPI WPUCloseThread(LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WPUCloseThread);

BERTH_EXTERN_C_END

BERTH_LAYOUT(sizeof(WSATHREADID) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(WSATHREADID, Reserved) == sizeof(void*));

#endif
