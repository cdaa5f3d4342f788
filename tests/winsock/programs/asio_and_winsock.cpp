// SPDX-License-Identifier: MIT
// Boost.Asio and Winsock in one program, talking to each other over the host's ports.
#include <winsock2.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "asio_side.h"

namespace {

int failures = 0;

void expect(bool fact, const char* what) {
  if (fact) return;
  std::fprintf(stderr, "%s (last error %d)\n", what, WSAGetLastError());
  ++failures;
}

SOCKADDR_IN loopback(USHORT port) {
  SOCKADDR_IN name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

std::string receive(SOCKET s, std::size_t size) {
  std::string text(size, '\0');
  const int count = recv(s, text.data(), static_cast<int>(size), MSG_WAITALL);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

// Windows' structure of the name that the other unit has in a vector too.
bool polls_right(SOCKET s) {
  std::vector<pollfd> entries;
  for (int i = 0; i < 8; ++i) entries.push_back(pollfd{s, POLLOUT, 0});
  return WSAPoll(entries.data(), static_cast<ULONG>(entries.size()), 1000) == 8 && entries.back().fd == s;
}

void a_winsock_client_asks_an_asio_server() {
  AsioEcho server;
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  const SOCKADDR_IN to = loopback(server.port());
  expect(connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0, "connect");
  expect(polls_right(s), "WSAPoll");
  expect(send(s, "question", 8, 0) == 8, "send");
  expect(receive(s, 8) == "question", "the echo");
  closesocket(s);
}

void an_asio_client_asks_a_winsock_server() {
  const SOCKET server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  SOCKADDR_IN name = loopback(0);
  expect(bind(server, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0, "bind");
  int size = sizeof(name);
  getsockname(server, reinterpret_cast<sockaddr*>(&name), &size);
  expect(listen(server, 5) == 0, "listen");
  std::thread echo([server] {
    const SOCKET session = accept(server, nullptr, nullptr);
    const std::string question = receive(session, 8);
    send(session, question.data(), static_cast<int>(question.size()), 0);
    closesocket(session);
  });
  expect(asio_ask(ntohs(name.sin_port), "question") == "question", "the answer");
  echo.join();
  closesocket(server);
}

}  // namespace

int main() {
  setenv("BERTH_NETWORK", "host", 1);
  WSADATA data;
  expect(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
  a_winsock_client_asks_an_asio_server();
  an_asio_client_asks_a_winsock_server();
  expect(WSACleanup() == 0, "WSACleanup");
  return failures == 0 ? 0 : 1;
}
