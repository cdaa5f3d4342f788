// SPDX-License-Identifier: MIT
// Finds the reservation that was created with exactly START and COUNT: lookup START COUNT
#include <cwchar>

#include "sample.h"

int wmain(int argc, WCHAR** argv) {
  if (argc != 3) return 2;
  const USHORT start = htons((USHORT)std::wcstol(argv[1], NULL, 10));
  const USHORT count = (USHORT)std::wcstol(argv[2], NULL, 10);
  ULONG64 token = INVALID_PORT_RESERVATION_TOKEN;
  const ULONG code = CALL(Lookup, TRANSPORT)(start, count, &token);
  std::printf("lookup: %u, %s token\n", code, token != INVALID_PORT_RESERVATION_TOKEN ? "a" : "no");
  return code == NO_ERROR ? 0 : 1;
}
