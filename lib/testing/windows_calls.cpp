// SPDX-License-Identifier: MIT
#include "windows_calls.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>

namespace berth::testing {

int windows_last_error() { return WSAGetLastError(); }

std::optional<Port> port_of_socket(std::uintptr_t socket) {
  const int last_error = WSAGetLastError();
  SOCKADDR_STORAGE name{};
  int size = sizeof(name);
  const bool known = getsockname(static_cast<SOCKET>(socket), reinterpret_cast<sockaddr*>(&name), &size) == 0;
  WSASetLastError(last_error);
  if (!known) return std::nullopt;
  // The port stands at the same place in the names of both families.
  SOCKADDR_IN with_port{};
  std::memcpy(&with_port, &name, sizeof(with_port));
  const Port port = ntohs(with_port.sin_port);
  return port == 0 ? std::nullopt : std::optional<Port>(port);
}

}  // namespace berth::testing
