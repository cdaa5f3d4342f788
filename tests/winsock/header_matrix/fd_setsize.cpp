// SPDX-License-Identifier: MIT
//
// A program may ask for larger sets before any header, as on Windows.
#define FD_SETSIZE 1000
#include <winsock2.h>

#include <cstdio>

static_assert(FD_SETSIZE == 1000, "the program's value");
static_assert(sizeof(fd_set) == 8 + 1000 * sizeof(SOCKET), "as many handles");

int main() {
  fd_set set;
  FD_ZERO(&set);
  for (SOCKET s = 0; s < 2000; ++s) {
    FD_SET(s, &set);
  }
  return set.fd_count == 1000 ? 0 : 1;
}
