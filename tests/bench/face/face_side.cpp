// SPDX-License-Identifier: MIT
#include <mstcpip.h>
#include <winsock2.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include <berth/machine/machine.h>
#include <berth/winsock/attach.h>

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
SOCKET datagrams() { return socket(AF_INET, SOCK_DGRAM, 0); }

// A process whose ports are the host's, beside the program's own, whose are not.
std::shared_ptr<WindowsProcess> process_on_host() {
  auto machine = Machine::start({.world = {}, .profile = {}});
  must(machine.has_value(), "a machine");
  const std::shared_ptr<Machine> host = std::move(machine).value();
  const ProcessId process = host->start_process({TokenKind::StandardUser, "user"});
  return WindowsProcess::of(host, process, 1, Network::Host);
}

struct Calls {
  using Socket = SOCKET;
  static SOCKET open_stream() { return stream(); }
  static SOCKET open_datagrams() { return datagrams(); }
  static std::uint16_t bound_port(SOCKET s) { return ntohs(bound(s).sin_port); }
  static void listen(SOCKET s) { must(::listen(s, 16) == 0, "listen"); }
  static SOCKET accept(SOCKET s) { return ::accept(s, nullptr, nullptr); }
  static void connect(SOCKET s, std::uint16_t port) {
    SOCKADDR_IN name = loopback();
    name.sin_port = htons(port);
    must(::connect(s, as_name(&name), sizeof(name)) == 0, "connect");
  }
  static void connect_to_first_sender(SOCKET s) {
    char byte = 0;
    SOCKADDR_IN from{};
    int size = sizeof(from);
    must(recvfrom(s, &byte, 1, 0, as_name(&from), &size) == 1, "recvfrom");
    must(::connect(s, as_name(&from), size) == 0, "connect");
  }
  static void send(SOCKET s, char byte) { ::send(s, &byte, 1, 0); }
  static bool receive(SOCKET s, char& byte) { return recv(s, &byte, 1, 0) == 1; }
  static void close(SOCKET s) { closesocket(s); }
};

std::shared_ptr<WindowsProcess> on_host;
std::optional<EchoAcrossThreads<Calls>> across_threads;
std::optional<NearEnd<Calls>> across_processes;

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
  on_host = process_on_host();
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
  udp_pair[0] = datagrams();
  udp_pair[1] = datagrams();
  bound(udp_pair[0]);
  udp_name = bound(udp_pair[1]);
  across_threads.emplace();
}

void face_connect_processes(EchoPorts ports) {
  const ScopedProcess here(on_host);
  across_processes.emplace(ports);
}

void face_serve_echo(void (*tell)(EchoPorts)) {
  WSADATA data;
  must(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
  serve_echo<Calls>(tell);
}

void face_finish() {
  across_threads.reset();
  {
    const ScopedProcess here(on_host);
    across_processes.reset();
  }
  on_host.reset();
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

void face_open_bind_close_on_host(std::size_t times) {
  const ScopedProcess here(on_host);
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

void face_tcp_across_threads(std::size_t times) { across_threads->near_end().stream_round_trips(times); }
void face_udp_across_threads(std::size_t times) { across_threads->near_end().datagram_round_trips(times); }

void face_tcp_across_processes(std::size_t times) {
  const ScopedProcess here(on_host);
  across_processes->stream_round_trips(times);
}

void face_udp_across_processes(std::size_t times) {
  const ScopedProcess here(on_host);
  across_processes->datagram_round_trips(times);
}

void face_open_idle_sockets(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) must(stream() != INVALID_SOCKET, "socket");
}

void face_bind_udp_ports(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const SOCKET s = datagrams();
    SOCKADDR_IN name = loopback();
    name.sin_port = htons(static_cast<USHORT>(1024 + i));
    // A few are the test's own already.
    bind(s, as_name(&name), sizeof(name));
  }
}

}  // namespace berth::bench
