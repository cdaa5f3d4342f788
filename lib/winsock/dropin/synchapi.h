// SPDX-License-Identifier: MIT
//
// <synchapi.h> for Linux: events, mutexes, semaphores, waits, and locks within a program.
//
// A name of an object is one of this program: no other process sees it. "Global\" and "Local\" before it mean
// nothing. SECURITY_ATTRIBUTES are ignored but for bInheritHandle, which is stored.
#ifndef BERTH_DROPIN_SYNCHAPI_H
#define BERTH_DROPIN_SYNCHAPI_H

#include <windows.h>

#define INFINITE 0xffffffff
#define MAXIMUM_WAIT_OBJECTS 64

#define WAIT_OBJECT_0 ((DWORD)0)
#define WAIT_ABANDONED ((DWORD)0x80)
#define WAIT_ABANDONED_0 ((DWORD)0x80)
#define WAIT_IO_COMPLETION ((DWORD)0xc0)
#define WAIT_TIMEOUT 258L
#define WAIT_FAILED ((DWORD)0xffffffff)

#define CREATE_EVENT_MANUAL_RESET 0x00000001
#define CREATE_EVENT_INITIAL_SET 0x00000002

#define SYNCHRONIZE 0x00100000L
#define EVENT_MODIFY_STATE 0x0002
#define EVENT_ALL_ACCESS 0x001f0003
#define MUTEX_ALL_ACCESS 0x001f0001
#define SEMAPHORE_ALL_ACCESS 0x001f0003

BERTH_EXTERN_C_BEGIN

// ---------------------------------------------------------------------------------------------------
// Events

/// An event that is set or not; with `bManualReset` until ResetEvent, else until one wait has been ended by
/// it.
///
/// Returns a handle, with last error 0, or ERROR_ALREADY_EXISTS when the name means an event that exists,
/// which is then as it was. Otherwise NULL with ERROR_INVALID_HANDLE (the name means an object of another
/// kind), ERROR_PATH_NOT_FOUND (a backslash in the name), ERROR_FILENAME_EXCED_RANGE (a name longer than
/// MAX_PATH) or ERROR_NOACCESS (a bad pointer). Source: CreateEventA page.
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                           LPCSTR lpName) BERTH_SYMBOL(CreateEventA);

/// CreateEventA with the name in WCHAR.
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                           LPCWSTR lpName) BERTH_SYMBOL(CreateEventW);

/// CreateEventA with CREATE_EVENT flags, and ERROR_INVALID_PARAMETER for unknown ones. `dwDesiredAccess` has
/// no effect. Source: CreateEventExA page.
HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess) BERTH_SYMBOL(CreateEventExA);

/// CreateEventExA with the name in WCHAR.
HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess) BERTH_SYMBOL(CreateEventExW);

/// Sets an event: ends every wait for it, or one wait when it resets itself.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE. Source: SetEvent page.
BOOL WINAPI SetEvent(HANDLE hEvent) BERTH_SYMBOL(SetEvent);

/// Makes an event not set. Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE. Source: ResetEvent page.
BOOL WINAPI ResetEvent(HANDLE hEvent) BERTH_SYMBOL(ResetEvent);

/// Ends the waits that SetEvent would end at this moment, and leaves the event not set.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE. Source: PulseEvent page.
BOOL WINAPI PulseEvent(HANDLE hEvent) BERTH_SYMBOL(PulseEvent);

// ---------------------------------------------------------------------------------------------------
// Mutexes and semaphores

/// A mutex, owned by the calling thread with `bInitialOwner`. A thread that owns one may wait for it again,
/// and releases it as often. Returns as CreateEventA; of a mutex that exists nobody becomes the owner.
/// Source: CreateMutexA page.
HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCSTR lpName)
    BERTH_SYMBOL(CreateMutexA);

/// CreateMutexA with the name in WCHAR.
HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName)
    BERTH_SYMBOL(CreateMutexW);

