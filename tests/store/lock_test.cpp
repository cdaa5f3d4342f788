// SPDX-License-Identifier: MIT
// One writer: who holds a store is told, and what was killed or forked holds nothing.
#ifndef _WIN32

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/stores.h"
#include "support/temporary_folder.h"

namespace berth {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::new_set;
using test::old_set;
using test::opened;
using test::status_of_child;
using test::TemporaryFolder;
using test::text_of_error;
using testing::HasSubstr;

TEST(StoreLock, RefusesASecondWriterOfTheSameProcess) {
  const TemporaryFolder folder;
  const auto first = opened(folder / "home.json");
  const auto second = FileStorage::open(folder / "home.json");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, StoreFault::HeldByAnother);
  EXPECT_EQ(to_string(second.error()),
            folder / "home.json: found process " + std::to_string(::getpid()) +
                " as its writer, expected no other writer: end that process, or give "
                "this one a store of its own");
}

TEST(StoreLock, RefusesASecondWriterThroughASymbolicLink) {
  const TemporaryFolder folder;
  fs::create_symlink("home.json", folder / "link.json");
  const auto first = opened(folder / "home.json");
  EXPECT_THAT(text_of_error(FileStorage::open(folder / "link.json")), HasSubstr("as its writer"));
}

TEST(StoreLock, StaysWithTheWriterThroughASave) {
  const TemporaryFolder folder;
  const auto first = opened(folder / "home.json");
  EXPECT_FALSE(first->save(old_set()));
  EXPECT_FALSE(first->save(new_set()));
  EXPECT_FALSE(FileStorage::open(folder / "home.json"));
}

TEST(StoreLock, RefusesASecondWriterOfAnotherProcess) {
  const TemporaryFolder folder;
  const auto first = opened(folder / "home.json");
  const std::string holder = "process " + std::to_string(::getpid());
  const int status = status_of_child([&] {
    const auto second = FileStorage::open(folder / "home.json");
    ::_exit(!second && second.error().found.starts_with(holder) ? 7 : 1);
  });
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(StoreLock, GoesWithItsWriter) {
  const TemporaryFolder folder;
  opened(folder / "home.json").reset();
  EXPECT_TRUE(FileStorage::open(folder / "home.json"));
}

TEST(StoreLock, GoesWhenItsWriterIsKilled) {
  const TemporaryFolder folder;
  const int status = status_of_child([&] {
    const auto first = FileStorage::open(folder / "home.json");
    if (first) ::kill(::getpid(), SIGKILL);
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_NE(bytes_of(folder / "home.json.lock"), "");
  EXPECT_TRUE(FileStorage::open(folder / "home.json"));
}

// -- forks ---------------------------------------------------------------------------------------------

/// Two ends for one byte between processes.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    close_writer();
  }
  void tell(char byte = 'x') const { EXPECT_EQ(::write(ends_[1], &byte, 1), 1); }
  /// The next byte; 0 when all writers have gone.
  [[nodiscard]] char wait() const {
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1 ? byte : '\0';
  }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_ = {-1, -1};
};

TEST(StoreLock, GoesWhenItsWriterIsKilledThoughAForkedChildLives) {
  const TemporaryFolder folder;
  Pipe told;
  Pipe child_may_end;
  const int status = status_of_child([&] {
    const auto writer = FileStorage::open(folder / "home.json");
    if (::fork() == 0) {
      child_may_end.close_writer();
      told.tell(writer ? 'y' : 'n');
      static_cast<void>(child_may_end.wait());
      ::_exit(0);
    }
    static_cast<void>(told.wait());
    told.tell();
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(told.wait(), 'x');
  EXPECT_EQ(text_of_error(FileStorage::open(folder / "home.json")), "no error");
}

TEST(StoreLock, StaysWithTheWriterWhenAForkedChildEnds) {
  const TemporaryFolder folder;
  auto writer = opened(folder / "home.json");
  const int status = status_of_child([&] {
    const int copies = ::open("/dev/null", O_RDONLY);  // may well have the number that the lock had
    writer.reset();
    ::_exit(::fcntl(copies, F_GETFD) < 0 ? 1 : 0);
  });
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the child closed a file that is not its own";
  EXPECT_EQ(text_of_error(writer->save(old_set())), "no error");
  EXPECT_FALSE(FileStorage::open(folder / "home.json"));
}

TEST(StoreLock, IsNotAForkedChilds) {
  const TemporaryFolder folder;
  const auto writer = opened(folder / "home.json");
  EXPECT_FALSE(writer->save(old_set()));
  const int status = status_of_child([&] {
    const auto error = writer->save(new_set());
    ::_exit(error && to_string(*error).find("found a process that was forked from the writer") !=
                         std::string::npos
                ? 7
                : 1);
  });
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(*writer->load(), old_set());
}

TEST(StoreLock, ThatSomebodyRemovedStopsTheWriter) {
  const TemporaryFolder folder;
  const auto writer = opened(folder / "home.json");
  EXPECT_FALSE(writer->save(old_set()));
  fs::remove(folder / "home.json.lock");
  const auto another = opened(folder / "home.json");
  EXPECT_THAT(text_of_error(writer->save(new_set())), HasSubstr("home.json.lock was removed"));
  EXPECT_EQ(*another->load(), old_set());
  EXPECT_FALSE(another->save(new_set()));
}

TEST(StoreLock, HasOneWinnerAmongManyThatStartTogether) {
  const TemporaryFolder folder;
  constexpr int kRivals = 8;
  Pipe start;
  Pipe answers;
  Pipe end;
  std::vector<pid_t> rivals;
  for (int i = 0; i < kRivals; ++i) {
    const pid_t rival = ::fork();
    if (rival == 0) {
      start.close_writer();
      end.close_writer();
      static_cast<void>(start.wait());
      const auto storage = FileStorage::open(folder / "home.json");
      const bool was_told = !storage && storage.error().fault == StoreFault::HeldByAnother;
      answers.tell(storage ? 'w' : was_told ? 'l' : '?');
      static_cast<void>(end.wait());
      ::_exit(0);
    }
    rivals.push_back(rival);
  }
  start.close_writer();
  std::string told;
  for (int i = 0; i < kRivals; ++i) told += answers.wait();
  end.close_writer();
  for (const pid_t rival : rivals) ::waitpid(rival, nullptr, 0);
  EXPECT_EQ(std::ranges::count(told, 'w'), 1) << told;
  EXPECT_EQ(std::ranges::count(told, 'l'), kRivals - 1) << told;
}

}  // namespace
}  // namespace berth

#endif
