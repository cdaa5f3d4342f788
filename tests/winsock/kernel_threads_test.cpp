// SPDX-License-Identifier: MIT
//
// Threads, the procedures queued to them, and handles.
#include "winsock/face.h"

#include <process.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace berth::test {
namespace {

DWORD code() { return GetLastError(); }

struct Told {
  DWORD id = 0;
  int last_error = -1;
  bool has_a_socket = false;
};

DWORD WINAPI tell(LPVOID place) {
  auto& told = *static_cast<Told*>(place);
  told.id = GetCurrentThreadId();
  told.last_error = WSAGetLastError();
  const SOCKET s = tcp();
  told.has_a_socket = s != INVALID_SOCKET && closesocket(s) == 0;
  return 42;
}

class Destroyed {
 public:
  explicit Destroyed(bool& flag) : flag_(flag) {}
  Destroyed(const Destroyed&) = delete;
  Destroyed& operator=(const Destroyed&) = delete;
  ~Destroyed() { flag_ = true; }

 private:
  bool& flag_;
};

bool was_destroyed = false;

DWORD WINAPI exit_in_the_middle(LPVOID) {
  const Destroyed local(was_destroyed);
  ExitThread(7);
}

// Sets the first event and waits for the second.
DWORD WINAPI wait_alertably(LPVOID events) {
  const auto& [started, never] = *static_cast<std::pair<HANDLE, HANDLE>*>(events);
  SetEvent(started);
  return WaitForSingleObjectEx(never, INFINITE, TRUE) == WAIT_IO_COMPLETION ? 1 : 2;
}

std::atomic<DWORD> ran_in = 0;
std::atomic<int> runs = 0;

void NTAPI note_thread(ULONG_PTR expected) {
  EXPECT_EQ(expected, 11U);
  ran_in = GetCurrentThreadId();
  ++runs;
}

DWORD exit_code_of(HANDLE thread) {
  DWORD exit_code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread, &exit_code));
  return exit_code;
}

class Threads : public FaceTest {};

TEST_F(Threads, are_the_process_of_the_thread_that_made_them) {
  Told told;
  DWORD id = 0;
  WSASetLastError(kNoCode);
  const HANDLE thread = CreateThread(nullptr, 0, tell, &told, 0, &id);
  ASSERT_NE(thread, nullptr);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 42U);
  EXPECT_EQ(told.id, id);
  EXPECT_EQ(GetThreadId(thread), id);
  EXPECT_EQ(id % 4, 0U);
  EXPECT_NE(id, GetCurrentThreadId());
  EXPECT_EQ(told.last_error, 0) << "a new thread's";
  EXPECT_TRUE(told.has_a_socket) << "Winsock is started in this thread's process alone";
  EXPECT_TRUE(CloseHandle(thread));
}

TEST_F(Threads, start_when_they_are_resumed) {
  Told told;
  unsigned long id = 0;
  const HANDLE thread = CreateThread(nullptr, 1, tell, &told, CREATE_SUSPENDED, &id);
  EXPECT_EQ(WaitForSingleObject(thread, 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(exit_code_of(thread), STILL_ACTIVE);
  EXPECT_EQ(ResumeThread(thread), 1U);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(ResumeThread(thread), 0U);
  EXPECT_EQ(told.id, id);
}

TEST_F(Threads, end_in_the_middle_without_destructors) {
  was_destroyed = false;
  const HANDLE thread = CreateThread(nullptr, 0, exit_in_the_middle, nullptr, 0, nullptr);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 7U);
  EXPECT_FALSE(was_destroyed);
}

TEST_F(Threads, that_windows_did_not_make_can_be_waited_for) {
  HANDLE thread = nullptr;
  std::thread other([&thread] {
    EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &thread, 0,
                                FALSE, DUPLICATE_SAME_ACCESS));
    ExitThread(9);
  });
  other.join();
  EXPECT_EQ(WaitForSingleObject(thread, 0), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 9U);
}

TEST_F(Threads, that_end_are_signalled_after_their_thread_local_objects) {
  static std::atomic<bool> is_gone;
  for (int round = 0; round < 50; ++round) {
    is_gone = false;
    const auto body = [](LPVOID) -> DWORD {
      struct Slow {
        bool touched = false;
        ~Slow() {
          std::this_thread::yield();
          is_gone = true;
        }
      };
      thread_local Slow slow;
      slow.touched = true;
      return 0;
    };
    const HANDLE thread = CreateThread(nullptr, 0, body, nullptr, 0, nullptr);
    ASSERT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    EXPECT_TRUE(is_gone);
    CloseHandle(thread);
  }
}

