// SPDX-License-Identifier: MIT
#include <mstcpip.h>
#include <winsock2.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "sides.h"

namespace berth::bench {
namespace {

SOCKET holder;
SOCKET user;
INET_PORT_RESERVATION_TOKEN token;
SOCKET tcp_pair[2];
SOCKET udp_pair[2];
SOCKADDR_IN udp_name;

void must(bool worked, const char* what) {
  if (worked) return;
  std::fprintf(stderr, "%s: %d\n", what, WSAGetLastError());
  std::exit(1);
}

sockaddr* as_name(void* name) { return static_cast<sockaddr*>(name); }

SOCKADDR_IN loopback() {
  SOCKADDR_IN name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

SOCKADDR_IN bound(SOCKET s) {
  SOCKADDR_IN name = loopback();
  must(bind(s, as_name(&name), sizeof(name)) == 0, "bind");
  int size = sizeof(name);
  getsockname(s, as_name(&name), &size);
  return name;
}

SOCKET stream() { return socket(AF_INET, SOCK_STREAM, 0); }

void connect_pair() {
  const SOCKET server = stream();
  SOCKADDR_IN name = bound(server);
  listen(server, 16);
  tcp_pair[0] = stream();
  must(connect(tcp_pair[0], as_name(&name), sizeof(name)) == 0, "connect");
  tcp_pair[1] = accept(server, nullptr, nullptr);
  must(tcp_pair[1] != INVALID_SOCKET, "accept");
  closesocket(server);
}

void associate(const void* input, DWORD* count) {
  WSAIoctl(user, SIO_ASSOCIATE_PORT_RESERVATION, const_cast<void*>(input), sizeof(token), nullptr, 0, count,
           nullptr, nullptr);
}

}  // namespace

void face_prepare() {
  WSADATA data;
  must(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
  holder = stream();
  user = stream();
  INET_PORT_RANGE range{0, 16};
  INET_PORT_RESERVATION_INSTANCE instance;
  DWORD count = 0;
  must(WSAIoctl(holder, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &instance, sizeof(instance),
                &count, nullptr, nullptr) == 0,
       "acquire");
  token = instance.Token;
  connect_pair();
  udp_pair[0] = socket(AF_INET, SOCK_DGRAM, 0);
  udp_pair[1] = socket(AF_INET, SOCK_DGRAM, 0);
  bound(udp_pair[0]);
  udp_name = bound(udp_pair[1]);
}

void face_ioctl_granted(std::size_t times) {
  const INET_PORT_RESERVATION_TOKEN on_stack = token;
  DWORD count = 0;
  for (std::size_t i = 0; i < times; ++i) associate(&on_stack, &count);
}

void face_ioctl_refused(std::size_t times) {
  const INET_PORT_RESERVATION_TOKEN nothing{0x1234567};
  DWORD count = 0;
  for (std::size_t i = 0; i < times; ++i) associate(&nothing, &count);
}

void face_ioctl_too_short(std::size_t times) {
  INET_PORT_RANGE range{0, 16};
  char output[8];
  DWORD count = 0;
  for (std::size_t i = 0; i < times; ++i)
    WSAIoctl(user, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), output, sizeof(output), &count,
             nullptr, nullptr);
}

void face_ioctl_heap(std::size_t times) {
  const auto on_heap = std::make_unique<INET_PORT_RESERVATION_TOKEN>(token);
  const auto count = std::make_unique<DWORD>();
  for (std::size_t i = 0; i < times; ++i) associate(on_heap.get(), count.get());
}

void face_ioctl_static(std::size_t times) {
  static const INET_PORT_RESERVATION_TOKEN in_read_only_memory{0x1234567};
  static DWORD count;
  for (std::size_t i = 0; i < times; ++i) associate(&in_read_only_memory, &count);
}

void face_open_bind_close(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const SOCKET s = stream();
    SOCKADDR_IN name = loopback();
    bind(s, as_name(&name), sizeof(name));
    closesocket(s);
  }
}

void face_connection_life(std::size_t times) {
  const LINGER hard{1, 0};
  for (std::size_t i = 0; i < times; ++i) {
    const SOCKET server = stream();
    SOCKADDR_IN name = bound(server);
    listen(server, 16);
    const SOCKET client = stream();
    setsockopt(client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof(hard));
    connect(client, as_name(&name), sizeof(name));
    const SOCKET session = accept(server, nullptr, nullptr);
    char byte = 'x';
    send(client, &byte, 1, 0);
    recv(session, &byte, 1, 0);
    closesocket(client);
    closesocket(session);
    closesocket(server);
  }
}

void face_tcp_round_trips(std::size_t times) {
  char byte = 'x';
  for (std::size_t i = 0; i < times; ++i) {
    send(tcp_pair[0], &byte, 1, 0);
    recv(tcp_pair[1], &byte, 1, 0);
    send(tcp_pair[1], &byte, 1, 0);
    recv(tcp_pair[0], &byte, 1, 0);
  }
}

void face_udp_round_trips(std::size_t times) {
  char byte = 'x';
  SOCKADDR_IN from{};
  for (std::size_t i = 0; i < times; ++i) {
    int size = sizeof(from);
    sendto(udp_pair[0], &byte, 1, 0, as_name(&udp_name), sizeof(udp_name));
    recvfrom(udp_pair[1], &byte, 1, 0, as_name(&from), &size);
    sendto(udp_pair[1], &byte, 1, 0, as_name(&from), sizeof(from));
    recvfrom(udp_pair[0], &byte, 1, 0, as_name(&from), &size);
  }
}

void face_open_idle_sockets(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) must(stream() != INVALID_SOCKET, "socket");
}

void face_bind_udp_ports(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    SOCKADDR_IN name = loopback();
    name.sin_port = htons(static_cast<USHORT>(1024 + i));
    // A few are the test's own already.
    bind(s, as_name(&name), sizeof(name));
  }
}

}  // namespace berth::bench
