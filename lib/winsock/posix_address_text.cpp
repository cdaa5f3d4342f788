// SPDX-License-Identifier: MIT
#include "posix_address_text.h"

#include <arpa/inet.h>

namespace berth::winsock {
namespace {

int posix_family(AddressKind kind) { return kind == AddressKind::IPv4 ? AF_INET : AF_INET6; }

}  // namespace

bool read_address(AddressKind kind, const char* text, void* address) noexcept {
  return inet_pton(posix_family(kind), text, address) == 1;
}

bool read_loose_ipv4_address(const char* text, void* address) noexcept {
  return inet_aton(text, static_cast<in_addr*>(address)) == 1;
}

bool write_address(AddressKind kind, const void* address, char* text, std::size_t room) noexcept {
  return inet_ntop(posix_family(kind), address, text, static_cast<socklen_t>(room)) != nullptr;
}

}  // namespace berth::winsock
