// SPDX-License-Identifier: MIT
// A Windows console program: it begins in wmain.
#include <windows.h>

int wmain(int argc, WCHAR** argv) { return argc == 3 && argv[1][0] == L'o' && argv[2][0] == L't' ? 0 : 1; }