/// Gives a mutex up once.
///
/// Returns TRUE. Otherwise FALSE with ERROR_INVALID_HANDLE, or ERROR_NOT_OWNER when another thread or nobody
/// owns it. Source: ReleaseMutex page.
BOOL WINAPI ReleaseMutex(HANDLE hMutex) BERTH_SYMBOL(ReleaseMutex);

/// A semaphore that `lInitialCount` waits can pass at once. Returns as CreateEventA, and
/// ERROR_INVALID_PARAMETER unless 0 <= `lInitialCount` <= `lMaximumCount` and 0 < `lMaximumCount`. Source:
/// CreateSemaphoreA page.
HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCSTR lpName) BERTH_SYMBOL(CreateSemaphoreA);

/// CreateSemaphoreA with the name in WCHAR.
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCWSTR lpName) BERTH_SYMBOL(CreateSemaphoreW);

/// Adds to a semaphore's count, and writes the count before where `lpPreviousCount` is not NULL.
///
/// Returns TRUE. Otherwise FALSE, with nothing changed: ERROR_INVALID_HANDLE; ERROR_INVALID_PARAMETER unless
/// `lReleaseCount` is positive; ERROR_TOO_MANY_POSTS when the count would pass its maximum; ERROR_NOACCESS
/// for a bad pointer. Source: ReleaseSemaphore page.
BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount)
    BERTH_SYMBOL(ReleaseSemaphore);

// ---------------------------------------------------------------------------------------------------
// Waits: for events, mutexes, semaphores, threads and the process, which never ends

/// Waits until an object is signalled, up to `dwMilliseconds`, without end with INFINITE; 0 looks only.
///
/// Returns WAIT_OBJECT_0; WAIT_ABANDONED for a mutex that the caller now owns because its owner ended;
/// WAIT_TIMEOUT. Otherwise WAIT_FAILED with ERROR_INVALID_HANDLE, also for sockets and completion ports.
/// Source: WaitForSingleObject page.
DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) BERTH_SYMBOL(WaitForSingleObject);

/// WaitForSingleObject that, with `bAlertable`, is over as WAIT_IO_COMPLETION when completion routines or
/// procedures of QueueUserAPC have run. An object that is signalled already comes first. Source:
/// WaitForSingleObjectEx page.
DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable)
    BERTH_SYMBOL(WaitForSingleObjectEx);

/// Waits until one object, or with `bWaitAll` every one at once, is signalled.
///
/// Returns WAIT_OBJECT_0 plus the index of the first that is signalled, or plus 0 for all; WAIT_ABANDONED_0
/// likewise, for all when a mutex among them was abandoned; WAIT_TIMEOUT. Otherwise WAIT_FAILED with
/// ERROR_INVALID_PARAMETER (no handle, more than MAXIMUM_WAIT_OBJECTS, one object twice in a wait for all),
/// ERROR_INVALID_HANDLE, or ERROR_NOACCESS for a bad `lpHandles`. Source: WaitForMultipleObjects page.
DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll,
                                    DWORD dwMilliseconds) BERTH_SYMBOL(WaitForMultipleObjects);

/// WaitForMultipleObjects that can be alertable, as WaitForSingleObjectEx. Source: WaitForMultipleObjectsEx
/// page.
DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll,
                                      DWORD dwMilliseconds, BOOL bAlertable)
    BERTH_SYMBOL(WaitForMultipleObjectsEx);

/// Sleeps; 0 lets another thread run, INFINITE is without end. Source: Sleep page.
void WINAPI Sleep(DWORD dwMilliseconds) BERTH_SYMBOL(Sleep);

/// Sleeps; with `bAlertable` until completion routines or procedures have run. Returns 0 when the time is
/// over, WAIT_IO_COMPLETION when they ran. Source: SleepEx page.
DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable) BERTH_SYMBOL(SleepEx);

