// SPDX-License-Identifier: MIT
//
// <libloaderapi.h> for Linux: the functions of these headers by name.
// The libraries are ws2_32.dll, mswsock.dll, iphlpapi.dll and kernel32.dll: in any case, with a path and
// ".dll" or without. They are always loaded.
#ifndef BERTH_DROPIN_LIBLOADERAPI_H
#define BERTH_DROPIN_LIBLOADERAPI_H

#include <windows.h>

#define LOAD_LIBRARY_AS_DATAFILE 0x00000002
#define LOAD_WITH_ALTERED_SEARCH_PATH 0x00000008
#define LOAD_LIBRARY_SEARCH_APPLICATION_DIR 0x00000200
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS 0x00001000

typedef INT_PTR(WINAPI* FARPROC)(void);

BERTH_EXTERN_C_BEGIN

/// A library that is loaded; with NULL the program itself, which exports nothing.
///
/// Otherwise NULL with ERROR_MOD_NOT_FOUND, or ERROR_NOACCESS for a bad pointer. Source: GetModuleHandleA
/// page.
HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName) BERTH_SYMBOL(GetModuleHandleA);
HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName) BERTH_SYMBOL(GetModuleHandleW);

/// The same, for programs that load what they use. Flags have no effect; ERROR_INVALID_PARAMETER for a name
/// that is NULL. Source: LoadLibraryA and LoadLibraryExA pages.
HMODULE WINAPI LoadLibraryA(LPCSTR lpLibFileName) BERTH_SYMBOL(LoadLibraryA);
HMODULE WINAPI LoadLibraryW(LPCWSTR lpLibFileName) BERTH_SYMBOL(LoadLibraryW);
HMODULE WINAPI LoadLibraryExA(LPCSTR lpLibFileName, HANDLE hFile, DWORD dwFlags) BERTH_SYMBOL(LoadLibraryExA);
HMODULE WINAPI LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags)
    BERTH_SYMBOL(LoadLibraryExW);

/// Takes a LoadLibrary back; the library stays. Returns TRUE. Otherwise FALSE with ERROR_MOD_NOT_FOUND.
/// Source: FreeLibrary page.
BOOL WINAPI FreeLibrary(HMODULE hLibModule) BERTH_SYMBOL(FreeLibrary);

/// A function of a library: those of <winsock2.h>, <ws2tcpip.h> and <ws2spi.h> are in ws2_32.dll, those of
/// <mswsock.h> in mswsock.dll, those of <iphlpapi.h> in iphlpapi.dll, the others in kernel32.dll. Case
/// counts.
///
/// Otherwise NULL with ERROR_MOD_NOT_FOUND (no library), ERROR_PROC_NOT_FOUND, also for every ordinal, or
/// ERROR_NOACCESS for a bad name. Source: GetProcAddress page.
FARPROC WINAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName) BERTH_SYMBOL(GetProcAddress);

BERTH_EXTERN_C_END

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#else
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#endif

#endif
