// SPDX-License-Identifier: MIT
//
// <tchar.h> for Linux: names that are wide where _UNICODE is defined. The wide ones that write want
// -include microsoft_console.h, as wprintf does.
#ifndef BERTH_DROPIN_TCHAR_H
#define BERTH_DROPIN_TCHAR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#ifdef _UNICODE
typedef wchar_t _TCHAR, _TSCHAR, _TUCHAR;
#define __T(text) L##text
#define _tmain wmain
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _putts _putws
#define _fputts fputws
#define _tcslen wcslen
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp wcscasecmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcscpy wcscpy
#define _tcscat wcscat
#define _tcstol wcstol
#define _tcstoul wcstoul
#define _ttoi _wtoi
#define _ttol _wtol
#define _ttoi64 _wtoi64
#else
typedef char _TCHAR, _TSCHAR, _TUCHAR;
#define __T(text) text
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _putts puts
#define _fputts fputs
#define _tcslen strlen
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp strcasecmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcscpy strcpy
#define _tcscat strcat
#define _tcstol strtol
#define _tcstoul strtoul
#define _ttoi atoi
#define _ttol atol
#define _ttoi64 atoll
#endif

#define _T(text) __T(text)
#define _TEXT(text) __T(text)

#endif
