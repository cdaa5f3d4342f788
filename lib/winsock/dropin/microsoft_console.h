// SPDX-License-Identifier: MIT
//
// What a console program in Microsoft's style means by wprintf and its kin. For programs that ask for it, as
// the first header of every translation unit: -include microsoft_console.h
//
// In a wide format %s and %c are wide and %S, %C, %hs and %hc narrow; %ws and %ls are wide; %I64d, %I32d
// and %Iu have 64 bits, 32 bits and those of a pointer; %ld and %lu have 32 bits. The text is written as
// UTF-8, whatever the locale, and may be mixed with printf's. The names of std:: keep their own meaning,
// which is why they cannot be used with a prefix here. Source: the pages on format specification syntax,
// printf type field characters and their size prefixes.
#ifndef BERTH_DROPIN_MICROSOFT_CONSOLE_H
#define BERTH_DROPIN_MICROSOFT_CONSOLE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#ifdef __cplusplus
#include <cstdio>
#include <cwchar>
extern "C" {
#endif

/// Returns how many characters were written, below 0 when the stream failed or the format is none.
int berth_wprintf(const wchar_t* format, ...);
int berth_fwprintf(FILE* stream, const wchar_t* format, ...);
int berth_vwprintf(const wchar_t* format, va_list arguments);
int berth_vfwprintf(FILE* stream, const wchar_t* format, va_list arguments);
/// Writes a line. Returns 0 or more, or EOF.
int berth_putws(const wchar_t* text);
/// Writes a text. Returns 0 or more, or WEOF.
int berth_fputws(const wchar_t* text, FILE* stream);

/// The number at the beginning of a text, the nearest one that fits; 0 when there is none.
int berth_wtoi(const wchar_t* text);
long long berth_wtoi64(const wchar_t* text);

#ifdef __cplusplus
}
#endif

#undef wprintf
#undef fwprintf
#undef vwprintf
#undef vfwprintf
#undef fputws
#define wprintf berth_wprintf
#define wprintf_s berth_wprintf
#define fwprintf berth_fwprintf
#define fwprintf_s berth_fwprintf
#define vwprintf berth_vwprintf
#define vfwprintf berth_vfwprintf
#define fputws berth_fputws
#define _putws berth_putws

#define _wtoi berth_wtoi
#define _wtol berth_wtoi
#define _wtoi64 berth_wtoi64
#define _wcsicmp wcscasecmp
#define _wcsnicmp wcsncasecmp
#define _wcsdup wcsdup

#endif
