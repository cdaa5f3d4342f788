// SPDX-License-Identifier: MIT
// Ends the reservation that was created with exactly START and COUNT: delete START COUNT
#include <cwchar>

#include "sample.h"

int wmain(int argc, WCHAR** argv) {
  if (argc != 3) return 2;
  const USHORT start = htons((USHORT)std::wcstol(argv[1], NULL, 10));
  const USHORT count = (USHORT)std::wcstol(argv[2], NULL, 10);
  const ULONG code = CALL(Delete, TRANSPORT)(start, count);
  std::printf("delete: %u\n", code);
  return code == NO_ERROR ? 0 : 1;
}
