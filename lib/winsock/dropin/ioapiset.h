// SPDX-License-Identifier: MIT
//
// <ioapiset.h> for Linux: completion ports, and overlapped calls that are looked at or cancelled.
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

/// How an overlapped call on the socket `hFile` went; with `bWait` it waits for its end, on `hEvent` where
/// the structure has one.
///
/// Returns TRUE with the number of bytes in `*lpNumberOfBytesTransferred`. Otherwise FALSE:
/// ERROR_IO_INCOMPLETE while the call pends, ERROR_INVALID_HANDLE when `hEvent` is no event, ERROR_NOACCESS
/// for a bad pointer, or the code with which the call failed. Source: GetOverlappedResult page.
BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                BOOL bWait) BERTH_SYMBOL(GetOverlappedResult);

/// The same with a time to wait, and alertable if asked for.
///
/// Also FALSE with WAIT_TIMEOUT or WAIT_IO_COMPLETION; with 0 as the time it does not wait:
/// ERROR_IO_INCOMPLETE. Source: GetOverlappedResultEx page.
BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                  DWORD dwMilliseconds, BOOL bAlertable) BERTH_SYMBOL(GetOverlappedResultEx);

/// Cancels the overlapped calls on a socket that the calling thread began. Each ends with
/// ERROR_OPERATION_ABORTED and is told as ever.
///
/// Returns TRUE, also when there was none. Otherwise FALSE with ERROR_INVALID_HANDLE. Source: CancelIo page.
BOOL WINAPI CancelIo(HANDLE hFile) BERTH_SYMBOL(CancelIo);

/// Cancels the overlapped call on a socket that was given `lpOverlapped`, whoever began it; all of them where
/// that is NULL.
///
/// Returns TRUE. Otherwise FALSE with ERROR_NOT_FOUND when none pends, or ERROR_INVALID_HANDLE. Source:
/// CancelIoEx page.
BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped) BERTH_SYMBOL(CancelIoEx);

#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2

/// Says that overlapped calls on a socket which succeed at once post no packet to its completion port. A mode
/// that was set stays. FILE_SKIP_SET_EVENT_ON_HANDLE is stored: a socket here is no event.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_PARAMETER for another flag, or ERROR_INVALID_HANDLE.
/// Source: SetFileCompletionNotificationModes page.
BOOL WINAPI SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags)
    BERTH_SYMBOL(SetFileCompletionNotificationModes);

BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetOverlappedResult(
    HANDLE hFile, LPOVERLAPPED lpOverlapped, UnsignedLong* lpNumberOfBytesTransferred, BOOL bWait) {
  const BOOL result =
      GetOverlappedResult(hFile, lpOverlapped, reinterpret_cast<LPDWORD>(lpNumberOfBytesTransferred), bWait);
  berth_keep_low_dword(lpNumberOfBytesTransferred);
  return result;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetOverlappedResultEx(
    HANDLE hFile, LPOVERLAPPED lpOverlapped, UnsignedLong* lpNumberOfBytesTransferred, DWORD dwMilliseconds,
    BOOL bAlertable) {
  const BOOL result = GetOverlappedResultEx(
      hFile, lpOverlapped, reinterpret_cast<LPDWORD>(lpNumberOfBytesTransferred), dwMilliseconds, bAlertable);
  berth_keep_low_dword(lpNumberOfBytesTransferred);
  return result;
}

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
