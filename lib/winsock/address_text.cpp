// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "last_error.h"
#include "memory_probe.h"
#include "posix_address_text.h"

using berth::winsock::AddressKind;
using berth::winsock::MemoryProbe;

namespace {

std::optional<AddressKind> kind_of(INT family) {
  if (family == AF_INET) return AddressKind::IPv4;
  if (family == AF_INET6) return AddressKind::IPv6;
  return std::nullopt;
}

// More than any address needs; a longer text is none.
constexpr std::size_t kTextLimit = 256;

using AddressBytes = std::array<std::byte, 16>;

INT fail_address(int code) {
  berth::winsock::forget_refusal();
  return berth::winsock::fail_with(code);
}

PCSTR refuse_text(int code) {
  fail_address(code);
  return nullptr;
}

}  // namespace

const IN6_ADDR in6addr_any = IN6ADDR_ANY_INIT;
const IN6_ADDR in6addr_loopback = IN6ADDR_LOOPBACK_INIT;

u_long inet_addr(const char* cp) {
  const auto length = MemoryProbe().text_length(cp, kTextLimit);
  if (!length || *length == kTextLimit) {
    return INADDR_NONE;
  }
  if (std::string_view(cp, *length) == " ") {
    return INADDR_ANY;
  }
  u_long address = INADDR_NONE;
  return berth::winsock::read_loose_ipv4_address(cp, &address) ? address : INADDR_NONE;
}

INT inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) {
  const auto kind = kind_of(Family);
  if (!kind) {
    return fail_address(WSAEAFNOSUPPORT);
  }
  MemoryProbe probe;
  const auto length = probe.text_length(pszAddrString, kTextLimit);
  if (!length || !probe.is_writable(pAddrBuf, size_of(*kind))) {
    return fail_address(WSAEFAULT);
  }
  AddressBytes address;
  if (*length == kTextLimit || !berth::winsock::read_address(*kind, pszAddrString, address.data())) {
    return 0;
  }
  std::memcpy(pAddrBuf, address.data(), size_of(*kind));
  return 1;
}

PCSTR inet_ntop(INT Family, const VOID* pAddr, PSTR pStringBuf, size_t StringBufSize) {
  const auto kind = kind_of(Family);
  if (!kind) {
    return refuse_text(WSAEAFNOSUPPORT);
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  MemoryProbe probe;
  if (!probe.is_readable(pAddr, size_of(*kind)) ||
      !berth::winsock::write_address(*kind, pAddr, text.data(), std::min(StringBufSize, text.size()))) {
    return refuse_text(ERROR_INVALID_PARAMETER);
  }
  const std::size_t size = std::strlen(text.data()) + 1;
  if (!probe.is_writable(pStringBuf, size)) {
    return refuse_text(ERROR_INVALID_PARAMETER);
  }
  std::memcpy(pStringBuf, text.data(), size);
  return pStringBuf;
}
