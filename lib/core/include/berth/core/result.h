// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace berth {

/// Either the value that was asked for or the reason why there is none.
/// The names are those of `std::expected`, which the project's floor does not have yet.
/// Requires: `Value` and `Error` are different types.
template <class Value, class Error>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: a function says `return value;` or `return error;`.
  constexpr Result(const Value& value) : held_(std::in_place_index<0>, value) {}
  constexpr Result(Value&& value) : held_(std::in_place_index<0>, std::move(value)) {}
  constexpr Result(const Error& error) : held_(std::in_place_index<1>, error) {}
  constexpr Result(Error&& error) : held_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] constexpr bool has_value() const { return held_.index() == 0; }
  explicit constexpr operator bool() const { return has_value(); }

  /// Requires: `has_value()`.
  [[nodiscard]] constexpr const Value& value() const& {
    assert(has_value());
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] constexpr Value&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&held_));
  }
  constexpr const Value& operator*() const& { return value(); }
  constexpr const Value* operator->() const { return &value(); }

  /// Requires: `!has_value()`.
  [[nodiscard]] constexpr const Error& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&held_);
  }

 private:
  std::variant<Value, Error> held_;
};

}  // namespace berth
