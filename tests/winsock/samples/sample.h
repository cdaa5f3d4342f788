// SPDX-License-Identifier: MIT
// What the samples in C++ share.
#pragma once

#include <Winsock2.h>

#include <Mstcpip.h>

#include <Iphlpapi.h>

#include <cstdio>

#pragma comment(lib, "Ws2_32.lib")
#pragma comment(lib, "Iphlpapi.lib")

// CALL(Create, Tcp) is CreatePersistentTcpPortReservation.
#define CALL(verb, transport) CALL_OF(verb, transport)
#define CALL_OF(verb, transport) verb##Persistent##transport##PortReservation

inline int fail(const char* what, int code) {
  std::printf("%s: %d\n", what, code);
  return 1;
}

inline bool start_winsock() {
  WSADATA data;
  const int code = WSAStartup(MAKEWORD(2, 2), &data);
  if (code != 0) fail("WSAStartup", code);
  return code == 0;
}

inline bool acquire_ports(SOCKET s, USHORT count, INET_PORT_RESERVATION_INSTANCE* granted) {
  INET_PORT_RANGE wish = {};
  wish.NumberOfPorts = count;
  DWORD bytes = 0;
  return WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, (LPVOID)&wish, sizeof(wish), (LPVOID)granted,
                  sizeof(*granted), &bytes, NULL, NULL) != SOCKET_ERROR;
}
