// SPDX-License-Identifier: MIT
#include <windows.h>

#include <sched.h>

#include <algorithm>
#include <vector>

#include "kernel_arguments.h"
#include "kernel_waits.h"

namespace berth::winsock {
namespace {

using Objects = std::vector<std::shared_ptr<KernelObject>>;

DWORD fail_wait(long code) {
  refuse(code);
  return WAIT_FAILED;
}

bool has_one_twice(Objects objects) {
  std::ranges::sort(objects);
  return std::ranges::adjacent_find(objects) != objects.end();
}

std::shared_ptr<KernelObject> object_to_wait_for(HANDLE handle) {
  auto object = object_of(handle);
  if (object && !object->can_be_waited_for()) object.reset();
  return object;
}

// Empty, with the last error set, when there is a handle that cannot be waited for.
Objects objects_of(DWORD count, const HANDLE* handles) {
  Objects objects;
  MemoryProbe memory;
  if (!memory.is_readable(handles, count * sizeof(HANDLE))) {
    refuse(ERROR_NOACCESS);
    return {};
  }
  for (DWORD at = 0; at < count; ++at) {
    objects.push_back(object_to_wait_for(handles[at]));
    if (objects.back()) continue;
    refuse(ERROR_INVALID_HANDLE);
    return {};
  }
  return objects;
}

DWORD code_of(WaitOutcome outcome) {
  const auto index = static_cast<DWORD>(outcome.index);
  switch (outcome.kind) {
    case WaitOutcome::Kind::Signalled: return WAIT_OBJECT_0 + index;
    case WaitOutcome::Kind::Abandoned: return WAIT_ABANDONED_0 + index;
    case WaitOutcome::Kind::Alerted: return WAIT_IO_COMPLETION;
    case WaitOutcome::Kind::TimedOut: break;
  }
  return WAIT_TIMEOUT;
}

DWORD wait_for_one(HANDLE handle, DWORD milliseconds, bool alertable) {
  const std::shared_ptr<KernelObject> object = object_to_wait_for(handle);
  if (!object) return fail_wait(ERROR_INVALID_HANDLE);
  return code_of(Dispatcher::of_program().wait(
      {.objects = {&object, 1}, .timeout = timeout_of(milliseconds), .alertable = alertable}));
}

DWORD sleep(DWORD milliseconds, bool alertable) {
  const WaitOutcome outcome = Dispatcher::of_program().wait(
      {.objects = {}, .timeout = timeout_of(milliseconds), .alertable = alertable});
  return outcome.kind == WaitOutcome::Kind::Alerted ? WAIT_IO_COMPLETION : 0;
}

}  // namespace

DWORD wait_for_objects(DWORD count, const HANDLE* handles, bool for_all, DWORD milliseconds, bool alertable) {
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS) return fail_wait(ERROR_INVALID_PARAMETER);
  const Objects objects = objects_of(count, handles);
  if (objects.empty()) return WAIT_FAILED;
  if (for_all && has_one_twice(objects)) return fail_wait(ERROR_INVALID_PARAMETER);
  return code_of(
      Dispatcher::of_program().wait({.objects = objects,
                                     .what = for_all ? WaitRequest::For::All : WaitRequest::For::Any,
                                     .timeout = timeout_of(milliseconds),
                                     .alertable = alertable}));
}

}  // namespace berth::winsock

DWORD WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) {
  return berth::winsock::wait_for_one(hHandle, dwMilliseconds, false);
}

DWORD WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable) {
  return berth::winsock::wait_for_one(hHandle, dwMilliseconds, bAlertable != FALSE);
}

DWORD WaitForMultipleObjects(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll, DWORD dwMilliseconds) {
  return berth::winsock::wait_for_objects(nCount, lpHandles, bWaitAll != FALSE, dwMilliseconds, false);
}

DWORD WaitForMultipleObjectsEx(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll, DWORD dwMilliseconds,
                               BOOL bAlertable) {
  return berth::winsock::wait_for_objects(nCount, lpHandles, bWaitAll != FALSE, dwMilliseconds,
                                          bAlertable != FALSE);
}

void Sleep(DWORD dwMilliseconds) {
  if (dwMilliseconds == 0) sched_yield();
  berth::winsock::sleep(dwMilliseconds, false);
}

DWORD SleepEx(DWORD dwMilliseconds, BOOL bAlertable) {
  if (dwMilliseconds == 0) sched_yield();
  return berth::winsock::sleep(dwMilliseconds, bAlertable != FALSE);
}

BOOL SwitchToThread() {
  sched_yield();
  return FALSE;
}
