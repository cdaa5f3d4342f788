// SPDX-License-Identifier: MIT
//
// Waits, threads and ports beneath the Windows functions.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "winsock/objects.h"

namespace berth::winsock {
namespace {

using namespace std::chrono_literals;
using Kind = WaitOutcome::Kind;
using Objects = std::vector<std::shared_ptr<KernelObject>>;

WaitOutcome wait_for_any(const Objects& objects, Timeout timeout = {}, bool alertable = false) {
  return Dispatcher::of_program().wait({.objects = objects, .timeout = timeout, .alertable = alertable});
}

WaitOutcome wait_for_all(const Objects& objects, Timeout timeout = {}) {
  return Dispatcher::of_program().wait(
      {.objects = objects, .what = WaitRequest::For::All, .timeout = timeout});
}

std::shared_ptr<Event> event(Reset reset, bool is_set = false) {
  return std::make_shared<Event>(reset, is_set);
}

TEST(Dispatcher, gives_an_auto_reset_event_to_one_thread_for_each_set) {
  constexpr int kThreads = 16;
  const auto tokens = event(Reset::Automatically);
  const auto woken = std::make_shared<Semaphore>(0, kThreads);
  std::atomic<int> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      EXPECT_EQ(wait_for_any({tokens}).kind, Kind::Signalled);
      ++count;
      woken->release(1);
    });
  for (int i = 1; i <= kThreads; ++i) {
    tokens->set();
    EXPECT_EQ(wait_for_any({woken}).kind, Kind::Signalled);
    EXPECT_EQ(count, i);
    EXPECT_EQ(wait_for_any({woken}, 0ms).kind, Kind::TimedOut);
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(tokens->is_set());
}

TEST(Dispatcher, takes_nothing_until_all_are_ready) {
  const auto first = event(Reset::Automatically, true);
  const auto second = event(Reset::Automatically);
  EXPECT_EQ(wait_for_all({first, second}, 1ms).kind, Kind::TimedOut);
  EXPECT_TRUE(first->is_set());
  second->set();
  EXPECT_EQ(wait_for_all({first, second}, 0ms).kind, Kind::Signalled);
  EXPECT_FALSE(first->is_set());
  EXPECT_FALSE(second->is_set());
}

TEST(Dispatcher, two_waits_for_the_same_pair_in_other_orders_never_share_it) {
  constexpr int kRounds = 2000;
  const auto left = event(Reset::Automatically, true);
  const auto right = event(Reset::Automatically, true);
  int inside = 0;  // guarded by the pair: the thread sanitizer would see
  const auto work = [&](const Objects& pair) {
    for (int round = 0; round < kRounds; ++round) {
      ASSERT_EQ(wait_for_all(pair).kind, Kind::Signalled);
      ++inside;
      left->set();
      right->set();
    }
  };
  std::thread other(work, Objects{left, right});
  work({right, left});
  other.join();
  EXPECT_EQ(inside, 2 * kRounds);
}

TEST(Dispatcher, runs_procedures_only_in_their_thread_and_only_when_alertable) {
  const auto started = event(Reset::ByHand);
  const auto go_on = event(Reset::ByHand);
  std::shared_ptr<ThreadContext> target;
  std::atomic<std::uint32_t> ran_in = 0;
  std::thread thread([&] {
    target = this_thread();
    started->set();
    EXPECT_EQ(wait_for_any({go_on}).kind, Kind::Signalled);
    EXPECT_EQ(ran_in, 0U) << "that wait was not alertable";
    EXPECT_EQ(wait_for_any({}, std::nullopt, true).kind, Kind::Alerted);
    EXPECT_EQ(ran_in, this_thread()->id());
  });
  ASSERT_EQ(wait_for_any({started}).kind, Kind::Signalled);
  EXPECT_TRUE(queue_apc(target, [&ran_in] { ran_in = this_thread()->id(); }));
  EXPECT_EQ(wait_for_any({}, 1ms, true).kind, Kind::TimedOut) << "not for this thread";
  go_on->set();
  thread.join();
  EXPECT_FALSE(queue_apc(target, [] { FAIL(); })) << "it has ended";
}

TEST(Dispatcher, a_procedure_ends_an_alertable_wait_that_has_begun) {
  const auto never = event(Reset::ByHand);
  const auto me = this_thread();
  for (int round = 0; round < 200; ++round) {
    bool ran = false;
    std::thread other([&] { EXPECT_TRUE(queue_apc(me, [&ran] { ran = true; })); });
    EXPECT_EQ(wait_for_any({never}, std::nullopt, true).kind, Kind::Alerted);
    EXPECT_TRUE(ran);
    other.join();
  }
}

TEST(Dispatcher, threads_run_their_hooks_and_abandon_their_mutexes_before_they_are_signalled) {
  const auto mutex = std::make_shared<Mutex>();
  std::shared_ptr<ThreadContext> target;
  std::vector<int> hooks;
  std::thread thread([&] {
    target = this_thread();
    at_thread_end([&hooks] { hooks.push_back(1); });
    at_thread_end([&hooks] { hooks.push_back(2); });
    mutex->own();
  });
  thread.join();
  EXPECT_EQ(wait_for_any({target}, 0ms).kind, Kind::Signalled);
  EXPECT_EQ(hooks, (std::vector{2, 1}));
  EXPECT_EQ(wait_for_any({mutex}, 0ms).kind, Kind::Abandoned);
  EXPECT_TRUE(mutex->release());
  EXPECT_EQ(wait_for_any({mutex}, 0ms).kind, Kind::Signalled) << "told once";
  EXPECT_TRUE(mutex->release());
}

TEST(Ports, give_packets_in_the_order_in_which_they_came) {
  const auto port = std::make_shared<CompletionPort>();
  port->post({.key = 1});
  port->post({.key = 2});
  port->post({.key = 3});
  const auto two = CompletionPort::receive(port, 2, 0ms, false);
  ASSERT_EQ(two.packets.size(), 2U);
  EXPECT_EQ(two.packets[0].key, 1U);
  EXPECT_EQ(two.packets[1].key, 2U);
  EXPECT_EQ(CompletionPort::receive(port, 8, 0ms, false).packets.size(), 1U);
  EXPECT_EQ(CompletionPort::receive(port, 8, 0ms, false).kind, Kind::TimedOut);
}

TEST(Ports, lose_and_repeat_no_packet_between_threads) {
  constexpr std::uintptr_t kPackets = 4000;
  const auto port = std::make_shared<CompletionPort>();
  const auto all_came = event(Reset::ByHand);
  std::atomic<std::uintptr_t> sum = 0;
  std::atomic<std::uintptr_t> count = 0;
  const auto receive_all = [&] {
    for (;;) {
      const auto received = CompletionPort::receive(port, 3, std::nullopt, false);
      if (received.kind != Kind::Signalled) return;
      for (const Packet& packet : received.packets) sum += packet.key;
      if ((count += received.packets.size()) == kPackets) all_came->set();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(receive_all);
  for (std::uintptr_t key = 1; key <= kPackets; ++key) port->post({.key = key});
  EXPECT_EQ(wait_for_any({all_came}).kind, Kind::Signalled);
  port->no_handle_is_left();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, kPackets * (kPackets + 1) / 2);
}

TEST(ObjectTable, hands_out_multiples_of_four_that_no_socket_has) {
  ObjectTable& table = ObjectTable::of_program();
  const std::size_t before = table.open_handles();
  const auto object = event(Reset::ByHand);
  const auto handle = table.insert(object);
  const auto copy = table.insert(object);
  EXPECT_GE(handle, ObjectTable::kFirst);
  EXPECT_EQ(handle % 4, 0U);
  EXPECT_NE(handle, copy);
  EXPECT_EQ(find_event(handle), object);
  EXPECT_EQ(find_port(handle), nullptr) << "of another kind";
  EXPECT_TRUE(table.close(handle));
  EXPECT_FALSE(table.close(handle));
  EXPECT_EQ(find_event(handle), nullptr);
  EXPECT_EQ(find_event(copy), object);
  EXPECT_TRUE(table.close(copy));
  EXPECT_EQ(table.open_handles(), before);
}

}  // namespace
}  // namespace berth::winsock
