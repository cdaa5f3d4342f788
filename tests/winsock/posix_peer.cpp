// SPDX-License-Identifier: MIT
#include "winsock/posix_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace berth::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

template <class Call>
int with_name(std::uint16_t port, Call call) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in name = loopback(port);
  if (call(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

int posix_bind(std::uint16_t port) { return with_name(port, bind); }

int posix_listen() {
  const int descriptor = posix_bind(0);
  listen(descriptor, 5);
  return descriptor;
}

int posix_connect(std::uint16_t port) { return with_name(port, connect); }

int posix_accept(int server) { return accept(server, nullptr, nullptr); }

std::uint16_t posix_port_of(int descriptor) {
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.sin_port);
}

std::uint16_t posix_port_of_peer(int descriptor) {
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  getpeername(descriptor, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.sin_port);
}

std::string posix_receive(int descriptor) {
  char bytes[256];
  const ssize_t count = recv(descriptor, bytes, sizeof(bytes), 0);
  return count < 0 ? "error" : std::string(bytes, static_cast<std::size_t>(count));
}

void posix_close(int descriptor) { close(descriptor); }

}  // namespace berth::test
