/* SPDX-License-Identifier: MIT */
/* A Windows program in C: one runtime reservation from its birth to its end, and a persistent one. */
#include <iphlpapi.h>
#include <mstcpip.h>
#include <stdio.h>
#include <string.h>
#include <winsock2.h>

#define EXPECT(condition)                                                                        \
  do {                                                                                           \
    if (!(condition)) {                                                                          \
      fprintf(stderr, "line %d: %s (last error %d)\n", __LINE__, #condition, WSAGetLastError()); \
      return 1;                                                                                  \
    }                                                                                            \
  } while (0)

static int reserve_for_this_run(void) {
  SOCKET holder = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  SOCKET user = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  INET_PORT_RANGE wish;
  INET_PORT_RESERVATION_INSTANCE granted;
  struct sockaddr_in address;
  int length = (int)sizeof address;
  DWORD bytes = 0;

  EXPECT(holder != INVALID_SOCKET && user != INVALID_SOCKET);

  memset(&wish, 0, sizeof wish);
  wish.StartPort = 0;
  wish.NumberOfPorts = 4;
  EXPECT(WSAIoctl(holder, SIO_ACQUIRE_PORT_RESERVATION, &wish, (DWORD)sizeof wish, &granted,
                  (DWORD)sizeof granted, &bytes, NULL, NULL) == 0);
  EXPECT(bytes == sizeof granted);
  EXPECT(granted.NumberOfPorts == 4);

  EXPECT(WSAIoctl(user, SIO_ASSOCIATE_PORT_RESERVATION, &granted.Token, (DWORD)sizeof granted.Token, NULL, 0,
                  &bytes, NULL, NULL) == 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = granted.StartPort;
  EXPECT(bind(user, (struct sockaddr*)&address, (int)sizeof address) == 0);
  EXPECT(getsockname(user, (struct sockaddr*)&address, &length) == 0);
  EXPECT(address.sin_port == granted.StartPort);
  EXPECT(closesocket(user) == 0);

  EXPECT(WSAIoctl(holder, SIO_RELEASE_PORT_RESERVATION, &granted.Token, (DWORD)sizeof granted.Token, NULL, 0,
                  &bytes, NULL, NULL) == 0);
  EXPECT(closesocket(holder) == 0);
  return 0;
}

static int reserve_for_good(void) {
  const USHORT start = htons(50000);
  ULONG64 created = 0;
  ULONG64 found = 0;
  EXPECT(CreatePersistentTcpPortReservation(start, 8, &created) == NO_ERROR);
  EXPECT(LookupPersistentTcpPortReservation(start, 8, &found) == NO_ERROR);
  EXPECT(created == found);
  EXPECT(DeletePersistentTcpPortReservation(start, 8) == NO_ERROR);
  EXPECT(LookupPersistentTcpPortReservation(start, 8, &found) == ERROR_NOT_FOUND);
  return 0;
}

int main(void) {
  WSADATA data;
  EXPECT(WSAStartup(MAKEWORD(2, 2), &data) == 0);
  if (reserve_for_this_run() || reserve_for_good()) return 1;
  EXPECT(WSACleanup() == 0);
  puts("reserved, used and released");
  return 0;
}
