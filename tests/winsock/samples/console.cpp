// SPDX-License-Identifier: MIT
// A console program as Microsoft's samples are written: console PORT COUNT
#define _UNICODE
#define UNICODE
#include <Winsock2.h>
#include <Ws2tcpip.h>

#include <Iphlpapi.h>
#include <Mstcpip.h>

#include <stdio.h>
#include <tchar.h>

#pragma comment(lib, "ws2_32.lib")
#pragma comment(lib, "iphlpapi.lib")

// A structure of eight bytes, where %I64d expects a number: it works on Windows, and programs do it.
static void print_token(INET_PORT_RESERVATION_TOKEN token) {
  wprintf(L"Token is %s\n", token.Token != 0 ? L"there" : L"missing");
  wprintf(L"Token %I64d\n", token);
}

int __cdecl _tmain(int argc, WCHAR** argv) {
  if (argc != 3) {
    wprintf(L"usage: %s <starting port> <number of ports>\n", argv[0]);
    return 1;
  }
  // Neither of these needs WSAStartup.
  const USHORT start = htons((USHORT)_wtoi(argv[1]));
  const USHORT count = (USHORT)_wtoi(argv[2]);
  wprintf(L"Ports %d and the %u after %ls, in %ws order; %hs, %5s|%-5s|%.2s\n", ntohs(start), count - 1u,
          argv[1], L"network", "narrow", L"abc", L"abc", L"abc");
  wprintf(L"%I64u %Iu %lu %04x %c%C 100%% gr\u00fc\u00dfe\n", (ULONGLONG)1 << 40, (SIZE_T)7, (DWORD)~0u,
          0xabcu, L'\u00e9', 'e');
  INET_PORT_RESERVATION_TOKEN token = {};
  const ULONG status = LookupPersistentTcpPortReservation(start, count, &token.Token);
  _tprintf(_T("Lookup: %lu\n"), status);
  print_token(token);

  WSADATA wsaData;
  if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0) return 1;
  SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  sockaddr_in service = {};
  service.sin_family = AF_INET;
  service.sin_addr.s_addr = inet_addr("127.0.0.1");
  service.sin_port = start;
  if (bind(s, (SOCKADDR*)&service, sizeof(service)) == SOCKET_ERROR) {
    wprintf(L"bind failed with error: %d\n", WSAGetLastError());
  } else {
    printf("bound, ");
    wprintf(L"and mixed\n");
  }
  closesocket(s);
  WSACleanup();
  return 0;
}
