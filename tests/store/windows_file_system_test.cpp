// SPDX-License-Identifier: MIT
#ifdef _WIN32

#include <berth/store/file_storage.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/file_system.h"
#include "store/sets.h"
#include "support/temporary_folder.h"

namespace berth::test {
namespace {

namespace fs = std::filesystem;

TEST(WindowsFileSystem, AStoreIsFoundAsItWasSavedLast) {
  const TemporaryFolder folder;
  const std::string path = folder / "home.json";
  {
    auto storage = FileStorage::open(path);
    ASSERT_TRUE(storage) << to_string(storage.error());
    EXPECT_EQ(*(*storage)->load(), PersistentSet{});
    auto writer = std::move(storage).value();
    ASSERT_FALSE(writer->save(old_set()));
    ASSERT_FALSE(writer->save(new_set()));
  }
  auto again = FileStorage::open(path);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(*std::move(again).value()->load(), new_set());
  EXPECT_FALSE(fs::exists(folder / "home.json.unfinished"));
}

TEST(WindowsFileSystem, AStoreHasOneWriterWhoIsNamed) {
  const TemporaryFolder folder;
  const auto writer = FileStorage::open(folder / "home.json");
  ASSERT_TRUE(writer) << to_string(writer.error());
  const auto second = FileStorage::open(folder / "home.json");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, StoreFault::HeldByAnother);
  EXPECT_EQ(second.error().found,
            "process " + std::to_string(this_computer().process_number()) + " as its writer");
}

TEST(WindowsFileSystem, ALockGoesWithItsWriter) {
  const TemporaryFolder folder;
  { ASSERT_TRUE(FileStorage::open(folder / "home.json")); }
  EXPECT_TRUE(FileStorage::open(folder / "home.json"));
}

TEST(WindowsFileSystem, WhatACrashLeftUnfinishedIsRemoved) {
  const TemporaryFolder folder;
  put_bytes(folder / "home.json.unfinished", "{ half a");
  EXPECT_TRUE(FileStorage::open(folder / "home.json"));
  EXPECT_FALSE(fs::exists(folder / "home.json.unfinished"));
}

TEST(WindowsFileSystem, AFolderIsNoStore) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "home.json");
  auto storage = FileStorage::open(folder / "home.json");
  ASSERT_TRUE(storage) << to_string(storage.error());
  const auto loaded = std::move(storage).value()->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fault, StoreFault::Foreign);
}

TEST(WindowsFileSystem, AFolderThatIsMissingIsAnErrorThatSaysSo) {
  const TemporaryFolder folder;
  const auto storage = FileStorage::open(folder / "no such folder/home.json");
  ASSERT_FALSE(storage);
  EXPECT_NE(storage.error().found.find("No such file or directory"), std::string::npos)
      << to_string(storage.error());
}

TEST(WindowsFileSystem, PathsAreUtf8) {
  const TemporaryFolder folder;
  const std::string path = folder / "K\xc3\xb6ln.json";
  auto storage = FileStorage::open(path);
  ASSERT_TRUE(storage) << to_string(storage.error());
  auto writer = std::move(storage).value();
  ASSERT_FALSE(writer->save(old_set()));
  EXPECT_TRUE(fs::exists(fs::path(std::u8string(path.begin(), path.end()))));
}

}  // namespace
}  // namespace berth::test

#endif
