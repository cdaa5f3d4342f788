// SPDX-License-Identifier: MIT
//
// <process.h> for Linux: threads as the C library of Windows starts them.
#ifndef BERTH_DROPIN_PROCESS_H
#define BERTH_DROPIN_PROCESS_H

#include <windows.h>

typedef unsigned(__stdcall* _beginthreadex_proc_type)(void*);
typedef void(__cdecl* _beginthread_proc_type)(void*);

BERTH_EXTERN_C_BEGIN

/// CreateThread with the C library's types.
///
/// Returns the thread's handle, which is to be closed. Otherwise 0, with errno EINVAL (no function, unknown
/// flags) or EAGAIN (no thread left). Source: _beginthread, _beginthreadex page.
uintptr_t __cdecl _beginthreadex(void* security, unsigned stack_size,
                                 unsigned(__stdcall* start_address)(void*), void* arglist, unsigned initflag,
                                 unsigned* thrdaddr) BERTH_SYMBOL(_beginthreadex);

/// Starts a thread that closes its own handle at its end: the handle may be stale when this returns.
///
/// Otherwise -1, with errno EINVAL or EAGAIN. Source: _beginthread, _beginthreadex page.
uintptr_t __cdecl _beginthread(void(__cdecl* start_address)(void*), unsigned stack_size, void* arglist)
    BERTH_SYMBOL(_beginthread);

/// Ends a thread that _beginthreadex started, as ExitThread does. Source: _endthread, _endthreadex page.
__attribute__((noreturn)) void __cdecl _endthreadex(unsigned retval) BERTH_SYMBOL(_endthreadex);

/// Ends a thread that _beginthread started. Source: _endthread, _endthreadex page.
__attribute__((noreturn)) void __cdecl _endthread(void) BERTH_SYMBOL(_endthread);

BERTH_EXTERN_C_END

#endif
