// SPDX-License-Identifier: MIT
// Reserves the ports START to START+COUNT-1 until they are deleted: create START COUNT
#include <cwchar>

#include "sample.h"

int wmain(int argc, WCHAR** argv) {
  if (argc != 3) return 2;
  const USHORT start = htons((USHORT)std::wcstol(argv[1], NULL, 10));
  const USHORT count = (USHORT)std::wcstol(argv[2], NULL, 10);
  ULONG64 token = INVALID_PORT_RESERVATION_TOKEN;
  const ULONG code = CALL(Create, TRANSPORT)(start, count, &token);
  std::printf("create: %u, %s token\n", code, token != INVALID_PORT_RESERVATION_TOKEN ? "a" : "no");
  return code == NO_ERROR ? 0 : 1;
}
