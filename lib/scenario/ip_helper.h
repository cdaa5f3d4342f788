// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <iphlpapi.h>

#include <array>

namespace berth::scenario {

/// The persistent functions of one transport. Pointers, so that a native build can ask a library for them
/// that an older Windows does not have.
struct IpHelperFunctions {
  ULONG(WINAPI* create)(USHORT, USHORT, PULONG64) = nullptr;
  ULONG(WINAPI* look_up)(USHORT, USHORT, PULONG64) = nullptr;
  ULONG(WINAPI* remove)(USHORT, USHORT) = nullptr;
};
/// By transport.
using IpHelper = std::array<IpHelperFunctions, 2>;

[[nodiscard]] IpHelper find_ip_helper();
/// True when every function is there.
[[nodiscard]] bool has_persistent_functions(const IpHelper& found);

}  // namespace berth::scenario
