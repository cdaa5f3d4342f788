// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace berth::winsock {

// libc's readers and writers of addresses, for files that include <winsock2.h> and so cannot have its
// declarations. Addresses are 4 or 16 bytes in network byte order.

enum class AddressKind : std::uint8_t { IPv4, IPv6 };

constexpr std::size_t size_of(AddressKind kind) { return kind == AddressKind::IPv4 ? 4 : 16; }

/// Four decimal numbers, or an IPv6 address without a scope. False, with nothing written, for anything else.
bool read_address(AddressKind kind, const char* text, void* address) noexcept;

/// One to four numbers, decimal, octal or hexadecimal, up to the first space.
bool read_loose_ipv4_address(const char* text, void* address) noexcept;

/// False where `text` has no room for the address and its terminating zero.
bool write_address(AddressKind kind, const void* address, char* text, std::size_t room) noexcept;

}  // namespace berth::winsock
