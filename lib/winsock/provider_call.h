// SPDX-License-Identifier: MIT
#pragma once

#include <ws2spi.h>

#include <utility>

#include "last_error.h"
#include "operation.h"
#include "upcalls.h"

namespace berth::winsock {

/// A function of the provider that is the one of <winsock2.h> but for its code, which is in `*place`; the
/// last error stays. Without a place it does nothing (SPI-04, SPI-06).
template <class Result, class Function>
Result as_provider(LPINT place, Result failure, Function&& function) {
  if (place == nullptr) return failure;
  const int before = last_error();
  const Result result = std::forward<Function>(function)();
  const int code = last_error();
  set_last_error(before);
  if (result == failure) fail_in(place, code);
  return result;
}

/// The thread in which routines of a call on `s` run, and how the client brings them there; a null thread
/// when `id` names none.
[[nodiscard]] Starter starter_named(SOCKET s, const WSATHREADID* id);

/// While it lives, overlapped calls begin in another name.
class InTheNameOf {
 public:
  explicit InTheNameOf(Starter starter)
      : before_(std::exchange(starter_of_operations(), std::move(starter))) {}
  InTheNameOf(const InTheNameOf&) = delete;
  InTheNameOf& operator=(const InTheNameOf&) = delete;
  ~InTheNameOf() { starter_of_operations() = before_; }

 private:
  const Starter before_;
};

/// The same for a function with a completion routine, which runs in the thread of `id`: WSAEFAULT where that
/// names none. Null: in the calling one (SPI-05).
template <class Function>
int as_provider_with_routine(SOCKET s, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID* id,
                             LPINT place, Function&& function) {
  if (place == nullptr) return SOCKET_ERROR;
  const bool names_a_thread = routine != nullptr && id != nullptr;
  Starter starter = names_a_thread ? starter_named(s, id) : Starter();
  if (names_a_thread && !starter.thread) return fail_in(place, WSAEFAULT);
  const InTheNameOf named(std::move(starter));
  return as_provider(place, SOCKET_ERROR, std::forward<Function>(function));
}

}  // namespace berth::winsock
