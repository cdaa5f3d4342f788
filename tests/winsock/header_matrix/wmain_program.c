// SPDX-License-Identifier: MIT
#include <wchar.h>
#include <windows.h>

int wmain(int argc, WCHAR* argv[]) {
  return argc == 4 && wcscmp(argv[2], L"gr\u00fc\u00dfe \U0001f6a2") == 0 ? 42 : 1;
}