// ---------------------------------------------------------------------------------------------------
// Locks within a program

/// A lock of one thread, which may enter it again. The members are Windows'; their values are of no use but
/// for OwningThread and RecursionCount in the thread that is inside. Source: Critical Section Objects page.
typedef struct BERTH_WINDOWS_STRUCT _RTL_CRITICAL_SECTION {
  PVOID DebugInfo;
  LONG LockCount;
  LONG RecursionCount;
  HANDLE OwningThread;
  HANDLE LockSemaphore;
  ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION, CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

/// A lock of many readers or one writer, a pointer in size, which needs no end. Source: Slim Reader/Writer
/// (SRW) Locks page.
typedef struct BERTH_WINDOWS_STRUCT _RTL_SRWLOCK {
  PVOID Ptr;
} RTL_SRWLOCK, SRWLOCK, *PSRWLOCK;

/// Where threads wait until another one wakes them; needs no end. Source: Condition Variables page.
typedef struct BERTH_WINDOWS_STRUCT _RTL_CONDITION_VARIABLE {
  PVOID Ptr;
} RTL_CONDITION_VARIABLE, CONDITION_VARIABLE, *PCONDITION_VARIABLE;

/// What is done once. Source: One-Time Initialization page.
typedef union _RTL_RUN_ONCE {
  PVOID Ptr;
} RTL_RUN_ONCE, INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;

typedef BOOL(WINAPI* PINIT_ONCE_FN)(PINIT_ONCE InitOnce, PVOID Parameter, PVOID* Context);

#define SRWLOCK_INIT \
  { NULL }
#define CONDITION_VARIABLE_INIT \
  { NULL }
#define INIT_ONCE_STATIC_INIT \
  { NULL }
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1
#define INIT_ONCE_CTX_RESERVED_BITS 2
#define CRITICAL_SECTION_NO_DEBUG_INFO 0x01000000

BERTH_LAYOUT(sizeof(CRITICAL_SECTION) == (sizeof(void*) == 8 ? 40 : 24));
BERTH_LAYOUT(offsetof(CRITICAL_SECTION, LockCount) == sizeof(void*));
BERTH_LAYOUT(offsetof(CRITICAL_SECTION, RecursionCount) == sizeof(void*) + 4);
BERTH_LAYOUT(offsetof(CRITICAL_SECTION, OwningThread) == sizeof(void*) + 8);
BERTH_LAYOUT(sizeof(SRWLOCK) == sizeof(void*));
BERTH_LAYOUT(sizeof(CONDITION_VARIABLE) == sizeof(void*));
BERTH_LAYOUT(sizeof(INIT_ONCE) == sizeof(void*));

/// Begin a critical section, which DeleteCriticalSection ends. Spin counts and flags have no effect. The
/// first returns nothing, the others TRUE. Source: InitializeCriticalSection page.
void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
    BERTH_SYMBOL(InitializeCriticalSection);
BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount)
    BERTH_SYMBOL(InitializeCriticalSectionAndSpinCount);
BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount, DWORD Flags)
    BERTH_SYMBOL(InitializeCriticalSectionEx);

/// Ends a critical section in which no thread is. Source: DeleteCriticalSection page.
void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection) BERTH_SYMBOL(DeleteCriticalSection);

/// Enters a critical section when no other thread is in it, waiting for that; a thread leaves as often as it
/// entered. Source: EnterCriticalSection page.
void WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) BERTH_SYMBOL(EnterCriticalSection);

/// Enters it, or returns FALSE when another thread is in it. Source: TryEnterCriticalSection page.
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
    BERTH_SYMBOL(TryEnterCriticalSection);

/// Leaves a critical section once. Source: LeaveCriticalSection page.
void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection) BERTH_SYMBOL(LeaveCriticalSection);

/// Begins a lock, as SRWLOCK_INIT does. Source: InitializeSRWLock page.
void WINAPI InitializeSRWLock(PSRWLOCK SRWLock) BERTH_SYMBOL(InitializeSRWLock);

