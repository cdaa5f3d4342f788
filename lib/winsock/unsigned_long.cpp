// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "memory_probe.h"

// A call has written a DWORD to the address of an unsigned long, or nothing. What a Windows program sees
// in those 32 bits is then the whole of its variable.
void berth_keep_low_dword(unsigned long* value) {
  berth::winsock::MemoryProbe probe;
  const auto low = probe.read<DWORD>(value);
  if (low) static_cast<void>(probe.write(value, static_cast<unsigned long>(*low)));
}
