// SPDX-License-Identifier: MIT
//
// <windows.h> for Linux: the part that socket code uses, with Windows' names, values and layouts.
//
// What is absent here is not emulated. DWORD, LONG and ULONG have 32 bits although Linux' long has 64;
// WCHAR is Linux' wchar_t of 32 bits. The macros min, max, ERROR, IN, OUT, DELETE and interface of
// Windows are never defined.
#ifndef BERTH_DROPIN_WINDOWS_H
#define BERTH_DROPIN_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------------------------------------------
// How these headers live beside libc's

// The object file names berth_bind where the program says bind, so that libc's bind stays free for
// everything else in the program.
#define BERTH_SYMBOL(name) __asm__("berth_" #name)

#ifdef __cplusplus
#define BERTH_EXTERN_C_BEGIN extern "C" {
#define BERTH_EXTERN_C_END }
// POSIX has structures of the same names and other layouts: the tag keeps std::vector<linger> of one
// translation unit apart from std::vector<linger> of another.
#define BERTH_WINDOWS_STRUCT __attribute__((abi_tag("berth")))
#define BERTH_LAYOUT(fact) static_assert(fact, #fact)
#else
#define BERTH_EXTERN_C_BEGIN
#define BERTH_EXTERN_C_END
#define BERTH_WINDOWS_STRUCT
#define BERTH_LAYOUT(fact) _Static_assert(fact, #fact)
#endif

// ---------------------------------------------------------------------------------------------------
// Words of Windows source code that mean nothing to a compiler on Linux

#define WINAPI
#define APIENTRY
#define NTAPI
#define CALLBACK
#define PASCAL
#define FAR
#define NEAR

#ifndef __cdecl
#define __cdecl
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef _In_
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#endif

// ---------------------------------------------------------------------------------------------------
// Base types

// All of Windows' 64-bit types are one type there; on 64-bit Linux they are the type of uint64_t and
// size_t, so that a program may pass the address of any of them.
#ifndef __int64
#if defined(__LP64__)
#define __int64 long
#else
#define __int64 long long
#endif
#endif

#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif

typedef char CHAR;
typedef unsigned char UCHAR;
typedef unsigned char BYTE;
typedef unsigned char BOOLEAN;
typedef short SHORT;
typedef unsigned short USHORT;
typedef unsigned short WORD;
typedef int INT;
typedef unsigned int UINT;
typedef int LONG;
typedef unsigned int ULONG;
typedef unsigned int DWORD;
typedef int BOOL;
typedef wchar_t WCHAR;
typedef float FLOAT;
typedef LONG NTSTATUS;
typedef LONG HRESULT;

typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32;
typedef int32_t LONG32;
typedef uint32_t UINT32;
typedef uint32_t ULONG32;
typedef uint32_t DWORD32;
typedef int64_t INT64;
typedef int64_t LONG64;
typedef int64_t LONGLONG;
typedef uint64_t UINT64;
typedef uint64_t ULONG64;
typedef uint64_t ULONGLONG;
typedef uint64_t DWORD64;
typedef uint64_t DWORDLONG;

typedef intptr_t INT_PTR;
typedef intptr_t LONG_PTR;
typedef intptr_t SSIZE_T;
typedef uintptr_t UINT_PTR;
typedef uintptr_t ULONG_PTR;
typedef uintptr_t DWORD_PTR;
typedef size_t SIZE_T;

typedef void *PVOID, *LPVOID, *HANDLE;
typedef HANDLE HMODULE, HINSTANCE, HLOCAL;
typedef struct HWND__* HWND;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef const void *PCVOID, *LPCVOID;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef UCHAR* PUCHAR;
typedef BYTE *PBYTE, *LPBYTE;
typedef SHORT* PSHORT;
typedef USHORT* PUSHORT;
typedef WORD *PWORD, *LPWORD;
typedef INT *PINT, *LPINT;
typedef UINT* PUINT;
typedef LONG *PLONG, *LPLONG;
typedef ULONG* PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef BOOL *PBOOL, *LPBOOL;
typedef ULONG64* PULONG64;
typedef UINT64* PUINT64;
typedef ULONG_PTR* PULONG_PTR;
typedef DWORD_PTR* PDWORD_PTR;
typedef SIZE_T* PSIZE_T;

typedef CHAR *PCHAR, *LPCH, *PCH, *PSTR, *LPSTR;
typedef const CHAR *LPCCH, *PCCH, *PCSTR, *LPCSTR;
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *PWSTR, *LPWSTR;
typedef const WCHAR *LPCWCH, *PCWCH, *PCWSTR, *LPCWSTR;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) L##quote
#else
typedef char TCHAR, *PTCHAR;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)(-1))

typedef struct BERTH_WINDOWS_STRUCT _GUID {
  ULONG Data1;
  USHORT Data2;
  USHORT Data3;
  UCHAR Data4[8];
} GUID, *LPGUID;

/// Nanoseconds by the hundred since the beginning of 1601 UTC. Source: FILETIME page.
typedef struct BERTH_WINDOWS_STRUCT _FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

