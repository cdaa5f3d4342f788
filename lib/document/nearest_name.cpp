// SPDX-License-Identifier: MIT
#include <berth/document/nearest_name.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

#include <berth/document/json.h>

namespace berth {
namespace {

constexpr std::size_t kLongestName = 64;  // a longer text is no misspelling; the distance costs its square
constexpr std::size_t kMostNamesShown = 40;
constexpr std::size_t kMostTextShown = 48;

// How many letters have to be inserted, deleted or replaced (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char letter : from) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (letter == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// Where a text of that size may be cut without halving a character.
std::size_t start_of_character(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
  return at;
}

// JSON lets DEL and U+0080 to U+009F stand as they are; a terminal may take them for commands.
std::string with_controls_escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string escaped;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
    const bool is_pair = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    if (byte != 0x7f && !is_pair) {
      escaped += text[at];
      continue;
    }
    const unsigned code = is_pair ? next : byte;
    escaped += {'\\', 'u', '0', '0', kDigits[code >> 4U], kDigits[code & 0xfU]};
    if (is_pair) ++at;
  }
  return escaped;
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view text,
                                             const std::vector<std::string_view>& names) {
  if (text.size() > kLongestName) return std::nullopt;
  std::optional<std::string_view> nearest;
  std::size_t least = 1 + text.size() / 3;  // a third of the letters may be wrong
  for (const std::string_view name : names) {
    const std::size_t wrong = distance(text, name);
    if (wrong > least || (nearest && wrong == least)) continue;
    nearest = name;
    least = wrong;
  }
  return nearest;
}

std::string one_of_these(std::string_view text, const std::vector<std::string_view>& names) {
  if (names.empty()) return "nothing here";
  std::string sentence = names.size() == 1 ? "" : "one of ";
  const std::size_t shown = std::min(names.size(), kMostNamesShown);
  for (std::size_t i = 0; i < shown; ++i) sentence += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  if (shown < names.size()) sentence += " and " + std::to_string(names.size() - shown) + " more";
  if (const auto nearest = nearest_name(text, names); nearest && names.size() > 1)
    sentence += "; " + in_quotes(*nearest) + " is near";
  return sentence;
}

std::string in_quotes(std::string_view text) {
  if (text.size() <= kMostTextShown) return with_controls_escaped(line_of(Json(text)));
  const std::string_view head = text.substr(0, start_of_character(text, kMostTextShown));
  std::string cut = with_controls_escaped(line_of(Json(head)));
  cut.pop_back();
  return cut + "…\"";
}

}  // namespace berth
