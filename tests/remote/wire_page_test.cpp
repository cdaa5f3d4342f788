// SPDX-License-Identifier: MIT
// docs/wire.md says what the code takes and writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include <berth/core/request_fields.h>
#include <berth/remote/message.h>

namespace berth::test {
namespace {

using namespace remote;

std::string page() {
  std::ifstream file(BERTH_SOURCE_DIR "/docs/wire.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The lines of the blocks of that kind.
std::vector<std::string> shown(const std::string& kind) {
  const std::string text = page();
  const std::string begin = "```json " + kind + "\n";
  std::vector<std::string> lines;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    for (std::string& line : lines_of(text.substr(from, text.find("```", from) - from)))
      lines.push_back(std::move(line));
  }
  EXPECT_FALSE(lines.empty()) << kind;
  return lines;
}

// The message is read, and written as the page shows it.
template <class Message>
void expect_as_shown(const std::string& line) {
  const auto message = parse<Message>(line);
  ASSERT_TRUE(message) << line << ": " << message.error();
  std::string written;
  write(written, *message);
  EXPECT_EQ(written, line + "\n");
}

TEST(WirePage, ShowsMessagesAsTheyAre) {
  for (const std::string& line : shown("hello")) expect_as_shown<Hello>(line);
  for (const std::string& line : shown("ask")) expect_as_shown<Ask>(line);
  for (const std::string& line : shown("outcome")) expect_as_shown<Outcome>(line);
  for (const std::string& line : shown("farewell")) EXPECT_TRUE(farewell_in(line)) << line;
  for (const std::string& line : shown("welcome")) {
    const auto welcome = parse<Welcome>(line);
    EXPECT_TRUE(welcome) << welcome.error();
  }
}

TEST(WirePage, ShowsAnswersAsTheyAre) {
  for (const std::string& line : shown("answers")) {
    if (line.starts_with(R"({"done")")) {
      expect_as_shown<Done>(line);
    } else if (line.starts_with(R"({"number")")) {
      expect_as_shown<std::uint64_t>(line);
    } else if (line.starts_with(R"({"receiver")")) {
      expect_as_shown<Receiver>(line);
    } else if (line.starts_with(R"({"owner")")) {
      expect_as_shown<std::optional<CarrierOwner>>(line);
    } else {
      expect_as_shown<Claimed>(line);
    }
  }
}

TEST(WirePage, ShowsEveryKindOfMessage) {
  std::array<bool, std::variant_size_v<Ask>> is_shown{};
  for (const std::string& line : shown("ask"))
    if (const auto message = parse<Ask>(line)) is_shown[message->index()] = true;
  EXPECT_THAT(is_shown, testing::Each(true));
}

template <std::size_t... kIndices>
std::string table_of_requests(std::index_sequence<kIndices...>) {
  std::string table;
  const auto add = [&table](std::string_view name, auto request) {
    std::string fields;
    each_field(request, [&fields](std::string_view field, const auto&) {
      fields += (fields.empty() ? "`" : ", `") + std::string(field) + '`';
    });
    table += "| `" + std::string(name) + "` | " + fields + (fields.empty() ? "|\n" : " |\n");
  };
  (add(kRequestNames[kIndices], std::variant_alternative_t<kIndices, Request>{}), ...);
  return table;
}

TEST(WirePage, ListsEveryRequestWithItsFields) {
  const std::string text = page();
  const std::string begin = "| request | fields |\n| - | - |\n";
  const std::size_t from = text.find(begin) + begin.size();
  EXPECT_EQ(text.substr(from, text.find("\n\n", from) + 1 - from),
            table_of_requests(std::make_index_sequence<std::variant_size_v<Request>>()));
}

TEST(WirePage, SaysTheLimits) {
  EXPECT_THAT(page(), testing::HasSubstr("at most 65,536 bytes"));
  EXPECT_EQ(kMostBytesAsked, 65'536U);
  EXPECT_THAT(page(), testing::HasSubstr("at most 8 levels deep"));
  EXPECT_EQ(kMostLevelsAsked, 8U);
  EXPECT_EQ(kWireVersion, 1U);
}

}  // namespace
}  // namespace berth::test
