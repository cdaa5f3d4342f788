// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace berth::winsock {

// Ports and IPv4 addresses between host and network byte order. Each is its own inverse.

constexpr std::uint16_t network_order(std::uint16_t value) noexcept {
  return std::endian::native == std::endian::big ? value : __builtin_bswap16(value);
}

constexpr std::uint32_t network_order(std::uint32_t value) noexcept {
  return std::endian::native == std::endian::big ? value : __builtin_bswap32(value);
}

}  // namespace berth::winsock
