// SPDX-License-Identifier: MIT
// Does what its arguments say, one word each, and prints what came back: how tests see what the environment
// does to a program.
#include <winsock2.h>

#include <mstcpip.h>

#include <iphlpapi.h>

#include <cinttypes>
#include <cstdio>
#include <string_view>

namespace {

void start() {
  WSADATA data;
  std::printf("WSAStartup %d\n", WSAStartup(MAKEWORD(2, 2), &data));
}

void open() {
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  std::printf("socket %d\n", s == INVALID_SOCKET ? WSAGetLastError() : 0);
}

void create() {
  ULONG64 token = 0;
  std::printf("create %u\n", CreatePersistentTcpPortReservation(htons(5000), 20, &token));
}

void look_up() {
  ULONG64 token = 0;
  const ULONG code = LookupPersistentTcpPortReservation(htons(5000), 20, &token);
  std::printf("lookup %u %" PRIx64 "\n", code, token);
}

// The second half of a reservation's life is left to the end of the program.
void reserve() {
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  INET_PORT_RANGE range{0, 3};
  INET_PORT_RESERVATION_INSTANCE granted{};
  DWORD bytes = 0;
  const int result = WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &granted,
                              sizeof(granted), &bytes, nullptr, nullptr);
  std::printf("reserve %d %d %" PRIx64 "\n", result, ntohs(granted.Reservation.StartPort),
              granted.Token.Token);
}

void do_as_told(std::string_view word) {
  if (word == "start") return start();
  if (word == "open") return open();
  if (word == "create") return create();
  if (word == "lookup") return look_up();
  if (word == "reserve") return reserve();
  std::printf("no such word\n");
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) do_as_told(argv[i]);
  return 0;
}
