// SPDX-License-Identifier: MIT
//
// <processthreadsapi.h> for Linux: threads, their own storage, and who the process is.
// A thread is the emulated process of the thread that made it.
#ifndef BERTH_DROPIN_PROCESSTHREADSAPI_H
#define BERTH_DROPIN_PROCESSTHREADSAPI_H

#include <windows.h>

#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define STILL_ACTIVE ((DWORD)STATUS_PENDING)
#define TLS_OUT_OF_INDEXES ((DWORD)0xffffffff)
#define TLS_MINIMUM_AVAILABLE 64

typedef DWORD(WINAPI* PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;
typedef void(NTAPI* PAPCFUNC)(ULONG_PTR Parameter);

BERTH_EXTERN_C_BEGIN

/// Starts a thread; with CREATE_SUSPENDED it waits for ResumeThread. `dwStackSize` 0 is the host's size.
///
/// Returns a handle, which is to be closed, and writes the thread's number where `lpThreadId` is not NULL.
/// Otherwise NULL with ERROR_INVALID_PARAMETER (no function, unknown flags), ERROR_NOACCESS for a bad
/// `lpThreadId`, or ERROR_NOT_ENOUGH_MEMORY when the host has no thread left. Source: CreateThread page.
HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                           LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
                           LPDWORD lpThreadId) BERTH_SYMBOL(CreateThread);

/// Ends the calling thread. In a thread that CreateThread made no destructor of a local object runs, as on
/// Windows; in another one those of its C++ frames do. Never returns. Source: ExitThread page.
__attribute__((noreturn)) void WINAPI ExitThread(DWORD dwExitCode) BERTH_SYMBOL(ExitThread);

/// Writes the code with which a thread ended, or STILL_ACTIVE.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE, or ERROR_NOACCESS for a bad `lpExitCode`. Source:
/// GetExitCodeThread page.
BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode) BERTH_SYMBOL(GetExitCodeThread);

/// Lets a thread that was made with CREATE_SUSPENDED start.
///
/// Returns how many times it was suspended before: 1, or 0 for a thread that runs. Otherwise (DWORD)-1 with
/// ERROR_INVALID_HANDLE. Source: ResumeThread page.
DWORD WINAPI ResumeThread(HANDLE hThread) BERTH_SYMBOL(ResumeThread);

/// A handle that means the calling thread, whichever thread uses it, and needs no closing. Source:
/// GetCurrentThread page.
HANDLE WINAPI GetCurrentThread(void) BERTH_SYMBOL(GetCurrentThread);

/// The calling thread's number: a multiple of four, unique in the program. Source: GetCurrentThreadId page.
DWORD WINAPI GetCurrentThreadId(void) BERTH_SYMBOL(GetCurrentThreadId);

/// A thread's number. Otherwise 0 with ERROR_INVALID_HANDLE. Source: GetThreadId page.
DWORD WINAPI GetThreadId(HANDLE Thread) BERTH_SYMBOL(GetThreadId);

/// A handle that means the calling process and needs no closing. Source: GetCurrentProcess page.
HANDLE WINAPI GetCurrentProcess(void) BERTH_SYMBOL(GetCurrentProcess);

/// The number of the emulated process that the calling thread is attached to; of the host's process when it
/// is attached to none. Source: GetCurrentProcessId page.
DWORD WINAPI GetCurrentProcessId(void) BERTH_SYMBOL(GetCurrentProcessId);

/// Lets `pfnAPC` run in a thread when that next waits alertably; before anything else in one that has not
/// started.
///
/// Returns a value other than 0. Otherwise 0 with ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER when `pfnAPC`
/// is NULL, or ERROR_GEN_FAILURE when the thread has ended. Source: QueueUserAPC page.
DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData) BERTH_SYMBOL(QueueUserAPC);

/// Lets another thread run. Returns FALSE: the host does not tell whether one did. Source: SwitchToThread
/// page.
BOOL WINAPI SwitchToThread(void) BERTH_SYMBOL(SwitchToThread);

/// Ends the host's process at once with this code, of which the host keeps the low 8 bits. What standard
/// output still holds is written; no destructor and no atexit function runs. Source: ExitProcess page.
__attribute__((noreturn)) void WINAPI ExitProcess(UINT uExitCode) BERTH_SYMBOL(ExitProcess);

/// A slot in which every thread has a value of its own, NULL at first.
///
/// Returns its index. Otherwise TLS_OUT_OF_INDEXES with ERROR_NOT_ENOUGH_MEMORY after 1088 of them. Source:
/// TlsAlloc page.
DWORD WINAPI TlsAlloc(void) BERTH_SYMBOL(TlsAlloc);

/// The calling thread's value, with last error 0. Otherwise NULL with ERROR_INVALID_PARAMETER. Source:
/// TlsGetValue page.
LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex) BERTH_SYMBOL(TlsGetValue);

/// Sets the calling thread's value. Returns TRUE. Otherwise FALSE with ERROR_INVALID_PARAMETER. Source:
/// TlsSetValue page.
BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue) BERTH_SYMBOL(TlsSetValue);

/// Frees a slot; what its values point to is the program's matter. Returns TRUE. Otherwise FALSE with
/// ERROR_INVALID_PARAMETER. Source: TlsFree page.
BOOL WINAPI TlsFree(DWORD dwTlsIndex) BERTH_SYMBOL(TlsFree);

BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong, HANDLE>::type CreateThread(
    LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize, LPTHREAD_START_ROUTINE lpStartAddress,
    LPVOID lpParameter, DWORD dwCreationFlags, UnsignedLong* lpThreadId) {
  DWORD id = 0;
  const HANDLE thread = CreateThread(lpThreadAttributes, dwStackSize, lpStartAddress, lpParameter,
                                     dwCreationFlags, lpThreadId == nullptr ? nullptr : &id);
  if (thread != nullptr && lpThreadId != nullptr) {
    *lpThreadId = id;
  }
  return thread;
}

template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetExitCodeThread(HANDLE hThread,
                                                                             UnsignedLong* lpExitCode) {
  const BOOL result = GetExitCodeThread(hThread, reinterpret_cast<LPDWORD>(lpExitCode));
  berth_keep_low_dword(lpExitCode);
  return result;
}
#endif

#endif
