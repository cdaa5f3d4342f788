// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <berth/rules/rulebook.h>
#include <support/desk.h>

namespace berth {
namespace {

std::set<std::string> identifiers_of_the_specification() {
  std::ifstream file(BERTH_SOURCE_DIR "/tests/rules/data/spec_identifiers.txt");
  std::set<std::string> identifiers;
  for (std::string line; std::getline(file, line);) EXPECT_TRUE(identifiers.insert(line).second) << line;
  return identifiers;
}

std::map<std::string, Rule> identifiers_of_the_rulebook() {
  std::map<std::string, Rule> named;
  for (const RuleRow& row : rulebook()) {
    std::istringstream words{std::string(row.identifiers)};
    for (std::string word; words >> word;)
      EXPECT_TRUE(named.emplace(word, row.rule).second)
          << word << " stands in a second row, " << name_of(row.rule);
  }
  return named;
}

TEST(Rulebook, NamesEachIdentifierOfTheSpecificationInExactlyOneRow) {
  const auto specified = identifiers_of_the_specification();
  EXPECT_GT(specified.size(), 200U);
  const auto named = identifiers_of_the_rulebook();
  for (const std::string& identifier : specified)
    EXPECT_EQ(named.count(identifier), 1U) << identifier << " stands in no row";
  for (const auto& [identifier, rule] : named)
    EXPECT_EQ(specified.count(identifier), 1U)
        << identifier << " in the row " << name_of(rule) << " is not specified";
}

TEST(Rulebook, HasASentenceAndASourceForEachRule) {
  std::set<std::string_view> sentences;
  for (const RuleRow& row : rulebook()) {
    EXPECT_TRUE(row.sentence.ends_with('.')) << name_of(row.rule);
    EXPECT_TRUE(sentences.insert(row.sentence).second) << name_of(row.rule);
    EXPECT_FALSE(row.source.empty()) << name_of(row.rule);
    EXPECT_EQ(&row_of(row.rule), &row);
  }
}

TEST(Rulebook, SaysWhyANoteIsOne) {
  for (const RuleRow& row : rulebook())
    EXPECT_EQ(row.why_a_note.empty(), row.kind != RuleKind::Note) << name_of(row.rule);
}

}  // namespace
}  // namespace berth
