// SPDX-License-Identifier: MIT
// Reserves ten UDP ports of the system's choice for the life of a socket.
#include "sample.h"

int wmain(int argc, WCHAR**) {
  if (argc != 1 || !start_winsock()) return 2;
  const SOCKET s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  INET_PORT_RESERVATION_INSTANCE granted = {};
  if (!acquire_ports(s, 10, &granted)) return fail("acquire", WSAGetLastError());
  const int first = ntohs(granted.Reservation.StartPort);
  std::printf("acquire: %d ports, %s, %s token\n", granted.Reservation.NumberOfPorts,
              first >= 49152 ? "dynamic" : "low", granted.Token.Token != 0 ? "a" : "no");
  closesocket(s);
  WSACleanup();
  return 0;
}
