// SPDX-License-Identifier: MIT
//
// <handleapi.h> for Linux: handles of every kind.
// Handles are those of the whole program, whatever emulated process a thread is attached to.
#ifndef BERTH_DROPIN_HANDLEAPI_H
#define BERTH_DROPIN_HANDLEAPI_H

#include <windows.h>

#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002
#define DUPLICATE_CLOSE_SOURCE 0x00000001
#define DUPLICATE_SAME_ACCESS 0x00000002

BERTH_EXTERN_C_BEGIN

/// Closes a handle; an object lives until its last handle is closed and nobody uses it any more. A socket is
/// closed as closesocket does. The handles of GetCurrentProcess and GetCurrentThread need no closing: nothing
/// happens then.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE, also for a handle that is protected; or, for a
/// socket, the code of closesocket. Source: CloseHandle page.
BOOL WINAPI CloseHandle(HANDLE hObject) BERTH_SYMBOL(CloseHandle);

/// Another handle of the same object, in this process. A handle of GetCurrentThread or GetCurrentProcess
/// becomes one that every thread can use. Access rights are not emulated. DUPLICATE_CLOSE_SOURCE closes the
/// source, also when the call fails later.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE (a process that is not this one, or no open
/// handle), ERROR_INVALID_PARAMETER (unknown options), ERROR_NOACCESS for a bad `lpTargetHandle`, or
/// ERROR_NOT_SUPPORTED for a socket, for which there is WSADuplicateSocket. Source: DuplicateHandle page.
BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
                            LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle,
                            DWORD dwOptions) BERTH_SYMBOL(DuplicateHandle);

/// Writes the HANDLE_FLAG values of a handle or socket. They are stored: no process of the host inherits an
/// emulated handle.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE, or ERROR_NOACCESS for a bad `lpdwFlags`. Source:
/// GetHandleInformation page.
BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags) BERTH_SYMBOL(GetHandleInformation);

/// Sets those HANDLE_FLAG values that `dwMask` has to what `dwFlags` has. CloseHandle refuses a handle with
/// HANDLE_FLAG_PROTECT_FROM_CLOSE; a socket cannot have it.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER for unknown flags, or
/// ERROR_NOT_SUPPORTED for a socket that is to be protected. Source: SetHandleInformation page.
BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags)
    BERTH_SYMBOL(SetHandleInformation);

BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type GetHandleInformation(HANDLE hObject,
                                                                                UnsignedLong* lpdwFlags) {
  const BOOL result = GetHandleInformation(hObject, reinterpret_cast<LPDWORD>(lpdwFlags));
  berth_keep_low_dword(lpdwFlags);
  return result;
}
#endif

#endif
