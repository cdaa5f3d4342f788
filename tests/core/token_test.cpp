// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/core/port_pool.h>

namespace berth {
namespace {

// The inverse of `mixed`, to make the seeds that a bijection can be embarrassed with.
std::uint64_t unshifted(std::uint64_t x, unsigned by) {
  std::uint64_t back = x;
  for (unsigned known = by; known < 64; known += by) back = x ^ (back >> by);
  return back;
}
std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t found = odd;
  for (int i = 0; i < 6; ++i) found *= 2 - odd * found;
  return found;
}
std::uint64_t unmixed(std::uint64_t x) {
  x = unshifted(x, 31) * inverse(0x94d049bb133111ebU);
  x = unshifted(x, 27) * inverse(0xbf58476d1ce4e5b9U);
  return unshifted(x, 30);
}

effect::AddBlock runtime_block(const PortPool& pool, Port port) {
  BlockRecord block;
  block.kind = RecordKind::RuntimeReservation;
  block.range = PortRange::single(port);
  block.token = pool.next_token();
  return {block};
}

TEST(TokenFor, IsOneToOneOverBootsAndCounters) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t boot = 0; boot < 200; ++boot)
    for (std::uint64_t counter = 1; counter <= 200; ++counter)
      EXPECT_TRUE(seen.insert(token_for(77, boot, counter).value).second);
}

TEST(TokenFor, DiffersBetweenSeeds) { EXPECT_NE(token_for(1, 1, 1), token_for(2, 1, 1)); }

TEST(TokenFor, CanBeUndone) {
  EXPECT_EQ(unmixed(mixed(0x123456789abcdefU)), 0x123456789abcdefU);
  EXPECT_EQ(unmixed(token_for(5, 3, 9).value) ^ mixed(5), (std::uint64_t{3} << 40U) | 9U);
}

TEST(Pool, PassesOverTheOneCounterWhoseTokenWouldBeZero) {
  const std::uint64_t second_token = (std::uint64_t{1} << 40U) | 2U;
  PortPool pool({.seed = unmixed(second_token), .boot = 1});
  ASSERT_EQ(token_for(pool.seed(), 1, 2), Token{});
  std::set<Token> given;
  for (Port port = 5000; port < 5010; ++port) {
    EXPECT_TRUE(pool.next_token());
    EXPECT_TRUE(given.insert(pool.next_token()).second);
    pool.apply(runtime_block(pool, port));
  }
}

TEST(Pool, GivesNoTokenTwiceOverManyBoots) {
  std::set<Token> given;
  for (std::uint64_t boot = 1; boot <= 50; ++boot) {
    PortPool pool({.seed = 4, .boot = boot});
    for (Port port = 5000; port < 5050; ++port) {
      EXPECT_TRUE(given.insert(pool.next_token()).second);
      pool.apply(runtime_block(pool, port));
      const BlockRecord* block = pool.block_that_covers(Transport::Tcp, FamilySet::both(), port);
      ASSERT_NE(block, nullptr);
      EXPECT_EQ(pool.reservation_with(block->token), block);
      if (port % 3 == 0) pool.apply(effect::RemoveBlock{block->id});
    }
  }
}

TEST(TokenIndex, AgreesWithAMap) {
  TokenIndex index;
  std::map<Token, BlockId> reference;
  std::vector<Token> tokens;
  // Tokens that crowd a few homes: runs must survive erasing in their middle.
  Dice dice(12);
  for (int i = 0; i < 400; ++i) tokens.push_back(Token{(dice.next() << 12U) | (60 + dice.next() % 8)});
  for (int step = 0; step < 40000; ++step) {
    const Token token = tokens[dice.next() % tokens.size()];
    const bool known = reference.count(token) != 0;
    if (!known && dice.next() % 2 == 0) {
      const BlockId block{1 + dice.next() % 1000};
      index.insert(token, block);
      reference[token] = block;
    } else {
      index.erase(token);
      reference.erase(token);
    }
    const Token asked = tokens[dice.next() % tokens.size()];
    const auto found = reference.find(asked);
    ASSERT_EQ(index.find(asked), found == reference.end() ? BlockId{} : found->second);
  }
  for (const auto& [token, block] : reference) EXPECT_EQ(index.find(token), block);
}

TEST(TokenIndex, FindsNothingUnderZero) {
  TokenIndex index;
  EXPECT_EQ(index.find(Token{}), BlockId{});
  index.erase(Token{9});
  EXPECT_EQ(index.find(Token{9}), BlockId{});
}

}  // namespace
}  // namespace berth
