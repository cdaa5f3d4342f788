// SPDX-License-Identifier: MIT
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

__attribute__((noinline)) static void fill(std::vector<linger>& values) {
  for (int value = 0; value < 100; ++value) {
    values.push_back(linger{value, value});
  }
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
  bool is_right = sizeof(linger) == 8 && values.size() == 100 && libcs_bind_works();
  for (int value = 0; value < 100; ++value) {
    is_right = is_right && values[static_cast<std::size_t>(value)].l_onoff == value &&
               values[static_cast<std::size_t>(value)].l_linger == value;
  }
  if (!is_right) {
    std::fputs("the vector of POSIX' linger is corrupt, or libc's bind is not libc's\n", stderr);
  }
  return is_right;
}
