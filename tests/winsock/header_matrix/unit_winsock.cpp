// SPDX-License-Identifier: MIT
//
// With unit_posix.cpp one program, in which two structures have the name `linger`, of 4 and of 8 bytes.
#include <winsock2.h>

#include <cstdio>
#include <vector>

// Not inlined, so that both units ask the linker for the same member functions, if their names are the same.
__attribute__((noinline)) static void fill(std::vector<linger>& values) {
  for (u_short value = 0; value < 100; ++value) {
    values.push_back(linger{value, value});
  }
}

static bool poll_entries_are_right() {
  std::vector<pollfd> entries;
  for (USHORT value = 0; value < 100; ++value) {
    entries.push_back(pollfd{value, POLLOUT, 0});
  }
  return sizeof(pollfd) == 16 && entries.size() == 100 && entries[99].fd == 99 &&
         entries[99].events == POLLOUT;
}

bool posix_unit_is_right();

int main() {
  std::vector<linger> values;
  fill(values);
  bool is_right = sizeof(linger) == 4 && values.size() == 100;
  for (u_short value = 0; value < 100; ++value) {
    is_right = is_right && values[value].l_onoff == value && values[value].l_linger == value;
  }
  if (!is_right) {
    std::fputs("the vector of Windows' linger is corrupt\n", stderr);
  }
  return is_right && poll_entries_are_right() && posix_unit_is_right() ? 0 : 1;
}
