// SPDX-License-Identifier: MIT
#include <berth/store/memory_storage.h>
#include <berth/store/telling_storage.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/page_cache.h"
#include "store/stores.h"

namespace berth {
namespace {

using test::new_set;
using test::old_set;
using test::PageCacheFiles;
using test::text_of_error;
using testing::ElementsAre;
using testing::HasSubstr;

StoreError trouble(const std::string& found) {
  return {
      .fault = StoreFault::Unreachable, .file = "home.json", .place = "", .found = found, .expected = "room"};
}

TEST(TellingStorage, TellsEachTroubleOnceAndItsEnd) {
  std::vector<std::string> told;
  auto memory = std::make_unique<MemoryStorage>(old_set());
  MemoryStorage& disk = *memory;
  TellingStorage storage(std::move(memory), [&told](const std::string& line) { told.push_back(line); });
  EXPECT_EQ(*storage.load(), old_set());
  EXPECT_FALSE(storage.save(new_set()));
  disk.fail_saves_with(trouble("a full disk"));
  EXPECT_EQ(storage.save(old_set()), trouble("a full disk"));
  EXPECT_EQ(storage.save(old_set()), trouble("a full disk"));
  disk.fail_saves_with(trouble("a broken disk"));
  EXPECT_EQ(storage.save(old_set()), trouble("a broken disk"));
  disk.fail_saves_with(std::nullopt);
  EXPECT_FALSE(storage.save(old_set()));
  EXPECT_FALSE(storage.save(new_set()));
  EXPECT_THAT(
      told, ElementsAre("home.json: found a full disk, expected room",
                        "home.json: found a broken disk, expected room", "home.json: can be written again"));
}

TEST(TellingStorage, TellsOnceThatADamagedStoreWasKept) {
  std::vector<std::string> told;
  PageCacheFiles files(test::Disk::with("home.json.damaged", "{"));
  TellingStorage storage(test::opened("home.json", files),
                         [&told](const std::string& line) { told.push_back(line); });
  EXPECT_EQ(*storage.load(), PersistentSet{});
  EXPECT_EQ(*storage.load(), PersistentSet{});
  EXPECT_THAT(told, ElementsAre(HasSubstr("it is kept as home.json.damaged")));
}

}  // namespace
}  // namespace berth
