// SPDX-License-Identifier: MIT
#pragma once

#include <berth/store/file_storage.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "store/file_system.h"
#include "store/sets.h"

namespace berth::test {

inline std::unique_ptr<FileStorage> opened(const std::string& path, FileSystem& files = this_computer()) {
  auto storage = FileStorage::open(path, files);
  EXPECT_TRUE(storage) << text_of_error(storage);
  return storage ? std::move(storage).value() : nullptr;
}

inline PersistentSet loaded(const std::string& path, FileSystem& files = this_computer()) {
  const auto set = opened(path, files)->load();
  EXPECT_TRUE(set) << text_of_error(set);
  return set ? *set : PersistentSet{};
}

inline void save(const std::string& path, const PersistentSet& set, FileSystem& files = this_computer()) {
  EXPECT_EQ(text_of_error(opened(path, files)->save(set)), "no error");
}

#ifndef _WIN32
/// Runs `work` in a process of its own and gives its exit status.
template <class Work>
int status_of_child(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}
#endif

/// What a machine has stored after `step` changes: its own boot number tells which set it is. Each step adds
/// a reservation, and all but the first two take an older one away. Step 0 is a fresh machine.
inline PersistentSet set_of_step(std::uint64_t step) {
  PersistentSet set;
  set.boot = step;
  set.next_serial = step + 1;
  for (std::uint64_t serial = step > 1 ? step - 1 : 1; serial <= step; ++serial) {
    const auto first = static_cast<std::uint32_t>(5000 + 10 * serial);
    set.reservations.push_back({Transport::Tcp, range(first, first + 9), serial});
  }
  return set;
}

/// How far a writer came.
struct Lived {
  std::uint64_t acknowledged = 0;  ///< the last step whose save succeeded
  std::uint64_t attempted = 0;     ///< the last step that was saved at all
};

/// A whole life of a writer: opens, loads, saves step after step, closes; goes on after a failed save, as a
/// machine does.
inline void live(const std::string& path, FileSystem& files, std::uint64_t steps, Lived& lived) {
  auto storage = FileStorage::open(path, files);
  if (!storage || !(*storage)->load()) return;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    lived.attempted = step;
    if (!(*storage)->save(set_of_step(step))) lived.acknowledged = step;
  }
}

}  // namespace berth::test
