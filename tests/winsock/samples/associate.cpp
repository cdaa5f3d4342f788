// SPDX-License-Identifier: MIT
// Binds a socket within a block: of a new runtime reservation, or, when a start is given, of the persistent
// TCP reservation of 20 ports there.
#include <cwchar>

#include "sample.h"

static bool find_token(SOCKET s, const WCHAR* start, ULONG64* token) {
  if (start != NULL) {
    const USHORT port = htons((USHORT)std::wcstol(start, NULL, 10));
    return LookupPersistentTcpPortReservation(port, 20, token) == NO_ERROR;
  }
  INET_PORT_RESERVATION_INSTANCE granted = {};
  const bool acquired = acquire_ports(s, 10, &granted);
  *token = granted.Token.Token;
  return acquired;
}

static bool associate(SOCKET s, ULONG64 token) {
  DWORD bytes = 0;
  return WSAIoctl(s, SIO_ASSOCIATE_PORT_RESERVATION, (LPVOID)&token, sizeof(token), NULL, 0, &bytes, NULL,
                  NULL) != SOCKET_ERROR;
}

int wmain(int argc, WCHAR** argv) {
  if (argc > 2 || !start_winsock()) return 2;
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  ULONG64 token = INVALID_PORT_RESERVATION_TOKEN;
  if (!find_token(s, argc == 2 ? argv[1] : NULL, &token)) return fail("no reservation", WSAGetLastError());
  if (!associate(s, token)) return fail("associate", WSAGetLastError());
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  if (bind(s, (sockaddr*)&name, sizeof(name)) != 0) return fail("bind", WSAGetLastError());
  int length = sizeof(name);
  getsockname(s, (sockaddr*)&name, &length);
  std::printf("associate: bound to %s port\n", ntohs(name.sin_port) != 0 ? "a" : "no");
  if (argc == 2) std::printf("port %d\n", ntohs(name.sin_port));
  WSACleanup();
  return 0;
}
