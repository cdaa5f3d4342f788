// SPDX-License-Identifier: MIT
#include <berth/document/reading.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "objection.h"
#include "parser.h"

namespace berth {
namespace {

DocumentError unreadable(const std::string& path, const std::string& reason) {
  return {.file = path, .place = "", .found = reason, .expected = "a file that can be read"};
}

DocumentError too_large(const std::string& path, const std::string& size, std::size_t limit) {
  return {
      .file = path, .place = "", .found = size, .expected = "at most " + std::to_string(limit) + " bytes"};
}

// What is not a regular file (a pipe) has no size to look at, and a regular one may grow: never more than
// this.
std::string read_up_to(std::istream& file, std::size_t most) {
  std::string text;
  char piece[65536];
  while (text.size() < most && file) {
    file.read(piece, static_cast<std::streamsize>(std::min(sizeof piece, most - text.size())));
    text.append(piece, static_cast<std::size_t>(file.gcount()));
  }
  return text;
}

}  // namespace

Result<std::string, DocumentError> read_text_file(const std::string& path, const ReadingLimits& limits) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return unreadable(path, error ? error.message() : "no file");
  if (std::filesystem::is_directory(status)) return unreadable(path, "a folder");
  if (std::filesystem::is_regular_file(status)) {
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > limits.bytes) return too_large(path, std::to_string(size) + " bytes", limits.bytes);
  }

  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(path, std::generic_category().message(errno));
  std::string text = read_up_to(file, limits.bytes + 1);
  if (file.bad()) return unreadable(path, "a failure while it was read");
  if (text.size() > limits.bytes) return too_large(path, "more", limits.bytes);
  return text;
}

std::optional<DocumentError> detail::visit_document(const std::string& file, std::string_view text,
                                                    const ReadingLimits& limits,
                                                    const std::function<void(const Cursor&)>& visit) {
  try {
    const Json document = parsed(text, limits);
    visit(Cursor(document, ""));
    return std::nullopt;
  } catch (const Objection& objection) {
    DocumentError error = objection.error();
    error.file = file;
    return error;
  }
}

}  // namespace berth
