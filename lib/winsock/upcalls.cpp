// SPDX-License-Identifier: MIT
#include "upcalls.h"

#include <map>
#include <mutex>

#include "call.h"
#include "kernel_arguments.h"
#include "memory_probe.h"
#include "operation.h"
#include "provider_call.h"

namespace berth::winsock {
namespace {

// The contexts of the handles that WPUCreateSocketHandle made.
struct SocketContexts {
  std::mutex mutex;
  std::map<SOCKET, DWORD_PTR> of_handles;
};

SocketContexts& socket_contexts() {
  // Never destroyed: a thread may still call while the program ends.
  static SocketContexts& all = *new SocketContexts;
  return all;
}

// Nothing when it is another handle, or closed.
std::optional<DWORD_PTR> context_of(SOCKET s) {
  if (!HandleTable::of_program().find(s)) return std::nullopt;
  const std::lock_guard guard(socket_contexts().mutex);
  const auto found = socket_contexts().of_handles.find(s);
  return found == socket_contexts().of_handles.end() ? std::nullopt : std::optional(found->second);
}

template <class Function>
BOOL with_event_of_provider(WSAEVENT event, LPINT place, Function function) {
  return as_provider(place, BOOL{FALSE}, [&] {
    return find_event(value_of(event)) ? function(event) : refuse(WSA_INVALID_HANDLE);
  });
}

Completion completion_told(DWORD code, DWORD bytes) {
  if (code == 0) return Completion::success(bytes);
  Completion completion = Completion::failure(static_cast<int>(code));
  completion.bytes = bytes;
  return completion;
}

}  // namespace
}  // namespace berth::winsock

WSAEVENT WPUCreateEvent(LPINT lpErrno) {
  return berth::winsock::as_provider(lpErrno, WSAEVENT{WSA_INVALID_EVENT},
                                     [] { return CreateEventA(nullptr, TRUE, FALSE, nullptr); });
}

BOOL WPUCloseEvent(WSAEVENT hEvent, LPINT lpErrno) {
  return berth::winsock::with_event_of_provider(hEvent, lpErrno, CloseHandle);
}

BOOL WPUSetEvent(WSAEVENT hEvent, LPINT lpErrno) {
  return berth::winsock::with_event_of_provider(hEvent, lpErrno, SetEvent);
}

BOOL WPUResetEvent(WSAEVENT hEvent, LPINT lpErrno) {
  return berth::winsock::with_event_of_provider(hEvent, lpErrno, ResetEvent);
}

int WPUFDIsSet(SOCKET s, fd_set* fdset) { return __WSAFDIsSet(s, fdset); }

SOCKET WPUModifyIFSHandle(DWORD, SOCKET ProposedHandle, LPINT lpErrno) {
  using namespace berth::winsock;
  if (HandleTable::of_program().find(ProposedHandle)) return ProposedHandle;
  fail_in(lpErrno, WSAEINVAL);
  return INVALID_SOCKET;
}

SOCKET WPUCreateSocketHandle(DWORD, DWORD_PTR dwContext, LPINT lpErrno) {
  using namespace berth::winsock;
  const Call call;
  OpenHandle open;
  open.process = call.process();
  const auto handle = call.has_machine() ? HandleTable::of_program().insert(open) : std::nullopt;
  if (!handle) {
    fail_in(lpErrno, WSAENOBUFS);
    return INVALID_SOCKET;
  }
  const std::lock_guard guard(socket_contexts().mutex);
  socket_contexts().of_handles[*handle] = dwContext;
  return *handle;
}

int WPUCloseSocketHandle(SOCKET s, LPINT lpErrno) {
  using namespace berth::winsock;
  if (!context_of(s) || !HandleTable::of_program().take(s)) return fail_in(lpErrno, WSAENOTSOCK);
  end_operations_on(s);
  const std::lock_guard guard(socket_contexts().mutex);
  socket_contexts().of_handles.erase(s);
  return 0;
}

int WPUQuerySocketHandleContext(SOCKET s, PDWORD_PTR lpContext, LPINT lpErrno) {
  using namespace berth::winsock;
  const auto context = context_of(s);
  if (!context) return fail_in(lpErrno, WSAENOTSOCK);
  MemoryProbe memory;
  return memory.write(lpContext, *context) ? 0 : fail_in(lpErrno, WSAEFAULT);
}

int WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED lpOverlapped, DWORD dwError, DWORD cbTransferred,
                                 LPINT lpErrno) {
  using namespace berth::winsock;
  const auto open = HandleTable::of_program().find(s);
  if (!open || !context_of(s)) return fail_in(lpErrno, WSAEINVAL);
  return as_provider(lpErrno, SOCKET_ERROR, [&] {
    const auto operation = Operation::begin({.handle = s, .socket = *open, .overlapped = lpOverlapped});
    if (!operation) return SOCKET_ERROR;
    operation->end(completion_told(dwError, cbTransferred));
    return 0;
  });
}
