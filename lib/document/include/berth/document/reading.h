// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <berth/core/result.h>
#include <berth/document/cursor.h>
#include <berth/document/document_error.h>

namespace berth {

/// What a document may ask of its reader.
struct ReadingLimits {
  std::size_t bytes = std::size_t{16} << 20U;
  std::size_t depth = 64;
  std::size_t values = 2'000'000;
};

/// The bytes of a file; an error when it cannot be read or is larger than `limits.bytes`, which is found out
/// without reading it.
[[nodiscard]] Result<std::string, DocumentError> read_text_file(const std::string& path,
                                                                const ReadingLimits& limits = {});

namespace detail {
// Parses `text` and calls `visit` with the whole document; the one place where refusals become errors.
[[nodiscard]] std::optional<DocumentError> visit_document(const std::string& file, std::string_view text,
                                                          const ReadingLimits& limits,
                                                          const std::function<void(const Cursor&)>& visit);
}  // namespace detail

/// What `read(cursor)` makes of a JSON document, or the first error: of its text or of what `read` refuses.
///
/// Strict: a repeated key, text after the document, invalid UTF-8 and NUL bytes are errors. `file` is only
/// named in errors. An error leaves nothing behind but itself.
/// Requires: what `read` returns keeps no cursor.
template <class Read>
[[nodiscard]] auto read_document(const std::string& file, std::string_view text, Read&& read,
                                 const ReadingLimits& limits = {})
    -> Result<std::invoke_result_t<Read&, const Cursor&>, DocumentError> {
  std::optional<std::invoke_result_t<Read&, const Cursor&>> value;
  auto error = detail::visit_document(file, text, limits,
                                      [&](const Cursor& document) { value.emplace(read(document)); });
  if (error) return *std::move(error);
  return *std::move(value);
}

/// The same for a file on disk.
template <class Read>
[[nodiscard]] auto read_document_file(const std::string& path, Read&& read, const ReadingLimits& limits = {})
    -> Result<std::invoke_result_t<Read&, const Cursor&>, DocumentError> {
  auto text = read_text_file(path, limits);
  if (!text) return text.error();
  return read_document(path, *text, std::forward<Read>(read), limits);
}

}  // namespace berth
