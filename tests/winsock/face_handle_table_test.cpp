// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "winsock/handle_table.h"

namespace berth::winsock {
namespace {

ProcessFace* face(std::uintptr_t number) { return reinterpret_cast<ProcessFace*>(number * 16); }

OpenHandle of(std::uintptr_t process, std::uint64_t socket) {
  return {.process = face(process),
          .socket = SocketId{socket},
          .kind = SocketKind::Udp,
          .family = Family::Ipv6,
          .overlapped = false,
          .type = 2};
}

TEST(HandleTable, finds_what_was_inserted) {
  HandleTable table;
  const auto handle = table.insert(of(1, 7)).value();
  const auto found = table.find(handle).value();
  EXPECT_EQ(found.process, face(1));
  EXPECT_EQ(found.socket, SocketId{7});
  EXPECT_EQ(found.kind, SocketKind::Udp);
  EXPECT_EQ(found.family, Family::Ipv6);
  EXPECT_FALSE(found.overlapped);
  EXPECT_EQ(found.type, 2);
}

TEST(HandleTable, gives_no_open_handle_twice) {
  HandleTable table;
  std::set<std::uintptr_t> handles;
  for (std::uint64_t i = 1; i <= 5000; ++i)
    EXPECT_TRUE(handles.insert(table.insert(of(1, i)).value()).second);
  for (const std::uintptr_t handle : handles) {
    EXPECT_NE(handle, 0U);
    EXPECT_NE(handle, ~std::uintptr_t{0});
    EXPECT_EQ(handle % 4, 0U);
  }
}

TEST(HandleTable, knows_nothing_of_other_numbers) {
  HandleTable table;
  const auto handle = table.insert(of(1, 7)).value();
  for (const std::uintptr_t other :
       {std::uintptr_t{0}, std::uintptr_t{3}, std::uintptr_t{4}, handle + 1, handle - 4, handle + 4,
        handle + 4 * HandleTable::kMostHandles, ~std::uintptr_t{0}, ~std::uintptr_t{3}}) {
    EXPECT_FALSE(table.find(other));
    EXPECT_FALSE(table.take(other));
    EXPECT_FALSE(table.is_on(other, StoredOption::ReuseAddress));
    table.store(other, StoredOption::ReuseAddress, true);
  }
  EXPECT_FALSE(table.is_on(handle, StoredOption::ReuseAddress));
}

TEST(HandleTable, takes_a_handle_once_and_lets_it_rest) {
  HandleTable table;
  const auto first = table.insert(of(1, 1)).value();
  EXPECT_TRUE(table.take(first));
  EXPECT_FALSE(table.take(first));
  EXPECT_FALSE(table.find(first));
  for (std::uint64_t i = 2; i < 34; ++i) {
    const auto handle = table.insert(of(1, i)).value();
    EXPECT_NE(handle, first) << "a stale handle is not another socket at once";
    EXPECT_TRUE(table.take(handle));
  }
}

TEST(HandleTable, is_full_at_its_bound_and_uses_what_comes_back) {
  constexpr std::size_t kMost = 40;  // fewer than the slots that otherwise rest
  HandleTable table(kMost);
  std::vector<std::uintptr_t> handles;
  for (std::uint64_t i = 1; i <= kMost; ++i) handles.push_back(table.insert(of(1, i)).value());
  EXPECT_FALSE(table.insert(of(1, 99)));
  EXPECT_TRUE(table.take(handles[7]));
  EXPECT_EQ(table.insert(of(1, 100)), handles[7]);
  EXPECT_FALSE(table.insert(of(1, 101)));
}

TEST(HandleTable, keeps_options_for_as_long_as_the_handle) {
  HandleTable table(1);
  const auto handle = table.insert(of(1, 1)).value();
  table.store(handle, StoredOption::Broadcast, true);
  table.store(handle, StoredOption::Listening, true);
  table.store(handle, StoredOption::Broadcast, false);
  EXPECT_FALSE(table.is_on(handle, StoredOption::Broadcast));
  EXPECT_TRUE(table.is_on(handle, StoredOption::Listening));
  ASSERT_TRUE(table.take(handle));
  ASSERT_EQ(table.insert(of(1, 2)), handle);
  EXPECT_FALSE(table.is_on(handle, StoredOption::Listening));
}

TEST(HandleTable, lists_the_handles_of_a_process) {
  HandleTable table;
  std::vector<std::uintptr_t> of_the_first;
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    const auto handle = table.insert(of(1 + i % 2, i)).value();
    if (i % 2 == 0) of_the_first.push_back(handle);
  }
  EXPECT_EQ(table.handles_of(face(1)), of_the_first);
  EXPECT_TRUE(table.handles_of(face(9)).empty());
}

// Each thread's handles stand for what it put in, whatever the others do meanwhile; a reader of all of them
// never sees one's process with another's socket.
TEST(HandleTable, keeps_threads_apart) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRounds = 3000;
  HandleTable table(48);
  std::atomic<bool> done = false;
  std::atomic<int> mixed = 0;
  std::thread reader([&] {
    while (!done)
      for (std::uintptr_t handle = 256; handle < 256 + 4 * 48; handle += 4)
        if (const auto open = table.find(handle); open && face(open->socket.value % 8) != open->process)
          ++mixed;
  });
  std::vector<std::thread> writers;
  for (std::uint64_t thread = 1; thread <= kThreads; ++thread)
    writers.emplace_back([&, thread] {
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::uint64_t socket = round * 8 + thread;
        const auto handle = table.insert(of(thread, socket));
        if (!handle) continue;
        const auto found = table.find(*handle);
        if (!found || found->socket.value != socket) ++mixed;
        if (!table.take(*handle)) ++mixed;
      }
    });
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(mixed, 0);
}

TEST(HandleTable, gives_a_handle_to_one_of_many_that_take_it) {
  HandleTable table;
  for (std::uint64_t round = 1; round <= 200; ++round) {
    const auto handle = table.insert(of(1, round)).value();
    std::atomic<int> taken = 0;
    std::vector<std::thread> takers;
    for (int i = 0; i < 3; ++i) takers.emplace_back([&] { taken += table.take(handle) ? 1 : 0; });
    for (std::thread& taker : takers) taker.join();
    EXPECT_EQ(taken, 1);
  }
}

}  // namespace
}  // namespace berth::winsock
