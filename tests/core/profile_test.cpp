// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <berth/core/profile.h>

namespace berth {
namespace {

// Counts the members of an aggregate: with how many values it can be initialised.
struct Anything {
  template <class T>
  operator T() const;  // never defined: only asked about
};
template <class T, std::size_t... kIndices>
constexpr bool takes(std::index_sequence<kIndices...>) {
  return requires { T{(static_cast<void>(kIndices), Anything{})...}; };
}
template <class T, std::size_t kCount = 0>
constexpr std::size_t members_of() {
  if constexpr (takes<T>(std::make_index_sequence<kCount + 1>()))
    return members_of<T, kCount + 1>();
  else
    return kCount;
}

TEST(Switches, HaveOneRowForEachMemberOfAProfileThatIsASwitch) {
  constexpr std::size_t kOthers = 3;  // name, suspended, codes
  EXPECT_EQ(switches().size(), members_of<Profile>() - kOthers);
}

TEST(Switches, HaveNamesQuestionsAndPositionsOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> questions;
  for (const Switch& one : switches()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_TRUE(questions.insert(one.question).second) << one.name;
    EXPECT_GE(one.positions.size(), 2U) << one.name;
    EXPECT_EQ(std::set<std::string_view>(one.positions.begin(), one.positions.end()).size(),
              one.positions.size());
    EXPECT_TRUE(one.question.ends_with('?')) << one.name;
    EXPECT_FALSE(one.spec_row.empty()) << one.name;
  }
}

TEST(Switches, StandAtTheirFirstPositionByDefault) {
  const Profile profile;
  for (const Switch& one : switches()) {
    EXPECT_EQ(one.position_in(profile), 0U) << one.name;
    EXPECT_EQ(one.position_name(profile), one.positions[0]) << one.name;
  }
}

TEST(Switches, ChangeTheirOwnMemberAndNoOther) {
  for (const Switch& one : switches()) {
    for (std::size_t position = 0; position < one.positions.size(); ++position) {
      Profile profile;
      one.set(profile, position);
      EXPECT_EQ(one.position_in(profile), position) << one.name;
      EXPECT_EQ(profile == Profile{}, position == 0) << one.name;
      for (const Switch& other : switches()) {
        if (other.name != one.name) {
          EXPECT_EQ(other.position_in(profile), 0U) << one.name;
        }
      }
    }
  }
}

TEST(Switches, AreFoundByNameAndTheirPositionsToo) {
  for (const Switch& one : switches()) {
    EXPECT_EQ(switch_named(one.name), &one);
    for (std::size_t position = 0; position < one.positions.size(); ++position)
      EXPECT_EQ(one.position_named(one.positions[position]), position);
    EXPECT_FALSE(one.position_named("nonsense"));
    EXPECT_FALSE(one.position_named(""));
  }
  EXPECT_EQ(switch_named("nonsense"), nullptr);
  EXPECT_EQ(switch_named(""), nullptr);
}

TEST(Profile, HasEveryRuleInForceUntilItSuspendsOne) {
  Profile profile;
  for (std::size_t i = 0; i < kRuleCount; ++i) EXPECT_TRUE(profile.in_force(static_cast<Rule>(i)));
  profile.suspended.set(index_of(Rule::AddressInUse));
  EXPECT_FALSE(profile.in_force(Rule::AddressInUse));
  EXPECT_TRUE(profile.in_force(Rule::AlreadyBound));
}

TEST(Rules, HaveUniqueNamesByWhichTheyAreFound) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRuleCount; ++i) {
    const auto rule = static_cast<Rule>(i);
    EXPECT_TRUE(names.insert(name_of(rule)).second);
    EXPECT_EQ(rule_named(name_of(rule)), rule);
  }
  EXPECT_FALSE(rule_named("addressinuse"));
  EXPECT_FALSE(rule_named(""));
}

}  // namespace
}  // namespace berth
