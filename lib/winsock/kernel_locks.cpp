// SPDX-License-Identifier: MIT
#include <windows.h>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <ctime>
#include <mutex>

#include "kernel_arguments.h"

namespace berth::winsock {
namespace {

// ---------------------------------------------------------------------------------------------------
// Sleeping on a word of the program's: SRWLOCK and its kin are never ended, so nothing else may belong to
// them

using Word = std::atomic<std::uint32_t>;

static_assert(sizeof(Word) == 4 && Word::is_always_lock_free);

// Sleeps while `word` is `value`, until `end` of the monotonic clock at the latest. False when that has come.
bool sleep_on(Word& word, std::uint32_t value, const timespec* end) {
  const long result =
      syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, end, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

void wake(Word& word, int most) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, most); }

// What a pointer-sized object of the program's holds for us; two words where a pointer has room for two.
struct Words {
  Word state;
  Word sleepers;
};

static_assert(sizeof(Words) == sizeof(PVOID), "a 32-bit program has no room for two words");

template <class Object>
Words& words_of(Object* object) {
  return *reinterpret_cast<Words*>(object);
}

// ---------------------------------------------------------------------------------------------------
// Readers and writers: the state is the number of readers, or one writer

constexpr std::uint32_t kWriter = ~std::uint32_t{0};

bool try_to_write(Words& lock) {
  std::uint32_t free = 0;
  return lock.state.compare_exchange_strong(free, kWriter);
}

bool try_to_read(Words& lock) {
  std::uint32_t readers = lock.state.load();
  while (readers != kWriter)
    if (lock.state.compare_exchange_weak(readers, readers + 1)) return true;
  return false;
}

template <class Try>
void acquire(Words& lock, Try try_to_acquire) {
  if (try_to_acquire(lock)) return;
  ++lock.sleepers;
  for (;;) {
    const std::uint32_t state = lock.state.load();
    if (try_to_acquire(lock)) break;
    if (state != 0) sleep_on(lock.state, state, nullptr);
  }
  --lock.sleepers;
}

void release_write(Words& lock) {
  lock.state.store(0);
  if (lock.sleepers.load() != 0) wake(lock.state, INT_MAX);
}

void release_read(Words& lock) {
  if (--lock.state == 0 && lock.sleepers.load() != 0) wake(lock.state, INT_MAX);
}

// ---------------------------------------------------------------------------------------------------
// Condition variables: the state changes with each wake

timespec end_of(DWORD milliseconds) {
  timespec end{};
  clock_gettime(CLOCK_MONOTONIC, &end);
  const std::int64_t nanoseconds = end.tv_nsec + std::int64_t{milliseconds} % 1000 * 1'000'000;
  end.tv_sec += milliseconds / 1000 + nanoseconds / 1'000'000'000;
  end.tv_nsec = nanoseconds % 1'000'000'000;
  return end;
}

template <class Leave, class Enter>
BOOL sleep_without_lock(Words& condition, DWORD milliseconds, Leave leave, Enter enter) {
  const timespec end = end_of(milliseconds);
  ++condition.sleepers;
  const std::uint32_t before = condition.state.load();
  leave();
  const bool is_in_time = sleep_on(condition.state, before, milliseconds == INFINITE ? nullptr : &end);
  --condition.sleepers;
  enter();
  return is_in_time ? TRUE : refuse(ERROR_TIMEOUT);
}

void wake_condition(Words& condition, int most) {
  ++condition.state;
  if (condition.sleepers.load() != 0) wake(condition.state, most);
}

// ---------------------------------------------------------------------------------------------------
// Critical sections

std::recursive_mutex& mutex_of(CRITICAL_SECTION& section) {
  return *static_cast<std::recursive_mutex*>(section.LockSemaphore);
}

void begin(CRITICAL_SECTION& section, DWORD spin_count) {
  section = {.DebugInfo = nullptr,
             .LockCount = -1,
             .RecursionCount = 0,
             .OwningThread = nullptr,
             .LockSemaphore = new std::recursive_mutex,
             .SpinCount = spin_count};
}

void note_entry(CRITICAL_SECTION& section) {
  if (++section.RecursionCount == 1)
    section.OwningThread = handle_of(static_cast<std::uintptr_t>(GetCurrentThreadId()));
}

void note_exit(CRITICAL_SECTION& section) {
  if (--section.RecursionCount == 0) section.OwningThread = nullptr;
}

// ---------------------------------------------------------------------------------------------------
// What is done once: the pointer is 0, kBusy while it is done, or the context with kDone

using Once = std::atomic<std::uintptr_t>;

constexpr std::uintptr_t kBusy = 1;
constexpr std::uintptr_t kDone = 2;

void settle(Once& once, std::uintptr_t value) {
  once.store(value);
  once.notify_all();
}

// True when the caller is the one to do it.
bool begin_once(Once& once) {
  for (;;) {
    std::uintptr_t seen = 0;
    if (once.compare_exchange_strong(seen, kBusy)) return true;
    if ((seen & kDone) != 0) return false;
    once.wait(seen);
  }
}

}  // namespace
}  // namespace berth::winsock

void InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  berth::winsock::begin(*lpCriticalSection, 0);
}

BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount) {
  berth::winsock::begin(*lpCriticalSection, dwSpinCount);
  return TRUE;
}

BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount, DWORD) {
  berth::winsock::begin(*lpCriticalSection, dwSpinCount);
  return TRUE;
}

void DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  delete &berth::winsock::mutex_of(*lpCriticalSection);
  *lpCriticalSection = {};
}

void EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  using namespace berth::winsock;
  mutex_of(*lpCriticalSection).lock();
  note_entry(*lpCriticalSection);
}

BOOL TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  using namespace berth::winsock;
  if (!mutex_of(*lpCriticalSection).try_lock()) return FALSE;
  note_entry(*lpCriticalSection);
  return TRUE;
}

void LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
  using namespace berth::winsock;
  note_exit(*lpCriticalSection);
  mutex_of(*lpCriticalSection).unlock();
}

void InitializeSRWLock(PSRWLOCK SRWLock) { SRWLock->Ptr = nullptr; }

void AcquireSRWLockExclusive(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  acquire(words_of(SRWLock), try_to_write);
}

void AcquireSRWLockShared(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  acquire(words_of(SRWLock), try_to_read);
}

BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  return try_to_write(words_of(SRWLock)) ? TRUE : FALSE;
}

BOOLEAN TryAcquireSRWLockShared(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  return try_to_read(words_of(SRWLock)) ? TRUE : FALSE;
}

void ReleaseSRWLockExclusive(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  release_write(words_of(SRWLock));
}

void ReleaseSRWLockShared(PSRWLOCK SRWLock) {
  using namespace berth::winsock;
  release_read(words_of(SRWLock));
}

void InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable) { ConditionVariable->Ptr = nullptr; }

BOOL SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable, PCRITICAL_SECTION CriticalSection,
                              DWORD dwMilliseconds) {
  using namespace berth::winsock;
  return sleep_without_lock(
      words_of(ConditionVariable), dwMilliseconds, [=] { LeaveCriticalSection(CriticalSection); },
      [=] { EnterCriticalSection(CriticalSection); });
}

BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock, DWORD dwMilliseconds,
                               ULONG Flags) {
  using namespace berth::winsock;
  const bool is_shared = (Flags & CONDITION_VARIABLE_LOCKMODE_SHARED) != 0;
  return sleep_without_lock(
      words_of(ConditionVariable), dwMilliseconds,
      [=] { is_shared ? ReleaseSRWLockShared(SRWLock) : ReleaseSRWLockExclusive(SRWLock); },
      [=] { is_shared ? AcquireSRWLockShared(SRWLock) : AcquireSRWLockExclusive(SRWLock); });
}

void WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
  using namespace berth::winsock;
  wake_condition(words_of(ConditionVariable), 1);
}

void WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
  using namespace berth::winsock;
  wake_condition(words_of(ConditionVariable), INT_MAX);
}

void InitOnceInitialize(PINIT_ONCE InitOnce) { InitOnce->Ptr = nullptr; }

BOOL InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter, LPVOID* Context) {
  using namespace berth::winsock;
  auto& once = *reinterpret_cast<Once*>(InitOnce);
  if (begin_once(once)) {
    PVOID context = nullptr;
    const bool is_done = InitFn(InitOnce, Parameter, &context) != FALSE;
    settle(once, is_done ? value_of(context) | kDone : 0);
    if (!is_done) return FALSE;
  }
  if (Context != nullptr) *Context = handle_of(once.load() & ~std::uintptr_t{3});
  return TRUE;
}
