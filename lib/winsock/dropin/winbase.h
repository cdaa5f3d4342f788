// SPDX-License-Identifier: MIT
//
// <winbase.h> for Linux: memory, texts of codes, text of other widths.
#ifndef BERTH_DROPIN_WINBASE_H
#define BERTH_DROPIN_WINBASE_H

#include <stdarg.h>
#include <string.h>
#include <windows.h>

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000ff

#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_ENGLISH_US 0x01
#define MAKELANGID(primary, sub) ((WORD)((WORD)(sub) << 10 | (WORD)(primary)))

#define LMEM_FIXED 0x0000
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GENERATE_EXCEPTIONS 0x00000004
#define HEAP_ZERO_MEMORY 0x00000008

#define CP_ACP 0
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080

#define ZeroMemory(place, size) memset((place), 0, (size))
#define FillMemory(place, size, value) memset((place), (value), (size))
#define CopyMemory(place, from, size) memcpy((place), (from), (size))
#define MoveMemory(place, from, size) memmove((place), (from), (size))
#define RtlZeroMemory ZeroMemory
#define RtlCopyMemory CopyMemory

BERTH_EXTERN_C_BEGIN

/// The text of a code, from the system. Of the flags FORMAT_MESSAGE_FROM_SYSTEM is needed,
/// FORMAT_MESSAGE_IGNORE_INSERTS is nothing (no text has inserts), FORMAT_MESSAGE_ALLOCATE_BUFFER makes a
/// buffer that LocalFree frees, and writes its address to the place at `lpBuffer`. The text is English, in
/// our words, and ends in a full stop and a line break, or with FORMAT_MESSAGE_MAX_WIDTH_MASK in a full stop
/// and a space. It is cut to no width. An HRESULT of HRESULT_FROM_WIN32 has the text of its code.
///
/// Returns the number of characters without the zero. Otherwise 0 with ERROR_MR_MID_NOT_FOUND for an unknown
/// code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER for other sources, or ERROR_NOACCESS for a bad
/// `lpBuffer`. Source: FormatMessageA page.
DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPSTR lpBuffer, DWORD nSize, va_list* Arguments) BERTH_SYMBOL(FormatMessageA);

/// FormatMessageA with text in WCHAR.
DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPWSTR lpBuffer, DWORD nSize, va_list* Arguments) BERTH_SYMBOL(FormatMessageW);

/// Memory, zeroed with LMEM_ZEROINIT; NULL with ERROR_NOT_ENOUGH_MEMORY. Only fixed memory:
/// ERROR_INVALID_PARAMETER for other flags. Source: LocalAlloc page.
HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes) BERTH_SYMBOL(LocalAlloc);

/// Frees it, and returns NULL. Source: LocalFree page.
HLOCAL WINAPI LocalFree(HLOCAL hMem) BERTH_SYMBOL(LocalFree);

/// The one heap that there is, and its memory; flags but HEAP_ZERO_MEMORY have no effect. HeapAlloc returns
/// NULL when there is none left, HeapFree TRUE; both answer another heap with ERROR_INVALID_HANDLE. Source:
/// GetProcessHeap, HeapAlloc and HeapFree pages.
HANDLE WINAPI GetProcessHeap(void) BERTH_SYMBOL(GetProcessHeap);
LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) BERTH_SYMBOL(HeapAlloc);
BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem) BERTH_SYMBOL(HeapFree);

/// Text of bytes as WCHAR, and back. Both code pages are UTF-8; a WCHAR is a whole character here. A length
/// of -1 means up to and with the zero. With no room asked for, they tell how much is needed.
///
/// They return the number of units written. Otherwise 0 with ERROR_INSUFFICIENT_BUFFER,
/// ERROR_INVALID_PARAMETER (no text, other code pages, a length of 0), ERROR_INVALID_FLAGS, ERROR_NOACCESS,
/// or, where the flags ask for it, ERROR_NO_UNICODE_TRANSLATION for what is no character, which is U+FFFD
/// otherwise. Source: MultiByteToWideChar and WideCharToMultiByte pages.
int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr, int cbMultiByte,
                               LPWSTR lpWideCharStr, int cchWideChar) BERTH_SYMBOL(MultiByteToWideChar);
int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr, int cchWideChar,
                               LPSTR lpMultiByteStr, int cbMultiByte, LPCCH lpDefaultChar,
                               LPBOOL lpUsedDefaultChar) BERTH_SYMBOL(WideCharToMultiByte);

/// The number of characters before the zero; 0 where the text cannot be read. Source: lstrlenA page.
int WINAPI lstrlenA(LPCSTR lpString) BERTH_SYMBOL(lstrlenA);
int WINAPI lstrlenW(LPCWSTR lpString) BERTH_SYMBOL(lstrlenW);

/// A variable of the host's environment.
///
/// Returns its length, or, when `nSize` is too small for it and its zero, the room that it needs. Otherwise 0
/// with ERROR_ENVVAR_NOT_FOUND, or ERROR_NOACCESS for a bad pointer. Source: GetEnvironmentVariable page.
DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize)
    BERTH_SYMBOL(GetEnvironmentVariableA);

/// Overwrites memory with zeros, in a way that the compiler does not leave out. Source: SecureZeroMemory
/// page.
static inline PVOID SecureZeroMemory(PVOID ptr, SIZE_T cnt) {
  volatile char* at = (volatile char*)ptr;
  SIZE_T left = cnt;
  while (left-- > 0) {
    *at++ = 0;
  }
  return ptr;
}

BERTH_EXTERN_C_END

#ifdef UNICODE
#define FormatMessage FormatMessageW
#define lstrlen lstrlenW
#else
#define FormatMessage FormatMessageA
#define GetEnvironmentVariable GetEnvironmentVariableA
#define lstrlen lstrlenA
#endif

#endif
