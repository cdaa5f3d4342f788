// SPDX-License-Identifier: MIT
#include "kernel_text.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "memory_probe.h"

namespace berth::winsock {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

constexpr bool is_character(std::uint32_t code) {
  return code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
}

constexpr bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

// How many bytes a character has that begins with this one; 0 where none does.
constexpr std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

struct Decoded {
  std::uint32_t code = kReplacement;
  std::size_t size = 1;
  bool is_good = false;
};

// The character that `text`, which is not empty, begins with.
Decoded decoded(std::string_view text) {
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = length_of(first);
  if (size == 0 || size > text.size()) return {};
  if (size == 1) return {.code = first, .size = 1, .is_good = true};
  std::uint32_t code = first & (0xffU >> (size + 1));
  for (const char byte : text.substr(1, size - 1)) {
    if (!continues(byte)) return {};
    code = code << 6U | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  if (code < kLeast[size] || !is_character(code)) return {};
  return {.code = code, .size = size, .is_good = true};
}

void append(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0U | code >> 6U);
  } else if (code < 0x10000) {
    put(0xe0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3fU));
  } else {
    put(0xf0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3fU));
    put(0x80U | (code >> 6U & 0x3fU));
  }
  put(0x80U | (code & 0x3fU));
}

}  // namespace

std::optional<std::string> read_text(const char* text, std::size_t most) {
  MemoryProbe memory;
  const auto length = memory.text_length(text, most);
  if (!length) return std::nullopt;
  return std::string(text, *length);
}

std::optional<std::string> read_text(const wchar_t* text, std::size_t most) {
  MemoryProbe memory;
  std::wstring wide;
  while (wide.size() < most) {
    const auto character = memory.read<wchar_t>(text + wide.size());
    if (!character) return std::nullopt;
    if (*character == L'\0') break;
    wide.push_back(*character);
  }
  return narrowed(wide);
}

std::wstring widened(std::string_view text, bool* is_exact) {
  std::wstring wide;
  bool is_good = true;
  while (!text.empty()) {
    const Decoded next = decoded(text);
    wide.push_back(static_cast<wchar_t>(next.code));
    is_good = is_good && next.is_good;
    text.remove_prefix(next.size);
  }
  if (is_exact != nullptr) *is_exact = is_good;
  return wide;
}

std::string narrowed(std::wstring_view text, bool* is_exact) {
  std::string narrow;
  bool is_good = true;
  for (const wchar_t character : text) {
    const auto code = static_cast<std::uint32_t>(static_cast<std::make_unsigned_t<wchar_t>>(character));
    is_good = is_good && is_character(code);
    append(narrow, is_character(code) ? code : kReplacement);
  }
  if (is_exact != nullptr) *is_exact = is_good;
  return narrow;
}

}  // namespace berth::winsock