TEST_F(Threads, refuse_bad_arguments) {
  EXPECT_EQ(CreateThread(nullptr, 0, nullptr, nullptr, 0, nullptr), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateThread(nullptr, 0, tell, nullptr, 1, nullptr), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateThread(nullptr, 0, tell, nullptr, 0, reinterpret_cast<LPDWORD>(1)), nullptr);
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  DWORD out = 0;
  for (const HANDLE handle : {HANDLE{}, event, INVALID_HANDLE_VALUE}) {
    SetLastError(kNoCode);
    EXPECT_FALSE(GetExitCodeThread(handle, &out));
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
    EXPECT_EQ(ResumeThread(handle), static_cast<DWORD>(-1));
    EXPECT_EQ(GetThreadId(handle), 0U);
    EXPECT_EQ(QueueUserAPC(note_thread, handle, 0), 0U);
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  }
  EXPECT_FALSE(GetExitCodeThread(GetCurrentThread(), static_cast<LPDWORD>(nullptr)));
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_EQ(QueueUserAPC(nullptr, GetCurrentThread(), 0), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(Threads, start_under_the_c_librarys_names) {
  static std::atomic<HANDLE> own = nullptr;
  unsigned id = 0;
  const auto with_code = [](void*) -> unsigned { _endthreadex(5); };
  const auto thread = reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, with_code, nullptr, 0, &id));
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 5U);
  EXPECT_EQ(GetThreadId(thread), id);
  EXPECT_EQ(_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr), 0U);
  EXPECT_EQ(errno, EINVAL);

  const auto without = [](void*) {
    HANDLE mine = nullptr;
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &mine, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    own = mine;
    own.notify_one();
  };
  const uintptr_t closes_itself = _beginthread(without, 0, nullptr);
  EXPECT_NE(closes_itself, static_cast<uintptr_t>(-1));
  own.wait(nullptr);
  EXPECT_EQ(WaitForSingleObject(own, INFINITE), WAIT_OBJECT_0);
  EXPECT_FALSE(CloseHandle(reinterpret_cast<HANDLE>(closes_itself)));
  EXPECT_EQ(_beginthread(nullptr, 0, nullptr), static_cast<uintptr_t>(-1));
  EXPECT_EQ(errno, EINVAL);
}

// -- Procedures -----------------------------------------------------------------------------------

TEST_F(Threads, run_procedures_in_alertable_waits_alone) {
  runs = 0;
  EXPECT_NE(QueueUserAPC(note_thread, GetCurrentThread(), 11), 0U);
  EXPECT_NE(QueueUserAPC(note_thread, GetCurrentThread(), 11), 0U);
  EXPECT_EQ(SleepEx(1, FALSE), 0U);
  Sleep(0);
  EXPECT_EQ(runs, 0);
  const HANDLE set = CreateEventA(nullptr, TRUE, TRUE, nullptr);
  EXPECT_EQ(WaitForSingleObjectEx(set, 0, TRUE), WAIT_OBJECT_0) << "this thread had no need to wait";
  EXPECT_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(ran_in, GetCurrentThreadId());
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
}

TEST_F(Threads, that_wait_are_ended_by_a_procedure) {
  runs = 0;
  std::pair<HANDLE, HANDLE> events = {CreateEventA(nullptr, TRUE, FALSE, nullptr),
                                      CreateEventA(nullptr, TRUE, FALSE, nullptr)};
  const HANDLE thread = CreateThread(nullptr, 0, wait_alertably, &events, 0, nullptr);
  EXPECT_EQ(WaitForSingleObject(events.first, INFINITE), WAIT_OBJECT_0);
  EXPECT_NE(QueueUserAPC(note_thread, thread, 11), 0U);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 1U);
  EXPECT_EQ(ran_in, GetThreadId(thread));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(QueueUserAPC(note_thread, thread, 11), 0U);
  EXPECT_EQ(code(), DWORD{ERROR_GEN_FAILURE}) << "it has ended";
}

TEST_F(Threads, run_a_procedure_that_came_before_their_start_first) {
  runs = 0;
  const auto count = [](LPVOID) -> DWORD { return static_cast<DWORD>(runs.load()); };
  const HANDLE thread = CreateThread(nullptr, 0, count, nullptr, CREATE_SUSPENDED, nullptr);
  EXPECT_NE(QueueUserAPC(note_thread, thread, 11), 0U);
  ResumeThread(thread);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread), 1U);
}

// -- Handles --------------------------------------------------------------------------------------

