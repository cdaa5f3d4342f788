// SPDX-License-Identifier: MIT
//
// <ioapiset.h> for Linux: completion ports.
#ifndef BERTH_DROPIN_IOAPISET_H
#define BERTH_DROPIN_IOAPISET_H

#include <windows.h>

/// One packet of GetQueuedCompletionStatusEx. `Internal` is the NTSTATUS of the call. Source:
/// OVERLAPPED_ENTRY page.
typedef struct BERTH_WINDOWS_STRUCT _OVERLAPPED_ENTRY {
  ULONG_PTR lpCompletionKey;
  LPOVERLAPPED lpOverlapped;
  ULONG_PTR Internal;
  DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY, *LPOVERLAPPED_ENTRY;

BERTH_LAYOUT(sizeof(OVERLAPPED_ENTRY) == (sizeof(void*) == 8 ? 32 : 16));
BERTH_LAYOUT(offsetof(OVERLAPPED_ENTRY, lpOverlapped) == sizeof(void*));
BERTH_LAYOUT(offsetof(OVERLAPPED_ENTRY, Internal) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(OVERLAPPED_ENTRY, dwNumberOfBytesTransferred) == 3 * sizeof(void*));

/// Whether an overlapped call is over, without waiting. Source: HasOverlappedIoCompleted page.
#define HasOverlappedIoCompleted(lpOverlapped) \
  (((volatile OVERLAPPED*)(lpOverlapped))->Internal != (ULONG_PTR)STATUS_PENDING)

BERTH_EXTERN_C_BEGIN

/// Makes a completion port, associates a socket with one, or both.
///
/// With INVALID_HANDLE_VALUE as `FileHandle` it makes a port. With a socket, its overlapped calls are told to
/// `ExistingCompletionPort`, or to a new port where that is NULL, with `CompletionKey`; for as long as the
/// socket lives. `NumberOfConcurrentThreads` has no effect: every thread that waits may run.
///
/// Returns the port. Otherwise NULL with ERROR_INVALID_PARAMETER (a port without a socket, or a socket that
/// has a port already) or ERROR_INVALID_HANDLE (no socket, no port). Source: CreateIoCompletionPort page.
HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
                                     ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads)
    BERTH_SYMBOL(CreateIoCompletionPort);

/// Takes the oldest packet from a port, waiting for one up to `dwMilliseconds`. Threads that wait are served
/// the last one first.
///
/// Returns TRUE for the packet of a call that succeeded, or that PostQueuedCompletionStatus made. Otherwise
/// FALSE. With `*lpOverlapped` not NULL, the packet is that of a call that failed, and last error is its
/// code. With NULL there there is none: WAIT_TIMEOUT; ERROR_ABANDONED_WAIT_0 when the port was closed
/// meanwhile; ERROR_INVALID_HANDLE; ERROR_NOACCESS for a bad pointer. Source: GetQueuedCompletionStatus page.
BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
                                      PULONG_PTR lpCompletionKey, LPOVERLAPPED* lpOverlapped,
                                      DWORD dwMilliseconds) BERTH_SYMBOL(GetQueuedCompletionStatus);

/// Takes up to `ulCount` packets from a port at once, and can be alertable.
///
/// Returns TRUE with the number of packets in `*ulNumEntriesRemoved`; how each call ended is in its entry.
/// Otherwise FALSE with WAIT_TIMEOUT; WAIT_IO_COMPLETION when procedures ran; ERROR_ABANDONED_WAIT_0;
/// ERROR_INVALID_HANDLE; ERROR_INVALID_PARAMETER when `ulCount` is 0; ERROR_NOACCESS for a bad pointer.
/// Source: GetQueuedCompletionStatusEx page.
BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
                                        ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
                                        BOOL fAlertable) BERTH_SYMBOL(GetQueuedCompletionStatusEx);

/// Queues a packet with these values, whatever they are, to a port.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE. Source: PostQueuedCompletionStatus page.
BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
                                       ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped)
    BERTH_SYMBOL(PostQueuedCompletionStatus);

BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetQueuedCompletionStatus(
    HANDLE CompletionPort, UnsignedLong* lpNumberOfBytesTransferred, PULONG_PTR lpCompletionKey,
    LPOVERLAPPED* lpOverlapped, DWORD dwMilliseconds) {
  const BOOL result =
      GetQueuedCompletionStatus(CompletionPort, reinterpret_cast<LPDWORD>(lpNumberOfBytesTransferred),
                                lpCompletionKey, lpOverlapped, dwMilliseconds);
  berth_keep_low_dword(lpNumberOfBytesTransferred);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetQueuedCompletionStatusEx(
    HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount,
    UnsignedLong* ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable) {
  const BOOL result =
      GetQueuedCompletionStatusEx(CompletionPort, lpCompletionPortEntries, ulCount,
                                  reinterpret_cast<PULONG>(ulNumEntriesRemoved), dwMilliseconds, fAlertable);
  berth_keep_low_dword(ulNumEntriesRemoved);
  return result;
}
#endif

#endif
