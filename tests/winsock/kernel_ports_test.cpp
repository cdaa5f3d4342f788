// SPDX-License-Identifier: MIT
//
// Completion ports under their Windows names.
#include "winsock/face.h"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "winsock/objects.h"

namespace berth::test {
namespace {

DWORD code() { return GetLastError(); }

struct Taken {
  BOOL result = FALSE;
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;
};

Taken take(HANDLE port, DWORD timeout = 0) {
  Taken taken{.result = FALSE, .bytes = 99, .key = 99, .overlapped = reinterpret_cast<OVERLAPPED*>(99)};
  taken.result = GetQueuedCompletionStatus(port, &taken.bytes, &taken.key, &taken.overlapped, timeout);
  return taken;
}

class CompletionPorts : public FaceTest {
 protected:
  const HANDLE port_ = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0);
  OVERLAPPED overlapped_{};
};

TEST_F(CompletionPorts, hand_on_what_was_posted_in_its_order) {
  EXPECT_TRUE(PostQueuedCompletionStatus(port_, 1, 10, &overlapped_));
  EXPECT_TRUE(PostQueuedCompletionStatus(port_, 2, 20, nullptr));
  const Taken first = take(port_);
  EXPECT_TRUE(first.result);
  EXPECT_EQ(first.bytes, 1U);
  EXPECT_EQ(first.key, 10U);
  EXPECT_EQ(first.overlapped, &overlapped_);
  const Taken second = take(port_, INFINITE);
  EXPECT_TRUE(second.result);
  EXPECT_EQ(second.key, 20U);
  EXPECT_EQ(second.overlapped, nullptr);
  const Taken third = take(port_, 1);
  EXPECT_FALSE(third.result);
  EXPECT_EQ(code(), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(third.overlapped, nullptr);
  EXPECT_EQ(third.key, 99U) << "untouched";
}

TEST_F(CompletionPorts, serve_the_thread_that_came_last_first) {
  constexpr std::size_t kThreads = 3;
  const auto port = winsock::find_port(reinterpret_cast<std::uintptr_t>(port_));
  std::array<ULONG_PTR, kThreads> keys{};
  std::vector<std::thread> threads;
  for (std::size_t at = 0; at < kThreads; ++at) {
    threads.emplace_back([this, &key = keys[at]] { key = take(port_, INFINITE).key; });
    while (winsock::Dispatcher::of_program().waits_for(*port) != at + 1) SwitchToThread();
  }
  for (ULONG_PTR key = 1; key <= kThreads; ++key)
    EXPECT_TRUE(PostQueuedCompletionStatus(port_, 0, key, nullptr));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(keys, (std::array<ULONG_PTR, kThreads>{3, 2, 1}));
}

TEST_F(CompletionPorts, tell_of_a_call_that_failed) {
  const auto port = winsock::find_port(reinterpret_cast<std::uintptr_t>(port_));
  port->post({.key = 5, .overlapped = &overlapped_, .bytes = 3, .status = STATUS_CANCELLED});
  const Taken taken = take(port_);
  EXPECT_FALSE(taken.result);
  EXPECT_EQ(code(), DWORD{ERROR_OPERATION_ABORTED});
  EXPECT_EQ(taken.overlapped, &overlapped_);
  EXPECT_EQ(taken.key, 5U);
  EXPECT_EQ(taken.bytes, 3U);
  port->post({.key = 5, .overlapped = &overlapped_, .bytes = 0, .status = STATUS_NOT_SUPPORTED});
  EXPECT_FALSE(take(port_).result);
  EXPECT_EQ(code(), DWORD{ERROR_NOT_SUPPORTED});
}

TEST_F(CompletionPorts, hand_on_many_packets_at_once) {
  const auto port = winsock::find_port(reinterpret_cast<std::uintptr_t>(port_));
  for (ULONG_PTR key = 1; key <= 3; ++key) PostQueuedCompletionStatus(port_, 7, key, &overlapped_);
  port->post({.key = 4, .overlapped = &overlapped_, .bytes = 0, .status = STATUS_CANCELLED});
  std::array<OVERLAPPED_ENTRY, 3> entries{};
  ULONG count = 0;
  EXPECT_TRUE(GetQueuedCompletionStatusEx(port_, entries.data(), 3, &count, 0, FALSE));
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(entries[2].lpCompletionKey, 3U);
  EXPECT_EQ(entries[2].dwNumberOfBytesTransferred, 7U);
  EXPECT_EQ(entries[2].Internal, 0U);
  unsigned long wide = ~0UL;
  EXPECT_TRUE(GetQueuedCompletionStatusEx(port_, entries.data(), 3, &wide, 0, FALSE));
  EXPECT_EQ(wide, 1UL);
  EXPECT_EQ(entries[0].Internal, 0xc0000120U) << "TRUE all the same";
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port_, entries.data(), 3, &count, 0, FALSE));
  EXPECT_EQ(code(), DWORD{WAIT_TIMEOUT});
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port_, entries.data(), 0, &count, 0, FALSE));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(CompletionPorts, can_be_waited_for_alertably) {
  static int runs = 0;
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  QueueUserAPC([](ULONG_PTR) { ++runs; }, GetCurrentThread(), 0);
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port_, &entry, 1, &count, 0, FALSE));
  EXPECT_EQ(runs, 0);
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port_, &entry, 1, &count, INFINITE, TRUE));
  EXPECT_EQ(code(), WAIT_IO_COMPLETION);
  EXPECT_EQ(runs, 1);
}