TEST_F(Threads, close_handles_of_every_kind) {
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  const SOCKET s = tcp();
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_TRUE(CloseHandle(reinterpret_cast<HANDLE>(s)));
  EXPECT_EQ(bind_to(s, 5000), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  EXPECT_TRUE(CloseHandle(GetCurrentThread())) << "no effect";
  EXPECT_TRUE(CloseHandle(GetCurrentProcess()));
  for (const HANDLE handle : {HANDLE{}, event, reinterpret_cast<HANDLE>(s), reinterpret_cast<HANDLE>(3)}) {
    SetLastError(kNoCode);
    EXPECT_FALSE(CloseHandle(handle));
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  }
}

TEST_F(Threads, duplicate_handles_within_the_process) {
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  const HANDLE me = GetCurrentProcess();
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(me, event, me, &copy, 0, TRUE, DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS));
  EXPECT_NE(copy, event);
  EXPECT_FALSE(SetEvent(event)) << "closed";
  EXPECT_TRUE(SetEvent(copy));
  DWORD flags = 0;
  EXPECT_TRUE(GetHandleInformation(copy, &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_FALSE(DuplicateHandle(copy, copy, me, &copy, 0, FALSE, 0));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(DuplicateHandle(me, event, me, &copy, 0, FALSE, 0));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(DuplicateHandle(me, copy, me, &copy, 0, FALSE, 4));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(DuplicateHandle(me, copy, me, reinterpret_cast<LPHANDLE>(1), 0, FALSE, 0));
  EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  EXPECT_FALSE(DuplicateHandle(me, reinterpret_cast<HANDLE>(tcp()), me, &copy, 0, FALSE, 0));
  EXPECT_EQ(code(), DWORD{ERROR_NOT_SUPPORTED});
  HANDLE process = nullptr;
  EXPECT_TRUE(DuplicateHandle(me, me, me, &process, 0, FALSE, DUPLICATE_SAME_ACCESS));
  EXPECT_EQ(WaitForSingleObject(process, 0), DWORD{WAIT_TIMEOUT});
}

DWORD flags_of(SOCKET s) {
  DWORD flags = 0;
  EXPECT_TRUE(GetHandleInformation(reinterpret_cast<HANDLE>(s), &flags));
  return flags;
}

TEST_F(Threads, OVL14_keep_back_a_socket_that_is_not_to_be_inherited) {
  const SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT);
  EXPECT_EQ(flags_of(s), 0U);
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(s, GetCurrentProcessId(), &info), 0);
  const SOCKET copy = WSASocketW(0, 0, 0, &info, 0, 0);
  EXPECT_EQ(flags_of(copy), DWORD{HANDLE_FLAG_INHERIT}) << "each handle has its own";
  EXPECT_TRUE(SetHandleInformation(reinterpret_cast<HANDLE>(copy), HANDLE_FLAG_INHERIT, 0));
  EXPECT_TRUE(SetHandleInformation(reinterpret_cast<HANDLE>(s), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
  EXPECT_EQ(flags_of(s), DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_EQ(flags_of(copy), 0U);
}

TEST_F(Threads, keep_the_flags_of_handles) {
  SECURITY_ATTRIBUTES inherited = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  const HANDLE event = CreateEventA(&inherited, TRUE, FALSE, nullptr);
  const auto s = reinterpret_cast<HANDLE>(tcp());
  for (const HANDLE handle : {event, s}) {
    DWORD flags = 0;
    EXPECT_TRUE(GetHandleInformation(handle, &flags));
    EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
    EXPECT_TRUE(SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0));
    EXPECT_TRUE(GetHandleInformation(handle, &flags));
    EXPECT_EQ(flags, 0U);
    EXPECT_FALSE(SetHandleInformation(handle, 4, 4));
    EXPECT_EQ(code(), DWORD{ERROR_INVALID_PARAMETER});
    EXPECT_FALSE(GetHandleInformation(handle, nullptr));
    EXPECT_EQ(code(), DWORD{ERROR_NOACCESS});
  }
  EXPECT_FALSE(SetHandleInformation(s, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
  EXPECT_EQ(code(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_TRUE(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
  EXPECT_FALSE(CloseHandle(event));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_TRUE(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_FALSE(SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0));
  EXPECT_EQ(code(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(Threads, know_the_emulated_process_they_are) {
  const auto id = static_cast<DWORD>(process_->id().value);
  EXPECT_EQ(GetCurrentProcessId(), id);
  std::thread([id] { EXPECT_EQ(GetCurrentProcessId(), id) << "nobody attached it"; }).join();
  const ScopedProcess as_another(process({TokenKind::StandardUser, "bob"}, 1));
  EXPECT_NE(GetCurrentProcessId(), id);
}

}  // namespace
}  // namespace berth::test
