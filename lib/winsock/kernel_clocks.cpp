// SPDX-License-Identifier: MIT
#include <windows.h>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "kernel_arguments.h"

namespace berth::winsock {
namespace {

std::int64_t nanoseconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// From 1601 to 1970.
constexpr std::uint64_t kFileTimeOf1970 = 116'444'736'000'000'000;

void tell_time(LPFILETIME place) {
  const std::uint64_t time =
      kFileTimeOf1970 + static_cast<std::uint64_t>(nanoseconds_of(CLOCK_REALTIME)) / 100;
  const FILETIME told = {.dwLowDateTime = static_cast<DWORD>(time),
                         .dwHighDateTime = static_cast<DWORD>(time >> 32U)};
  MemoryProbe memory;
  static_cast<void>(memory.write(place, told));
}

void tell_calendar(std::tm* (*broken_down)(const std::time_t*, std::tm*), LPSYSTEMTIME place) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm date{};
  broken_down(&now.tv_sec, &date);
  const auto word = [](long number) { return static_cast<WORD>(number); };
  const SYSTEMTIME told = {.wYear = word(1900 + date.tm_year),
                           .wMonth = word(1 + date.tm_mon),
                           .wDayOfWeek = word(date.tm_wday),
                           .wDay = word(date.tm_mday),
                           .wHour = word(date.tm_hour),
                           .wMinute = word(date.tm_min),
                           .wSecond = word(std::min(date.tm_sec, 59)),  // Windows has no leap second there
                           .wMilliseconds = word(now.tv_nsec / 1'000'000)};
  MemoryProbe memory;
  static_cast<void>(memory.write(place, told));
}

BOOL tell_count(LARGE_INTEGER* place, std::int64_t count) {
  LARGE_INTEGER told{};
  told.QuadPart = count;
  MemoryProbe memory;
  return memory.write(place, told) ? TRUE : refuse(ERROR_NOACCESS);
}

DWORD processors_of_this_program() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  const int count = sched_getaffinity(0, sizeof(usable), &usable) == 0 ? CPU_COUNT(&usable) : 1;
  return static_cast<DWORD>(std::max(count, 1));
}

constexpr WORD architecture() {
#if defined(__x86_64__)
  return PROCESSOR_ARCHITECTURE_AMD64;
#elif defined(__aarch64__)
  return PROCESSOR_ARCHITECTURE_ARM64;
#elif defined(__i386__)
  return PROCESSOR_ARCHITECTURE_INTEL;
#else
  return PROCESSOR_ARCHITECTURE_UNKNOWN;
#endif
}

}  // namespace
}  // namespace berth::winsock

ULONGLONG GetTickCount64() {
  return static_cast<ULONGLONG>(berth::winsock::nanoseconds_of(CLOCK_BOOTTIME)) / 1'000'000;
}

DWORD GetTickCount() { return static_cast<DWORD>(GetTickCount64()); }

void GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
  berth::winsock::tell_time(lpSystemTimeAsFileTime);
}

void GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
  berth::winsock::tell_time(lpSystemTimeAsFileTime);
}

void GetSystemTime(LPSYSTEMTIME lpSystemTime) { berth::winsock::tell_calendar(gmtime_r, lpSystemTime); }

void GetLocalTime(LPSYSTEMTIME lpSystemTime) { berth::winsock::tell_calendar(localtime_r, lpSystemTime); }

void GetSystemInfo(LPSYSTEM_INFO lpSystemInfo) {
  using namespace berth::winsock;
  SYSTEM_INFO info{};
  info.wProcessorArchitecture = architecture();
  info.dwPageSize = static_cast<DWORD>(sysconf(_SC_PAGESIZE));
  info.lpMinimumApplicationAddress = handle_of(0x10000);
  info.lpMaximumApplicationAddress = handle_of(std::uintptr_t{0x7ffffffeffff} & UINTPTR_MAX);
  info.dwNumberOfProcessors = processors_of_this_program();
  const DWORD in_mask = std::min<DWORD>(info.dwNumberOfProcessors, sizeof(DWORD_PTR) * 8);
  info.dwActiveProcessorMask = ~DWORD_PTR{0} >> (sizeof(DWORD_PTR) * 8 - in_mask);
  info.dwAllocationGranularity = 0x10000;
  MemoryProbe memory;
  static_cast<void>(memory.write(lpSystemInfo, info));
}

BOOL QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount) {
  using namespace berth::winsock;
  return tell_count(lpPerformanceCount, nanoseconds_of(CLOCK_MONOTONIC));
}

BOOL QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency) {
  return berth::winsock::tell_count(lpFrequency, 1'000'000'000);
}