TEST_F(CompletionPorts, that_are_closed_send_their_threads_home) {
  std::array<DWORD, 4> codes{};
  std::vector<std::thread> threads;
  for (auto& told : codes)
    threads.emplace_back([this, &told] {
      const Taken taken = take(port_, INFINITE);
      told = taken.result == FALSE && taken.overlapped == nullptr ? code() : 0;
    });
  // Whoever comes after the close finds no port.
  EXPECT_TRUE(CloseHandle(port_));
  for (auto& thread : threads) thread.join();
  for (const DWORD told : codes)
    EXPECT_TRUE(told == DWORD{ERROR_ABANDONED_WAIT_0} || told == DWORD{ERROR_INVALID_HANDLE}) << told;
}

TEST_F(CompletionPorts, lose_and_repeat_no_packet_between_threads) {
  constexpr ULONG_PTR kPackets = 2000;
  std::atomic<ULONG_PTR> sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (Taken taken = take(port_, INFINITE); taken.key != 0; taken = take(port_, INFINITE))
        sum += taken.key;
    });
  for (ULONG_PTR key = 1; key <= kPackets; ++key) PostQueuedCompletionStatus(port_, 0, key, nullptr);
  for (std::size_t i = 0; i < threads.size(); ++i) PostQueuedCompletionStatus(port_, 0, 0, nullptr);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, kPackets * (kPackets + 1) / 2);
}

TEST_F(CompletionPorts, take_a_socket_once) {
  const auto s = reinterpret_cast<HANDLE>(tcp());
  EXPECT_EQ(CreateIoCompletionPort(s, port_, 1, 0), port_);
  EXPECT_EQ(CreateIoCompletionPort(s, port_, 1, 0), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  const std::size_t open = winsock::ObjectTable::of_program().open_handles();
  EXPECT_EQ(CreateIoCompletionPort(s, nullptr, 1, 0), nullptr);
  EXPECT_EQ(winsock::ObjectTable::of_program().open_handles(), open) << "no port is left over";
  const HANDLE own = CreateIoCompletionPort(reinterpret_cast<HANDLE>(udp()), nullptr, 1, 0);
  ASSERT_NE(own, nullptr);
  EXPECT_NE(own, port_);
}

TEST_F(CompletionPorts, refuse_bad_handles_and_places) {
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  for (const HANDLE handle : {HANDLE{}, event, INVALID_HANDLE_VALUE, reinterpret_cast<HANDLE>(tcp())}) {
    SetLastError(kNoCode);
    EXPECT_FALSE(take(handle).result);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
    EXPECT_FALSE(GetQueuedCompletionStatusEx(handle, &entry, 1, &count, 0, FALSE));
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
    SetLastError(kNoCode);
    EXPECT_FALSE(PostQueuedCompletionStatus(handle, 0, 0, nullptr));
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  }
  EXPECT_EQ(CreateIoCompletionPort(event, port_, 0, 0), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE}) << "no socket";
  EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(tcp()), event, 0, 0), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE}) << "no port";
  EXPECT_EQ(CreateIoCompletionPort(INVALID_HANDLE_VALUE, port_, 0, 0), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  PostQueuedCompletionStatus(port_, 0, 0, nullptr);
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;
  EXPECT_FALSE(GetQueuedCompletionStatus(port_, static_cast<LPDWORD>(nullptr), &key, &overlapped, 0));
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_FALSE(GetQueuedCompletionStatus(port_, &bytes, nullptr, &overlapped, 0));
  EXPECT_FALSE(GetQueuedCompletionStatus(port_, &bytes, &key, nullptr, 0));
  EXPECT_TRUE(take(port_).result) << "no bad place took the packet";
}

}  // namespace
}  // namespace berth::test
