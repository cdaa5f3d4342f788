// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/core/port_map.h>

namespace berth {
namespace {

TEST(PortMap, IsEmptyAtFirst) {
  const PortMap<BlockId> map;
  EXPECT_EQ(map.at(0), BlockId{});
  EXPECT_EQ(map.at(65535), BlockId{});
  for (std::size_t word = 0; word < PortMap<BlockId>::kWords; ++word) EXPECT_EQ(map.word(word), 0U);
}

TEST(PortMap, HoldsWhatItIsGivenUntilItIsFreed) {
  PortMap<BlockId> map;
  map.set(*PortRange::between(255, 257), BlockId{4});
  EXPECT_EQ(map.at(254), BlockId{});
  EXPECT_EQ(map.at(255), BlockId{4});
  EXPECT_EQ(map.at(257), BlockId{4});
  EXPECT_EQ(map.at(258), BlockId{});
  map.set(256, BlockId{});
  EXPECT_EQ(map.at(256), BlockId{});
  EXPECT_EQ(map.word(4), 2U);
}

TEST(PortMap, ReachesBothEnds) {
  PortMap<BlockId> map;
  map.set(*PortRange::between(1, 65535), BlockId{1});
  EXPECT_EQ(map.word(0), ~std::uint64_t{1});
  EXPECT_EQ(map.word(1023), ~std::uint64_t{0});
  EXPECT_EQ(map.at(65535), BlockId{1});
}

// Two maps of blocks and one of sockets, and one plain vector that says what they hold.
class HeldPortsByReference : public testing::Test {
 protected:
  HeldPortsByReference() {
    held_.include(blocks_);
    held_.include(more_blocks_);
    held_.include(sockets_);
  }
  void draw(Dice& dice) {
    const auto first = static_cast<std::uint32_t>(1 + dice.next() % 65535);
    // Now and then a long block, mostly short ones.
    const auto length = static_cast<std::uint32_t>(dice.next() % (dice.next() % 8 == 0 ? 9000 : 70));
    const auto range = *PortRange::between(first, std::min<std::uint32_t>(first + length, kLastPort));
    const bool held = dice.next() % 3 != 0;
    blocks_.set(range, held ? BlockId{1} : BlockId{});
    more_blocks_.set(range, held && dice.next() % 2 == 0 ? BlockId{2} : BlockId{});
    sockets_.set(range, held && dice.next() % 2 == 0 ? SocketId{3} : SocketId{});
    for (std::uint32_t port = range.first(); port <= range.last(); ++port) reference_[port] = held;
  }
  std::optional<Port> first(PortRange range, bool held) const {
    for (std::uint32_t port = range.first(); port <= range.last(); ++port)
      if (reference_[port] == held) return static_cast<Port>(port);
    return std::nullopt;
  }
  PortMap<BlockId> blocks_;
  PortMap<BlockId> more_blocks_;
  PortMap<SocketId> sockets_;
  HeldPorts held_;
  std::vector<bool> reference_ = std::vector<bool>(65536);
};

TEST_F(HeldPortsByReference, FindsTheFirstHeldAndTheFirstFreePort) {
  Dice dice(9);
  for (int round = 0; round < 300; ++round) {
    draw(dice);
    for (int question = 0; question < 20; ++question) {
      const auto one = static_cast<std::uint32_t>(1 + dice.next() % 65535);
      const auto two = static_cast<std::uint32_t>(1 + dice.next() % 65535);
      const auto range = *PortRange::between(std::min(one, two), std::max(one, two));
      ASSERT_EQ(held_.first_held(range), first(range, true));
      ASSERT_EQ(held_.first_free(range), first(range, false));
      ASSERT_EQ(held_.holds(range.first()), reference_[range.first()]);
    }
  }
}

TEST_F(HeldPortsByReference, IsFreeWhereNothingIsIncluded) {
  const HeldPorts nothing;
  EXPECT_FALSE(nothing.first_held(*PortRange::between(1, 65535)));
  EXPECT_EQ(nothing.first_free(*PortRange::between(17, 65535)), Port{17});
}

TEST_F(HeldPortsByReference, LooksAtNothingOutsideTheRange) {
  blocks_.set(64, BlockId{1});
  blocks_.set(127, BlockId{1});
  EXPECT_FALSE(held_.first_held(*PortRange::between(65, 126)));
  EXPECT_EQ(held_.first_held(*PortRange::between(65, 127)), Port{127});
  blocks_.set(*PortRange::between(64, 127), BlockId{1});
  EXPECT_FALSE(held_.first_free(*PortRange::between(64, 127)));
  EXPECT_EQ(held_.first_free(*PortRange::between(64, 128)), Port{128});
  blocks_.set(65535, BlockId{1});
  EXPECT_EQ(held_.first_held(*PortRange::between(65535, 65535)), Port{65535});
}

}  // namespace
}  // namespace berth
