// SPDX-License-Identifier: MIT
// Reserves TCP ports and gives them back, in C: the members of the instance have no parts there.
#include <winsock2.h>

#include <mstcpip.h>

#include <stdio.h>

static int release(SOCKET s, ULONG64 token) {
  DWORD bytes = 0;
  return WSAIoctl(s, SIO_RELEASE_PORT_RESERVATION, &token, sizeof(token), NULL, 0, &bytes, NULL, NULL) == 0
             ? 0
             : WSAGetLastError();
}

int wmain(int argc, wchar_t** argv) {
  WSADATA data;
  INET_PORT_RANGE wish = {0};
  INET_PORT_RESERVATION_INSTANCE granted;
  DWORD bytes = 0;
  SOCKET s;
  (void)argv;
  if (argc != 1 || WSAStartup(MAKEWORD(2, 2), &data) != 0) return 2;
  s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  wish.NumberOfPorts = 10;
  if (WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &wish, sizeof(wish), &granted, sizeof(granted), &bytes, NULL,
               NULL) != 0)
    return 1;
  printf("release: %d ports, %d\n", granted.NumberOfPorts, release(s, granted.Token));
  printf("release again: %d\n", release(s, granted.Token));
  closesocket(s);
  return WSACleanup();
}
