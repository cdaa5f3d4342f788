// SPDX-License-Identifier: MIT
#pragma once

#include <windows.h>

#include <cstdint>
#include <memory>
#include <string>

#include <berth/core/result.h>

#include "handle_table.h"
#include "last_error.h"
#include "memory_probe.h"
#include "objects.h"

namespace berth::winsock {

inline std::uintptr_t value_of(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }
inline HANDLE handle_of(std::uintptr_t value) { return reinterpret_cast<HANDLE>(value); }
inline bool is_socket(HANDLE handle) { return HandleTable::of_program().find(value_of(handle)).has_value(); }

/// Makes `code` the last error and returns FALSE: `return refuse(ERROR_INVALID_HANDLE);`
inline BOOL refuse(long code) {
  set_last_error(static_cast<int>(code));
  return FALSE;
}

/// The same for a function that returns a handle.
inline HANDLE refuse_handle(long code) {
  refuse(code);
  return nullptr;
}

inline Timeout timeout_of(DWORD milliseconds) {
  if (milliseconds == INFINITE) return std::nullopt;
  return std::chrono::milliseconds(milliseconds);
}

/// What `handle` stands for, the handles of GetCurrentProcess and GetCurrentThread among them; null when it
/// is none, or a socket's.
[[nodiscard]] std::shared_ptr<KernelObject> object_of(HANDLE handle);

/// The same, of one kind.
template <class Object>
[[nodiscard]] std::shared_ptr<Object> object_of_kind(HANDLE handle) {
  return std::dynamic_pointer_cast<Object>(object_of(handle));
}

/// A handle for `object`, which a child process inherits if `attributes` say so. Null, with last error
/// ERROR_NOACCESS, where they are bad.
HANDLE new_handle(std::shared_ptr<KernelObject> object, const SECURITY_ATTRIBUTES* attributes);

/// Writes `value` unless `place` is null. False, with last error ERROR_NOACCESS, where it cannot be.
template <class Value>
[[nodiscard]] bool write_if_wanted(Value* place, const Value& value) {
  MemoryProbe memory;
  return place == nullptr || memory.write(place, value) || refuse(ERROR_NOACCESS) != FALSE;
}

/// False, with last error ERROR_NOACCESS, where `place` is neither null nor can be written.
template <class Value>
[[nodiscard]] bool can_be_written_if_wanted(Value* place) {
  MemoryProbe memory;
  return place == nullptr || memory.is_writable(place, sizeof(Value)) || refuse(ERROR_NOACCESS) != FALSE;
}

}  // namespace berth::winsock
