// SPDX-License-Identifier: MIT
// Forks, links and permissions: what Windows has of its own is in windows_file_system_test.cpp.
#ifndef _WIN32

#include <berth/store/file_storage.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/counted_files.h"
#include "store/page_cache.h"
#include "store/set_text.h"
#include "store/sets.h"
#include "store/stores.h"
#include "support/temporary_folder.h"

namespace berth {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::CountedFiles;
using test::loaded;
using test::new_set;
using test::old_set;
using test::opened;
using test::PageCacheFiles;
using test::put_bytes;
using test::save;
using test::status_of_child;
using test::TemporaryFolder;
using test::text_of_error;
using testing::HasSubstr;

// -- ordinary life -------------------------------------------------------------------------------------

TEST(FileStorage, AMissingFileIsAFreshMachineAndStaysMissing) {
  const TemporaryFolder folder;
  EXPECT_EQ(loaded(folder / "home.json"), PersistentSet{});
  EXPECT_FALSE(fs::exists(folder / "home.json"));
}

TEST(FileStorage, FindsWhatWasSavedLast) {
  const TemporaryFolder folder;
  save(folder / "home.json", old_set());
  save(folder / "home.json", new_set());
  EXPECT_EQ(loaded(folder / "home.json"), new_set());
  EXPECT_FALSE(fs::exists(folder / "home.json.unfinished"));
}

TEST(FileStorage, TakesTheListsInAnyOrder) {
  const TemporaryFolder folder;
  PersistentSet set = old_set();
  std::swap(set.reservations[0], set.reservations[1]);
  save(folder / "home.json", set);
  EXPECT_EQ(loaded(folder / "home.json"), old_set());
}

TEST(FileStorage, TheSameSetIsTheSameBytes) {
  const TemporaryFolder folder;
  save(folder / "one.json", new_set());
  save(folder / "two.json", old_set());
  save(folder / "two.json", new_set());
  EXPECT_EQ(bytes_of(folder / "one.json"), bytes_of(folder / "two.json"));
}

TEST(FileStorage, IsPrivateUnlessTheFileWasNot) {
  const TemporaryFolder folder;
  save(folder / "home.json", old_set());
  EXPECT_EQ(fs::status(folder / "home.json").permissions(), fs::perms(0600));
  fs::permissions(folder / "home.json", fs::perms(0664));
  save(folder / "home.json", new_set());
  EXPECT_EQ(fs::status(folder / "home.json").permissions(), fs::perms(0664));
}

TEST(FileStorage, WritesWhatASymbolicLinkNames) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_symlink("real/other.json", folder / "middle.json");
  fs::create_symlink(folder / "middle.json", folder / "home.json");
  save(folder / "home.json", old_set());  // the file that the links name does not exist yet
  save(folder / "home.json", new_set());
  EXPECT_TRUE(fs::is_symlink(folder / "home.json"));
  EXPECT_TRUE(fs::is_symlink(folder / "middle.json"));
  EXPECT_EQ(loaded(folder / "real/other.json"), new_set());
}

TEST(FileStorage, LinksThatNameEachOtherAreAnError) {
  const TemporaryFolder folder;
  fs::create_symlink("two.json", folder / "one.json");
  fs::create_symlink("one.json", folder / "two.json");
  EXPECT_THAT(text_of_error(FileStorage::open(folder / "one.json")), HasSubstr("symbolic links"));
}

TEST(FileStorage, RemovesWhatACrashLeftUnfinished) {
  const TemporaryFolder folder;
  save(folder / "home.json", old_set());
  put_bytes(folder / "home.json.unfinished", "{ half a");
  EXPECT_EQ(loaded(folder / "home.json"), old_set());
  EXPECT_FALSE(fs::exists(folder / "home.json.unfinished"));
}

