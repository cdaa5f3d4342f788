// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "call.h"
#include "kernel_arguments.h"
#include "kernel_waits.h"

namespace berth::winsock {
namespace {

// Asks that Winsock is started, and that the handle is an event's.
template <class Function>
BOOL with_winsock_event(WSAEVENT handle, Function function) {
  Call call;
  if (!call.is_started()) return FALSE;
  return find_event(value_of(handle)) ? function(handle) : refuse(WSA_INVALID_HANDLE);
}

}  // namespace
}  // namespace berth::winsock

WSAEVENT WSACreateEvent() {
  berth::winsock::Call call;
  return call.is_started() ? CreateEventA(nullptr, TRUE, FALSE, nullptr) : WSA_INVALID_EVENT;
}

BOOL WSACloseEvent(WSAEVENT hEvent) { return berth::winsock::with_winsock_event(hEvent, CloseHandle); }

BOOL WSASetEvent(WSAEVENT hEvent) { return berth::winsock::with_winsock_event(hEvent, SetEvent); }

BOOL WSAResetEvent(WSAEVENT hEvent) { return berth::winsock::with_winsock_event(hEvent, ResetEvent); }

DWORD WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT* lphEvents, BOOL fWaitAll, DWORD dwTimeout,
                               BOOL fAlertable) {
  berth::winsock::Call call;
  if (!call.is_started()) return WSA_WAIT_FAILED;
  return berth::winsock::wait_for_objects(cEvents, lphEvents, fWaitAll != FALSE, dwTimeout,
                                          fAlertable != FALSE);
}
