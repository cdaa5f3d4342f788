// SPDX-License-Identifier: MIT
#include "parser.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <berth/document/nearest_name.h>

#include "objection.h"
#include "pointer.h"

namespace berth::detail {
namespace {

[[noreturn]] void object_to(std::string place, std::string found, std::string expected) {
  throw Objection(
      {.file = "", .place = std::move(place), .found = std::move(found), .expected = std::move(expected)});
}

// Line and column, counted from 1, of the byte at `offset`; columns are bytes.
std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// The readable part of "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while
// parsing value - invalid literal; last read: 'x'; expected '['".
std::string complaint_in(std::string_view what) {
  if (const auto bracket = what.find("] "); bracket != std::string_view::npos)
    what.remove_prefix(bracket + 2);
  if (const auto dash = what.find(" - "); dash != std::string_view::npos) what.remove_prefix(dash + 3);
  for (const std::string_view end : {"; last read:", "; expected ", " parsing '"})
    what = what.substr(0, what.find(end));
  return std::string(what);
}

/// Builds the value from the events of a parser that keeps no stack of its own; every limit is checked before
/// anything is built.
class Builder {
 public:
  Builder(std::string_view text, const ReadingLimits& limits) : text_(text), limits_(limits) {}
  [[nodiscard]] Json take() { return std::move(root_); }

  // The names are those of nlohmann's SAX interface.
  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(std::int64_t value) { return add(Json(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Json(value)); }
  bool number_float(double value, const std::string&) { return add(Json(value)); }
  bool string(std::string& value) { return add(Json(std::move(value))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name);
  [[noreturn]] bool parse_error(std::size_t bytes_read, const std::string& token,
                                const Json::exception& error);

 private:
  struct Level {
    Json* container;
    std::string key = {};  // of the member that comes next
    std::unordered_set<std::string> keys = {};
  };

  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json container);
  bool close() {
    levels_.pop_back();
    return true;
  }
  Json& place(Json value);
  [[nodiscard]] std::string pointer() const;

  std::string_view text_;
  const ReadingLimits& limits_;
  Json root_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
};

bool Builder::key(std::string& name) {
  Level& level = levels_.back();
  level.key = name;
  if (!level.keys.insert(std::move(name)).second)
    object_to(pointer(), "the key " + in_quotes(level.key) + " a second time", "each key once");
  return true;
}

bool Builder::open(Json container) {
  if (levels_.size() == limits_.depth)
    object_to(pointer(), "more levels", "at most " + std::to_string(limits_.depth) + " levels of nesting");
  Json& placed = place(std::move(container));
  levels_.push_back({.container = &placed});
  return true;
}

Json& Builder::place(Json value) {
  if (++values_ > limits_.values)
    object_to(pointer(), "more values", "at most " + std::to_string(limits_.values) + " values");
  if (levels_.empty()) return root_ = std::move(value);
  Json& container = *levels_.back().container;
  if (container.is_array()) return container.get_ref<Json::array_t&>().emplace_back(std::move(value));
  // Not `container[key]`, which would look through all members for the key.
  auto& members = static_cast<Json::object_t::Container&>(container.get_ref<Json::object_t&>());
  return members.emplace_back(levels_.back().key, std::move(value)).second;
}

std::string Builder::pointer() const {
  std::string pointer;
  for (const Level& level : levels_) {
    if (!level.container->is_array()) {
      pointer = pointer_to(pointer, level.key);
      continue;
    }
    // The value that is being read is not there yet; the container on the way to a deeper one is.
    const bool is_last = &level == &levels_.back();
    pointer += '/';
    pointer += std::to_string(level.container->size() - (is_last ? 0 : 1));
  }
  return pointer;
}

bool Builder::parse_error(std::size_t bytes_read, const std::string&, const Json::exception& error) {
  const std::size_t offset = std::min(bytes_read == 0 ? 0 : bytes_read - 1, text_.size());
  object_to(place_of(text_, offset), complaint_in(error.what()), "JSON");
}

}  // namespace

Json parsed(std::string_view text, const ReadingLimits& limits) {
  if (text.size() > limits.bytes)
    object_to("", std::to_string(text.size()) + " bytes",
              "at most " + std::to_string(limits.bytes) + " bytes");
  // The parser would take a NUL for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    object_to(place_of(text, nul), "a NUL byte", "JSON");
  Builder builder(text, limits);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace berth::detail
