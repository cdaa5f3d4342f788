// SPDX-License-Identifier: MIT
#include <windows.h>

#include <process.h>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csetjmp>
#include <cstdio>
#include <functional>

#include "kernel_arguments.h"
#include "process_face.h"

namespace berth::winsock {
namespace {

// ---------------------------------------------------------------------------------------------------
// The life of a thread that we make

struct Start {
  std::shared_ptr<ThreadContext> thread;
  std::shared_ptr<WindowsProcess> process;
  std::function<std::uint32_t()> run;
};

// Where ExitThread goes in such a thread; null in the program's own threads.
thread_local std::jmp_buf* base_of_this_thread = nullptr;

// No object with a destructor lives here: ExitThread jumps over it.
void run_until_exit(ThreadContext& thread, const std::function<std::uint32_t()>& run) {
  std::jmp_buf base;
  base_of_this_thread = &base;
  // NOLINTNEXTLINE(cert-err52-cpp): as on Windows, ExitThread runs no destructors
  if (setjmp(base) == 0) {
    thread.run_queued_procedures();
    thread.set_code_at_end(run());
  }
  base_of_this_thread = nullptr;
  thread.run_hooks();
}

void* live(void* given) {
  const std::unique_ptr<Start> start(static_cast<Start*>(given));
  become(start->thread);
  start->thread->wait_until_resumed();
  if (!start->process) {
    run_until_exit(*start->thread, start->run);
    return nullptr;
  }
  const ScopedProcess here(start->process);
  run_until_exit(*start->thread, start->run);
  return nullptr;
}

bool start_thread(std::unique_ptr<Start> start, std::size_t stack_size) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (stack_size != 0)
    pthread_attr_setstacksize(
        &attributes, std::max<std::size_t>(stack_size, static_cast<std::size_t>(16 * PTHREAD_STACK_MIN)));
  pthread_t thread{};
  const bool is_started = pthread_create(&thread, &attributes, live, start.get()) == 0;
  pthread_attr_destroy(&attributes);
  if (is_started) static_cast<void>(start.release());  // the thread's now
  return is_started;
}

// ---------------------------------------------------------------------------------------------------
// CreateThread and its kin

struct NewThread {
  const SECURITY_ATTRIBUTES* attributes = nullptr;
  std::size_t stack_size = 0;
  DWORD flags = 0;
  unsigned* id = nullptr;
};

// A handle of the new thread; null with the last error set.
HANDLE create_thread(const NewThread& asked, std::function<std::uint32_t()> run) {
  constexpr DWORD kKnown = CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION;
  if ((asked.flags & ~kKnown) != 0) return refuse_handle(ERROR_INVALID_PARAMETER);
  if (!can_be_written_if_wanted(asked.id)) return nullptr;
  const auto thread = std::make_shared<ThreadContext>();
  if ((asked.flags & CREATE_SUSPENDED) != 0) thread->suspend_before_start();
  const HANDLE handle = new_handle(thread, asked.attributes);
  if (handle == nullptr) return nullptr;
  if (asked.id != nullptr) *asked.id = thread->id();
  auto start = std::make_unique<Start>(
      Start{.thread = thread, .process = shared_attached_process(), .run = std::move(run)});
  if (start_thread(std::move(start), asked.stack_size)) return handle;
  ObjectTable::of_program().close(value_of(handle));
  return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
}

int errno_of_failure() {
  const int code = last_error();
  return code == ERROR_NOT_ENOUGH_MEMORY ? EAGAIN : EINVAL;
}

uintptr_t fail_begin(uintptr_t result, int code) {
  errno = code;
  return result;
}

[[noreturn]] void exit_thread(DWORD code) {
  this_thread()->set_code_at_end(code);
  if (base_of_this_thread != nullptr) std::longjmp(*base_of_this_thread, 1);  // NOLINT(cert-err52-cpp)
  pthread_exit(nullptr);
}

}  // namespace
}  // namespace berth::winsock

