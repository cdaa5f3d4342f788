// SPDX-License-Identifier: MIT
// Real processes on real files: killed before each of their system calls, out of room, out of descriptors,
// without the right.
#ifndef _WIN32

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/stores.h"
#include "support/temporary_folder.h"

namespace berth {
namespace {

namespace fs = std::filesystem;
using test::loaded;
using test::new_set;
using test::old_set;
using test::opened;
using test::save;
using test::set_of_step;
using test::status_of_child;
using test::TemporaryFolder;
using test::text_of_error;
using testing::HasSubstr;

// -- killed --------------------------------------------------------------------------------------------

enum class Ended : std::uint8_t { Killed, ByItself, NotTraced };

int next_status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

/// Lets a stopped child go on to its `last` system call, counted from 1, and kills it there: that call does
/// not happen.
Ended kill_before_call(pid_t child, int last) {
  constexpr int kSystemCall = SIGTRAP | 0x80;
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  int stops = 0;
  while (stops < 2 * last - 1) {  // one when a call begins, one when it ends
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    const int status = next_status_of(child);
    if (!WIFSTOPPED(status)) return Ended::ByItself;
    if (WSTOPSIG(status) == kSystemCall) ++stops;
  }
  ::kill(child, SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(next_status_of(child)));
  return Ended::Killed;
}

/// Runs `work` in a process of its own that is killed before its system call `last`.
template <class Work>
Ended run_until_call(int last, Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
    ::raise(SIGSTOP);
    work();
    ::_exit(0);
  }
  if (!WIFSTOPPED(next_status_of(child))) return Ended::NotTraced;
  return kill_before_call(child, last);
}

/// Saves two steps; tells each acknowledgement by a byte in `told`.
void save_two_steps(const std::string& path, int told) {
  const auto storage = FileStorage::open(path);
  if (!storage || !(*storage)->load()) ::_exit(1);
  for (std::uint64_t step = 1; step <= 2; ++step) {
    if ((*storage)->save(set_of_step(step))) ::_exit(1);
    const char byte = 'x';
    if (::write(told, &byte, 1) != 1) ::_exit(1);
  }
}

std::uint64_t bytes_in(int pipe) {
  char bytes[8];
  const ssize_t count = ::read(pipe, bytes, sizeof(bytes));
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

TEST(KilledWriter, BeforeAnyOfItsSystemCallsLosesNothingThatItAcknowledged) {
  const TemporaryFolder folder;
  int kills = 0;
  for (Ended ended = Ended::Killed; ended == Ended::Killed; kills += ended == Ended::Killed ? 1 : 0) {
    const std::string path = folder / (std::to_string(kills) + ".json");
    int told[2];
    ASSERT_EQ(::pipe2(told, O_NONBLOCK | O_CLOEXEC), 0);
    ended = run_until_call(kills + 1, [&] { save_two_steps(path, told[1]); });
    const std::uint64_t acknowledged = bytes_in(told[0]);
    ::close(told[0]);
    ::close(told[1]);
    if (ended == Ended::NotTraced) GTEST_SKIP() << "no process may be traced here";
    const PersistentSet left = loaded(path);
    EXPECT_EQ(left, set_of_step(left.boot));
    EXPECT_GE(left.boot, acknowledged) << "before call " << kills + 1;
    EXPECT_LE(left.boot, acknowledged + 1);
    EXPECT_FALSE(fs::exists(path + ".unfinished"));
    EXPECT_TRUE(ended == Ended::Killed || acknowledged == 2);
  }
  EXPECT_GT(kills, 20);
  RecordProperty("kills", kills);
}

// -- out of something ----------------------------------------------------------------------------------

/// What saving tells in a process of its own that has first gone through `prepare`, with the old set in
/// place.
template <class Prepare>
std::string told_by_a_save(const std::string& path, Prepare&& prepare) {
  int told[2];
  EXPECT_EQ(::pipe2(told, O_CLOEXEC), 0);
  const int status = status_of_child([&] {
    const auto storage = FileStorage::open(path);
    if (!storage || !(*storage)->load()) ::_exit(1);
    prepare();
    const std::string text = text_of_error((*storage)->save(new_set()));
    ::_exit(::write(told[1], text.data(), text.size()) < 0 ? 1 : 0);
  });
  EXPECT_EQ(status, 0);
  ::close(told[1]);
  std::string text(4096, '\0');
  const ssize_t count = ::read(told[0], text.data(), text.size());
  ::close(told[0]);
  return text.substr(0, count < 0 ? 0 : static_cast<std::size_t>(count));
}

void limit(decltype(RLIMIT_FSIZE) resource, rlim_t most) {
  const rlimit both{most, most};
  if (::setrlimit(resource, &both) != 0) ::_exit(1);
}

TEST(StarvedWriter, WithoutRoomForTheWholeFileLeavesTheOldSet) {
  const TemporaryFolder folder;
  save(folder / "home.json", old_set());
  const std::string told = told_by_a_save(folder / "home.json", [] {
    ::signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, 100);  // the first write is a short one, the second fails
  });
  EXPECT_THAT(told, HasSubstr("found File too large while writing " + folder / "home.json.unfinished"));
  EXPECT_FALSE(fs::exists(folder / "home.json.unfinished"));
  EXPECT_EQ(loaded(folder / "home.json"), old_set());
}

TEST(StarvedWriter, WithoutADescriptorLeavesTheOldSet) {
  const TemporaryFolder folder;
  save(folder / "home.json", old_set());
  const std::string told = told_by_a_save(folder / "home.json", [] { limit(RLIMIT_NOFILE, 0); });
  EXPECT_THAT(told, HasSubstr("found Too many open files while creating " + folder / "home.json.unfinished"));
  EXPECT_EQ(loaded(folder / "home.json"), old_set());
}

// -- without the right ---------------------------------------------------------------------------------

constexpr uid_t kNobody = 65534;

/// A folder of the user whom the permissions bind: root is bound by none.
class ReadOnlyFolder : public testing::Test {
 protected:
  void give_to_an_ordinary_user() {
    if (::geteuid() != 0) return;
    for (const std::string name : {"", "home.json", "home.json.lock"})
      EXPECT_TRUE(!fs::exists(folder_ / name) || ::chown((folder_ / name).c_str(), kNobody, kNobody) == 0);
  }
  static void become_an_ordinary_user() {
    if (::geteuid() == 0 && ::seteuid(kNobody) != 0) ::_exit(1);
  }
  void make_read_only() { fs::permissions(folder_ / "", fs::perms(0555)); }
  void TearDown() override { fs::permissions(folder_ / "", fs::perms(0755)); }

  TemporaryFolder folder_;
};

TEST_F(ReadOnlyFolder, RefusesToOpenAStoreAndSaysWhy) {
  give_to_an_ordinary_user();
  make_read_only();
  const int status = status_of_child([&] {
    become_an_ordinary_user();
    const auto storage = FileStorage::open(folder_ / "home.json");
    const std::string told = "Permission denied while opening " + folder_ / "home.json.lock";
    ::_exit(!storage && storage.error().found == told ? 7 : 1);
  });
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(ReadOnlyFolder, LeavesTheOldSetWhenItBecomesSo) {
  save(folder_ / "home.json", old_set());
  give_to_an_ordinary_user();
  const std::string told = told_by_a_save(folder_ / "home.json", [&] {
    make_read_only();
    become_an_ordinary_user();
  });
  EXPECT_THAT(told, HasSubstr("found Permission denied while creating " + folder_ / "home.json.unfinished"));
  EXPECT_EQ(loaded(folder_ / "home.json"), old_set());
}

}  // namespace
}  // namespace berth

#endif
