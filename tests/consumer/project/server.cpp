// SPDX-License-Identifier: MIT
// A server as one would write it for Windows: it knows nothing of Berth and of tests.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <thread>

#include "server.h"

#pragma comment(lib, "ws2_32.lib")

namespace {

// A listening socket on that port, or INVALID_SOCKET.
SOCKET listener_on(int port) {
  SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (s == INVALID_SOCKET) return INVALID_SOCKET;
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<u_short>(port));
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(s, reinterpret_cast<SOCKADDR*>(&name), sizeof(name)) == SOCKET_ERROR ||
      listen(s, SOMAXCONN) == SOCKET_ERROR) {
    const int error = WSAGetLastError();
    closesocket(s);
    WSASetLastError(error);
    return INVALID_SOCKET;
  }
  return s;
}

int port_of(SOCKET s) {
  sockaddr_in name = {};
  int length = sizeof(name);
  if (getsockname(s, reinterpret_cast<SOCKADDR*>(&name), &length) == SOCKET_ERROR) return -WSAGetLastError();
  return ntohs(name.sin_port);
}

int serve(int port) {
  SOCKET s = listener_on(port);
  if (s == INVALID_SOCKET) s = listener_on(kFallbackPort);
  if (s == INVALID_SOCKET) return -WSAGetLastError();
  const int served_on = port_of(s);
  closesocket(s);
  return served_on;
}

}  // namespace

int start_server(int port) {
  WSADATA data;
  const int error = WSAStartup(MAKEWORD(2, 2), &data);
  if (error != 0) return -error;
  int result = 0;
  std::thread worker([&] { result = serve(port); });
  worker.join();
  WSACleanup();
  return result;
}
