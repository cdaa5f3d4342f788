// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include <berth/core/port_choice.h>

namespace berth {
namespace {

// The published first outputs of SplitMix64.
TEST(Dice, GiveTheNumbersOfSplitMix64) {
  Dice zero(0);
  for (const std::uint64_t expected : {0xe220a8397b1dcdafU, 0x6e789e6aa1b965f4U, 0x06c45d188009454fU})
    EXPECT_EQ(zero.next(), expected);
  Dice other(1234567);
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U})
    EXPECT_EQ(other.next(), expected);
}

TEST(Dice, GoOnFromTheirState) {
  Dice dice(42);
  dice.next();
  Dice again(dice.state());
  EXPECT_EQ(again, dice);
  EXPECT_EQ(again.next(), dice.next());
}

TEST(Mixed, IsOneToOneOnNeighbours) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t x = 0; x < 100000; ++x) seen.insert(mixed(x));
  EXPECT_EQ(seen.size(), 100000U);
  EXPECT_EQ(mixed(0), 0U);
}

TEST(PortChoice, IsBelowTheCount) {
  Dice dice(3);
  for (std::uint32_t count = 1; count < 2000; ++count) EXPECT_LT(PortChoice{dice.next()}.below(count), count);
  EXPECT_EQ(PortChoice{10}.below(7), 3U);
}

}  // namespace
}  // namespace berth
