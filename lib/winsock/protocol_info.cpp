// SPDX-License-Identifier: MIT
#include "protocol_info.h"

#include <algorithm>
#include <array>

namespace berth::winsock {
namespace {

int list(WSAPROTOCOL_INFOA* place, DWORD& size) { return WSAEnumProtocolsA(nullptr, place, &size); }
int list(WSAPROTOCOL_INFOW* place, DWORD& size) { return WSAEnumProtocolsW(nullptr, place, &size); }

}  // namespace

template <class Info>
Info protocol_of(const OpenHandle& socket) {
  std::array<Info, 8> all{};
  DWORD size = sizeof(all);
  const int count = list(all.data(), size);
  const int family = socket.family == Family::Ipv6 ? AF_INET6 : AF_INET;
  const int protocol = socket.kind == SocketKind::Tcp ? IPPROTO_TCP : IPPROTO_UDP;
  const auto* found = std::find_if(all.data(), all.data() + std::max(count, 0), [&](const Info& info) {
    return info.iAddressFamily == family && info.iProtocol == protocol;
  });
  return found == all.data() + std::max(count, 0) ? Info{} : *found;
}

template WSAPROTOCOL_INFOA protocol_of(const OpenHandle& socket);
template WSAPROTOCOL_INFOW protocol_of(const OpenHandle& socket);

}  // namespace berth::winsock
