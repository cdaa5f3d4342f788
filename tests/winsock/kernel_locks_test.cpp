// SPDX-License-Identifier: MIT
//
// Locks within a program, storage of threads, and atomic variables.
#include "winsock/face.h"

#include <atomic>
#include <thread>

namespace berth::test {
namespace {

template <class Work>
void in_four_threads(Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

constexpr int kRounds = 2000;

TEST(KernelLocks, a_critical_section_keeps_others_out_and_nests) {
  CRITICAL_SECTION section;
  EXPECT_TRUE(InitializeCriticalSectionAndSpinCount(&section, 4000));
  int count = 0;
  in_four_threads([&] {
    for (int round = 0; round < kRounds; ++round) {
      EnterCriticalSection(&section);
      EXPECT_TRUE(TryEnterCriticalSection(&section));
      ++count;
      LeaveCriticalSection(&section);
      LeaveCriticalSection(&section);
    }
  });
  EXPECT_EQ(count, 4 * kRounds);
  EnterCriticalSection(&section);
  EXPECT_EQ(section.OwningThread, reinterpret_cast<HANDLE>(std::uintptr_t{GetCurrentThreadId()}));
  std::thread([&] { EXPECT_FALSE(TryEnterCriticalSection(&section)); }).join();
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
}

TEST(KernelLocks, an_srw_lock_has_many_readers_or_one_writer) {
  static SRWLOCK lock = SRWLOCK_INIT;
  AcquireSRWLockShared(&lock);
  std::thread([] {
    EXPECT_TRUE(TryAcquireSRWLockShared(&lock));
    EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
  }).join();
  ReleaseSRWLockShared(&lock);
  EXPECT_TRUE(TryAcquireSRWLockExclusive(&lock));
  std::thread([] { EXPECT_FALSE(TryAcquireSRWLockShared(&lock)); }).join();
  ReleaseSRWLockExclusive(&lock);
  EXPECT_EQ(lock.Ptr, nullptr);
}

TEST(KernelLocks, an_srw_lock_orders_readers_and_writers) {
  SRWLOCK lock;
  InitializeSRWLock(&lock);
  int count = 0;
  in_four_threads([&] {
    for (int round = 0; round < kRounds; ++round) {
      AcquireSRWLockExclusive(&lock);
      ++count;
      ReleaseSRWLockExclusive(&lock);
      AcquireSRWLockShared(&lock);
      EXPECT_GT(count, 0);
      ReleaseSRWLockShared(&lock);
    }
  });
  EXPECT_EQ(count, 4 * kRounds);
}

TEST(KernelLocks, a_condition_variable_hands_over) {
  CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  int turn = 0;
  const auto play = [&](int mine) {
    for (int round = 0; round < 300; ++round) {
      EnterCriticalSection(&section);
      while (turn != mine) EXPECT_TRUE(SleepConditionVariableCS(&changed, &section, INFINITE));
      turn = 1 - mine;
      LeaveCriticalSection(&section);
      WakeConditionVariable(&changed);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EnterCriticalSection(&section);
  EXPECT_FALSE(SleepConditionVariableCS(&changed, &section, 1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
}

TEST(KernelLocks, a_condition_variable_wakes_all_readers) {
  CONDITION_VARIABLE changed;
  InitializeConditionVariable(&changed);
  SRWLOCK lock = SRWLOCK_INIT;
  bool go = false;
  int through = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      AcquireSRWLockShared(&lock);
      while (!go)
        EXPECT_TRUE(SleepConditionVariableSRW(&changed, &lock, INFINITE, CONDITION_VARIABLE_LOCKMODE_SHARED));
      ReleaseSRWLockShared(&lock);
      AcquireSRWLockExclusive(&lock);
      ++through;
      ReleaseSRWLockExclusive(&lock);
    });
  AcquireSRWLockExclusive(&lock);
  EXPECT_FALSE(SleepConditionVariableSRW(&changed, &lock, 1, 0));
  go = true;
  ReleaseSRWLockExclusive(&lock);
  WakeAllConditionVariable(&changed);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(through, 4);
}

std::atomic<int> first_tries = 0;

BOOL CALLBACK fail_first(PINIT_ONCE, PVOID value, PVOID* context) {
  *context = value;
  return first_tries++ == 0 ? FALSE : TRUE;
}

TEST(KernelLocks, what_is_done_once_is_done_again_after_a_failure_alone) {
  INIT_ONCE once = INIT_ONCE_STATIC_INIT;
  first_tries = 0;
  alignas(8) int value = 0;
  PVOID context = nullptr;
  EXPECT_FALSE(InitOnceExecuteOnce(&once, fail_first, &value, &context));
  in_four_threads([&] {
    PVOID got = nullptr;
    EXPECT_TRUE(InitOnceExecuteOnce(&once, fail_first, &value, &got));
    EXPECT_EQ(got, &value);
  });
  EXPECT_EQ(first_tries, 2);
  EXPECT_TRUE(InitOnceExecuteOnce(&once, fail_first, nullptr, nullptr));
}

TEST(KernelLocks, interlocked_calls_are_atomic_on_every_width) {
  volatile LONG count = 0;
  volatile long wide = 0;
  volatile LONG64 exact = 0;
  in_four_threads([&] {
    for (int round = 0; round < kRounds; ++round) {
      InterlockedIncrement(&count);
      InterlockedExchangeAdd(&wide, 2);
      InterlockedIncrement64(&exact);
    }
  });
  EXPECT_EQ(count, 4 * kRounds);
  EXPECT_EQ(wide, 8 * kRounds);
  EXPECT_EQ(exact, 4 * kRounds);
  EXPECT_EQ(InterlockedDecrement(&count), 4 * kRounds - 1);
  EXPECT_EQ(InterlockedExchange(&count, 12), 4 * kRounds - 1);
  EXPECT_EQ(InterlockedCompareExchange(&count, 1, 11), 12);
  EXPECT_EQ(InterlockedCompareExchange(&count, 10, 12), 12);
  EXPECT_EQ(InterlockedOr(&count, 5), 10);
  EXPECT_EQ(InterlockedAnd(&count, 6), 15);
  EXPECT_EQ(InterlockedXor(&count, 4), 6);
  EXPECT_EQ(count, 2);
  PVOID pointer = nullptr;
  EXPECT_EQ(InterlockedCompareExchangePointer(&pointer, &pointer, nullptr), nullptr);
  EXPECT_EQ(InterlockedExchangePointer(&pointer, nullptr), &pointer);
}

// -- Storage --------------------------------------------------------------------------------------

TEST(KernelStorage, is_of_each_thread) {
  const DWORD index = TlsAlloc();
  int mine = 0;
  EXPECT_EQ(TlsGetValue(index), nullptr);
  EXPECT_TRUE(TlsSetValue(index, &mine));
  std::thread([index] { EXPECT_EQ(TlsGetValue(index), nullptr); }).join();
  SetLastError(kNoCode);
  EXPECT_EQ(TlsGetValue(index), &mine);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(TlsFree(index));
  const DWORD again = TlsAlloc();
  EXPECT_EQ(again, index);
  EXPECT_EQ(TlsGetValue(again), nullptr) << "not an earlier slot's";
  EXPECT_TRUE(TlsFree(again));
  for (const DWORD bad : {again, DWORD{4000}, TLS_OUT_OF_INDEXES}) {
    EXPECT_FALSE(TlsFree(bad));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
    EXPECT_FALSE(TlsSetValue(bad, &mine));
    EXPECT_EQ(TlsGetValue(bad), nullptr);
  }
}

std::atomic<std::uintptr_t> cleaned = 0;

TEST(KernelStorage, with_a_callback_is_cleaned_up) {
  cleaned = 0;
  const DWORD index = FlsAlloc([](PVOID value) { cleaned += reinterpret_cast<std::uintptr_t>(value); });
  std::thread([index] { EXPECT_TRUE(FlsSetValue(index, reinterpret_cast<PVOID>(3))); }).join();
  EXPECT_EQ(cleaned, 3U);
  EXPECT_TRUE(FlsSetValue(index, reinterpret_cast<PVOID>(5)));
  EXPECT_EQ(FlsGetValue(index), reinterpret_cast<PVOID>(5));
  EXPECT_TRUE(FlsFree(index));
  EXPECT_EQ(cleaned, 8U);
  EXPECT_FALSE(FlsFree(index));
}

}  // namespace
}  // namespace berth::test
