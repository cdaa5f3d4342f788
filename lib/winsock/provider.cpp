// SPDX-License-Identifier: MIT
#include <ws2spi.h>

#include <utility>

#include "kernel_arguments.h"
#include "last_error.h"
#include "memory_probe.h"
#include "operation.h"
#include "thread_context.h"

namespace berth::winsock {
namespace {

int fail_in(LPINT place, int code) {
  MemoryProbe memory;
  if (place != nullptr) static_cast<void>(memory.write(place, code));
  return SOCKET_ERROR;
}

// The thread that the program names; null when it names none.
std::shared_ptr<ThreadContext> thread_in(const WSATHREADID* place) {
  MemoryProbe memory;
  const auto id = memory.read<WSATHREADID>(place);
  return id ? object_of_kind<ThreadContext>(id->ThreadHandle) : nullptr;
}

// While it lives, overlapped calls begin in the name of another thread.
class InTheNameOf {
 public:
  explicit InTheNameOf(std::shared_ptr<ThreadContext> thread)
      : before_(std::exchange(starter_of_operations(), std::move(thread))) {}
  InTheNameOf(const InTheNameOf&) = delete;
  InTheNameOf& operator=(const InTheNameOf&) = delete;
  ~InTheNameOf() { starter_of_operations() = before_; }

 private:
  const std::shared_ptr<ThreadContext> before_;
};

}  // namespace
}  // namespace berth::winsock

int WSPIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
             DWORD cbOutBuffer, LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine, LPWSATHREADID lpThreadId,
             LPINT lpErrno) {
  using namespace berth::winsock;
  if (lpErrno == nullptr) return SOCKET_ERROR;
  std::shared_ptr<ThreadContext> thread;
  if (lpCompletionRoutine != nullptr && lpThreadId != nullptr) {
    thread = thread_in(lpThreadId);
    if (!thread) return fail_in(lpErrno, WSAEFAULT);
  }
  const int before = last_error();
  const InTheNameOf named(thread);
  const int result = WSAIoctl(s, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer,
                              lpcbBytesReturned, lpOverlapped, lpCompletionRoutine);
  const int code = last_error();
  set_last_error(before);
  return result == 0 ? 0 : fail_in(lpErrno, code);
}

int WPUQueueApc(LPWSATHREADID lpThreadId, LPWSAUSERAPC lpfnUserApc, DWORD_PTR dwContext, LPINT lpErrno) {
  using namespace berth::winsock;
  const auto thread = thread_in(lpThreadId);
  MemoryProbe memory;
  const bool can_run = memory.is_readable(reinterpret_cast<const void*>(lpfnUserApc), 1);
  if (!thread || !can_run) return fail_in(lpErrno, WSAEFAULT);
  const bool queued = queue_apc(thread, [lpfnUserApc, dwContext] { lpfnUserApc(dwContext); });
  return queued ? 0 : fail_in(lpErrno, WSAEFAULT);
}

int WPUOpenCurrentThread(LPWSATHREADID lpThreadId, LPINT lpErrno) {
  using namespace berth::winsock;
  MemoryProbe memory;
  if (!memory.is_writable(lpThreadId, sizeof(WSATHREADID))) return fail_in(lpErrno, WSAEFAULT);
  lpThreadId->ThreadHandle = new_handle(this_thread(), nullptr);
  lpThreadId->Reserved = 0;
  return 0;
}

int WPUCloseThread(LPWSATHREADID lpThreadId, LPINT lpErrno) {
  using namespace berth::winsock;
  MemoryProbe memory;
  const auto id = memory.read<WSATHREADID>(lpThreadId);
  const bool is_closed =
      id && thread_in(lpThreadId) && ObjectTable::of_program().close(value_of(id->ThreadHandle));
  return is_closed ? 0 : fail_in(lpErrno, WSAEFAULT);
}
