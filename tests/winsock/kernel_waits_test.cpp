// SPDX-License-Identifier: MIT
//
// Events, mutexes, semaphores and waits under their Windows names.
#include "winsock/face.h"

#include <atomic>
#include <thread>

namespace berth::test {
namespace {

HANDLE bad(std::intptr_t value) { return reinterpret_cast<HANDLE>(value); }

DWORD code() { return GetLastError(); }

class Waits : public FaceTest {
 protected:
  static HANDLE auto_event(BOOL is_set = FALSE) { return CreateEventA(nullptr, FALSE, is_set, nullptr); }
  static HANDLE manual_event(BOOL is_set = FALSE) { return CreateEventW(nullptr, TRUE, is_set, nullptr); }

  // What is no handle of an event: none at all, closed, of another kind.
  std::vector<HANDLE> no_events() const {
    const HANDLE closed = auto_event();
    CloseHandle(closed);
    return {nullptr,
            bad(1),
            bad(0x10000001),
            closed,
            mutex_,
            CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0),
            INVALID_HANDLE_VALUE,
            GetCurrentThread(),
            reinterpret_cast<HANDLE>(tcp())};
  }

  const HANDLE mutex_ = CreateMutexA(nullptr, FALSE, nullptr);
};

TEST_F(Waits, end_for_events_as_they_were_made) {
  const HANDLE automatic = auto_event(TRUE);
  const HANDLE manual = manual_event(TRUE);
  EXPECT_EQ(WaitForSingleObject(automatic, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(automatic, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(manual, 1), WAIT_OBJECT_0);
  EXPECT_TRUE(ResetEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, 1), DWORD{WAIT_TIMEOUT});
  EXPECT_TRUE(SetEvent(automatic));
  EXPECT_EQ(WaitForSingleObjectEx(automatic, INFINITE, TRUE), WAIT_OBJECT_0);
  EXPECT_TRUE(PulseEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, 0), DWORD{WAIT_TIMEOUT});
  const HANDLE by_flags = CreateEventExW(
      nullptr, nullptr, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET, EVENT_ALL_ACCESS);
  EXPECT_EQ(WaitForSingleObject(by_flags, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(by_flags, 0), WAIT_OBJECT_0);
  EXPECT_EQ(CreateEventExA(nullptr, nullptr, 4, 0), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(Waits, refuse_what_is_no_event) {
  for (const HANDLE handle : no_events())
    for (const auto call : {SetEvent, ResetEvent, PulseEvent}) {
      SetLastError(kNoCode);
      EXPECT_FALSE(call(handle));
      EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
    }
}

TEST_F(Waits, refuse_what_cannot_be_waited_for) {
  const HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0);
  const HANDLE event = auto_event();
  for (const HANDLE handle : {bad(0), bad(1), bad(0x10000002), port, reinterpret_cast<HANDLE>(tcp())}) {
    SetLastError(kNoCode);
    EXPECT_EQ(WaitForSingleObject(handle, 0), WAIT_FAILED);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
    const HANDLE both[] = {event, handle};
    SetLastError(kNoCode);
    EXPECT_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_FAILED);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  }
  EXPECT_EQ(WaitForSingleObject(GetCurrentProcess(), 0), DWORD{WAIT_TIMEOUT}) << "this process has not ended";
  EXPECT_EQ(WaitForSingleObject(GetCurrentThread(), 0), DWORD{WAIT_TIMEOUT});
}

TEST_F(Waits, take_one_to_64_objects_and_none_twice_in_a_wait_for_all) {
  const std::vector<HANDLE> events(65, manual_event(TRUE));
  const auto expect_refused = [](DWORD result) {
    EXPECT_EQ(result, WAIT_FAILED);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
    SetLastError(kNoCode);
  };
  expect_refused(WaitForMultipleObjects(0, events.data(), FALSE, 0));
  expect_refused(WaitForMultipleObjects(65, events.data(), FALSE, 0));
  expect_refused(WaitForMultipleObjects(2, events.data(), TRUE, 0));
  EXPECT_EQ(WaitForMultipleObjects(64, events.data(), FALSE, 0), WAIT_OBJECT_0);
  const BadMemory nowhere(events[0]);
  for (void* place : nowhere.unreadable()) {
    EXPECT_EQ(WaitForMultipleObjects(1, static_cast<HANDLE*>(place), FALSE, 0), WAIT_FAILED);
    EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  }
}

TEST_F(Waits, for_all_take_all_or_nothing) {
  const HANDLE pair[] = {auto_event(TRUE), auto_event()};
  EXPECT_EQ(WaitForMultipleObjects(2, pair, TRUE, 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForMultipleObjects(2, pair, FALSE, 0), WAIT_OBJECT_0) << "it was left";
  SetEvent(pair[1]);
  EXPECT_EQ(WaitForMultipleObjectsEx(2, pair, FALSE, 0, FALSE), WAIT_OBJECT_0 + 1);
  SetEvent(pair[0]);
  SetEvent(pair[1]);
  EXPECT_EQ(WaitForMultipleObjects(2, pair, TRUE, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForMultipleObjects(2, pair, FALSE, 0), DWORD{WAIT_TIMEOUT});
}

TEST_F(Waits, of_many_threads_for_one_auto_reset_event_end_one_by_one) {
  const HANDLE event = auto_event();
  const HANDLE woken = CreateSemaphoreA(nullptr, 0, 100, nullptr);
  std::atomic<int> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      EXPECT_EQ(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
      ++count;
      EXPECT_TRUE(ReleaseSemaphore(woken, 1, nullptr));
    });
  for (int i = 1; i <= 8; ++i) {
    EXPECT_TRUE(SetEvent(event));
    EXPECT_EQ(WaitForSingleObject(woken, INFINITE), WAIT_OBJECT_0);
    EXPECT_EQ(count, i);
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(Waits, for_a_mutex_nest_and_belong_to_a_thread) {
  EXPECT_FALSE(ReleaseMutex(mutex_));
  EXPECT_EQ(code(), DWORD{ERROR_NOT_OWNER});
  EXPECT_EQ(WaitForSingleObject(mutex_, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(mutex_, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(ReleaseMutex(mutex_));
  std::thread([this] {
    EXPECT_EQ(WaitForSingleObject(mutex_, 0), DWORD{WAIT_TIMEOUT});
    EXPECT_FALSE(ReleaseMutex(mutex_));
    EXPECT_EQ(code(), DWORD{ERROR_NOT_OWNER});
  }).join();
  EXPECT_TRUE(ReleaseMutex(mutex_));
  std::thread([this] { EXPECT_EQ(WaitForSingleObject(mutex_, 0), WAIT_OBJECT_0); }).join();
  const HANDLE pair[] = {auto_event(), mutex_};
  EXPECT_EQ(WaitForMultipleObjects(2, pair, FALSE, 0), WAIT_ABANDONED_0 + 1) << "its owner has ended";
  EXPECT_TRUE(ReleaseMutex(mutex_));
  EXPECT_FALSE(ReleaseMutex(auto_event()));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(Waits, for_a_semaphore_count) {
  const HANDLE semaphore = CreateSemaphoreW(nullptr, 1, 2, nullptr);
  LONG before = -1;
  EXPECT_TRUE(ReleaseSemaphore(semaphore, 1, &before));
  EXPECT_EQ(before, 1);
  before = -1;
  EXPECT_FALSE(ReleaseSemaphore(semaphore, 1, &before));
  EXPECT_EQ(code(), DWORD{ERROR_TOO_MANY_POSTS});
  EXPECT_EQ(before, -1);
  EXPECT_FALSE(ReleaseSemaphore(semaphore, 0, nullptr));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(semaphore, 0), DWORD{WAIT_TIMEOUT});
  long wide = -1;
  EXPECT_TRUE(ReleaseSemaphore(semaphore, 2, &wide));
  EXPECT_EQ(wide, 0);
  EXPECT_TRUE(ReleaseSemaphore(CreateSemaphoreA(nullptr, 0, 1, nullptr), 1, NULL));
  for (const auto& [count, most] : {std::pair<LONG, LONG>{-1, 1}, {2, 1}, {0, 0}, {0, -1}}) {
    EXPECT_EQ(CreateSemaphoreA(nullptr, count, most, nullptr), nullptr);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  }
}

TEST_F(Waits, know_objects_by_name) {
  SetLastError(kNoCode);
  const HANDLE first = CreateEventA(nullptr, TRUE, FALSE, "Local\\berth-test-event");
  EXPECT_EQ(code(), DWORD{ERROR_SUCCESS});
  const HANDLE second = CreateEventW(nullptr, FALSE, TRUE, L"berth-test-event");
  EXPECT_EQ(code(), DWORD{ERROR_ALREADY_EXISTS});
  ASSERT_NE(second, nullptr);
  EXPECT_NE(first, second);
  EXPECT_EQ(WaitForSingleObject(second, 0), DWORD{WAIT_TIMEOUT}) << "it is as it was";
  EXPECT_TRUE(SetEvent(first));
  EXPECT_EQ(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
  EXPECT_EQ(CreateMutexA(nullptr, FALSE, "berth-test-event"), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_TRUE(CloseHandle(first));
  EXPECT_TRUE(CloseHandle(second));
  EXPECT_TRUE(CloseHandle(CreateMutexA(nullptr, FALSE, "berth-test-event"))) << "the name is free";
  EXPECT_EQ(code(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(CreateEventA(nullptr, TRUE, FALSE, "a\\b"), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_PATH_NOT_FOUND});
  EXPECT_EQ(CreateEventA(nullptr, TRUE, FALSE, std::string(MAX_PATH + 1, 'x').c_str()), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_FILENAME_EXCED_RANGE});
  EXPECT_EQ(CreateEventA(nullptr, TRUE, FALSE, reinterpret_cast<LPCSTR>(1)), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_EQ(CreateEventA(reinterpret_cast<LPSECURITY_ATTRIBUTES>(1), TRUE, FALSE, nullptr), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
}

// -- Winsock's names ------------------------------------------------------------------------------

TEST_F(Waits, have_winsocks_names_too) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_NE(event, WSA_INVALID_EVENT);
  EXPECT_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE), DWORD{WSA_WAIT_TIMEOUT});
  EXPECT_TRUE(WSASetEvent(event));
  EXPECT_EQ(WSAWaitForMultipleEvents(1, &event, TRUE, WSA_INFINITE, FALSE), WSA_WAIT_EVENT_0);
  EXPECT_EQ(WSAWaitForMultipleEvents(1, &event, TRUE, 0, TRUE), WSA_WAIT_EVENT_0) << "it stays set";
  EXPECT_TRUE(WSAResetEvent(event));
  EXPECT_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE), DWORD{WSA_WAIT_TIMEOUT});
  EXPECT_TRUE(WSACloseEvent(event));
  for (const auto call : {WSACloseEvent, WSASetEvent, WSAResetEvent}) {
    EXPECT_FALSE(call(event));
    EXPECT_EQ(WSAGetLastError(), WSA_INVALID_HANDLE);
    WSASetLastError(kNoCode);
  }
  EXPECT_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE), WSA_WAIT_FAILED);
  EXPECT_EQ(WSAGetLastError(), WSA_INVALID_HANDLE);
  EXPECT_EQ(WSAWaitForMultipleEvents(0, &event, FALSE, 0, FALSE), WSA_WAIT_FAILED);
  EXPECT_EQ(WSAGetLastError(), WSA_INVALID_PARAMETER);
}

TEST_F(Waits, under_winsocks_names_want_winsock_started) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_EQ(WSACleanup(), 0);
  const auto expect_not_started = [](bool failed) {
    EXPECT_TRUE(failed);
    EXPECT_EQ(WSAGetLastError(), WSANOTINITIALISED);
    WSASetLastError(kNoCode);
  };
  expect_not_started(WSACreateEvent() == WSA_INVALID_EVENT);
  expect_not_started(WSASetEvent(event) == FALSE);
  expect_not_started(WSAResetEvent(event) == FALSE);
  expect_not_started(WSACloseEvent(event) == FALSE);
  expect_not_started(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE) == WSA_WAIT_FAILED);
  EXPECT_TRUE(CloseHandle(event)) << "Windows' own name needs no Winsock";
}

}  // namespace
}  // namespace berth::test
