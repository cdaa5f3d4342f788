// SPDX-License-Identifier: MIT
#include <berth/codes/error_codes.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <berth/rules/rulebook.h>
#include <support/desk.h>

namespace berth {
namespace {

using nlohmann::json;

const std::string kData = BERTH_SOURCE_DIR "/tests/codes/data/";

const json& expected_codes() {
  static const json kCodes = [] {
    std::ifstream file(kData + "spec_codes.json");
    return json::parse(file);
  }();
  return kCodes;
}

std::map<std::string, std::string> cells_of_the_specification() {
  std::map<std::string, std::string> cells;
  std::ifstream file(kData + "spec_code_cells.txt");
  for (std::string line; std::getline(file, line);)
    cells[line.substr(0, line.find('\t'))] = line.substr(line.find('\t') + 1);
  return cells;
}

Rule rule_named_or_fail(const std::string& name) {
  const auto rule = rule_named(name);
  EXPECT_TRUE(rule) << name;
  return rule.value_or(Rule::NotASocket);
}

// The rule whose row in the rulebook names the identifier, or the one that the row says answers instead.
Rule rule_for(const json& row) {
  if (row.contains("answered_by")) return rule_named_or_fail(row.at("answered_by"));
  const std::string identifier = row.at("identifier");
  for (const RuleRow& rule : rulebook()) {
    std::istringstream words{std::string(rule.identifiers)};
    for (std::string word; words >> word;)
      if (word == identifier) return rule.rule;
  }
  ADD_FAILURE() << identifier << " stands in no row of the rulebook";
  return Rule::NotASocket;
}

void expect_codes(const json& row, Rule rule) {
  const Profile profile;
  if (row.contains("winsock")) {
    EXPECT_EQ(winsock_code(rule, profile), row.at("winsock").get<std::int32_t>()) << row.dump();
  }
  if (row.contains("win32")) {
    EXPECT_EQ(win32_code(rule, profile), row.at("win32").get<std::uint32_t>()) << row.dump();
  }
}

// -- the table against the specification ----------------------------------------------------------

TEST(ErrorTable, GivesEachIdentifierTheCodeOfTheSpecification) {
  const json& codes = expected_codes();
  for (const json& row : codes.at("identifiers"))
    if (!row.contains("not_answered")) expect_codes(row, rule_for(row));
  for (const json& row : codes.at("refusals_without_a_number_in_the_specification")) {
    const Rule rule = rule_named_or_fail(row.at("rule"));
    expect_codes(row, rule);
    EXPECT_EQ(winsock_code(rule, {}).has_value(), row.contains("winsock")) << row.dump();
    EXPECT_EQ(win32_code(rule, {}).has_value(), row.contains("win32")) << row.dump();
  }
}

TEST(ErrorTable, IsExpectedWhereverTheSpecificationGivesANumber) {
  const auto cells = cells_of_the_specification();
  EXPECT_GT(cells.size(), 60U);
  std::set<std::string> expected;
  for (const json& row : expected_codes().at("identifiers")) {
    const std::string identifier = row.at("identifier");
    EXPECT_TRUE(expected.insert(identifier).second) << identifier;
    ASSERT_EQ(cells.count(identifier), 1U) << identifier;
    for (const char* surface : {"winsock", "win32"}) {
      if (!row.contains(surface)) continue;
      EXPECT_NE(cells.at(identifier).find(std::to_string(row.at(surface).get<int>())), std::string::npos)
          << identifier;
    }
  }
  for (const auto& [identifier, cell] : cells)
    EXPECT_EQ(expected.count(identifier), 1U) << identifier << ": " << cell;
}

TEST(ErrorTable, HasACodeThatIsExpectedForEachRefusal) {
  std::set<Rule> expected;
  const json& codes = expected_codes();
  for (const json& row : codes.at("identifiers"))
    if (!row.contains("not_answered")) expected.insert(rule_for(row));
  for (const json& row : codes.at("refusals_without_a_number_in_the_specification"))
    expected.insert(rule_named_or_fail(row.at("rule")));
  for (const RuleRow& row : rulebook()) {
    if (row.kind != RuleKind::Refusal) continue;
    EXPECT_TRUE(winsock_code(row.rule, {}) || win32_code(row.rule, {})) << name_of(row.rule);
    EXPECT_EQ(expected.count(row.rule), 1U) << name_of(row.rule) << " has no expected code";
  }
}

TEST(ErrorTable, GivesNotesNoCode) {
  for (const RuleRow& row : rulebook()) {
    const ErrorRow& codes = error_table()[index_of(row.rule)];
    EXPECT_EQ(codes.rule, row.rule);
    if (row.kind == RuleKind::Note) {
      EXPECT_FALSE(codes.winsock || codes.win32 || codes.status) << name_of(row.rule);
    }
  }
}

// -- profiles -------------------------------------------------------------------------------------

TEST(ErrorTable, FollowsTheSwitchesAsTheSpecificationSays) {
  for (const json& row : expected_codes().at("switches")) {
    const Switch* known = switch_named(row.at("switch").get<std::string>());
    ASSERT_NE(known, nullptr) << row.dump();
    const auto position = known->position_named(row.at("position").get<std::string>());
    ASSERT_TRUE(position) << row.dump();
    Profile profile;
    known->set(profile, *position);
    EXPECT_EQ(winsock_code(rule_named_or_fail(row.at("rule")), profile),
              row.at("winsock").get<std::int32_t>())
        << row.dump();
  }
}

TEST(ErrorTable, ChangesByASwitchOnlyWhatIsExpectedToChange) {
  std::set<std::pair<std::string, Rule>> expected;
  for (const json& row : expected_codes().at("switches"))
    expected.emplace(row.at("switch"), rule_named_or_fail(row.at("rule")));
  expected.emplace("missing_exclusion", Rule::NoSuchExclusion);
  for (const Switch& one : switches()) {
    for (std::size_t position = 1; position < one.positions.size(); ++position) {
      Profile profile;
      one.set(profile, position);
      for (std::size_t i = 0; i < kRuleCount; ++i) {
        const auto rule = static_cast<Rule>(i);
        const bool same = winsock_code(rule, profile) == winsock_code(rule, {}) &&
                          win32_code(rule, profile) == win32_code(rule, {});
        EXPECT_TRUE(same || expected.count({std::string(one.name), rule}) != 0)
            << one.name << ' ' << name_of(rule);
      }
    }
  }
}

TEST(ErrorTable, ToldByNetshFindsTheOtherErrorWhereTheProfileSaysSo) {
  Profile profile;
  profile.missing_exclusion = choice::MissingExclusion::ElementNotFound;
  EXPECT_EQ(win32_code(Rule::NoSuchExclusion, profile), 1168U);
  EXPECT_EQ(win32_code(Rule::NoSuchExclusion, {}), 2U);
}

TEST(ErrorTable, GivesWayToAnOverrideOnItsSurfaceAlone) {
  Profile profile;
  profile.block_used_up = choice::BlockUsedUp::AddressInUse;
  profile.codes.push_back({.rule = Rule::NoFreePortInTheBlock, .winsock = 10060, .win32 = {}});
  profile.codes.push_back({.rule = Rule::BlockIsEmpty, .winsock = {}, .win32 = 160});
  EXPECT_EQ(winsock_code(Rule::NoFreePortInTheBlock, profile), 10060) << "an override beats a switch";
  EXPECT_FALSE(win32_code(Rule::NoFreePortInTheBlock, profile));
  EXPECT_EQ(winsock_code(Rule::BlockIsEmpty, profile), 10022);
  EXPECT_EQ(win32_code(Rule::BlockIsEmpty, profile), 160U);
}

// -- names ----------------------------------------------------------------------------------------

TEST(CodeNames, AreUniqueAndReadBack) {
  std::set<std::int64_t> numbers;
  std::set<std::string_view> names;
  for (const CodeName& code : code_names()) {
    EXPECT_TRUE(numbers.insert(code.number).second) << code.name;
    EXPECT_TRUE(names.insert(code.name).second) << code.name;
    EXPECT_EQ(code_name(code.number), code.name);
    EXPECT_EQ(parse_code(code.name), code.number);
    EXPECT_EQ(parse_code(std::to_string(code.number)), code.number);
  }
}

TEST(CodeNames, KnowEveryCodeOfTheTable) {
  const auto expect_known = [](std::int64_t number) { EXPECT_FALSE(code_name(number).empty()) << number; };
  for (const ErrorRow& row : error_table()) {
    if (row.status) expect_known(*row.status);
    if (row.winsock) expect_known(*row.winsock);
    if (row.win32) expect_known(*row.win32);
  }
  for (const json& row : expected_codes().at("switches")) expect_known(row.at("winsock"));
  for (const HostFailure failure :
       {HostFailure::StoreCannotBeWritten, HostFailure::ProcessIsNotRunning, HostFailure::MachineIsGone}) {
    expect_known(winsock_code(failure));
    expect_known(win32_code(failure));
  }
}

TEST(CodeNames, ReadNoNonsense) {
  for (const char* text : {"", "WSAE", "wsaeacces", "10013x", " 10013", "0x10", "+5", "99999999999999999999"})
    EXPECT_FALSE(parse_code(text)) << text;
  EXPECT_EQ(code_name(4711), "");
  EXPECT_EQ(parse_code("4711"), 4711);
}

TEST(HostFailures, AreWsaenetdownAndAWriteFault) {
  EXPECT_EQ(winsock_code(HostFailure::StoreCannotBeWritten), 10050);
  EXPECT_EQ(win32_code(HostFailure::StoreCannotBeWritten), 29U);
  EXPECT_EQ(win32_code(HostFailure::MachineIsGone), 50U);
}

}  // namespace
}  // namespace berth
