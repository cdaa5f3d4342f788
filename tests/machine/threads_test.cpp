// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include <support/random_requests.h>

namespace berth {
namespace {

constexpr int kThreads = 4;

void in_parallel(const std::function<void(int)>& work) {
  std::vector<std::jthread> threads;
  for (int number = 0; number < kThreads; ++number) threads.emplace_back([&work, number] { work(number); });
}

TEST(Threads, GetDifferentTokensAndBlocks) {
  auto machine = std::move(Machine::start()).value();
  std::array<std::vector<Reply>, kThreads> replies;
  in_parallel([&](int number) {
    const ProcessId process = machine->start_process({});
    const SocketId socket = std::get<Reply>(machine->submit(process, request::OpenSocket{})).socket;
    for (int round = 0; round < 100; ++round) {
      const Outcome outcome = machine->submit(process, request::Acquire{socket, {0, 3}});
      replies[static_cast<std::size_t>(number)].push_back(std::get<Reply>(outcome));
    }
  });
  std::set<Token> tokens;
  std::set<std::uint32_t> ports;
  for (const auto& list : replies)
    for (const Reply& reply : list) {
      EXPECT_TRUE(tokens.insert(reply.token).second);
      for (std::uint32_t port = reply.block.start; port < reply.block.start + 3U; ++port)
        EXPECT_TRUE(ports.insert(port).second);
    }
  EXPECT_EQ(tokens.size(), 100U * kThreads);
}

TEST(Threads, LeaveAWholeStateWhateverTheyAsk) {
  auto machine = std::move(Machine::start()).value();
  std::atomic<bool> whole = true;
  in_parallel([&](int number) {
    RandomRequests requests(static_cast<std::uint64_t>(number) + 1);
    for (int step = 0; step < 500; ++step) {
      const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
      machine->submit(asked.caller, asked.request);
      if (step % 100 == 50) static_cast<void>(machine->restart());
      if (step % 20 != 0) continue;
      const Snapshot snapshot = machine->snapshot();
      if (snapshot.pool().computed_state_hash() != snapshot.state_hash()) whole = false;
    }
  });
  EXPECT_TRUE(whole);
}

TEST(Threads, ShareASnapshotWhileTheMachineGoesOn) {
  auto machine = std::move(Machine::start()).value();
  RandomRequests requests(7);
  const auto step = [&] {
    const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
    machine->submit(asked.caller, asked.request);
  };
  for (int i = 0; i < 300; ++i) step();
  const Snapshot snapshot = machine->snapshot();
  const std::uint64_t hash = snapshot.state_hash();
  std::atomic<bool> intact = true;
  in_parallel([&](int number) {
    if (number == 0) {
      for (int i = 0; i < 300; ++i) step();
      return;
    }
    for (int i = 0; i < 50; ++i) {
      const Snapshot copy = snapshot;
      if (copy.pool().computed_state_hash() != hash) intact = false;
    }
  });
  EXPECT_TRUE(intact);
  EXPECT_FALSE(machine->restore(snapshot));
  EXPECT_EQ(machine->state_hash(), hash);
}

}  // namespace
}  // namespace berth
