// SPDX-License-Identifier: MIT
//
// A console program of Windows with one of the spellings of wmain. It is run with the arguments that
// `arguments_are_right` names, and with BERTH_WMAIN_TEST=été.
#include <windows.h>

#include <cstring>
#include <cwchar>

namespace {

template <typename Texts>
bool arguments_are_right(int argc, Texts argv) {
  return argc == 4 && std::wcscmp(argv[1], L"plain") == 0 &&
         std::wcscmp(argv[2], L"gr\u00fc\u00dfe \U0001f6a2") == 0 &&
         std::wcscmp(argv[3], L"a\ufffdb\ufffd\ufffd") == 0 && argv[4] == nullptr;
}

template <typename Texts>
bool environment_is_right(Texts environment) {
  for (; *environment != nullptr; ++environment) {
    if (std::wcscmp(*environment, L"BERTH_WMAIN_TEST=\u00e9t\u00e9") == 0) {
      return true;
    }
  }
  return false;
}

constexpr int kRight = 42;

}  // namespace

#if defined(SPELLING_EXTERN_C)
extern "C" int __cdecl wmain(int argc, WCHAR* argv[]) { return arguments_are_right(argc, argv) ? kRight : 1; }
#elif defined(SPELLING_NO_ARGUMENTS)
int wmain() { return kRight; }
#elif defined(SPELLING_ARGUMENTS)
int __cdecl wmain(int argc, wchar_t** argv) { return arguments_are_right(argc, argv) ? kRight : 1; }
#elif defined(SPELLING_CONST_TEXTS)
int wmain(int argc, const wchar_t* argv[]) { return arguments_are_right(argc, argv) ? kRight : 1; }
#elif defined(SPELLING_CONST_ARGUMENTS)
int wmain(int argc, const wchar_t* const argv[]) { return arguments_are_right(argc, argv) ? kRight : 1; }
#elif defined(SPELLING_ENVIRONMENT)
int wmain(int argc, wchar_t* argv[], wchar_t* envp[]) {
  return arguments_are_right(argc, argv) && environment_is_right(envp) ? kRight : 1;
}
#elif defined(SPELLING_CONST_ENVIRONMENT)
int wmain(int argc, const wchar_t* argv[], const wchar_t* envp[]) {
  return arguments_are_right(argc, argv) && environment_is_right(envp) ? kRight : 1;
}
#endif
