// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "sides.h"

namespace berth::bench {
namespace {

int idle = -1;
int tcp_pair[2] = {-1, -1};
int udp_pair[2] = {-1, -1};
sockaddr_in udp_name{};

void must(bool worked, const char* what) {
  if (worked) return;
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(in_port_t port = 0) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = port;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

sockaddr_in bound(int descriptor) {
  sockaddr_in name = loopback();
  must(bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0, "bind");
  socklen_t size = sizeof(name);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size);
  return name;
}

int open_stream() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

void connect_pair(int (&pair)[2]) {
  const int server = open_stream();
  const sockaddr_in name = bound(server);
  listen(server, 16);
  pair[0] = open_stream();
  bound(pair[0]);
  must(connect(pair[0], reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0, "connect");
  pair[1] = accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
  close(server);
}

int open_datagrams() { return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

struct Calls {
  using Socket = int;
  static int open_stream() { return bench::open_stream(); }
  static int open_datagrams() { return bench::open_datagrams(); }
  static std::uint16_t bound_port(int s) { return ntohs(bound(s).sin_port); }
  static void listen(int s) { must(::listen(s, 16) == 0, "listen"); }
  static int accept(int s) { return accept4(s, nullptr, nullptr, SOCK_CLOEXEC); }
  static void connect(int s, std::uint16_t port) {
    const sockaddr_in name = loopback(htons(port));
    must(::connect(s, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0, "connect");
  }
  static void connect_to_first_sender(int s) {
    char byte = 0;
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    must(recvfrom(s, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size) == 1, "recvfrom");
    must(::connect(s, reinterpret_cast<const sockaddr*>(&from), size) == 0, "connect");
  }
  static void send(int s, char byte) { ::send(s, &byte, 1, MSG_NOSIGNAL); }
  static bool receive(int s, char& byte) { return recv(s, &byte, 1, 0) == 1; }
  static void close(int s) { ::close(s); }
};

std::optional<EchoAcrossThreads<Calls>> across_threads;
std::optional<NearEnd<Calls>> across_processes;

}  // namespace

void raw_prepare() {
  idle = open_stream();
  connect_pair(tcp_pair);
  udp_pair[0] = open_datagrams();
  udp_pair[1] = open_datagrams();
  bound(udp_pair[0]);
  udp_name = bound(udp_pair[1]);
  across_threads.emplace();
}

void raw_connect_processes(EchoPorts ports) { across_processes.emplace(ports); }

void raw_serve_echo(void (*tell)(EchoPorts)) { serve_echo<Calls>(tell); }

void raw_finish() {
  across_threads.reset();
  across_processes.reset();
}

void raw_fionread(std::size_t times) {
  int bytes = 0;
  for (std::size_t i = 0; i < times; ++i) ioctl(idle, FIONREAD, &bytes);
}

void raw_open_bind_close(std::size_t times) {
  const int on = 1;
  for (std::size_t i = 0; i < times; ++i) {
    const int s = open_stream();
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in name = loopback();
    bind(s, reinterpret_cast<const sockaddr*>(&name), sizeof(name));
    close(s);
  }
}

void raw_connection_life(std::size_t times) {
  const linger hard{1, 0};
  for (std::size_t i = 0; i < times; ++i) {
    int pair[2];
    const int server = open_stream();
    const sockaddr_in name = bound(server);
    listen(server, 16);
    pair[0] = open_stream();
    setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    connect(pair[0], reinterpret_cast<const sockaddr*>(&name), sizeof(name));
    pair[1] = accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    char byte = 'x';
    send(pair[0], &byte, 1, MSG_NOSIGNAL);
    recv(pair[1], &byte, 1, 0);
    close(pair[0]);
    close(pair[1]);
    close(server);
  }
}

void raw_tcp_round_trips(std::size_t times) {
  char byte = 'x';
  for (std::size_t i = 0; i < times; ++i) {
    send(tcp_pair[0], &byte, 1, MSG_NOSIGNAL);
    recv(tcp_pair[1], &byte, 1, 0);
    send(tcp_pair[1], &byte, 1, MSG_NOSIGNAL);
    recv(tcp_pair[0], &byte, 1, 0);
  }
}

void raw_udp_round_trips(std::size_t times) {
  char byte = 'x';
  sockaddr_in from{};
  for (std::size_t i = 0; i < times; ++i) {
    socklen_t size = sizeof(from);
    sendto(udp_pair[0], &byte, 1, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&udp_name),
           sizeof(udp_name));
    recvfrom(udp_pair[1], &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size);
    sendto(udp_pair[1], &byte, 1, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&from), sizeof(from));
    recvfrom(udp_pair[0], &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size);
  }
}

void raw_tcp_across_threads(std::size_t times) { across_threads->near_end().stream_round_trips(times); }
void raw_udp_across_threads(std::size_t times) { across_threads->near_end().datagram_round_trips(times); }
void raw_tcp_across_processes(std::size_t times) { across_processes->stream_round_trips(times); }
void raw_udp_across_processes(std::size_t times) { across_processes->datagram_round_trips(times); }

std::size_t descriptors_now() {
  DIR* folder = opendir("/proc/self/fd");
  std::size_t count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

std::size_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long size = 0;
  unsigned long resident = 0;
  const bool read = file != nullptr && std::fscanf(file, "%lu %lu", &size, &resident) == 2;
  if (file != nullptr) std::fclose(file);
  return read ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace berth::bench
