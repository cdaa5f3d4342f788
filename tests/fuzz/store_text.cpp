// SPDX-License-Identifier: MIT
// Any bytes as a store: a set that can be and reads back from its own text, or one line that says what is
// wrong.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/fuzz_target.h"
#include "store/set_text.h"

namespace {

using namespace berth;
using fuzz::require;

// A place may be 64 keys deep, of which each is shown up to 48 bytes, and a byte with up to six letters.
constexpr std::size_t kLongestError = 32768;

std::string_view first_quoted(std::string_view text) {
  const auto from = text.find('"');
  const auto to = from == std::string_view::npos ? from : text.find('"', from + 1);
  return to == std::string_view::npos ? "" : text.substr(from, to + 1 - from);
}

// The checksum keeps almost every changed text from coming any further: the right one is put into it.
std::optional<std::string> with_right_checksum(std::string text, const StoreError& error) {
  if (error.place != "/checksum" || !error.expected.ends_with(" for this content")) return std::nullopt;
  const std::string_view wrong = first_quoted(error.found);
  const auto at = wrong.empty() ? std::string::npos : text.find(wrong);
  if (at == std::string::npos) return std::nullopt;
  return text.replace(at, wrong.size(), first_quoted(error.expected));
}

void check(const StoreError& error) {
  require(error.fault == StoreFault::Damaged || error.fault == StoreFault::NewerVersion ||
              error.fault == StoreFault::Foreign,
          "a text is damaged, newer or foreign");
  require(!error.found.empty() && !error.expected.empty(), "an error says what was found and expected");
  const std::string line = to_string(error);
  require(line.size() < kLongestError, "an error has an end");
  require(std::ranges::none_of(line, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }),
          "an error is one line that can be printed");
}

void check(const PersistentSet& set) {
  require(!contradiction_in(set), "a set that was read does not contradict itself");
  const std::string text = text_of(set);
  require(text.size() <= kMostStoreBytes, "a set fits into a file");
  const auto again = set_in("home.json", text);
  require(again && *again == set, "a set reads back");
  require(text_of(*again) == text, "the same set is the same bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto set = set_in("home.json", text);
  if (!set) {
    check(set.error());
    const auto repaired = with_right_checksum(text, set.error());
    if (!repaired) return 0;
    set = set_in("home.json", *repaired);
  }
  if (set)
    check(*set);
  else
    check(set.error());
  return 0;
}
