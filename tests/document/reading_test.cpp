// SPDX-License-Identifier: MIT
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "support/temporary_folder.h"

namespace berth {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const auto kKeepAll = [](const Cursor& document) { return document.json(); };

std::string error_of(std::string_view text, const ReadingLimits& limits = {}) {
  const auto read = read_document("some.json", text, kKeepAll, limits);
  return read ? "no error" : to_string(read.error());
}

template <class Read>
std::string refusal_of(std::string_view text, Read&& read) {
  const auto value = read_document("some.json", text, read);
  return value ? "no error" : to_string(value.error());
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ReadDocument, KeepsTheOrderOfTheKeys) {
  const auto read = read_document("some.json", R"( {"b": [1, {"a": null}], "a": -2, "c": true} )", kKeepAll);
  ASSERT_TRUE(read);
  EXPECT_EQ(line_of(*read), R"({"b":[1,{"a":null}],"a":-2,"c":true})");
}

TEST(ReadDocument, TakesADocumentThatIsOneValue) {
  EXPECT_EQ(line_of(*read_document("some.json", "7", kKeepAll)), "7");
}

TEST(ReadDocument, SaysLineAndColumnOfWhatIsNotJson) {
  EXPECT_EQ(error_of("{\n  \"a\": ,\n}"),
            "some.json: at line 2, column 8: found unexpected ',', expected JSON");
  EXPECT_THAT(error_of(""), StartsWith("some.json: at line 1, column 1: found unexpected end of input"));
  EXPECT_THAT(error_of("[1, 2"), StartsWith("some.json: at line 1, column 6: found unexpected end of input"));
  EXPECT_THAT(error_of("{'a': 1}"), StartsWith("some.json: at line 1, column 2: found invalid literal"));
  EXPECT_THAT(error_of("[NaN]"), HasSubstr("invalid literal"));
}

TEST(ReadDocument, RefusesTextAfterTheDocument) {
  EXPECT_THAT(error_of("{} x"), HasSubstr("line 1, column 4"));
}

TEST(ReadDocument, RefusesARepeatedKey) {
  EXPECT_EQ(error_of(R"({"a": {"b": 1, "c": 2, "b": 3}})"),
            R"(some.json: at /a/b: found the key "b" a second time, expected each key once)");
}

TEST(ReadDocument, RefusesANulByte) {
  using namespace std::string_view_literals;
  EXPECT_EQ(error_of("[1]\n\0"sv), "some.json: at line 2, column 1: found a NUL byte, expected JSON");
}

TEST(ReadDocument, RefusesInvalidUtf8) {
  EXPECT_THAT(error_of("[\"a\xff\"]"),
              HasSubstr("line 1, column 4: found invalid string: ill-formed UTF-8 byte"));
  EXPECT_THAT(error_of("[\"\xc0\xaf\"]"), HasSubstr("ill-formed UTF-8"));
  EXPECT_THAT(error_of(R"(["\ud800"])"), HasSubstr("surrogate"));
}

TEST(ReadDocument, RefusesANumberBeyondEveryType) {
  EXPECT_THAT(error_of("[1e999]"), HasSubstr("number overflow"));
}

TEST(ReadDocument, TakesAsManyLevelsAsItSaysAndNoMore) {
  EXPECT_EQ(error_of(repeated("[", 64) + repeated("]", 64)), "no error");
  EXPECT_THAT(error_of(repeated("[", 65) + repeated("]", 65)), HasSubstr("at most 64 levels of nesting"));
  EXPECT_THAT(error_of(repeated("[0,", 3), {.depth = 2}),
              StartsWith("some.json: at /1/1: found more levels"));
}

TEST(ReadDocument, RefusesAMillionLevelsWithoutFailing) {
  EXPECT_THAT(error_of(repeated("[", 1'000'000)), HasSubstr("levels of nesting"));
  EXPECT_THAT(error_of(repeated(R"({"a":)", 1'000'000)), HasSubstr("levels of nesting"));
}

TEST(ReadDocument, RefusesMoreBytesThanItsLimit) {
  EXPECT_EQ(error_of("[1, 2, 3]", {.bytes = 8}), "some.json: found 9 bytes, expected at most 8 bytes");
}

TEST(ReadDocument, RefusesMoreValuesThanItsLimit) {
  EXPECT_EQ(error_of("[1, 2]", {.values = 3}), "no error");
  EXPECT_EQ(error_of("[1, 2, 3]", {.values = 3}),
            "some.json: at /2: found more values, expected at most 3 values");
}

TEST(ReadDocument, TakesAHundredThousandSteps) {
  const std::string text = "[" + repeated(R"({"do": "acquire", "block": [1, 2]},)", 99'999) + "{}]";
  const auto count =
      read_document("some.json", text, [](const Cursor& at) { return at.elements(100'000).size(); });
  EXPECT_EQ(*count, 100'000U);
}

TEST(ReadDocument, ReadsAnObjectOfManyKeysInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i) text += '"' + std::to_string(i) + "\":0,";
  EXPECT_EQ(error_of(text + "\"last\":0}"), "no error");
}

TEST(ReadDocument, NeverFailsOnRandomBytes) {
  constexpr std::string_view kPieces[] = {"{",     "}", "[", "]",  ",", ":",    "\"",
                                          "\\u00", "1", "-", "e9", "a", "\xff", " "};
  std::minstd_rand random(1);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) text += kPieces[random() % std::size(kPieces)];
    const std::string error = error_of(text);
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_NO_THROW(static_cast<void>(Json(error).dump())) << "not UTF-8";
  }
}

TEST(ReadTextFile, RefusesAGigabyteAfterLookingAtItsSize) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "huge.json";
  std::ofstream(path).put('[');
  std::filesystem::resize_file(path, 1U << 30U);
  const auto text = read_text_file(path);
  ASSERT_FALSE(text);
  EXPECT_EQ(to_string(text.error()), path + ": found 1073741824 bytes, expected at most 16777216 bytes");
}

TEST(ReadTextFile, RefusesAFolderAndAMissingFile) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(to_string(read_text_file(folder / "").error()), HasSubstr("found a folder"));
  EXPECT_THAT(to_string(read_text_file(folder / "none.json").error()),
              HasSubstr("none.json: found No such file"));
}

TEST(ReadTextFile, StopsReadingWhatNeverEnds) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "this system has no endless file";
  EXPECT_THAT(to_string(read_text_file("/dev/zero", {.bytes = 100'000}).error()),
              HasSubstr("found more, expected at most"));
}

TEST(ReadDocumentFile, NamesTheFileInEveryError) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "world.json") << "{\"boot\": 1.5}";
  const auto boot = [](const Cursor& at) {
    return at.object([](Members& world) { return world.required("boot").unsigned_up_to(9); });
  };
  EXPECT_EQ(to_string(read_document_file(folder / "world.json", boot).error()),
            folder / "world.json: at /boot: found the number 1.5, expected a whole number, 0 to 9");
}

TEST(Members, RefuseAKeyThatNobodyAskedFor) {
  const auto read = [](const Cursor& at) {
    return at.object([](Members& members) {
      static_cast<void>(members.optional("transport"));
      static_cast<void>(members.optional("block"));
      return 0;
    });
  };
  EXPECT_EQ(
      refusal_of(R"({"transport": 1, "blok": 2})", read),
      R"(some.json: at /blok: found the unknown key "blok", expected one of "transport", "block"; "block" is near)");
  EXPECT_EQ(
      refusal_of(R"({"x/y~\n": 2})", read),
      R"(some.json: at /x~1y~0\n: found the unknown key "x/y~\n", expected one of "transport", "block")");
}

TEST(Members, SayWhichKeyIsMissingAndWhichMayBeMeantForIt) {
  const auto read = [](const Cursor& at) {
    return at.object([](Members& members) { return members.required("transport").text(); });
  };
  EXPECT_EQ(refusal_of("{}", read), R"(some.json: found no key "transport", expected the key "transport")");
  EXPECT_EQ(refusal_of(R"({"trasport": "tcp"})", read),
            R"(some.json: found no key "transport" but "trasport", expected the key "transport")");
  EXPECT_EQ(refusal_of("[]", read), "some.json: found an empty array, expected an object");
}

TEST(Members, TheFirstErrorWins) {
  const auto read = [](const Cursor& at) {
    return at.object([](Members& members) { return members.required("port").port(); });
  };
  EXPECT_THAT(refusal_of(R"({"unknown": 1, "port": 70000})", read),
              HasSubstr("at /port: found the number 70000"));
}

TEST(Cursor, RefusesNumbersOutOfRange) {
  const auto port = [](const Cursor& at) { return at.port(); };
  EXPECT_EQ(*read_document("f", "65535", port), 65535);
  for (const char* text : {"65536", "-1", "1.0", "\"1\"", "null", "18446744073709551616"})
    EXPECT_THAT(refusal_of(text, port), HasSubstr("expected a port, 0 to 65535")) << text;

  const auto any = [](const Cursor& at) { return at.unsigned_up_to(~std::uint64_t{0}); };
  EXPECT_EQ(*read_document("f", "18446744073709551615", any), 18446744073709551615U);
  EXPECT_THAT(refusal_of("18446744073709551616", any), HasSubstr("expected a whole number"));

  const auto small = [](const Cursor& at) { return at.integer_between(-2, 2); };
  EXPECT_EQ(*read_document("f", "-2", small), -2);
  EXPECT_THAT(refusal_of("-3", small), HasSubstr("expected a whole number, -2 to 2"));
  EXPECT_THAT(refusal_of("18446744073709551615", small), HasSubstr("expected a whole number, -2 to 2"));
}

TEST(Cursor, ReadsHexadecimalTextToTheLastBit) {
  const auto read = [](const Cursor& at) { return at.hexadecimal(); };
  EXPECT_EQ(*read_document("f", R"("0xffffffffffffffff")", read), ~std::uint64_t{0});
  EXPECT_EQ(*read_document("f", R"("0x0")", read), 0U);
  for (const char* text :
       {R"("0x")", R"("12")", R"("0x1g")", R"("0x10000000000000000")", R"("0x-1")", R"("")", "12"})
    EXPECT_THAT(refusal_of(text, read), HasSubstr("64 bits")) << text;
}

TEST(Cursor, SaysWhichNamesItKnows) {
  static constexpr std::array<std::string_view, 2> kNames = {"tcp", "udp"};
  const auto read = [](const Cursor& at) { return at.one_of<Transport>(kNames); };
  EXPECT_EQ(*read_document("f", R"("udp")", read), Transport::Udp);
  EXPECT_EQ(refusal_of(R"("quic")", read),
            R"(some.json: found the text "quic", expected one of "tcp", "udp")");
  EXPECT_EQ(refusal_of(R"("tpc")", read),
            R"(some.json: found the text "tpc", expected one of "tcp", "udp"; "tcp" is near)");
  EXPECT_EQ(refusal_of("6", read), R"(some.json: found the number 6, expected one of "tcp", "udp")");
}

TEST(Cursor, RefusesAnArrayThatIsTooLong) {
  const auto read = [](const Cursor& at) {
    return at.list(2, [](const Cursor& element) { return element.boolean(); });
  };
  EXPECT_EQ(read_document("f", "[true, false]", read)->size(), 2U);
  EXPECT_EQ(refusal_of("[1, 2, 3]", read), "some.json: found an array of 3, expected at most 2 elements");
  EXPECT_EQ(refusal_of("[true, 2]", read), "some.json: at /1: found the number 2, expected true or false");
}

TEST(Cursor, GivesTheMembersOfAnObjectWhoseKeysAreNames) {
  const auto read = [](const Cursor& at) {
    std::string all;
    for (const auto& [name, value] : at.named_values(2)) all += name + '=' + value.text() + ' ';
    return all;
  };
  EXPECT_EQ(*read_document("f", R"({"web": "a", "db": "b"})", read), "web=a db=b ");
  EXPECT_THAT(refusal_of(R"({"web": 1})", read), HasSubstr("at /web: found the number 1, expected text"));
  EXPECT_THAT(refusal_of(R"({"a": "", "b": "", "c": ""})", read), HasSubstr("at most 2 members"));
}

TEST(Cursor, RefusesTextWithNul) {
  const auto read = [](const Cursor& at) { return at.text(); };
  EXPECT_THAT(refusal_of(R"("a\u0000b")", read), HasSubstr("expected text without NUL"));
}

TEST(Cursor, ShowsLongAndStrangeTextOnOneShortLine) {
  const auto read = [](const Cursor& at) { return at.port(); };
  const std::string error = refusal_of('"' + repeated("ü\\n", 5'000) + '"', read);
  EXPECT_LT(error.size(), 160U);
  EXPECT_EQ(error.find('\n'), std::string::npos);
  EXPECT_NO_THROW(static_cast<void>(Json(error).dump()));
}

TEST(Cursor, ShowsNoControlsThatATerminalMightObey) {
  const auto read = [](const Cursor& at) { return at.port(); };
  EXPECT_THAT(refusal_of("\"a\x7f\xc2\x9b\xc3\xbc\"", read), HasSubstr("\"a\\u007f\\u009b\xc3\xbc\""));
}

}  // namespace
}  // namespace berth