TEST(FileStorage, SavesOverAnUnfinishedFileThatCameAfterOpening) {
  const TemporaryFolder folder;
  const auto storage = opened(folder / "home.json");
  put_bytes(folder / "home.json.unfinished", "{ half a");
  EXPECT_EQ(text_of_error(storage->save(new_set())), "no error");
  EXPECT_EQ(*storage->load(), new_set());
}

// -- files that are not ours to touch ------------------------------------------------------------------

class RefusedFile : public testing::Test {
 protected:
  /// What loading says about a file with these bytes, once it is sure that nothing changed them.
  StoreError error_for(const std::string& bytes) {
    put_bytes(path_, bytes);
    const auto storage = opened(path_);
    const auto set = storage->load();
    EXPECT_FALSE(set);
    EXPECT_EQ(text_of_error(storage->save(new_set())), text_of_error(set)) << "saving must not write over it";
    const bool is_damaged = !set && set.error().fault == StoreFault::Damaged;
    EXPECT_EQ(bytes_of(is_damaged ? path_ + ".damaged" : path_), bytes);
    EXPECT_EQ(fs::exists(path_), !is_damaged);
    fs::remove(path_ + ".damaged");
    return set ? StoreError{} : set.error();
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "home.json";
};

TEST_F(RefusedFile, IsKeptAsideWhenItIsDamaged) {
  std::string bytes = text_of(old_set());
  bytes[bytes.find("6000")] = '7';
  const StoreError error = error_for(bytes);
  EXPECT_EQ(error.fault, StoreFault::Damaged);
  EXPECT_THAT(to_string(error), HasSubstr(path_ + ": at /checksum: found the checksum"));
}

TEST_F(RefusedFile, IsKeptAsideWhenItWasCut) {
  const std::string text = text_of(old_set());
  EXPECT_EQ(error_for(text.substr(0, text.size() / 2)).fault, StoreFault::Damaged);
}

TEST_F(RefusedFile, IsKeptAsideWhenItIsEmpty) {
  EXPECT_EQ(
      to_string(error_for("")),
      path_ +
          ": found an empty file, expected a store, or no file for a fresh machine; the file is kept as " +
          path_ + ".damaged, and the next start begins with a fresh machine");
}

TEST_F(RefusedFile, IsLeftAsItWasWhenItIsNewer) {
  EXPECT_EQ(error_for(R"({"berth_store": 7})").fault, StoreFault::NewerVersion);
}

TEST_F(RefusedFile, IsLeftAsItWasWhenItIsForeign) {
  EXPECT_EQ(error_for("[remote \"origin\"]\n").fault, StoreFault::Foreign);
  EXPECT_EQ(error_for(std::string(100, '\0')).fault, StoreFault::Foreign);
}

TEST_F(RefusedFile, IsNotReadWhenItIsAGigabyte) {
  put_bytes(path_, "{");
  fs::resize_file(path_, 1U << 30U);
  CountedFiles files(this_computer());
  int reads = 0;
  files.after_each([&](int, const std::string& name) { reads += name == "read" ? 1 : 0; });
  const auto set = opened(path_, files)->load();
  EXPECT_THAT(text_of_error(set),
              HasSubstr("found 1073741824 bytes, expected a store, at most 16777216 bytes"));
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(fs::file_size(path_), 1U << 30U);
}

TEST_F(RefusedFile, MayBeAFolderOrAPipe) {
  fs::create_directory(path_);
  EXPECT_THAT(text_of_error(opened(path_)->load()), HasSubstr("not a regular file"));
  fs::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(text_of_error(opened(path_)->load()), HasSubstr("not a regular file"));
}

TEST_F(RefusedFile, MayBeInAFolderThatIsNotThere) {
  EXPECT_THAT(text_of_error(FileStorage::open(folder_ / "none/home.json")),
              HasSubstr("No such file or directory while opening"));
}

// -- calls that fail -----------------------------------------------------------------------------------

/// How many system calls `work` makes.
template <class Work>
int calls_of(CountedFiles& files, Work&& work) {
  files.start_counting();
  work();
  return files.calls();
}

int calls_of_a_save() {
  PageCacheFiles memory;
  save("home.json", old_set(), memory);
  CountedFiles files(memory);
  files.write_at_most(64);
  const auto storage = opened("home.json", files);
  EXPECT_TRUE(storage->load());
  return calls_of(files, [&] { EXPECT_FALSE(storage->save(new_set())); });
}

test::Interference fail_at(int wrong_call, int error, std::string* name_of_call = nullptr) {
  return [=](int call, const std::string& name) -> std::optional<SystemError> {
    if (call != wrong_call) return std::nullopt;
    if (name_of_call != nullptr) *name_of_call = name;
    return SystemError{error};
  };
}

TEST(FailingCalls, LeaveTheOldSetAndSaySo) {
  const int calls = calls_of_a_save();
  for (const int error : {ENOSPC, EIO, EACCES, EROFS, EDQUOT}) {
    for (int wrong = 1; wrong <= calls; ++wrong) {
      PageCacheFiles memory;
      save("home.json", old_set(), memory);
      CountedFiles files(memory);
      files.write_at_most(64);
      const auto storage = opened("home.json", files);
      ASSERT_TRUE(storage->load());
      files.start_counting();
      std::string name;
      files.before_each(fail_at(wrong, error, &name));
      const auto failed = storage->save(new_set());
      if (name == "exchange" || name == "unlink") {  // there is another way, or the old file's time is over
        EXPECT_FALSE(failed);
        EXPECT_EQ(*storage->load(), new_set());
        continue;
      }
      ASSERT_TRUE(failed) << "call " << wrong;
      EXPECT_EQ(failed->fault, StoreFault::Unreachable);
      EXPECT_THAT(failed->found, HasSubstr(text_of(SystemError{error}) + " while "));

      files.before_each({});
      EXPECT_EQ(*storage->load(), old_set()) << "call " << wrong;
      EXPECT_FALSE(memory.disk().seen().contains("home.json.unfinished"));
      EXPECT_FALSE(storage->save(new_set())) << "a later save succeeds";
      EXPECT_EQ(*storage->load(), new_set());
    }
  }
}

TEST(FailingCalls, LeaveNoFileWhereThereWasNone) {
  for (int wrong = 1; wrong <= 20; ++wrong) {
    PageCacheFiles memory;
    CountedFiles files(memory);
    const auto storage = opened("home.json", files);
    ASSERT_TRUE(storage->load());
    files.start_counting();
    files.before_each(fail_at(wrong, EIO));
    if (!storage->save(new_set())) {
      EXPECT_GT(wrong, files.calls());
      break;
    }
    files.before_each({});
    EXPECT_FALSE(memory.disk().seen().contains("home.json")) << "call " << wrong;
  }
}

TEST(FailingCalls, AreRepeatedWhenASignalInterruptedThem) {
  PageCacheFiles memory;
  save("home.json", old_set(), memory);
  CountedFiles files(memory);
  bool interrupt = false;
  files.before_each([&](int, const std::string& name) -> std::optional<SystemError> {
    interrupt = !interrupt;
    if (interrupt || name == "close") return SystemError{EINTR};
    return std::nullopt;
  });
  const auto storage = opened("home.json", files);
  EXPECT_EQ(*storage->load(), old_set());
  EXPECT_EQ(text_of_error(storage->save(new_set())), "no error");
  EXPECT_EQ(*storage->load(), new_set());
}

TEST(FailingCalls, OfLoadingAreToldAndHarmless) {
  PageCacheFiles memory;
  save("home.json", old_set(), memory);
  CountedFiles files(memory);
  const auto storage = opened("home.json", files);
  const int calls = calls_of(files, [&] { EXPECT_TRUE(storage->load()); });
  int failures = 0;
  for (int wrong = 1; wrong <= calls; ++wrong) {
    files.start_counting();
    files.before_each(fail_at(wrong, EIO));
    const auto set = storage->load();
    if (set)
      EXPECT_EQ(*set, old_set());
    else
      ++failures;
  }
  EXPECT_EQ(failures, calls - 1) << "only closing a file that was read may fail unseen";
}

TEST(FailingCalls, OfOpeningAreToldUnlessOnlyTheHoldersNumberIsAtStake) {
  for (int wrong = 1; wrong <= 6; ++wrong) {
    PageCacheFiles memory;
    CountedFiles files(memory);
    std::string name_of_call;
    files.before_each([&](int call, const std::string& name) -> std::optional<SystemError> {
      if (call != wrong) return std::nullopt;
      name_of_call = name;
      return SystemError{EACCES};
    });
    const bool harmless = FileStorage::open("home.json", files).has_value();
    EXPECT_EQ(harmless, name_of_call == "truncate" || name_of_call == "write") << name_of_call;
  }
}

TEST(FailingCalls, ThatNeverStopFailingLeaveTheOldSetOnTheDisk) {
  const int calls = calls_of_a_save();
  const int sync_of_folder = calls - 1;  // the last call only removes the old file
  for (int first_wrong = 1; first_wrong <= sync_of_folder; ++first_wrong) {
    PageCacheFiles memory;
    save("home.json", old_set(), memory);
    CountedFiles files(memory);
    files.write_at_most(64);
    const auto storage = opened("home.json", files);
    ASSERT_TRUE(storage->load());
    files.start_counting();
    files.before_each([&](int call, const std::string&) -> std::optional<SystemError> {
      if (call >= first_wrong) return SystemError{EIO};
      return std::nullopt;
    });
    const auto error = storage->save(new_set());
    ASSERT_TRUE(error);
    // Once the new file is in place and nothing works any more, nobody can put the old one back.
    const bool too_late = first_wrong == sync_of_folder;
    EXPECT_EQ(error->found.ends_with("; the old file could not be put back"), too_late) << error->found;
    EXPECT_EQ(loaded("home.json", memory), too_late ? new_set() : old_set()) << "call " << first_wrong;
  }
}

TEST(FailingCalls, TakeNoRoomToPutTheOldFileBack) {
  PageCacheFiles memory;
  save("home.json", old_set(), memory);
  bool is_full = false;  // outlives the storage, whose end closes files
  CountedFiles files(memory);
  const auto storage = opened("home.json", files);
  ASSERT_TRUE(storage->load());
  files.before_each([&](int, const std::string& name) -> std::optional<SystemError> {
    is_full = is_full || name == "sync_folder";
    if (is_full && (name == "open" || name == "write" || name == "sync_folder")) return SystemError{ENOSPC};
    return std::nullopt;
  });
  const auto error = storage->save(new_set());
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->found.ends_with("No space left on device while syncing the folder .")) << error->found;
  EXPECT_EQ(loaded("home.json", memory), old_set());
}

