// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>

#include "handle_table.h"
#include "kernel_arguments.h"
#include "socket_association.h"
#include "status.h"

namespace berth::winsock {
namespace {

HANDLE new_port() { return new_handle(std::make_shared<CompletionPort>(), nullptr); }

HANDLE associate_with_new_port(std::uintptr_t socket, std::uintptr_t key) {
  const HANDLE handle = new_port();
  if (associate_socket(socket, find_port(value_of(handle)), key)) return handle;
  ObjectTable::of_program().close(value_of(handle));
  return nullptr;
}

int code_of_no_packet(WaitOutcome::Kind kind) {
  switch (kind) {
    case WaitOutcome::Kind::Abandoned: return ERROR_ABANDONED_WAIT_0;
    case WaitOutcome::Kind::Alerted: return static_cast<int>(WAIT_IO_COMPLETION);
    case WaitOutcome::Kind::Signalled:
    case WaitOutcome::Kind::TimedOut: break;
  }
  return WAIT_TIMEOUT;
}

OVERLAPPED_ENTRY entry_of(const Packet& packet) {
  return {.lpCompletionKey = packet.key,
          .lpOverlapped = static_cast<LPOVERLAPPED>(packet.overlapped),
          .Internal = static_cast<std::uint32_t>(packet.status),
          .dwNumberOfBytesTransferred = packet.bytes};
}

}  // namespace
}  // namespace berth::winsock

HANDLE CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort, ULONG_PTR CompletionKey,
                              DWORD) {
  using namespace berth::winsock;
  if (FileHandle == INVALID_HANDLE_VALUE)
    return ExistingCompletionPort == nullptr ? new_port() : refuse_handle(ERROR_INVALID_PARAMETER);
  const std::uintptr_t socket = value_of(FileHandle);
  if (ExistingCompletionPort == nullptr) return associate_with_new_port(socket, CompletionKey);
  const auto port = find_port(value_of(ExistingCompletionPort));
  if (!port) return refuse_handle(ERROR_INVALID_HANDLE);
  return associate_socket(socket, port, CompletionKey) ? ExistingCompletionPort : nullptr;
}

BOOL GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
                               PULONG_PTR lpCompletionKey, LPOVERLAPPED* lpOverlapped, DWORD dwMilliseconds) {
  using namespace berth::winsock;
  MemoryProbe memory;
  if (!memory.write(lpOverlapped, LPOVERLAPPED{}) ||
      !memory.is_writable(lpNumberOfBytesTransferred, sizeof(DWORD)) ||
      !memory.is_writable(lpCompletionKey, sizeof(ULONG_PTR)))
    return refuse(ERROR_NOACCESS);
  const auto port = find_port(value_of(CompletionPort));
  if (!port) return refuse(ERROR_INVALID_HANDLE);
  const auto received = berth::winsock::CompletionPort::receive(port, 1, timeout_of(dwMilliseconds), false);
  if (received.packets.empty()) return refuse(code_of_no_packet(received.kind));
  const Packet& packet = received.packets.front();
  *lpNumberOfBytesTransferred = packet.bytes;
  *lpCompletionKey = packet.key;
  *lpOverlapped = static_cast<LPOVERLAPPED>(packet.overlapped);
  return is_success(packet.status) ? TRUE : refuse(win32_code_of_status(packet.status));
}

BOOL GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
                                 ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
                                 BOOL fAlertable) {
  using namespace berth::winsock;
  if (ulCount == 0) return refuse(ERROR_INVALID_PARAMETER);
  MemoryProbe memory;
  if (!memory.is_writable(lpCompletionPortEntries, ulCount * sizeof(OVERLAPPED_ENTRY)) ||
      !memory.write(ulNumEntriesRemoved, ULONG{0}))
    return refuse(ERROR_NOACCESS);
  const auto port = find_port(value_of(CompletionPort));
  if (!port) return refuse(ERROR_INVALID_HANDLE);
  const auto received =
      berth::winsock::CompletionPort::receive(port, ulCount, timeout_of(dwMilliseconds), fAlertable != FALSE);
  if (received.packets.empty()) return refuse(code_of_no_packet(received.kind));
  std::ranges::transform(received.packets, lpCompletionPortEntries, entry_of);
  *ulNumEntriesRemoved = static_cast<ULONG>(received.packets.size());
  return TRUE;
}

BOOL PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
                                ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped) {
  using namespace berth::winsock;
  const auto port = find_port(value_of(CompletionPort));
  if (!port) return refuse(ERROR_INVALID_HANDLE);
  port->post({.key = dwCompletionKey,
              .overlapped = lpOverlapped,
              .bytes = dwNumberOfBytesTransferred,
              .status = STATUS_SUCCESS});
  return TRUE;
}
