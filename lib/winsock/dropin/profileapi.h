// SPDX-License-Identifier: MIT
//
// <profileapi.h> for Linux: the fine clock.
#ifndef BERTH_DROPIN_PROFILEAPI_H
#define BERTH_DROPIN_PROFILEAPI_H

#include <windows.h>

BERTH_EXTERN_C_BEGIN

/// The clock that only goes forward, in ticks of QueryPerformanceFrequency: nanoseconds. They return TRUE.
/// Otherwise FALSE with ERROR_NOACCESS for a bad pointer. Source: QueryPerformanceCounter and
/// QueryPerformanceFrequency pages.
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount) BERTH_SYMBOL(QueryPerformanceCounter);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency) BERTH_SYMBOL(QueryPerformanceFrequency);

BERTH_EXTERN_C_END

#endif
