// SPDX-License-Identifier: MIT
//
// <sysinfoapi.h> for Linux: clocks and the computer.
#ifndef BERTH_DROPIN_SYSINFOAPI_H
#define BERTH_DROPIN_SYSINFOAPI_H

#include <windows.h>

#define PROCESSOR_ARCHITECTURE_INTEL 0
#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xffff

/// Source: SYSTEM_INFO page.
typedef struct BERTH_WINDOWS_STRUCT _SYSTEM_INFO {
  __extension__ union {
    DWORD dwOemId;
    __extension__ struct {
      WORD wProcessorArchitecture;
      WORD wReserved;
    };
  };
  DWORD dwPageSize;
  LPVOID lpMinimumApplicationAddress;
  LPVOID lpMaximumApplicationAddress;
  DWORD_PTR dwActiveProcessorMask;
  DWORD dwNumberOfProcessors;
  DWORD dwProcessorType;
  DWORD dwAllocationGranularity;
  WORD wProcessorLevel;
  WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

BERTH_LAYOUT(sizeof(SYSTEM_INFO) == (sizeof(void*) == 8 ? 48 : 36));
BERTH_LAYOUT(offsetof(SYSTEM_INFO, dwPageSize) == 4);
BERTH_LAYOUT(offsetof(SYSTEM_INFO, dwActiveProcessorMask) == 8 + 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(SYSTEM_INFO, dwNumberOfProcessors) == 8 + 3 * sizeof(void*));

BERTH_EXTERN_C_BEGIN

/// Milliseconds since the host started; the first begins again after 49.7 days. Source: GetTickCount and
/// GetTickCount64 pages.
DWORD WINAPI GetTickCount(void) BERTH_SYMBOL(GetTickCount);
ULONGLONG WINAPI GetTickCount64(void) BERTH_SYMBOL(GetTickCount64);

/// The time of day, as a FILETIME. Source: GetSystemTimeAsFileTime and GetSystemTimePreciseAsFileTime pages.
void WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) BERTH_SYMBOL(GetSystemTimeAsFileTime);
void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime)
    BERTH_SYMBOL(GetSystemTimePreciseAsFileTime);

/// The date and the time of day, of the UTC and of the host's time zone. Source: GetSystemTime and
/// GetLocalTime pages.
void WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime) BERTH_SYMBOL(GetSystemTime);
void WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime) BERTH_SYMBOL(GetLocalTime);

/// What the host's computer is; the number of processors is what this program may use. Source: GetSystemInfo
/// page.
void WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo) BERTH_SYMBOL(GetSystemInfo);

BERTH_EXTERN_C_END

#endif
