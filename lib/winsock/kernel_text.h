// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::winsock {

/// The text at `text` as UTF-8, cut after `most` characters; nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const char* text, std::size_t most);
[[nodiscard]] std::optional<std::string> read_text(const wchar_t* text, std::size_t most);

/// UTF-8 and Linux' wide characters, which are code points. What is no character becomes U+FFFD, and
/// `is_exact`, where it is given, false.
[[nodiscard]] std::wstring widened(std::string_view text, bool* is_exact = nullptr);
[[nodiscard]] std::string narrowed(std::wstring_view text, bool* is_exact = nullptr);

}  // namespace berth::winsock
