// SPDX-License-Identifier: MIT
// Files that something else has changed: each is told about and kept, and the next start works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "store/page_cache.h"
#include "store/set_text.h"
#include "store/stores.h"

namespace berth {
namespace {

using test::Disk;
using test::new_set;
using test::old_set;
using test::opened;
using test::PageCacheFiles;
using test::text_of_error;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

std::string content_of(const PageCacheFiles& files, const std::string& name) {
  const auto found = files.disk().seen().find(name);
  return found == files.disk().seen().end() ? "no file" : files.disk().content(found->second);
}

void expect_a_fresh_machine_that_says_so(PageCacheFiles& files, const std::string& bytes) {
  const auto storage = opened("home.json", files);
  ASSERT_EQ(*storage->load(), PersistentSet{});
  ASSERT_THAT(storage->notice().value_or(""), HasSubstr("kept as home.json.damaged"));
  ASSERT_EQ(text_of_error(storage->save(new_set())), "no error");
  ASSERT_EQ(content_of(files, "home.json.damaged"), bytes);
}

/// Whatever became of the file: the right set comes back, or it is told and kept byte for byte.
void expect_right_or_told_and_kept(const std::string& bytes) {
  PageCacheFiles files(Disk::with("home.json", bytes));
  auto storage = opened("home.json", files);
  const auto set = storage->load();
  if (set) {
    ASSERT_EQ(*set, old_set());
    return;
  }
  ASSERT_EQ(text_of_error(storage->save(new_set())), text_of_error(set)) << "never written over";
  const bool is_damaged = set.error().fault == StoreFault::Damaged;
  ASSERT_EQ(content_of(files, "home.json"), is_damaged ? "no file" : bytes);
  ASSERT_EQ(content_of(files, "home.json.damaged"), is_damaged ? bytes : "no file");
  storage.reset();
  if (is_damaged)
    expect_a_fresh_machine_that_says_so(files, bytes);
  else
    ASSERT_EQ(text_of_error(opened("home.json", files)->load()), text_of_error(set)) << "told each time";
}

TEST(Damage, OfAnyByteIsToldAndKept) {
  const std::string text = text_of(old_set());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const unsigned flips : {1U << (at % 8), 0x80U, 0xffU}) {
      std::string changed = text;
      changed[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ flips);
      expect_right_or_told_and_kept(changed);
      ASSERT_FALSE(HasFatalFailure()) << "byte " << at << " ^ " << flips;
    }
  }
}

TEST(Damage, OfAnySectorThatWasNeverWrittenIsToldAndKept) {
  const std::string text = text_of(old_set());
  for (std::size_t from = 0; from < text.size(); from += 16) {
    expect_right_or_told_and_kept(std::string(text).replace(from, 16, 16, '\0'));
    ASSERT_FALSE(HasFatalFailure()) << "from " << from;
  }
}

TEST(Damage, ByACutAnywhereIsToldAndKept) {
  const std::string text = text_of(old_set());
  for (std::size_t length = 0; length < text.size(); ++length) {
    expect_right_or_told_and_kept(text.substr(0, length));
    ASSERT_FALSE(HasFatalFailure()) << length << " bytes";
  }
}

TEST(Damage, ByWhatWasAppendedIsToldAndKept) {
  const std::string text = text_of(old_set());
  for (const std::string& more :
       {std::string("\n \n"), std::string("x"), std::string("}"), std::string(512, '\0'), text})
    expect_right_or_told_and_kept(text + more);
}

TEST(Damage, AgainKeepsBothFiles) {
  PageCacheFiles files(Disk::with("home.json", "{\"berth_store\": 1}"));
  EXPECT_FALSE(opened("home.json", files)->load());
  test::save("home.json", new_set(), files);
  Disk disk = files.disk();
  disk.truncate(disk.seen().at("home.json"));
  PageCacheFiles again(disk);
  EXPECT_THAT(text_of_error(opened("home.json", again)->load()), HasSubstr("kept as home.json.damaged.2,"));
  EXPECT_EQ(content_of(again, "home.json.damaged"), "{\"berth_store\": 1}");
  EXPECT_EQ(content_of(again, "home.json.damaged.2"), "");
  const auto later = opened("home.json", again);
  EXPECT_EQ(*later->load(), PersistentSet{});
  EXPECT_THAT(later->notice().value_or(""), HasSubstr("kept as home.json.damaged.2"));
}

TEST(Damage, ThatCannotBePutAsideStaysInItsPlace) {
  Disk disk = Disk::with("home.json", "{\"berth_store\": 1}");
  for (int number = 2; number <= 99; ++number) disk.create("home.json.damaged." + std::to_string(number));
  disk.create("home.json.damaged");
  PageCacheFiles files(disk);
  EXPECT_THAT(text_of_error(opened("home.json", files)->load()), HasSubstr("stays where it is"));
  EXPECT_EQ(content_of(files, "home.json"), "{\"berth_store\": 1}");
}

TEST(Damage, IsNoLongerMentionedOnceANewStoreIsThere) {
  PageCacheFiles files(Disk::with("home.json.damaged", "{"));
  test::save("home.json", new_set(), files);
  const auto storage = opened("home.json", files);
  EXPECT_EQ(*storage->load(), new_set());
  EXPECT_EQ(storage->notice(), std::nullopt);
}

}  // namespace
}  // namespace berth
