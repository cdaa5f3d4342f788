// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "call.h"
#include "kernel_arguments.h"
#include "memory_probe.h"
#include "operation.h"
#include "status.h"
#include "winsock_status.h"

namespace berth::winsock {
namespace {

// The structure of a call that may end on another thread meanwhile.
struct Progress {
  std::int32_t status = 0;
  DWORD bytes = 0;
  [[nodiscard]] bool pends() const { return status == kStatusPending; }
};

ULONG_PTR member(const OVERLAPPED* overlapped, std::size_t place) {
  const auto* at = reinterpret_cast<const std::byte*>(overlapped) + place;
  if (reinterpret_cast<std::uintptr_t>(at) % alignof(ULONG_PTR) == 0)
    return __atomic_load_n(reinterpret_cast<const ULONG_PTR*>(at), __ATOMIC_ACQUIRE);
  ULONG_PTR value = 0;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// Requires: the structure can be read.
Progress progress_of(const OVERLAPPED* overlapped) {
  Progress progress;
  progress.status = static_cast<std::int32_t>(
      static_cast<std::uint32_t>(member(overlapped, offsetof(OVERLAPPED, Internal))));
  progress.bytes = static_cast<DWORD>(member(overlapped, offsetof(OVERLAPPED, InternalHigh)));
  return progress;
}

// The low bit says that a port is not to be told.
std::uintptr_t event_of(const OVERLAPPED* overlapped) {
  return member(overlapped, offsetof(OVERLAPPED, hEvent)) & ~std::uintptr_t{1};
}

WaitOutcome wait_for(const std::shared_ptr<Event>& event, Timeout timeout, bool alertable) {
  const std::array<std::shared_ptr<KernelObject>, 1> objects = {event};
  return Dispatcher::of_program().wait({.objects = objects, .timeout = timeout, .alertable = alertable});
}

// -- WSAGetOverlappedResult -------------------------------------------------------------------------

// Waits for a call that pends; the code that says why it cannot.
int wait_for_end(SOCKET s, const OVERLAPPED* overlapped) {
  const auto operation = PendingOperations::of_program().find(s, overlapped);
  if (operation && operation->about().routine != nullptr) return WSA_INVALID_PARAMETER;
  const auto event = find_event(event_of(overlapped));
  if (!event) return operation ? int{WSA_INVALID_HANDLE} : 0;
  wait_for(event, std::nullopt, false);
  return 0;
}

BOOL winsock_result(SOCKET s, const OVERLAPPED* overlapped, LPDWORD bytes, bool waits, LPDWORD flags) {
  Progress progress = progress_of(overlapped);
  if (progress.pends() && waits) {
    if (const int code = wait_for_end(s, overlapped); code != 0) return refuse(code);
    progress = progress_of(overlapped);
  }
  if (progress.pends()) return refuse(WSA_IO_INCOMPLETE);
  const int code = winsock_code_of_status(progress.status);
  *bytes = progress.bytes;
  *flags = code == WSAEMSGSIZE ? MSG_PARTIAL : 0;
  set_last_error(code);
  return code == 0 ? TRUE : FALSE;
}

// -- GetOverlappedResult ----------------------------------------------------------------------------

// The event that tells the end of a call which pends; null when there is none to wait for.
std::shared_ptr<Event> end_of(std::uintptr_t handle, const OVERLAPPED* overlapped) {
  if (const std::uintptr_t event = event_of(overlapped); event != 0) return find_event(event);
  const auto operation = PendingOperations::of_program().find(handle, overlapped);
  return operation ? operation->finished() : nullptr;
}

BOOL system_result(HANDLE file, const OVERLAPPED* overlapped, LPDWORD bytes, Timeout timeout,
                   bool alertable) {
  MemoryProbe memory;
  if (!memory.is_readable(overlapped, sizeof(OVERLAPPED)) || !memory.is_writable(bytes, sizeof(DWORD)))
    return refuse(ERROR_NOACCESS);
  Progress progress = progress_of(overlapped);
  if (progress.pends() && timeout != Timeout::value_type::zero()) {
    const auto event = end_of(value_of(file), overlapped);
    if (!event && event_of(overlapped) != 0) return refuse(ERROR_INVALID_HANDLE);
    const auto outcome =
        event ? wait_for(event, timeout, alertable) : WaitOutcome{WaitOutcome::Kind::Signalled};
    if (outcome.kind == WaitOutcome::Kind::TimedOut) return refuse(WAIT_TIMEOUT);
    if (outcome.kind == WaitOutcome::Kind::Alerted) return refuse(static_cast<long>(WAIT_IO_COMPLETION));
    progress = progress_of(overlapped);
  }
  if (progress.pends()) return refuse(ERROR_IO_INCOMPLETE);
  *bytes = progress.bytes;
  return is_success(progress.status) ? TRUE : refuse(win32_code_of_status(progress.status));
}

}  // namespace
}  // namespace berth::winsock

BOOL WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer, BOOL fWait,
                            LPDWORD lpdwFlags) {
  using namespace berth::winsock;
  Call call(s);
  if (!call.has_socket()) return FALSE;
  MemoryProbe memory;
  if (!memory.is_readable(lpOverlapped, sizeof(OVERLAPPED)) ||
      !memory.is_writable(lpcbTransfer, sizeof(DWORD)) || !memory.is_writable(lpdwFlags, sizeof(DWORD)))
    return refuse(WSAEFAULT);
  return winsock_result(s, lpOverlapped, lpcbTransfer, fWait != FALSE, lpdwFlags);
}

BOOL GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                         BOOL bWait) {
  using namespace berth::winsock;
  const Timeout timeout = bWait != FALSE ? Timeout() : Timeout(Timeout::value_type::zero());
  return system_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, timeout, false);
}

BOOL GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                           DWORD dwMilliseconds, BOOL bAlertable) {
  using namespace berth::winsock;
  return system_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, timeout_of(dwMilliseconds),
                       bAlertable != FALSE);
}

BOOL CancelIo(HANDLE hFile) {
  using namespace berth::winsock;
  if (!is_socket(hFile)) return refuse(ERROR_INVALID_HANDLE);
  const auto thread = this_thread();
  PendingOperations::of_program().cancel_on(value_of(hFile), [&thread](const Operation& operation) {
    return &operation.starter() == thread.get();
  });
  return TRUE;
}

BOOL CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped) {
  using namespace berth::winsock;
  if (!is_socket(hFile)) return refuse(ERROR_INVALID_HANDLE);
  const std::size_t found =
      PendingOperations::of_program().cancel_on(value_of(hFile), [lpOverlapped](const Operation& operation) {
        return lpOverlapped == nullptr || operation.about().overlapped == lpOverlapped;
      });
  return found != 0 ? TRUE : refuse(ERROR_NOT_FOUND);
}

BOOL SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags) {
  using namespace berth::winsock;
  constexpr unsigned kKnown = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
  if ((Flags & ~kKnown) != 0) return refuse(ERROR_INVALID_PARAMETER);
  return add_notification_modes(value_of(FileHandle), Flags) ? TRUE : FALSE;
}