// -- a save that is cut off ----------------------------------------------------------------------------

/// What a save that begins with `before` on the disk may leave when the power goes after its call `call`,
/// counted from 1, or after its end.
struct Cut {
  int call = 0;
  test::Disk disk;
};

std::vector<Cut> cuts_of_a_save(const std::optional<PersistentSet>& before, bool* saved) {
  PageCacheFiles memory;
  if (before) save("home.json", *before, memory);
  CountedFiles files(memory);
  files.write_at_most(64);
  const auto storage = opened("home.json", files);
  EXPECT_TRUE(storage->load());
  std::vector<Cut> cuts = {{.call = 0, .disk = memory.disk()}};
  files.start_counting();
  files.after_each([&](int call, const std::string&) { cuts.push_back({call, memory.disk()}); });
  *saved = !storage->save(new_set());
  return cuts;
}

void expect_old_or_new_after_every_cut(const std::optional<PersistentSet>& before) {
  const PersistentSet old = before.value_or(PersistentSet{});
  bool saved = false;
  const std::vector<Cut> cuts = cuts_of_a_save(before, &saved);
  ASSERT_TRUE(saved);
  std::size_t olds = 0;
  std::size_t news = 0;
  for (const Cut& cut : cuts) {
    const bool after_the_end = &cut == &cuts.back();
    for (const test::Disk& disk : cut.disk.after_power_cut()) {
      PageCacheFiles found(disk);
      const PersistentSet left = loaded("home.json", found);
      EXPECT_TRUE(left == new_set() || (left == old && !after_the_end)) << "after call " << cut.call;
      EXPECT_FALSE(found.disk().seen().contains("home.json.unfinished"));
      ++(left == old ? olds : news);
    }
  }
  testing::Test::RecordProperty("disks", static_cast<int>(olds + news));
  EXPECT_GT(olds, cuts.size()) << "the test loses nothing";
  EXPECT_GT(news, 0U);
}

