// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <berth/core/port_range.h>

namespace berth {

class Members;

/// A place in a document that is being read: a value and its JSON pointer.
///
/// Every reader below either returns what it names or refuses: the reading ends there, with an error that
/// says the place, what was found and what was expected. A cursor must not outlive the call of
/// `read_document` that made it. Thread-compatible.
class Cursor {
 public:
  /// Requires: `value` outlives the cursor.
  Cursor(const nlohmann::ordered_json& value, std::string pointer)
      : value_(&value), pointer_(std::move(pointer)) {}

  /// The JSON pointer of this place; empty for the whole document.
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] const nlohmann::ordered_json& json() const { return *value_; }

  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_text() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_boolean() const;
  [[nodiscard]] bool is_null() const;

  /// A string; a NUL in it is refused.
  [[nodiscard]] std::string text() const;
  /// A string that is not empty.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool boolean() const;
  /// A whole number in that range; `1.0` is not one.
  [[nodiscard]] std::uint64_t unsigned_up_to(std::uint64_t most) const { return unsigned_between(0, most); }
  [[nodiscard]] std::uint64_t unsigned_between(std::uint64_t least, std::uint64_t most) const;
  [[nodiscard]] std::int64_t integer_between(std::int64_t least, std::int64_t most) const;
  /// 0 to 65535.
  [[nodiscard]] Port port() const;
  /// A number of 64 bits as text, `"0x1f"`, so that a reader whose numbers are floats loses nothing.
  [[nodiscard]] std::uint64_t hexadecimal() const;

  /// The place of this text among `names`.
  [[nodiscard]] std::size_t one_of(std::span<const std::string_view> names) const;
  /// The enumerator whose name this text is. Requires: `names` has them in the order of the enumeration.
  template <class Enum, std::size_t kCount>
  [[nodiscard]] Enum one_of(const std::array<std::string_view, kCount>& names) const {
    return static_cast<Enum>(one_of(std::span<const std::string_view>(names)));
  }

  /// The elements of an array of at most `most`.
  [[nodiscard]] std::vector<Cursor> elements(std::size_t most) const;
  /// What `read(element)` makes of each element of an array of at most `most`.
  template <class Read>
  [[nodiscard]] auto list(std::size_t most, Read&& read) const {
    std::vector<std::invoke_result_t<Read&, const Cursor&>> values;
    for (const Cursor& element : elements(most)) values.push_back(read(element));
    return values;
  }
  /// The members of an object whose keys are names that the author chose, at most `most`, in their order.
  [[nodiscard]] std::vector<std::pair<std::string, Cursor>> named_values(std::size_t most) const;

  /// What `read(members)` makes of an object with fixed keys; a key that it does not ask for is refused.
  template <class Read>
  auto object(Read&& read) const;

  /// Ends the reading with an error at this place: `expected` completes the sentence "found this, expected
  /// …".
  [[noreturn]] void refuse(std::string expected) const;
  /// The same, where what was found is better said than shown.
  [[noreturn]] void refuse(std::string found, std::string expected) const;

 private:
  const nlohmann::ordered_json* value_;
  std::string pointer_;
};

/// The members of an object with fixed keys, while it is being read. Made by `Cursor::object`.
/// Thread-compatible.
class Members {
 public:
  /// The value of `key`; refuses when it is missing.
  [[nodiscard]] Cursor required(std::string_view key);
  /// The value of `key`; nothing when it is missing.
  [[nodiscard]] std::optional<Cursor> optional(std::string_view key);
  /// The object itself.
  [[nodiscard]] const Cursor& place() const { return object_; }

 private:
  friend class Cursor;
  explicit Members(const Cursor& object);  // refuses what is not an object
  void refuse_the_others() const;
  [[nodiscard]] std::vector<std::string_view> keys_never_asked_for() const;

  const Cursor& object_;
  std::vector<std::string> asked_;
};

template <class Read>
auto Cursor::object(Read&& read) const {
  Members members(*this);
  if constexpr (std::is_void_v<std::invoke_result_t<Read&, Members&>>) {
    read(members);
    members.refuse_the_others();
  } else {
    auto value = read(members);
    members.refuse_the_others();
    return value;
  }
}

}  // namespace berth
