// SPDX-License-Identifier: MIT
#include "last_error.h"

#include <winsock2.h>

#include <berth/winsock/attach.h>
#include <berth/winsock/faults.h>

namespace berth {
namespace winsock {
namespace {

// A number, and the rule behind it where there is one.
struct LastError {
  int code = 0;
  std::optional<Refusal> refusal;
  std::optional<FaultPoint> fault;
};

thread_local LastError error_of_this_thread;

}  // namespace

int last_error() noexcept { return error_of_this_thread.code; }

void set_last_error(int code) noexcept { error_of_this_thread.code = code; }

int fail_with(int code) noexcept {
  set_last_error(code);
  return SOCKET_ERROR;
}

constinit thread_local bool error_is_explained = false;

void remember_refusal(const Refusal& refusal) noexcept {
  error_of_this_thread.refusal = refusal;
  error_is_explained = true;
}

void remember_fault(FaultPoint point) noexcept {
  error_of_this_thread.fault = point;
  error_is_explained = true;
}

void forget_explanation() noexcept {
  error_of_this_thread.refusal.reset();
  error_of_this_thread.fault.reset();
  error_is_explained = false;
}

}  // namespace winsock

std::optional<Refusal> last_refusal() { return winsock::error_of_this_thread.refusal; }

std::optional<FaultPoint> last_fault() { return winsock::error_of_this_thread.fault; }

}  // namespace berth

int WSAGetLastError() { return berth::winsock::last_error(); }

void WSASetLastError(int iError) { berth::winsock::set_last_error(iError); }

DWORD GetLastError() { return static_cast<DWORD>(berth::winsock::last_error()); }

void SetLastError(DWORD dwErrCode) { berth::winsock::set_last_error(static_cast<int>(dwErrCode)); }