TEST(LossOfPower, AtAnyPointOfASaveLeavesTheOldSetOrTheNew) { expect_old_or_new_after_every_cut(old_set()); }

TEST(LossOfPower, AtAnyPointOfTheFirstSaveLeavesAFreshMachineOrTheNewSet) {
  expect_old_or_new_after_every_cut(std::nullopt);
}

TEST(LossOfPower, WouldBeNoticedByTheseTestsIfASyncWereLeftOut) {
  // The test of the tests: without the file's sync, some disk holds neither set.
  PageCacheFiles memory;
  save("home.json", old_set(), memory);
  test::Disk disk = memory.disk();
  disk.write(disk.create("home.json.unfinished"), text_of(new_set()));
  disk.rename("home.json.unfinished", "home.json");
  bool noticed = false;
  for (const test::Disk& left : disk.after_power_cut()) {
    PageCacheFiles files(left);
    const auto set = opened("home.json", files)->load();
    noticed = noticed || !set;
  }
  EXPECT_TRUE(noticed);
}

/// Saves in a process of its own that ends at once, before its system call `last`.
void save_until_call(const std::string& path, int last) {
  status_of_child([&] {
    CountedFiles files(this_computer());
    files.write_at_most(64);
    auto storage = FileStorage::open(path, files);
    if (!storage || !(*storage)->load()) ::_exit(1);
    files.start_counting();
    files.before_each([&](int call, const std::string&) -> std::optional<SystemError> {
      if (call == last) ::kill(::getpid(), SIGKILL);
      return std::nullopt;
    });
    static_cast<void>((*storage)->save(new_set()));
  });
}

