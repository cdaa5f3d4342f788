// SPDX-License-Identifier: MIT
#include "rules/port_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include <berth/core/port_choice.h>
#include <support/desk.h>

namespace berth {
namespace {

using Ports = std::vector<bool>;

class Touching final : public Neighbours {
 public:
  explicit Touching(const Ports& own) : own_(own) {}
  bool must_not_touch(Port port) const override { return own_[port]; }

 private:
  const Ports& own_;
};

// What the search promises, tried port by port.
struct Reference {
  const Ports& held;
  const Ports* own;

  bool fits(PortRange range, std::uint32_t first, std::uint32_t count) const {
    if (first + count - 1 > range.last()) return false;
    for (std::uint32_t port = first; port < first + count; ++port)
      if (held[port]) return false;
    if (own == nullptr) return true;
    const bool touches_below = first > 1 && (*own)[first - 1];
    const bool touches_above = first + count <= kLastPort && (*own)[first + count];
    return !touches_below && !touches_above;
  }
  std::optional<PortRange> gap_from(PortRange range, std::uint32_t start, std::uint32_t count) const {
    for (std::uint32_t first = start; first <= range.last(); ++first)
      if (fits(range, first, count)) return PortRange::between(first, first + count - 1);
    for (std::uint32_t first = range.first(); first < start; ++first)
      if (fits(range, first, count)) return PortRange::between(first, first + count - 1);
    return std::nullopt;
  }
};

class PortSearch : public testing::Test {
 protected:
  void hold(PortRange range, bool own) {
    map_.set(range, BlockId{1});
    for (std::uint32_t port = range.first(); port <= range.last(); ++port) {
      held_[port] = true;
      own_[port] = own;
    }
  }
  HeldPorts view() const {
    HeldPorts held;
    held.include(map_);
    return held;
  }
  PortMap<BlockId> map_;
  Ports held_ = Ports(65536 + 1);
  Ports own_ = Ports(65536 + 1);
};

PortRange range_within(Dice& dice, std::uint32_t first, std::uint32_t last) {
  const auto one = static_cast<std::uint32_t>(first + dice.next() % (last - first + 1));
  const auto two = static_cast<std::uint32_t>(first + dice.next() % (last - first + 1));
  return *PortRange::between(std::min(one, two), std::max(one, two));
}

TEST_F(PortSearch, FindsWhatTryingEveryPortFinds) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    map_ = {};
    held_.assign(held_.size(), false);
    own_.assign(own_.size(), false);
    // At the lower end, in the middle, or at the upper end of the ports.
    const std::uint32_t low = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 5000 : 65535 - 300;
    const std::uint32_t high = low + 300;
    for (int blocks = 0; blocks < 25; ++blocks) {
      const auto first = static_cast<std::uint32_t>(low + dice.next() % 300);
      const auto last = std::min<std::uint32_t>(high, first + static_cast<std::uint32_t>(dice.next() % 9));
      hold(*PortRange::between(first, last), dice.next() % 2 == 0);
    }
    const Touching neighbours(own_);
    for (int question = 0; question < 400; ++question) {
      const PortRange range = range_within(dice, low, high);
      const auto start = static_cast<Port>(range.first() + dice.next() % range.count());
      const auto count = static_cast<std::uint32_t>(1 + dice.next() % 20);
      ASSERT_EQ(gap_from(view(), range, start, count, nullptr),
                (Reference{held_, nullptr}.gap_from(range, start, count)));
      ASSERT_EQ(gap_from(view(), range, start, count, &neighbours),
                (Reference{held_, &own_}.gap_from(range, start, count)));
      const auto one = Reference{held_, nullptr}.gap_from(range, start, 1);
      ASSERT_EQ(free_port_from(view(), range, start), one ? std::optional(one->first()) : std::nullopt);
    }
  }
}

TEST_F(PortSearch, FindsTheOneLargeGapAmongManySmallOnes) {
  const PortRange range = kDefaultDynamicRange;
  for (std::uint32_t port = range.first(); port < 65000; port += 4)
    hold(PortRange::single(static_cast<Port>(port)), false);
  EXPECT_EQ(gap_from(view(), range, range.first(), 64, nullptr), PortRange::between(64997, 64997 + 63));
  EXPECT_EQ(gap_from(view(), range, range.first(), 600, nullptr), std::nullopt);
  EXPECT_EQ(gap_from(view(), range, 65500, 64, nullptr), PortRange::between(64997, 64997 + 63));
}

TEST_F(PortSearch, FillsARangeToTheLastPort) {
  const PortRange range = *PortRange::between(60000, 65535);
  EXPECT_EQ(gap_from(view(), range, 60000, range.count(), nullptr), range);
  EXPECT_EQ(gap_from(view(), range, 60001, range.count(), nullptr), range);
  EXPECT_EQ(gap_from(view(), range, 60000, range.count() + 1, nullptr), std::nullopt);
  EXPECT_EQ(gap_from(view(), range, 65535, 1, nullptr), PortRange::single(65535));
}

}  // namespace
}  // namespace berth
