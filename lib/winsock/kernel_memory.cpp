// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "kernel_arguments.h"
#include "kernel_text.h"

namespace berth::winsock {
namespace {

constexpr UINT kKnownLocalFlags = LMEM_FIXED | LMEM_ZEROINIT;

HANDLE the_heap() {
  static char heap = 0;
  return &heap;
}

PVOID allocate(std::size_t size, bool is_zeroed) {
  const std::size_t at_least_one = std::max<std::size_t>(size, 1);
  return is_zeroed ? std::calloc(1, at_least_one) : std::malloc(at_least_one);
}

int fail_text(long code) {
  refuse(code);
  return 0;
}

// What both conversions ask of their arguments; 0, or a code.
template <class From, class To>
long check_conversion(UINT page, DWORD flags, DWORD known_flags, const From* text, int length, const To* room,
                      int size) {
  if (page != CP_UTF8 && page != CP_ACP) return ERROR_INVALID_PARAMETER;
  if ((flags & ~known_flags) != 0) return ERROR_INVALID_FLAGS;
  if (text == nullptr || length == 0 || length < -1 || size < 0) return ERROR_INVALID_PARAMETER;
  if (size > 0 && room == nullptr) return ERROR_INVALID_PARAMETER;
  return 0;
}

// The units of `text` before its zero, or before `length` of them; nothing where they cannot be read.
template <class Character>
std::optional<std::basic_string<Character>> units_of(const Character* text, int length) {
  MemoryProbe memory;
  std::size_t count = 0;
  if (length >= 0) {
    count = static_cast<std::size_t>(length);
    if (!memory.is_readable(text, count * sizeof(Character))) return std::nullopt;
    return std::basic_string<Character>(text, count);
  }
  for (;; ++count) {
    const auto unit = memory.read<Character>(text + count);
    if (!unit) return std::nullopt;
    if (*unit == Character{}) return std::basic_string<Character>(text, count + 1);
  }
}

template <class Character>
int give(const std::basic_string<Character>& text, Character* room, int size) {
  if (size == 0) return static_cast<int>(text.size());
  if (text.size() > static_cast<std::size_t>(size)) return fail_text(ERROR_INSUFFICIENT_BUFFER);
  MemoryProbe memory;
  if (!memory.is_writable(room, text.size() * sizeof(Character))) return fail_text(ERROR_NOACCESS);
  std::ranges::copy(text, room);
  return static_cast<int>(text.size());
}

template <class Character>
int length_of(const Character* text) {
  if (text == nullptr) return 0;
  const auto units = units_of(text, -1);
  return units ? static_cast<int>(units->size() - 1) : 0;
}

}  // namespace
}  // namespace berth::winsock

HLOCAL LocalAlloc(UINT uFlags, SIZE_T uBytes) {
  using namespace berth::winsock;
  if ((uFlags & ~kKnownLocalFlags) != 0) return refuse_handle(ERROR_INVALID_PARAMETER);
  const HLOCAL memory = allocate(uBytes, (uFlags & LMEM_ZEROINIT) != 0);
  return memory != nullptr ? memory : refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
}

HLOCAL LocalFree(HLOCAL hMem) {
  std::free(hMem);
  return nullptr;
}

HANDLE GetProcessHeap() { return berth::winsock::the_heap(); }

LPVOID HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) {
  using namespace berth::winsock;
  if (hHeap != the_heap()) return refuse_handle(ERROR_INVALID_HANDLE);
  return allocate(dwBytes, (dwFlags & HEAP_ZERO_MEMORY) != 0);
}

BOOL HeapFree(HANDLE hHeap, DWORD, LPVOID lpMem) {
  using namespace berth::winsock;
  if (hHeap != the_heap()) return refuse(ERROR_INVALID_HANDLE);
  std::free(lpMem);
  return TRUE;
}

int MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr, int cbMultiByte,
                        LPWSTR lpWideCharStr, int cchWideChar) {
  using namespace berth::winsock;
  const long code = check_conversion(CodePage, dwFlags, MB_PRECOMPOSED | MB_ERR_INVALID_CHARS, lpMultiByteStr,
                                     cbMultiByte, lpWideCharStr, cchWideChar);
  if (code != 0) return fail_text(code);
  const auto text = units_of(lpMultiByteStr, cbMultiByte);
  if (!text) return fail_text(ERROR_NOACCESS);
  bool is_exact = true;
  const std::wstring wide = widened(*text, &is_exact);
  if (!is_exact && (dwFlags & MB_ERR_INVALID_CHARS) != 0) return fail_text(ERROR_NO_UNICODE_TRANSLATION);
  return give(wide, lpWideCharStr, cchWideChar);
}

// NOLINTBEGIN(readability-non-const-parameter): the signature is Windows'
int WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr, int cchWideChar,
                        LPSTR lpMultiByteStr, int cbMultiByte, LPCCH lpDefaultChar,
                        LPBOOL lpUsedDefaultChar) {
  // NOLINTEND(readability-non-const-parameter)
  using namespace berth::winsock;
  const long code = check_conversion(CodePage, dwFlags, WC_ERR_INVALID_CHARS, lpWideCharStr, cchWideChar,
                                     lpMultiByteStr, cbMultiByte);
  if (code != 0) return fail_text(code);
  // UTF-8 has every character: Windows takes no default for it.
  const bool has_default = lpDefaultChar != nullptr || lpUsedDefaultChar != nullptr;
  if (CodePage == CP_UTF8 && has_default) return fail_text(ERROR_INVALID_PARAMETER);
  const auto text = units_of(lpWideCharStr, cchWideChar);
  if (!text) return fail_text(ERROR_NOACCESS);
  bool is_exact = true;
  const std::string narrow = narrowed(*text, &is_exact);
  if (!is_exact && (dwFlags & WC_ERR_INVALID_CHARS) != 0) return fail_text(ERROR_NO_UNICODE_TRANSLATION);
  return give(narrow, lpMultiByteStr, cbMultiByte);
}

int lstrlenA(LPCSTR lpString) { return berth::winsock::length_of(lpString); }

int lstrlenW(LPCWSTR lpString) { return berth::winsock::length_of(lpString); }

DWORD GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize) {
  using namespace berth::winsock;
  const auto fail = [](long code) { return static_cast<DWORD>(refuse(code)); };
  const auto name = read_text(lpName, 32767);
  if (!name) return fail(ERROR_NOACCESS);
  const char* value = std::getenv(name->c_str());
  if (value == nullptr) return fail(ERROR_ENVVAR_NOT_FOUND);
  const std::size_t needed = std::strlen(value) + 1;
  if (needed > nSize) return static_cast<DWORD>(needed);
  MemoryProbe memory;
  if (!memory.is_writable(lpBuffer, needed)) return fail(ERROR_NOACCESS);
  std::memcpy(lpBuffer, value, needed);
  return static_cast<DWORD>(needed - 1);
}
