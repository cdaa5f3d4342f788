// SPDX-License-Identifier: MIT
#include "order.h"

#include "checks.h"

namespace {

// Names of Winsock as names of the program's own.
struct Server {
  int port = 0;
  int bind(int wanted) { return port = wanted; }
  int listen() const { return port; }
  int socket() const { return port; }
};

int sum(int left, int right) { return left + right; }

void check_names_that_are_not_ours() {
  using namespace std::placeholders;
  const auto add_five = std::bind(sum, 5, _1);
  CHECK(add_five(2) == 7);
  Server server;
  const auto bind_server = std::bind(&Server::bind, &server, _1);
  CHECK(bind_server(80) == 80 && server.listen() == 80 && server.socket() == 80);
  int (*pointer)(SOCKET, const struct sockaddr*, int) = &bind;
  CHECK(sizeof(pointer) == sizeof(void*));
  CHECK(std::min(1, 2) == 1 && std::max(1, 2) == 2);
}

void check_last_error_of_each_thread() {
  WSASetLastError(WSAEACCES);
  std::thread([] {
    CHECK(WSAGetLastError() == 0);
    WSASetLastError(WSAEFAULT);
  }).join();
  CHECK(WSAGetLastError() == WSAEACCES);
}

void check_an_unsigned_long_count() {
  WSADATA data;
  CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0);
  const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
  INET_PORT_RANGE range = {0, 4};
  INET_PORT_RESERVATION_INSTANCE granted;
  unsigned long count = ~0UL;
  CHECK(WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, &granted, sizeof granted, &count,
                 nullptr, nullptr) == 0);
  CHECK(count == 16);
  CHECK(WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, &granted, sizeof granted, NULL, NULL,
                 NULL) == SOCKET_ERROR);
  CHECK(WSAGetLastError() == WSAEFAULT);
  uint64_t token = 7;
  CHECK(LookupPersistentTcpPortReservation(htons(6000), 1, &token) == ERROR_NOT_FOUND);
  CHECK(WSACleanup() == 0);
}

}  // namespace

int main() {
  check_names_that_are_not_ours();
  check_last_error_of_each_thread();
  check_an_unsigned_long_count();
  return run_checks();
}
