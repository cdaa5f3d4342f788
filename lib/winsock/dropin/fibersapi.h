// SPDX-License-Identifier: MIT
//
// <fibersapi.h> for Linux: storage of a thread's own that is cleaned up. There are no fibers.
#ifndef BERTH_DROPIN_FIBERSAPI_H
#define BERTH_DROPIN_FIBERSAPI_H

#include <windows.h>

#define FLS_OUT_OF_INDEXES ((DWORD)0xffffffff)

typedef void(WINAPI* PFLS_CALLBACK_FUNCTION)(PVOID lpFlsData);

BERTH_EXTERN_C_BEGIN

/// A slot in which every thread has a value of its own, NULL at first. `lpCallback` gets each value that is
/// not NULL when its thread ends and when the slot is freed.
///
/// Returns its index. Otherwise FLS_OUT_OF_INDEXES with ERROR_NOT_ENOUGH_MEMORY after 1088 of them. Source:
/// FlsAlloc page.
DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback) BERTH_SYMBOL(FlsAlloc);

/// The calling thread's value, with last error 0. Otherwise NULL with ERROR_INVALID_PARAMETER. Source:
/// FlsGetValue page.
PVOID WINAPI FlsGetValue(DWORD dwFlsIndex) BERTH_SYMBOL(FlsGetValue);

/// Sets the calling thread's value. Returns TRUE. Otherwise FALSE with ERROR_INVALID_PARAMETER. Source:
/// FlsSetValue page.
BOOL WINAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData) BERTH_SYMBOL(FlsSetValue);

/// Frees a slot, and hands every thread's value to its callback, in the calling thread. Returns TRUE.
/// Otherwise FALSE with ERROR_INVALID_PARAMETER. Source: FlsFree page.
BOOL WINAPI FlsFree(DWORD dwFlsIndex) BERTH_SYMBOL(FlsFree);

BERTH_EXTERN_C_END

#endif
