// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "call.h"
#include "last_error.h"
#include "memory_probe.h"
#include "program_text.h"

namespace berth::winsock {
namespace {

struct Protocol {
  const char* name;
  int family;
  int type;
  int number;
  int size_of_name;
  DWORD services;
  DWORD message_size;  // 0 for a stream
  DWORD catalog_entry;
  GUID provider;
};

constexpr DWORD kStream = XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE |
                          XP1_EXPEDITED_DATA | XP1_IFS_HANDLES;
constexpr DWORD kDatagram = XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST |
                            XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES;
constexpr GUID kIpv4 = {0xe70f1aa0, 0xab8b, 0x11cf, {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}};
constexpr GUID kIpv6 = {0xf9eab0c0, 0x26d4, 0x11d0, {0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4}};
constexpr DWORD kLongestDatagram = 65467;

constexpr Protocol kCatalog[] = {
    {"MSAFD Tcpip [TCP/IP]", AF_INET, SOCK_STREAM, IPPROTO_TCP, sizeof(SOCKADDR_IN), kStream, 0, 1001, kIpv4},
    {"MSAFD Tcpip [UDP/IP]", AF_INET, SOCK_DGRAM, IPPROTO_UDP, sizeof(SOCKADDR_IN), kDatagram,
     kLongestDatagram, 1002, kIpv4},
    {"MSAFD Tcpip [TCP/IPv6]", AF_INET6, SOCK_STREAM, IPPROTO_TCP, sizeof(SOCKADDR_IN6), kStream, 0, 1003,
     kIpv6},
    {"MSAFD Tcpip [UDP/IPv6]", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, sizeof(SOCKADDR_IN6), kDatagram,
     kLongestDatagram, 1004, kIpv6},
};

template <class Info>
Info described(const Protocol& protocol) {
  Info info{};
  info.dwServiceFlags1 = protocol.services;
  info.dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO;
  info.ProviderId = protocol.provider;
  info.dwCatalogEntryId = protocol.catalog_entry;
  info.ProtocolChain.ChainLen = BASE_PROTOCOL;
  info.iVersion = 2;
  info.iAddressFamily = protocol.family;
  info.iMaxSockAddr = protocol.size_of_name;
  info.iMinSockAddr = protocol.size_of_name;
  info.iSocketType = protocol.type;
  info.iProtocol = protocol.number;
  info.iNetworkByteOrder = BIGENDIAN;
  info.iSecurityScheme = SECURITY_PROTOCOL_NONE;
  info.dwMessageSize = protocol.message_size;
  std::ranges::copy(std::string_view(protocol.name), info.szProtocol);
  return info;
}

// The numbers that a program lists, up to a 0; nothing when the list cannot be read. NULL asks for all.
std::optional<std::vector<int>> read_numbers(MemoryProbe& memory, const INT* list) {
  std::vector<int> numbers;
  for (std::size_t at = 0; list != nullptr && at < 256; ++at) {
    const auto number = memory.read<INT>(list + at);
    if (!number) return std::nullopt;
    if (*number == 0) break;
    numbers.push_back(*number);
  }
  return numbers;
}

template <class Info>
int list_protocols(const INT* list, Info* buffer, DWORD* length) {
  Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  MemoryProbe memory;
  const auto numbers = read_numbers(memory, list);
  const auto room = memory.read<DWORD>(length);
  if (!numbers || !room || !memory.is_writable(length, sizeof(DWORD))) return fail_with(WSAEFAULT);
  std::vector<Info> found;
  for (const Protocol& protocol : kCatalog)
    if (list == nullptr || std::ranges::find(*numbers, protocol.number) != numbers->end())
      found.push_back(described<Info>(protocol));
  const std::size_t size = found.size() * sizeof(Info);
  static_cast<void>(memory.write(length, static_cast<DWORD>(size)));
  if (*room < size) return fail_with(WSAENOBUFS);
  if (!memory.is_writable(buffer, size)) return fail_with(WSAEFAULT);
  if (size != 0) std::memcpy(static_cast<void*>(buffer), found.data(), size);
  return static_cast<int>(found.size());
}

}  // namespace
}  // namespace berth::winsock

int WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer, LPDWORD lpdwBufferLength) {
  return berth::winsock::list_protocols(lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}

int WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer, LPDWORD lpdwBufferLength) {
  return berth::winsock::list_protocols(lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}