/// A date and a time of the calendar; the week begins with Sunday, which is 0. Source: SYSTEMTIME page.
typedef struct BERTH_WINDOWS_STRUCT _SYSTEMTIME {
  WORD wYear;
  WORD wMonth;
  WORD wDayOfWeek;
  WORD wDay;
  WORD wHour;
  WORD wMinute;
  WORD wSecond;
  WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef union _LARGE_INTEGER {
  // Windows' own names need an anonymous structure, which ISO C++ does not have.
  __extension__ struct {
    DWORD LowPart;
    LONG HighPart;
  };
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER, *LPLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
  __extension__ struct {
    DWORD LowPart;
    DWORD HighPart;
  };
  struct {
    DWORD LowPart;
    DWORD HighPart;
  } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER, *LPULARGE_INTEGER;

/// Who may use a new object, which is not emulated, and whether a child process inherits its handle, which is
/// stored. Source: SECURITY_ATTRIBUTES page.
typedef struct BERTH_WINDOWS_STRUCT _SECURITY_ATTRIBUTES {
  DWORD nLength;
  LPVOID lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

#define MAX_PATH 260
#define UNREFERENCED_PARAMETER(name) ((void)(name))
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
/// Where a member lies in its structure, and the structure that a member is in: how a completion's OVERLAPPED
/// leads to what the program keeps with it. Source: CONTAINING_RECORD page.
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) ((type*)((PCHAR)(address)-offsetof(type, field)))
#ifndef _countof
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

#define LOBYTE(value) ((BYTE)(ULONG_PTR)(value))
#define HIBYTE(value) ((BYTE)((ULONG_PTR)(value) >> 8))
#define LOWORD(value) ((WORD)(ULONG_PTR)(value))
#define HIWORD(value) ((WORD)((ULONG_PTR)(value) >> 16))
#define MAKEWORD(low, high) ((WORD)(LOBYTE(low) | LOBYTE(high) << 8))
#define MAKELONG(low, high) ((LONG)(LOWORD(low) | (DWORD)LOWORD(high) << 16))

// ---------------------------------------------------------------------------------------------------
// Overlapped calls

/// State of one overlapped call, owned by the caller until the call has completed. `Internal` holds an
/// NTSTATUS, `InternalHigh` a byte count; sockets ignore the offset. Source: OVERLAPPED page.
typedef struct BERTH_WINDOWS_STRUCT _OVERLAPPED {
  ULONG_PTR Internal;
  ULONG_PTR InternalHigh;
  // Windows' own names need an anonymous structure, which ISO C++ does not have.
  __extension__ union {
    __extension__ struct {
      DWORD Offset;
      DWORD OffsetHigh;
    };
    PVOID Pointer;
  };
  HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

// ---------------------------------------------------------------------------------------------------

BERTH_LAYOUT(sizeof(BOOL) == 4);
BERTH_LAYOUT(sizeof(DWORD) == 4);
BERTH_LAYOUT(sizeof(LONG) == 4);
BERTH_LAYOUT(sizeof(ULONG64) == 8);
BERTH_LAYOUT(sizeof(unsigned __int64) == 8);
BERTH_LAYOUT(sizeof(ULONG_PTR) == sizeof(void*));
BERTH_LAYOUT(sizeof(GUID) == 16);
BERTH_LAYOUT(sizeof(OVERLAPPED) == (sizeof(void*) == 8 ? 32 : 20));
BERTH_LAYOUT(offsetof(OVERLAPPED, InternalHigh) == sizeof(void*));
BERTH_LAYOUT(offsetof(OVERLAPPED, Offset) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(OVERLAPPED, OffsetHigh) == 2 * sizeof(void*) + 4);
BERTH_LAYOUT(offsetof(OVERLAPPED, Pointer) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(OVERLAPPED, hEvent) == 2 * sizeof(void*) + 8);
BERTH_LAYOUT(sizeof(SYSTEMTIME) == 16);
BERTH_LAYOUT(offsetof(SYSTEMTIME, wMilliseconds) == 14);
BERTH_LAYOUT(sizeof(FILETIME) == 8);
BERTH_LAYOUT(offsetof(FILETIME, dwHighDateTime) == 4);
BERTH_LAYOUT(sizeof(LARGE_INTEGER) == 8);
BERTH_LAYOUT(offsetof(LARGE_INTEGER, HighPart) == 4);
BERTH_LAYOUT(offsetof(LARGE_INTEGER, u.HighPart) == 4);
BERTH_LAYOUT(sizeof(ULARGE_INTEGER) == 8);
BERTH_LAYOUT(offsetof(ULARGE_INTEGER, HighPart) == 4);
BERTH_LAYOUT(sizeof(SECURITY_ATTRIBUTES) == (sizeof(void*) == 8 ? 24 : 12));
BERTH_LAYOUT(offsetof(SECURITY_ATTRIBUTES, lpSecurityDescriptor) == sizeof(void*));
BERTH_LAYOUT(offsetof(SECURITY_ATTRIBUTES, bInheritHandle) == 2 * sizeof(void*));

// ---------------------------------------------------------------------------------------------------
// What a program that passes the address of an unsigned long as a DWORD*, which Windows allows, needs here,
// where that is wider.

BERTH_EXTERN_C_BEGIN
void berth_keep_low_dword(unsigned long* value);
BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename Type, typename Result = int>
struct berth_result_if_unsigned_long;
template <typename Result>
struct berth_result_if_unsigned_long<unsigned long, Result> {
  typedef Result type;
};
#endif

// ---------------------------------------------------------------------------------------------------

// Windows' own headers for the same functions; each may also be included by itself.
// clang-format off: codes first
#include <errhandlingapi.h>
#include <fibersapi.h>
#include <handleapi.h>
#include <interlockedapi.h>
#include <ioapiset.h>
#include <libloaderapi.h>
#include <ntstatus.h>
#include <processthreadsapi.h>
#include <profileapi.h>
#include <synchapi.h>
#include <sysinfoapi.h>
#include <winbase.h>
#include <winerror.h>
// clang-format on

#endif
