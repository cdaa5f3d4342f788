// SPDX-License-Identifier: MIT
#include <berth/remote/patience.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>

namespace berth::remote {
namespace {

bool is_alone_on_its_processor() {
  cpu_set_t processors;
  return sched_getaffinity(0, sizeof processors, &processors) != 0 || CPU_COUNT(&processors) == 1;
}

class PatienceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (is_alone_on_its_processor()) GTEST_SKIP() << "with one processor nobody looks";
  }
  // Whether it looked at all.
  bool looks(bool and_finds) {
    const int before = looks_;
    const bool found = patience_.finds([&] {
      ++looks_;
      return and_finds;
    });
    const bool looked = looks_ > before;
    EXPECT_EQ(found, looked && and_finds);
    return looked;
  }
  int looked_in(int times) {
    int looked = 0;
    for (int i = 0; i < times; ++i) looked += looks(false) ? 1 : 0;
    return looked;
  }

  Patience patience_{std::chrono::nanoseconds(1)};
  int looks_ = 0;
};

TEST_F(PatienceTest, FindsWhatComesWhileItLooks) {
  Patience patience{std::chrono::hours(1)};
  int left = 1000;
  EXPECT_TRUE(patience.finds([&] { return --left == 0; }));
  EXPECT_EQ(left, 0);
}

TEST_F(PatienceTest, LooksSeldomAfterManyFailures) {
  EXPECT_TRUE(looks(false));
  EXPECT_LE(looked_in(10'000), 8 + 10'000 / 256 + 1);
  EXPECT_GE(looked_in(10'000), 10'000 / 256 - 1);
}

TEST_F(PatienceTest, LooksAlwaysWhileItFinds) {
  looked_in(10'000);
  int calls = 0;
  while (!looks(true)) ++calls;
  EXPECT_LE(calls, 256) << "it never gives up";
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(looks(true));
}

}  // namespace
}  // namespace berth::remote
