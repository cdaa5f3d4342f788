// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>

#include "call.h"
#include "last_error.h"
#include "posix_address_text.h"
#include "program_text.h"
#include "scoped_names.h"

namespace berth::winsock {
namespace {

bool is_of_family(const ScopedAddress& address, INT family) {
  return family == (address.address.family == Family::Ipv4 ? AF_INET : AF_INET6);
}

template <class Char>
INT string_to_address(const Char* text, INT family, sockaddr* name, INT* length) {
  Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  MemoryProbe memory;
  const auto room = memory.read<INT>(length);
  if (!room || !memory.is_writable(length, sizeof(INT))) return fail_with(WSAEFAULT);
  if (family != AF_INET && family != AF_INET6) return fail_with(WSAEINVAL);
  const auto said = read_text(memory, text);
  if (!said) return fail_with(WSAEFAULT);
  const auto address = read_numeric_endpoint(*said);
  if (!address || !is_of_family(*address, family)) return fail_with(WSAEINVAL);
  SOCKADDR_STORAGE storage{};
  const INT size = put_name(*address, storage);
  static_cast<void>(memory.write(length, size));
  if (*room < size || !memory.is_writable(name, static_cast<std::size_t>(size))) return fail_with(WSAEFAULT);
  std::memcpy(static_cast<void*>(name), &storage, static_cast<std::size_t>(size));
  return 0;
}

template <class Char>
INT address_to_string(const sockaddr* name, DWORD size, Char* text, DWORD* length) {
  Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  MemoryProbe memory;
  const auto room = memory.read<DWORD>(length);
  if (!room || !memory.is_writable(length, sizeof(DWORD))) return fail_with(WSAEFAULT);
  const bool can_be_read = memory.is_readable(name, sizeof(ADDRESS_FAMILY));
  const auto [code, address] = read_scoped_name(memory, name, size);
  if (code != 0) return fail_with(can_be_read ? WSAEINVAL : WSAEFAULT);
  const std::string written = numeric_endpoint(address);
  const DWORD needed = static_cast<DWORD>(written.size()) + 1;
  static_cast<void>(memory.write(length, needed));
  if (*room < needed || !write_text(memory, text, written)) return fail_with(WSAEFAULT);
  return 0;
}

}  // namespace
}  // namespace berth::winsock

INT WSAStringToAddressA(LPSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOA, LPSOCKADDR lpAddress,
                        LPINT lpAddressLength) {
  return berth::winsock::string_to_address<char>(AddressString, AddressFamily, lpAddress, lpAddressLength);
}

INT WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOW, LPSOCKADDR lpAddress,
                        LPINT lpAddressLength) {
  return berth::winsock::string_to_address<wchar_t>(AddressString, AddressFamily, lpAddress, lpAddressLength);
}

INT WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOA,
                        LPSTR lpszAddressString, LPDWORD lpdwAddressStringLength) {
  return berth::winsock::address_to_string(lpsaAddress, dwAddressLength, lpszAddressString,
                                           lpdwAddressStringLength);
}

INT WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOW,
                        LPWSTR lpszAddressString, LPDWORD lpdwAddressStringLength) {
  return berth::winsock::address_to_string(lpsaAddress, dwAddressLength, lpszAddressString,
                                           lpdwAddressStringLength);
}

// Needs no WSAStartup, like inet_pton and inet_ntop, whose answers they are.

INT InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf) {
  using namespace berth::winsock;
  const bool is_known = Family == AF_INET || Family == AF_INET6;
  MemoryProbe memory;
  const auto text = read_text(memory, pszAddrString);
  return inet_pton(Family, is_known && !text ? nullptr : text.value_or("").c_str(), pAddrBuf);
}

PCWSTR InetNtopW(INT Family, const VOID* pAddr, PWSTR pStringBuf, size_t StringBufSize) {
  using namespace berth::winsock;
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(Family, pAddr, text, StringBufSize < sizeof(text) ? StringBufSize : sizeof(text)) == nullptr)
    return nullptr;
  MemoryProbe memory;
  if (write_text(memory, pStringBuf, text)) return pStringBuf;
  fail_with(ERROR_INVALID_PARAMETER);
  return nullptr;
}
