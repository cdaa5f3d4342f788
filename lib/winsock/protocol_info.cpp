// SPDX-License-Identifier: MIT
#include "protocol_info.h"

#include <algorithm>
#include <string_view>

namespace berth::winsock {

template <class Info>
Info protocol_of(const OpenHandle& socket) {
  const bool is_tcp = socket.kind == SocketKind::Tcp;
  const bool is_ipv6 = socket.family == Family::Ipv6;
  Info info{};
  info.iVersion = 2;
  info.ProtocolChain.ChainLen = 1;
  info.iAddressFamily = is_ipv6 ? AF_INET6 : AF_INET;
  info.iMaxSockAddr = info.iMinSockAddr = is_ipv6 ? 28 : 16;
  info.iSocketType = is_tcp ? SOCK_STREAM : SOCK_DGRAM;
  info.iProtocol = is_tcp ? IPPROTO_TCP : IPPROTO_UDP;
  std::ranges::copy(std::string_view("MSAFD Tcpip"), info.szProtocol);
  return info;
}

template WSAPROTOCOL_INFOA protocol_of(const OpenHandle& socket);
template WSAPROTOCOL_INFOW protocol_of(const OpenHandle& socket);

}  // namespace berth::winsock
