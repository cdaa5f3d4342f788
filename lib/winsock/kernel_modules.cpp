// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "kernel_arguments.h"
#include "kernel_text.h"

// The functions that the headers declare, written by CMake: BERTH_EXPORT(library, name) for each.
extern "C" {
#define BERTH_EXPORT(library, name) void berth_##name();
#include "exported_functions.inc"
#undef BERTH_EXPORT
}

namespace berth::winsock {
namespace {

enum class Library : std::uint8_t { ws2_32, mswsock, iphlpapi, kernel32 };

constexpr std::array<std::string_view, 4> kNames = {"ws2_32", "mswsock", "iphlpapi", "kernel32"};

struct Export {
  Library library;
  std::string_view name;
  void (*function)();
};

constexpr Export kExports[] = {
#define BERTH_EXPORT(library, name) {Library::library, #name, berth_##name},
#include "exported_functions.inc"
#undef BERTH_EXPORT
};

// A library is the address of its place here; the program itself is the one behind them.
char modules[kNames.size() + 1];

std::string plain_name(std::string name) {
  const auto slash = name.find_last_of("\\/");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.ends_with(".dll")) name.resize(name.size() - 4);
  return name;
}

template <class Character>
HMODULE module_called(const Character* given) {
  const auto name = read_text(given, 32767);
  if (!name) return refuse_handle(ERROR_NOACCESS);
  const auto found = std::ranges::find(kNames, plain_name(*name));
  return found == kNames.end() ? refuse_handle(ERROR_MOD_NOT_FOUND) : &modules[found - kNames.begin()];
}

template <class Character>
HMODULE load(const Character* name) {
  return name == nullptr ? refuse_handle(ERROR_INVALID_PARAMETER) : module_called(name);
}

// The place of a module among ours; nothing for what is none.
std::optional<std::size_t> place_of(HMODULE module) {
  for (std::size_t at = 0; at < std::size(modules); ++at)
    if (module == &modules[at]) return at;
  return std::nullopt;
}

FARPROC refuse_function(long code) {
  refuse(code);
  return nullptr;
}

bool is_ordinal(LPCSTR name) { return reinterpret_cast<std::uintptr_t>(name) <= 0xffff; }

}  // namespace
}  // namespace berth::winsock

HMODULE GetModuleHandleA(LPCSTR lpModuleName) {
  using namespace berth::winsock;
  return lpModuleName == nullptr ? &modules[kNames.size()] : module_called(lpModuleName);
}

HMODULE GetModuleHandleW(LPCWSTR lpModuleName) {
  using namespace berth::winsock;
  return lpModuleName == nullptr ? &modules[kNames.size()] : module_called(lpModuleName);
}

HMODULE LoadLibraryA(LPCSTR lpLibFileName) { return berth::winsock::load(lpLibFileName); }

HMODULE LoadLibraryW(LPCWSTR lpLibFileName) { return berth::winsock::load(lpLibFileName); }

HMODULE LoadLibraryExA(LPCSTR lpLibFileName, HANDLE, DWORD) { return berth::winsock::load(lpLibFileName); }

HMODULE LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE, DWORD) { return berth::winsock::load(lpLibFileName); }

BOOL FreeLibrary(HMODULE hLibModule) {
  using namespace berth::winsock;
  return place_of(hLibModule) ? TRUE : refuse(ERROR_MOD_NOT_FOUND);
}

FARPROC GetProcAddress(HMODULE hModule, LPCSTR lpProcName) {
  using namespace berth::winsock;
  const auto place = place_of(hModule);
  if (!place) return refuse_function(ERROR_MOD_NOT_FOUND);
  if (is_ordinal(lpProcName)) return refuse_function(ERROR_PROC_NOT_FOUND);
  const auto name = read_text(lpProcName, 256);
  if (!name) return refuse_function(ERROR_NOACCESS);
  const auto* found = std::ranges::find_if(kExports, [&](const Export& each) {
    return static_cast<std::size_t>(each.library) == *place && each.name == *name;
  });
  if (found == std::ranges::end(kExports)) return refuse_function(ERROR_PROC_NOT_FOUND);
  // Through void*, which is how a caller of dlsym gets a function: its true type is the program's to name.
  return reinterpret_cast<FARPROC>(reinterpret_cast<void*>(found->function));
}