/// Take a lock for one writer, or for one reader among others, waiting for it; Try does not wait and returns
/// FALSE instead. A thread that has it must not take it again. There is no order among those who wait.
/// Source: AcquireSRWLockExclusive, AcquireSRWLockShared and TryAcquireSRWLockExclusive pages.
void WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock) BERTH_SYMBOL(AcquireSRWLockExclusive);
void WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock) BERTH_SYMBOL(AcquireSRWLockShared);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock) BERTH_SYMBOL(TryAcquireSRWLockExclusive);
BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock) BERTH_SYMBOL(TryAcquireSRWLockShared);

/// Give it up. Source: ReleaseSRWLockExclusive and ReleaseSRWLockShared pages.
void WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock) BERTH_SYMBOL(ReleaseSRWLockExclusive);
void WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock) BERTH_SYMBOL(ReleaseSRWLockShared);

/// Begins a condition variable, as CONDITION_VARIABLE_INIT does. Source: InitializeConditionVariable page.
void WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable)
    BERTH_SYMBOL(InitializeConditionVariable);

/// Leave the lock, sleep until woken, and enter the lock again. A thread may wake without cause.
///
/// They return TRUE. Otherwise FALSE with ERROR_TIMEOUT, the lock entered again all the same. Source:
/// SleepConditionVariableCS and SleepConditionVariableSRW pages.
BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable, PCRITICAL_SECTION CriticalSection,
                                     DWORD dwMilliseconds) BERTH_SYMBOL(SleepConditionVariableCS);
BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock,
                                      DWORD dwMilliseconds, ULONG Flags)
    BERTH_SYMBOL(SleepConditionVariableSRW);

/// Wake one thread that sleeps, or all. Source: WakeConditionVariable page.
void WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable) BERTH_SYMBOL(WakeConditionVariable);
void WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable)
    BERTH_SYMBOL(WakeAllConditionVariable);

/// Begins an INIT_ONCE, as INIT_ONCE_STATIC_INIT does. Source: InitOnceInitialize page.
void WINAPI InitOnceInitialize(PINIT_ONCE InitOnce) BERTH_SYMBOL(InitOnceInitialize);

/// Calls `InitFn` if nobody has done so with success; who comes meanwhile waits. What it put in `*Context`,
/// whose low INIT_ONCE_CTX_RESERVED_BITS bits are 0, everybody gets.
///
/// Returns TRUE. Otherwise FALSE: `InitFn` did, and the next caller tries again. Source: InitOnceExecuteOnce
/// page.
BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter, LPVOID* Context)
    BERTH_SYMBOL(InitOnceExecuteOnce);

BERTH_EXTERN_C_END

#ifdef UNICODE
#define CreateEvent CreateEventW
#define CreateEventEx CreateEventExW
#define CreateMutex CreateMutexW
#define CreateSemaphore CreateSemaphoreW
#else
#define CreateEvent CreateEventA
#define CreateEventEx CreateEventExA
#define CreateMutex CreateMutexA
#define CreateSemaphore CreateSemaphoreA
#endif

#ifdef __cplusplus
template <typename Type>
struct berth_result_if_long;
template <>
struct berth_result_if_long<long> {
  typedef int type;
};

/// ReleaseSemaphore for a count that is a long, which is wider than a LONG here. A template, so that NULL
/// still means the function above.
template <typename Long>
typename berth_result_if_long<Long>::type ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount,
                                                           Long* lpPreviousCount) {
  LONG before = 0;
  const BOOL result =
      ReleaseSemaphore(hSemaphore, lReleaseCount, lpPreviousCount == nullptr ? nullptr : &before);
  if (result != 0 && lpPreviousCount != nullptr) {
    *lpPreviousCount = before;
  }
  return result;
}
#endif

#endif
