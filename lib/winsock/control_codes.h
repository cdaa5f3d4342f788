// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <cstdint>
#include <optional>

#include "memory_probe.h"
#include "use.h"

namespace berth::winsock {

/// A control code that is carried out, with what the program gave for it. The count pointer, the socket and
/// the overlapped structure have been looked at; everything else is the code's own to check.
struct ControlCall {
  Use& use;  ///< its `call().has_socket()` returned true
  MemoryProbe& memory;
  DWORD code = 0;
  const void* input = nullptr;
  DWORD input_size = 0;
  void* output = nullptr;
  DWORD output_size = 0;
  bool overlapped = false;  ///< the call has an OVERLAPPED that counts
};

/// The structure that the program gave; nothing when it is shorter or cannot be read.
template <class Input>
[[nodiscard]] std::optional<Input> input_of(const ControlCall& call) {
  if (call.input_size < sizeof(Input)) return std::nullopt;
  return call.memory.read<Input>(call.input);
}

/// How it ended. What an event, a routine or a completion port tells is made of it.
struct ControlEnd {
  int code = 0;                        ///< of Winsock; 0: success
  std::optional<DWORD> count = 0;      ///< what stays in *lpcbBytesReturned; nothing: what was there
  DWORD told = 0;                      ///< the number of bytes that a completion tells
  std::optional<std::int32_t> status;  ///< of a failure that pends, where it is not the one of `code`
  /// An overlapped call tells its end, whatever it is, by completion alone: it returns WSA_IO_PENDING and
  /// leaves the count as it was (A3, A9, A13). A synchronous call does not look at it.
  bool pends = false;
  /// False: an overlapped call that fails at once leaves its OVERLAPPED as it was (A13, A15). True: it
  /// leaves STATUS_PENDING in it (A10).
  bool touches_overlapped = true;

  /// `bytes` were written; a completion tells `told`.
  static ControlEnd success(DWORD bytes = 0, DWORD told = 0) {
    ControlEnd end;
    end.count = bytes;
    end.told = told;
    return end;
  }
  static ControlEnd failure(int code, std::optional<DWORD> count = 0) {
    ControlEnd end;
    end.code = code;
    end.count = count;
    return end;
  }
  /// A failure that leaves the count as it was.
  static ControlEnd failure_untouched(int code) { return failure(code, std::nullopt); }
  /// The same end, told by completion alone when the call is overlapped.
  [[nodiscard]] ControlEnd pending() const {
    ControlEnd end = *this;
    end.pends = true;
    return end;
  }
  /// The same end, which leaves the OVERLAPPED as it was.
  [[nodiscard]] ControlEnd leaving_overlapped() const {
    ControlEnd end = *this;
    end.touches_overlapped = false;
    return end;
  }
};

/// One row of the table of control codes, but for those that reserve ports. A code that fails with a rule
/// sets the last error by it and takes that one: `use.fail(rule); return ControlEnd::failure(last_error());`
struct ControlCode {
  DWORD code;
  ControlEnd (*run)(const ControlCall& call);
};

/// The row of `code`; null when the code is unknown. The table is in control_codes.cpp.
[[nodiscard]] const ControlCode* find_control_code(DWORD code);

}  // namespace berth::winsock
