// SPDX-License-Identifier: MIT
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

__attribute__((noinline)) static void fill(std::vector<linger>& values) {
  for (int value = 0; value < 100; ++value) {
    values.push_back(linger{value, value});
  }
}

// The structure of libc; the other unit has a vector of Windows' one.
static bool poll_entries_are_right() {
  std::vector<pollfd> entries;
  for (int value = 0; value < 100; ++value) {
    entries.push_back(pollfd{value, POLLIN, 0});
  }
  return sizeof(pollfd) == 8 && entries.size() == 100 && entries[99].fd == 99 && entries[99].events == POLLIN;
}

// libc's bind answers here, whatever the other unit calls bind.
static bool libcs_bind_works() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool is_bound = bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(descriptor);
  return is_bound;
}

bool posix_unit_is_right() {
  std::vector<linger> values;
  fill(values);
  bool is_right =
      sizeof(linger) == 8 && values.size() == 100 && poll_entries_are_right() && libcs_bind_works();
  for (int value = 0; value < 100; ++value) {
    is_right = is_right && values[static_cast<std::size_t>(value)].l_onoff == value &&
               values[static_cast<std::size_t>(value)].l_linger == value;
  }
  if (!is_right) {
    std::fputs("the vector of POSIX' linger is corrupt, or libc's bind is not libc's\n", stderr);
  }
  return is_right;
}
