// SPDX-License-Identifier: MIT
#include <berth/document/cursor.h>

#include <algorithm>
#include <charconv>

#include <berth/document/json.h>
#include <berth/document/nearest_name.h>

#include "objection.h"
#include "pointer.h"

namespace berth {
namespace {

std::string description_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: return value.empty() ? "an empty object" : "an object";
    case Json::value_t::array: return value.empty() ? "an empty array" : "an array";
    case Json::value_t::string: return "the text " + in_quotes(value.get_ref<const std::string&>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float: return "the number " + line_of(value);
    default: return line_of(value);
  }
}

std::string range_text(const std::string& least, const std::string& most) {
  return "a whole number, " + least + " to " + most;
}

}  // namespace

bool Cursor::is_object() const { return value_->is_object(); }
bool Cursor::is_array() const { return value_->is_array(); }
bool Cursor::is_text() const { return value_->is_string(); }
bool Cursor::is_number() const { return value_->is_number(); }
bool Cursor::is_boolean() const { return value_->is_boolean(); }
bool Cursor::is_null() const { return value_->is_null(); }

std::string Cursor::text() const {
  if (!is_text()) refuse("text");
  const auto& text = value_->get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) refuse("text without NUL");
  return text;
}

std::string Cursor::name() const {
  if (!is_text() || value_->get_ref<const std::string&>().empty()) refuse("a name");
  return text();
}

bool Cursor::boolean() const {
  if (!is_boolean()) refuse("true or false");
  return value_->get<bool>();
}

std::uint64_t Cursor::unsigned_between(std::uint64_t least, std::uint64_t most) const {
  const bool fits = value_->is_number_unsigned() && value_->get<std::uint64_t>() >= least &&
                    value_->get<std::uint64_t>() <= most;
  if (!fits) refuse(range_text(std::to_string(least), std::to_string(most)));
  return value_->get<std::uint64_t>();
}

std::int64_t Cursor::integer_between(std::int64_t least, std::int64_t most) const {
  const bool representable =
      value_->is_number_integer() &&
      (!value_->is_number_unsigned() || std::in_range<std::int64_t>(value_->get<std::uint64_t>()));
  if (!representable || value_->get<std::int64_t>() < least || value_->get<std::int64_t>() > most)
    refuse(range_text(std::to_string(least), std::to_string(most)));
  return value_->get<std::int64_t>();
}

Port Cursor::port() const {
  const bool fits = value_->is_number_unsigned() && value_->get<std::uint64_t>() <= kLastPort;
  if (!fits) refuse("a port, 0 to 65535");
  return value_->get<Port>();
}

std::uint64_t Cursor::hexadecimal() const {
  constexpr std::string_view kExpected = R"(a number of up to 64 bits such as "0x1f")";
  if (!is_text()) refuse(std::string(kExpected));
  const std::string_view text = value_->get_ref<const std::string&>();
  if (!text.starts_with("0x")) refuse(std::string(kExpected));
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + 2, end, number, 16);
  if (error != std::errc() || stopped != end) refuse(std::string(kExpected));
  return number;
}

std::size_t Cursor::one_of(std::span<const std::string_view> names) const {
  const std::vector<std::string_view> known(names.begin(), names.end());
  if (!is_text()) refuse(one_of_these("", known));
  const std::string_view text = value_->get_ref<const std::string&>();
  const auto found = std::ranges::find(known, text);
  if (found == known.end()) refuse(one_of_these(text, known));
  return static_cast<std::size_t>(found - known.begin());
}

std::vector<Cursor> Cursor::elements(std::size_t most) const {
  if (!is_array()) refuse("an array");
  if (value_->size() > most)
    refuse("an array of " + std::to_string(value_->size()), "at most " + std::to_string(most) + " elements");
  std::vector<Cursor> elements;
  elements.reserve(value_->size());
  for (const Json& element : *value_)
    elements.emplace_back(element, pointer_ + '/' + std::to_string(elements.size()));
  return elements;
}

std::vector<std::pair<std::string, Cursor>> Cursor::named_values(std::size_t most) const {
  if (!is_object()) refuse("an object");
  if (value_->size() > most)
    refuse("an object of " + std::to_string(value_->size()), "at most " + std::to_string(most) + " members");
  std::vector<std::pair<std::string, Cursor>> members;
  members.reserve(value_->size());
  for (const auto& [key, value] : value_->get_ref<const Json::object_t&>())
    members.emplace_back(key, Cursor(value, detail::pointer_to(pointer_, key)));
  return members;
}

void Cursor::refuse(std::string expected) const { refuse(description_of(*value_), std::move(expected)); }

void Cursor::refuse(std::string found, std::string expected) const {
  throw detail::Objection(
      {.file = "", .place = pointer_, .found = std::move(found), .expected = std::move(expected)});
}

Members::Members(const Cursor& object) : object_(object) {
  if (!object.is_object()) object.refuse("an object");
}

std::optional<Cursor> Members::optional(std::string_view key) {
  asked_.emplace_back(key);
  const auto found = object_.json().find(key);
  if (found == object_.json().end()) return std::nullopt;
  return Cursor(*found, detail::pointer_to(object_.pointer(), key));
}

Cursor Members::required(std::string_view key) {
  if (auto value = optional(key)) return *std::move(value);
  const auto misspelt = nearest_name(key, keys_never_asked_for());
  object_.refuse("no key " + in_quotes(key) + (misspelt ? " but " + in_quotes(*misspelt) : ""),
                 "the key " + in_quotes(key));
}

std::vector<std::string_view> Members::keys_never_asked_for() const {
  std::vector<std::string_view> keys;
  for (const auto& member : object_.json().get_ref<const Json::object_t&>())
    if (std::ranges::find(asked_, member.first) == asked_.end()) keys.emplace_back(member.first);
  return keys;
}

void Members::refuse_the_others() const {
  const auto others = keys_never_asked_for();
  if (others.empty()) return;
  const std::vector<std::string_view> known(asked_.begin(), asked_.end());
  const Cursor unknown(object_.json(), detail::pointer_to(object_.pointer(), others.front()));
  unknown.refuse("the unknown key " + in_quotes(others.front()), one_of_these(others.front(), known));
}

}  // namespace berth
