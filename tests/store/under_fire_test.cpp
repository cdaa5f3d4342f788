// SPDX-License-Identifier: MIT
// Whole lives of a writer in which every system call fails in turn, once or from then on, and in which the
// power goes at every point.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "store/counted_files.h"
#include "store/page_cache.h"
#include "store/set_text.h"
#include "store/stores.h"

namespace berth {
namespace {

using test::CountedFiles;
using test::Disk;
using test::live;
using test::Lived;
using test::PageCacheFiles;
using test::set_of_step;
using test::text_of_error;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

constexpr std::uint64_t kSteps = 3;
using Exchange = PageCacheFiles::Exchange;
constexpr Exchange kExchanges[] = {Exchange::Known, Exchange::Unknown};

std::vector<std::pair<int, Exchange>> errors_and_exchanges() {
  std::vector<std::pair<int, Exchange>> both;
  for (const int error : {ENOSPC, EIO, EACCES, EROFS, EMFILE, ENOLCK})
    for (const Exchange exchange : kExchanges) both.emplace_back(error, exchange);
  return both;
}

enum class Trouble : std::uint8_t { Once, FromThenOn };

test::Interference trouble_at(int first, int error, Trouble trouble) {
  return [=](int call, const std::string&) -> std::optional<SystemError> {
    if (call == first || (trouble == Trouble::FromThenOn && call > first)) return SystemError{error};
    return std::nullopt;
  };
}

// The lock file's number would be one more file whose content is half there: it is tried where it matters.
CountedFiles& in_small_pieces(CountedFiles& files) {
  files.write_at_most(150);
  files.read_at_most(100);
  return files;
}

/// The step that the next writer finds, which then works: it saves, and leaves nothing unfinished.
std::uint64_t step_found_on(const Disk& disk) {
  PageCacheFiles files(disk);
  const auto storage = test::opened("home.json", files);
  EXPECT_FALSE(files.disk().seen().contains("home.json.unfinished"));
  const auto set = storage->load();
  EXPECT_TRUE(set) << text_of_error(set);
  if (!set) return ~std::uint64_t{0};
  EXPECT_EQ(*set, set_of_step(set->boot)) << "a set that nobody saved";
  return set->boot;
}

/// How many system calls a life makes in which nothing fails.
int calls_of_a_life(std::uint64_t steps) {
  PageCacheFiles memory;
  CountedFiles files(memory);
  Lived lived;
  live("home.json", in_small_pieces(files), steps, lived);
  EXPECT_EQ(lived.acknowledged, steps);
  return files.calls();
}

// -- calls that fail -----------------------------------------------------------------------------------

TEST(UnderFire, ACallThatFailsOnceLeavesWhatWasAcknowledgedLast) {
  const int calls = calls_of_a_life(kSteps);
  for (const auto& [error, exchange] : errors_and_exchanges()) {
    for (int wrong = 1; wrong <= calls; ++wrong) {
      PageCacheFiles memory(exchange);
      CountedFiles files(memory);
      files.before_each(trouble_at(wrong, error, Trouble::Once));
      Lived lived;
      live("home.json", in_small_pieces(files), kSteps, lived);
      ASSERT_EQ(step_found_on(memory.disk()), lived.acknowledged) << "call " << wrong << ", errno " << error;
    }
  }
}

TEST(UnderFire, ACallThatASignalInterruptsIsNoFailure) {
  const int calls = calls_of_a_life(kSteps);
  for (int wrong = 1; wrong <= calls; ++wrong) {
    PageCacheFiles memory;
    CountedFiles files(memory);
    files.before_each(trouble_at(wrong, EINTR, Trouble::Once));
    Lived lived;
    live("home.json", in_small_pieces(files), kSteps, lived);
    ASSERT_EQ(lived.acknowledged, kSteps) << "call " << wrong;
    ASSERT_EQ(step_found_on(memory.disk()), kSteps) << "call " << wrong;
  }
}

TEST(UnderFire, CallsThatFailFromThenOnLoseNothingThatWasAcknowledged) {
  const int calls = calls_of_a_life(kSteps);
  for (const auto& [error, exchange] : errors_and_exchanges()) {
    for (int wrong = 1; wrong <= calls; ++wrong) {
      PageCacheFiles memory(exchange);
      CountedFiles files(memory);
      files.before_each(trouble_at(wrong, error, Trouble::FromThenOn));
      Lived lived;
      live("home.json", in_small_pieces(files), kSteps, lived);
      const std::uint64_t found = step_found_on(memory.disk());
      ASSERT_TRUE(found == lived.acknowledged || found == lived.acknowledged + 1)
          << "call " << wrong << ", errno " << error << ": " << found << " after " << lived.acknowledged;
      ASSERT_LE(found, lived.attempted);
    }
  }
}

TEST(UnderFire, OneKindOfCallThatNeverWorksIsToldByItsName) {
  const std::pair<const char*, const char*> kinds[] = {
      {"resolve", "following home.json"},          {"open", "opening home.json.lock"},
      {"lock", "locking home.json.lock"},          {"unlink", "removing home.json.unfinished"},
      {"status", "looking at home.json"},          {"write", "writing home.json.unfinished"},
      {"sync", "syncing home.json.unfinished"},    {"close", "closing home.json.unfinished"},
      {"rename", "renaming home.json.unfinished"}, {"sync_folder", "syncing the folder ."}};
  for (const auto& [kind, told] : kinds) {
    PageCacheFiles memory;
    CountedFiles files(memory);
    files.before_each([name = std::string(kind)](int, const std::string& call) -> std::optional<SystemError> {
      if (call == name) return SystemError{EROFS};
      return std::nullopt;
    });
    auto storage = FileStorage::open("home.json", files);
    const std::string error =
        storage ? text_of_error((*storage)->save(set_of_step(1))) : text_of_error(storage);
    EXPECT_THAT(error, HasSubstr("found Read-only file system while " + std::string(told) +
                                 ", expected a store that can be read and written"));
    EXPECT_EQ(step_found_on(memory.disk()), 0U) << kind;
  }
}

TEST(UnderFire, AWriteThatTakesNothingIsAnError) {
  PageCacheFiles memory;
  CountedFiles files(memory);
  files.write_at_most(0);
  EXPECT_THAT(text_of_error(test::opened("home.json", files)->save(set_of_step(1))),
              HasSubstr("while writing home.json.unfinished"));
}

// -- the power goes ------------------------------------------------------------------------------------

/// What may be on the disk when the power goes after a call, and how far the writer had come by then.
struct Moment {
  Disk disk;
  Lived lived;
};

/// Every moment of a life in which the call `wrong` fails; from that call on only, because until then it is
/// the life in which nothing fails.
std::vector<Moment> cuts_of_a_life(Exchange exchange, std::uint64_t steps, int wrong, Trouble trouble) {
  PageCacheFiles memory(exchange);
  CountedFiles files(memory);
  Lived lived;
  std::vector<Moment> cuts;
  files.before_each(trouble_at(wrong, EIO, trouble));
  files.after_each([&](int call, const std::string& name) {
    if (call >= wrong && name != "status" && name != "read") cuts.push_back({memory.disk(), lived});
  });
  live("home.json", files, steps, lived);
  cuts.push_back({memory.disk(), lived});
  return cuts;
}

int disks_tried = 0;

void expect_nothing_acknowledged_is_lost(const std::vector<Moment>& cuts) {
  for (const Moment& cut : cuts) {
    for (const Disk& disk : cut.disk.after_power_cut()) {
      const std::uint64_t found = step_found_on(disk);
      ++disks_tried;
      ASSERT_GE(found, cut.lived.acknowledged);
      ASSERT_LE(found, cut.lived.attempted);
    }
  }
}

TEST(UnderFire, ALossOfPowerAtAnyPointLosesNothingThatWasAcknowledged) {
  disks_tried = 0;
  for (const Exchange exchange : kExchanges)
    expect_nothing_acknowledged_is_lost(cuts_of_a_life(exchange, kSteps, 0, Trouble::Once));
  RecordProperty("disks", disks_tried);
  EXPECT_GT(disks_tried, 100);
}

TEST(UnderFire, ALossOfPowerAfterACallThatFailedLosesNothingThatWasAcknowledged) {
  const int calls = calls_of_a_life(2);  // in small pieces: more than are made here
  for (const Exchange exchange : kExchanges)
    for (const Trouble trouble : {Trouble::Once, Trouble::FromThenOn})
      for (int wrong = 1; wrong <= calls; ++wrong)
        expect_nothing_acknowledged_is_lost(cuts_of_a_life(exchange, 2, wrong, trouble));
}

// -- a damaged file ------------------------------------------------------------------------------------

const std::string kBroken = text_of(set_of_step(2)).substr(0, 100);

/// The damaged bytes are still there, under the one name or the other.
bool are_kept(const Disk& disk) {
  return std::ranges::any_of(disk.seen(), [&disk](const auto& entry) {
    return entry.first.starts_with("home.json") && disk.content(entry.second) == kBroken;
  });
}

TEST(UnderFire, ADamagedFileSurvivesEveryCallThatFailsAndEveryLossOfPower) {
  for (int wrong = 0; wrong <= 12; ++wrong) {
    PageCacheFiles memory(Disk::with("home.json", kBroken));
    CountedFiles files(memory);
    files.before_each(trouble_at(wrong, EIO, Trouble::Once));
    std::vector<Disk> moments;
    files.after_each([&](int, const std::string&) { moments.push_back(memory.disk()); });
    Lived lived;
    live("home.json", files, 1, lived);
    EXPECT_EQ(lived.attempted, 0U) << "a damaged store is no fresh machine";
    for (const Disk& moment : moments)
      for (const Disk& disk : moment.after_power_cut()) ASSERT_TRUE(are_kept(disk)) << "call " << wrong;
    EXPECT_TRUE(are_kept(memory.disk()));
  }
}

}  // namespace
}  // namespace berth
