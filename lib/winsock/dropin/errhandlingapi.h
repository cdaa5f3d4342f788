// SPDX-License-Identifier: MIT
//
// <errhandlingapi.h> for Linux: the last error of the calling thread.
#ifndef BERTH_DROPIN_ERRHANDLINGAPI_H
#define BERTH_DROPIN_ERRHANDLINGAPI_H

#include <windows.h>

BERTH_EXTERN_C_BEGIN

/// The calling thread's last error, which is also WSAGetLastError's; 0 in a new thread. Never fails. Source:
/// GetLastError page.
DWORD WINAPI GetLastError(void) BERTH_SYMBOL(GetLastError);

/// Makes `dwErrCode` the calling thread's last error. Never fails. Source: SetLastError page.
void WINAPI SetLastError(DWORD dwErrCode) BERTH_SYMBOL(SetLastError);

BERTH_EXTERN_C_END

#endif
