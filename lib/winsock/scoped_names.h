// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <optional>

#include "memory_probe.h"
#include "resolver.h"

namespace berth::winsock {

// Addresses with their zones as Windows' structures, and back. Names of sockets are in socket_names.h.

/// As a program says it: SOCKADDR_IN or SOCKADDR_IN6. Returns the size.
int put_name(const ScopedAddress& address, SOCKADDR_STORAGE& name);

/// What stands at `name`; the code to fail with when it cannot be read, is too short or of another family.
struct NameRead {
  int code = 0;
  ScopedAddress address;
};
[[nodiscard]] NameRead read_scoped_name(MemoryProbe& memory, const sockaddr* name, std::size_t length);

}  // namespace berth::winsock
