// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <berth/core/address.h>

namespace berth::winsock {

// The adapters of the emulated computer, by the numbers under which every function tells of them.
constexpr ULONG kLoopbackAdapter = 1;
constexpr ULONG kEthernetAdapter = 2;

/// The number of the adapter that has an address of this machine.
[[nodiscard]] constexpr ULONG adapter_with(const Address& address) {
  return address.is_loopback() ? kLoopbackAdapter : kEthernetAdapter;
}

}  // namespace berth::winsock