HANDLE CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                    LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
                    LPDWORD lpThreadId) {
  using namespace berth::winsock;
  if (lpStartAddress == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
  return create_thread({lpThreadAttributes, dwStackSize, dwCreationFlags, lpThreadId},
                       [=] { return lpStartAddress(lpParameter); });
}

void ExitThread(DWORD dwExitCode) { berth::winsock::exit_thread(dwExitCode); }

BOOL GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode) {
  using namespace berth::winsock;
  const auto thread = object_of_kind<ThreadContext>(hThread);
  if (!thread) return refuse(ERROR_INVALID_HANDLE);
  MemoryProbe memory;
  return memory.write(lpExitCode, DWORD{thread->exit_code()}) ? TRUE : refuse(ERROR_NOACCESS);
}

DWORD ResumeThread(HANDLE hThread) {
  using namespace berth::winsock;
  const auto thread = object_of_kind<ThreadContext>(hThread);
  if (thread) return thread->resume();
  refuse(ERROR_INVALID_HANDLE);
  return static_cast<DWORD>(-1);
}

HANDLE GetCurrentThread() { return reinterpret_cast<HANDLE>(LONG_PTR{-2}); }

DWORD GetCurrentThreadId() { return berth::winsock::this_thread()->id(); }

DWORD GetThreadId(HANDLE Thread) {
  using namespace berth::winsock;
  const auto thread = object_of_kind<ThreadContext>(Thread);
  if (thread) return thread->id();
  refuse(ERROR_INVALID_HANDLE);
  return 0;
}

HANDLE GetCurrentProcess() { return reinterpret_cast<HANDLE>(LONG_PTR{-1}); }

DWORD GetCurrentProcessId() {
  using namespace berth::winsock;
  const ProcessFace* process = attached_process();
  if (process != nullptr) return static_cast<DWORD>(process->id().value);
  const auto home = home_process();
  return home ? static_cast<DWORD>(home->id().value) : static_cast<DWORD>(getpid());
}

DWORD QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData) {
  using namespace berth::winsock;
  const auto thread = object_of_kind<ThreadContext>(hThread);
  if (!thread) return static_cast<DWORD>(refuse(ERROR_INVALID_HANDLE));
  if (pfnAPC == nullptr) return static_cast<DWORD>(refuse(ERROR_INVALID_PARAMETER));
  if (!queue_apc(thread, [=] { pfnAPC(dwData); })) return static_cast<DWORD>(refuse(ERROR_GEN_FAILURE));
  return 1;
}

void ExitProcess(UINT uExitCode) {
  std::fflush(nullptr);
  _exit(static_cast<int>(uExitCode));
}

uintptr_t _beginthreadex(void* security, unsigned stack_size, unsigned (*start_address)(void*), void* arglist,
                         unsigned initflag, unsigned* thrdaddr) {
  using namespace berth::winsock;
  if (start_address == nullptr) return fail_begin(0, EINVAL);
  const HANDLE handle =
      create_thread({static_cast<SECURITY_ATTRIBUTES*>(security), stack_size, initflag, thrdaddr},
                    [=] { return start_address(arglist); });
  return handle == nullptr ? fail_begin(0, errno_of_failure()) : value_of(handle);
}

uintptr_t _beginthread(void (*start_address)(void*), unsigned stack_size, void* arglist) {
  using namespace berth::winsock;
  constexpr auto kFailed = static_cast<uintptr_t>(-1);
  if (start_address == nullptr) return fail_begin(kFailed, EINVAL);
  // The thread closes its own handle, which it learns before it starts.
  const auto own_handle = std::make_shared<HANDLE>(nullptr);
  const HANDLE handle = create_thread({nullptr, stack_size, CREATE_SUSPENDED, nullptr}, [=] {
    at_thread_end([own_handle] { CloseHandle(*own_handle); });
    start_address(arglist);
    return 0U;
  });
  if (handle == nullptr) return fail_begin(kFailed, errno_of_failure());
  *own_handle = handle;
  ResumeThread(handle);
  return value_of(handle);
}

void _endthreadex(unsigned retval) { berth::winsock::exit_thread(retval); }

void _endthread() { berth::winsock::exit_thread(0); }
