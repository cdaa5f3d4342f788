// SPDX-License-Identifier: MIT
//
// Clocks, libraries, texts and memory.
#include "winsock/face.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

namespace berth::test {
namespace {

DWORD code() { return GetLastError(); }

std::string text_of_file(const std::string& path) {
  std::ifstream file(std::string(BERTH_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// -- Clocks ---------------------------------------------------------------------------------------

TEST(KernelClocks, go_forward) {
  LARGE_INTEGER frequency{};
  LARGE_INTEGER before{};
  LARGE_INTEGER after{};
  EXPECT_TRUE(QueryPerformanceFrequency(&frequency));
  const ULONGLONG ticks = GetTickCount64();
  EXPECT_TRUE(QueryPerformanceCounter(&before));
  Sleep(2);
  EXPECT_TRUE(QueryPerformanceCounter(&after));
  EXPECT_GE((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart, 2);
  EXPECT_GE(GetTickCount64(), ticks + 1);
  EXPECT_LT(GetTickCount() - static_cast<DWORD>(ticks), 60'000U);
  EXPECT_FALSE(QueryPerformanceCounter(nullptr));
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  FILETIME time{};
  GetSystemTimeAsFileTime(&time);
  const ULONGLONG since_1601 = (ULONGLONG{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
  const auto since_1970 = static_cast<std::int64_t>(since_1601 / 10'000'000) - 11'644'473'600;
  EXPECT_LE(std::abs(since_1970 - std::int64_t{::time(nullptr)}), 1);
  SYSTEM_INFO info{};
  GetSystemInfo(&info);
  EXPECT_EQ(info.dwPageSize, static_cast<DWORD>(sysconf(_SC_PAGESIZE)));
  EXPECT_GE(info.dwNumberOfProcessors, 1U);
}

// Seconds since 1970, without what the C library knows of calendars.
std::int64_t seconds_since_1970(const SYSTEMTIME& date) {
  const std::chrono::sys_days day{std::chrono::year(date.wYear) / date.wMonth / date.wDay};
  EXPECT_EQ(std::chrono::weekday(day).c_encoding(), date.wDayOfWeek);
  return day.time_since_epoch().count() * 86'400LL + date.wHour * 3600 + date.wMinute * 60 + date.wSecond;
}

TEST(KernelClocks, tell_the_date) {
  SYSTEMTIME utc{};
  const std::int64_t before = ::time(nullptr);
  GetSystemTime(&utc);
  EXPECT_GE(seconds_since_1970(utc), before);
  EXPECT_LE(seconds_since_1970(utc), std::int64_t{::time(nullptr)});
  EXPECT_LT(utc.wMilliseconds, 1000);
  SYSTEMTIME local{};
  GetLocalTime(&local);
  const std::int64_t zone = seconds_since_1970(local) - seconds_since_1970(utc);
  EXPECT_LE(std::abs(zone), 15 * 3600);
  const std::int64_t from_quarter = (zone % 900 + 900 + 450) % 900 - 450;
  EXPECT_LE(std::abs(from_quarter), 2) << "zones lie a quarter of an hour apart";
  GetSystemTime(nullptr);  // nothing is written
}

TEST(KernelClocks, structures_are_found_by_their_members) {
  struct Kept {
    int before;
    OVERLAPPED overlapped;
  };
  Kept kept{};
  EXPECT_EQ(CONTAINING_RECORD(&kept.overlapped, Kept, overlapped), &kept);
  EXPECT_EQ(FIELD_OFFSET(Kept, overlapped), LONG{offsetof(Kept, overlapped)});
}

// -- Libraries ------------------------------------------------------------------------------------

TEST(KernelLibraries, have_their_functions_by_name) {
  const HMODULE winsock = GetModuleHandleA("ws2_32.dll");
  ASSERT_NE(winsock, nullptr);
  EXPECT_EQ(LoadLibraryW(L"C:\\Windows\\System32\\WS2_32.DLL"), winsock);
  EXPECT_EQ(LoadLibraryExA("ws2_32", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32), winsock);
  const auto to_network =
      reinterpret_cast<u_short(WSAAPI*)(u_short)>(reinterpret_cast<void*>(GetProcAddress(winsock, "htons")));
  ASSERT_NE(to_network, nullptr);
  EXPECT_EQ(to_network(0x1234), htons(0x1234));
  const HMODULE helper = LoadLibraryA("Iphlpapi.dll");
  EXPECT_NE(GetProcAddress(helper, "CreatePersistentTcpPortReservation"), nullptr);
  EXPECT_NE(GetProcAddress(GetModuleHandleW(L"kernel32"), "WaitForMultipleObjectsEx"), nullptr);
  EXPECT_NE(GetModuleHandleA("mswsock.dll"), nullptr);
  EXPECT_TRUE(FreeLibrary(helper));
}

TEST(KernelLibraries, refuse_what_they_do_not_have) {
  const HMODULE winsock = GetModuleHandleA("ws2_32.dll");
  for (const char* name : {"CreatePersistentTcpPortReservation", "HTONS", "NoSuchFunction", ""}) {
    EXPECT_EQ(GetProcAddress(winsock, name), nullptr) << name;
    EXPECT_EQ(code(), DWORD{ERROR_PROC_NOT_FOUND});
    SetLastError(kNoCode);
  }
  EXPECT_EQ(GetProcAddress(winsock, reinterpret_cast<LPCSTR>(2)), nullptr) << "an ordinal";
  EXPECT_EQ(code(), DWORD{ERROR_PROC_NOT_FOUND});
  EXPECT_EQ(GetProcAddress(nullptr, "htons"), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_MOD_NOT_FOUND});
  EXPECT_EQ(LoadLibraryA("user32.dll"), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_MOD_NOT_FOUND});
  EXPECT_EQ(LoadLibraryA(nullptr), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(GetModuleHandleA(reinterpret_cast<LPCSTR>(1)), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_FALSE(FreeLibrary(nullptr));
  EXPECT_EQ(GetProcAddress(GetModuleHandleA(nullptr), "htons"), nullptr) << "the program exports nothing";
}

// -- Texts ----------------------------------------------------------------------------------------

TEST(KernelMessages, exist_for_every_code_that_the_headers_have) {
  const std::string headers =
      text_of_file("lib/winsock/dropin/winerror.h") + text_of_file("lib/winsock/dropin/winsock2.h");
  const std::regex define(
      "#define (ERROR_\\w+|WSA(?:E|_E_|SYSN|SYSC|VER|NOT|SERVICE|TYPE|HOST|TRY|NO)\\w+) (\\d+)L?\\n");
  int count = 0;
  for (std::sregex_iterator row(headers.begin(), headers.end(), define), end; row != end; ++row, ++count) {
    char text[256];
    const DWORD length =
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                       static_cast<DWORD>(std::stoul((*row)[2])), 0, text, sizeof(text), nullptr);
    EXPECT_GT(length, 3U) << (*row)[1];
    EXPECT_EQ(std::strlen(text), length);
    EXPECT_TRUE(std::string(text).ends_with(".\r\n")) << text;
  }
  EXPECT_GT(count, 100);
}

TEST(KernelMessages, come_in_buffers_of_their_own_and_in_one_line) {
  wchar_t* text = nullptr;
  const DWORD flags = FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                      FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
  const DWORD length =
      FormatMessageW(flags, nullptr, WSAEADDRINUSE, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
                     reinterpret_cast<LPWSTR>(&text), 0, nullptr);
  ASSERT_GT(length, 0U);
  EXPECT_EQ(std::wstring(text), L"Another socket has this address and port. ");
  EXPECT_EQ(LocalFree(text), nullptr);
}

TEST(KernelMessages, refuse_what_they_cannot_tell) {
  char text[64] = "as it was";
  const auto format = [&text](DWORD flags, DWORD message, DWORD size) {
    return FormatMessageA(flags, nullptr, message, 0, text, size, nullptr);
  };
  EXPECT_EQ(format(FORMAT_MESSAGE_FROM_SYSTEM, 4711, sizeof(text)), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_MR_MID_NOT_FOUND});
  EXPECT_EQ(format(FORMAT_MESSAGE_FROM_SYSTEM, WSAEACCES, 5), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(format(FORMAT_MESSAGE_FROM_STRING, WSAEACCES, sizeof(text)), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_STREQ(text, "as it was");
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr, WSAEACCES, 0, nullptr, 100, nullptr), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_GT(format(FORMAT_MESSAGE_FROM_SYSTEM, static_cast<DWORD>(HRESULT_FROM_WIN32(5L)), sizeof(text)), 0U);
  EXPECT_EQ(HRESULT_FROM_WIN32(WSAEADDRINUSE), static_cast<HRESULT>(0x80072740));
  EXPECT_TRUE(FAILED(HRESULT_FROM_WIN32(5L)));
  EXPECT_TRUE(SUCCEEDED(HRESULT_FROM_WIN32(0L)));
}

TEST(KernelText, goes_from_bytes_to_wide_and_back) {
  const std::string bytes = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
  const std::wstring wide = L"a\u00e4\u20ac\U0001f600";
  wchar_t as_wide[16] = {};
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, bytes.c_str(), -1, nullptr, 0), 5);
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes.c_str(), -1, as_wide, 16), 5);
  EXPECT_EQ(as_wide, wide);
  char as_bytes[16] = {};
  EXPECT_EQ(WideCharToMultiByte(CP_ACP, 0, wide.c_str(), 4, as_bytes, 16, nullptr, nullptr), 10);
  EXPECT_EQ(as_bytes, bytes);
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, bytes.c_str(), -1, as_wide, 4), 0);
  EXPECT_EQ(code(), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, bytes.c_str(), 0, as_wide, 4), 0);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, reinterpret_cast<LPCCH>(1), -1, as_wide, 4), 0);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  for (const char* broken : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80"}) {
    EXPECT_EQ(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, broken, -1, as_wide, 16), 0);
    EXPECT_EQ(code(), DWORD{ERROR_NO_UNICODE_TRANSLATION});
    EXPECT_GT(MultiByteToWideChar(CP_UTF8, 0, broken, -1, as_wide, 16), 1);
    EXPECT_EQ(as_wide[0], L'\ufffd');
  }
  EXPECT_EQ(MultiByteToWideChar(1252, 0, "a", -1, as_wide, 16), 0);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(lstrlenA("abc"), 3);
  EXPECT_EQ(lstrlenW(L"ab"), 2);
  EXPECT_EQ(lstrlenA(nullptr), 0);
  EXPECT_EQ(lstrlenW(reinterpret_cast<LPCWSTR>(4)), 0);
}

