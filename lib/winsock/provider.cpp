// SPDX-License-Identifier: MIT
#include <ws2spi.h>

#include <memory>
#include <utility>

#include "call.h"
#include "kernel_arguments.h"
#include "memory_probe.h"
#include "provider_call.h"
#include "thread_context.h"
#include "upcalls.h"

namespace berth::winsock {
namespace {

// The thread that the program names; null when it names none.
std::shared_ptr<ThreadContext> thread_in(const WSATHREADID* place) {
  MemoryProbe memory;
  const auto id = memory.read<WSATHREADID>(place);
  return id ? object_of_kind<ThreadContext>(id->ThreadHandle) : nullptr;
}

void CALLBACK run_queued(DWORD_PTR context) {
  const std::unique_ptr<std::function<void()>> procedure(reinterpret_cast<std::function<void()>*>(context));
  (*procedure)();
}

}  // namespace

int fail_in(LPINT place, int code) {
  MemoryProbe memory;
  if (place != nullptr) static_cast<void>(memory.write(place, code));
  return SOCKET_ERROR;
}

void queue_through(const Upcalls& upcalls, WSATHREADID thread, std::function<void()> procedure) {
  auto queued = std::make_unique<std::function<void()>>(std::move(procedure));
  int code = 0;
  const int result =
      upcalls.table.lpWPUQueueApc(&thread, run_queued, reinterpret_cast<DWORD_PTR>(queued.get()), &code);
  if (result == 0) static_cast<void>(queued.release());  // run_queued's
}

Starter starter_named(SOCKET s, const WSATHREADID* id) {
  Starter starter{.thread = thread_in(id), .queue = {}};
  const Call call(s);
  const auto upcalls = call.process() == nullptr ? nullptr : call.process()->upcalls();
  if (starter.thread && upcalls && upcalls->table.lpWPUQueueApc != nullptr)
    starter.queue = [upcalls, thread = *id](std::function<void()> procedure) {
      queue_through(*upcalls, thread, std::move(procedure));
    };
  return starter;
}

}  // namespace berth::winsock

int WSPIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
             DWORD cbOutBuffer, LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine, LPWSATHREADID lpThreadId,
             LPINT lpErrno) {
  return berth::winsock::as_provider_with_routine(s, lpCompletionRoutine, lpThreadId, lpErrno, [&] {
    return WSAIoctl(s, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer, lpcbBytesReturned,
                    lpOverlapped, lpCompletionRoutine);
  });
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
