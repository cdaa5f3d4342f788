// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "memory_probe.h"

namespace berth::winsock {

// Texts of a program, in char or in wchar_t, at places that may be bad. Names of hosts and services and
// addresses are ASCII: any other character is read as '?', which stands in none of them.

/// More than the longest host name; a longer text is read up to here, and is none.
inline constexpr std::size_t kNameLimit = 1100;

/// What stands at `text`; nothing where it cannot be read.
inline std::optional<std::string> read_text(MemoryProbe& memory, const char* text) {
  const auto length = memory.text_length(text, kNameLimit);
  if (!length) return std::nullopt;
  return std::string(text, *length);
}

inline std::optional<std::string> read_text(MemoryProbe& memory, const wchar_t* text) {
  std::string read;
  const auto at = reinterpret_cast<std::uintptr_t>(text);
  for (std::size_t i = 0; i < kNameLimit; ++i) {
    const auto character = memory.read<wchar_t>(reinterpret_cast<const void*>(at + i * sizeof(wchar_t)));
    if (!character) return std::nullopt;
    if (*character == L'\0') break;
    read += *character > L'\0' && *character < wchar_t{0x80} ? static_cast<char>(*character) : '?';
  }
  return read;
}

/// An ASCII text as a program reads it, with the terminating zero.
template <class Char>
std::basic_string<Char> spelled(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Writes a text and its terminating zero. False, with nothing written, where it cannot be. Requires: the
/// program says that there is room.
template <class Char>
[[nodiscard]] bool write_text(MemoryProbe& memory, Char* place, std::string_view text) {
  const auto characters = spelled<Char>(text);
  const std::size_t size = (characters.size() + 1) * sizeof(Char);
  if (!memory.is_writable(place, size)) return false;
  std::memcpy(static_cast<void*>(place), characters.c_str(), size);
  return true;
}

/// Whether two names are the same but for the case of their letters.
inline bool is_same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace berth::winsock