TEST(KilledProcess, AtAnyPointOfASaveLeavesTheOldSetOrTheNew) {
  const TemporaryFolder folder;
  const std::string path = folder / "home.json";
  const int calls = calls_of_a_save();
  bool was_new = false;
  for (int last = 1; last <= calls + 1; ++last) {
    save(path, old_set());
    save_until_call(path, last);
    const PersistentSet left = loaded(path);
    EXPECT_TRUE(left == old_set() || left == new_set()) << "before call " << last;
    EXPECT_TRUE(left == new_set() || !was_new) << "once new, always new";
    EXPECT_FALSE(fs::exists(path + ".unfinished"));
    was_new = left == new_set();
  }
  EXPECT_TRUE(was_new);
  RecordProperty("kills", calls + 1);
}

TEST(KilledProcess, AtAnyPointOfTheFirstSaveLeavesAFreshMachineOrTheNewSet) {
  const TemporaryFolder folder;
  const int calls = calls_of_a_save();
  for (int last = 1; last <= calls; ++last) {
    const std::string path = folder / (std::to_string(last) + ".json");
    save_until_call(path, last);
    const PersistentSet left = loaded(path);
    EXPECT_TRUE(left == PersistentSet{} || left == new_set()) << "before call " << last;
  }
}

}  // namespace
}  // namespace berth

#endif
