// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <berth/core/port_range.h>

namespace berth {
namespace {

TEST(PortRange, IsNeverEmptyNeverAtZeroAndNeverPastTheLastPort) {
  EXPECT_FALSE(PortRange::between(0, 10));
  EXPECT_FALSE(PortRange::between(10, 9));
  EXPECT_FALSE(PortRange::between(65536, 65536));
  EXPECT_FALSE(PortRange::between(1, 65536));
  EXPECT_TRUE(PortRange::between(1, 65535));
  EXPECT_TRUE(PortRange::between(65535, 65535));
}

TEST(PortRange, OfARequestedBlockHasItsPorts) {
  const auto range = PortRange::of({.start = 5000, .count = 20});
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first(), 5000);
  EXPECT_EQ(range->last(), 5019);
  EXPECT_EQ(range->count(), 20U);
  EXPECT_EQ(range->as_block(), (RequestedBlock{5000, 20}));
}

TEST(PortRange, OfAWrongBlockIsNothing) {
  EXPECT_FALSE(PortRange::of({.start = 0, .count = 1}));
  EXPECT_FALSE(PortRange::of({.start = 1, .count = 0}));
  EXPECT_FALSE(PortRange::of({.start = 65535, .count = 2}));
  EXPECT_FALSE(PortRange::of({.start = 2, .count = 65535}));
}

TEST(PortRange, ReachesTheLastPort) {
  EXPECT_EQ(PortRange::of({.start = 65535, .count = 1})->last(), 65535);
  EXPECT_EQ(PortRange::of({.start = 1, .count = 65535})->count(), 65535U);
  EXPECT_EQ(PortRange::of({.start = 1, .count = 65535})->as_block(), (RequestedBlock{1, 65535}));
}

TEST(PortRange, ContainsItsEndsAndNothingBeyond) {
  const PortRange range = *PortRange::between(10, 20);
  EXPECT_TRUE(range.contains(10));
  EXPECT_TRUE(range.contains(20));
  EXPECT_FALSE(range.contains(9));
  EXPECT_FALSE(range.contains(21));
  EXPECT_FALSE(range.contains(0));
}

TEST(PortRange, OverlapsWhatSharesAPortAndNotItsNeighbour) {
  const PortRange range = *PortRange::between(10, 20);
  EXPECT_TRUE(range.overlaps(*PortRange::between(20, 30)));
  EXPECT_TRUE(range.overlaps(*PortRange::between(1, 10)));
  EXPECT_TRUE(range.overlaps(*PortRange::between(12, 13)));
  EXPECT_TRUE(range.overlaps(*PortRange::between(1, 65535)));
  EXPECT_FALSE(range.overlaps(*PortRange::between(21, 30)));
  EXPECT_FALSE(range.overlaps(*PortRange::between(1, 9)));
}

TEST(PortRange, OverlapsExactlyWhenSomePortIsInBoth) {
  for (std::uint32_t a = 1; a <= 6; ++a)
    for (std::uint32_t b = a; b <= 6; ++b)
      for (std::uint32_t c = 1; c <= 6; ++c)
        for (std::uint32_t d = c; d <= 6; ++d) {
          bool shared = false;
          for (std::uint32_t port = a; port <= b; ++port) shared |= c <= port && port <= d;
          EXPECT_EQ(PortRange::between(a, b)->overlaps(*PortRange::between(c, d)), shared);
        }
}

TEST(PortRange, DefaultDynamicRangeIsTheUpperQuarter) {
  EXPECT_EQ(kDefaultDynamicRange.first(), 49152);
  EXPECT_EQ(kDefaultDynamicRange.count(), 16384U);
}

}  // namespace
}  // namespace berth