// -- Memory ---------------------------------------------------------------------------------------

TEST(KernelMemory, comes_and_goes) {
  auto* local = static_cast<char*>(LocalAlloc(LPTR, 8));
  ASSERT_NE(local, nullptr);
  EXPECT_EQ(local[7], 0);
  FillMemory(local, 8, 7);
  SecureZeroMemory(local, 8);
  EXPECT_EQ(local[0], 0);
  EXPECT_EQ(LocalFree(local), nullptr);
  EXPECT_EQ(LocalAlloc(0x4000, 8), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  PVOID memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 16);
  ASSERT_NE(memory, nullptr);
  EXPECT_TRUE(HeapFree(GetProcessHeap(), 0, memory));
  EXPECT_EQ(HeapAlloc(nullptr, 0, 16), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(HeapFree(nullptr, 0, nullptr));
}

TEST(KernelMemory, the_environment_is_the_hosts) {
  ASSERT_EQ(setenv("BERTH_TEST_VALUE", "four", 1), 0);
  char value[8] = {};
  EXPECT_EQ(GetEnvironmentVariableA("BERTH_TEST_VALUE", value, sizeof(value)), 4U);
  EXPECT_STREQ(value, "four");
  EXPECT_EQ(GetEnvironmentVariableA("BERTH_TEST_VALUE", value, 4), 5U);
  EXPECT_EQ(GetEnvironmentVariableA("BERTH_TEST_NOTHING", value, 4), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_ENVVAR_NOT_FOUND});
  EXPECT_EQ(GetEnvironmentVariableA("BERTH_TEST_VALUE", nullptr, 8), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
}

// -- What there is --------------------------------------------------------------------------------

TEST(WindowsFunctions, that_the_page_lists_are_those_of_the_headers) {
  const std::string page = text_of_file("docs/windows-functions.md");
  std::set<std::string> listed;
  const std::regex row("`(\\w+)`");
  for (std::sregex_iterator name(page.begin(), page.end(), row), end; name != end; ++name)
    listed.insert((*name)[1]);
  std::set<std::string> declared;
  const std::regex symbol("BERTH_SYMBOL\\((\\w+)\\);");
  for (const char* header :
       {"errhandlingapi", "fibersapi", "handleapi", "ioapiset", "libloaderapi", "process",
        "processthreadsapi", "profileapi", "synchapi", "sysinfoapi", "winbase"}) {
    const std::string text = text_of_file(std::string("lib/winsock/dropin/") + header + ".h");
    EXPECT_NE(text, "") << header;
    for (std::sregex_iterator name(text.begin(), text.end(), symbol), end; name != end; ++name)
      declared.insert((*name)[1]);
  }
  const std::string interlocked = text_of_file("lib/winsock/dropin/interlockedapi.h");
  const std::regex inline_function("(Interlocked\\w+)\\(");
  for (std::sregex_iterator name(interlocked.begin(), interlocked.end(), inline_function), end; name != end;
       ++name)
    declared.insert((*name)[1]);
  for (const std::string& name : declared)
    EXPECT_TRUE(listed.contains(name)) << name << " is not on the page";
  for (const std::string& name : listed) EXPECT_TRUE(declared.contains(name)) << name << " is not declared";
}

}  // namespace
}  // namespace berth::test
