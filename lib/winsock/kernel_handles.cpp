// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "handle_table.h"
#include "kernel_arguments.h"

namespace berth::winsock {
namespace {

constexpr DWORD kHandleFlags = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;
constexpr DWORD kDuplicateOptions = DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS;

const std::shared_ptr<KernelObject>& the_process() {
  static const auto& process = *new std::shared_ptr<KernelObject>(std::make_shared<ProcessObject>());
  return process;
}

bool means_the_process(HANDLE handle) { return object_of(handle) == the_process(); }
bool is_pseudo_handle(HANDLE handle) { return handle == GetCurrentProcess() || handle == GetCurrentThread(); }

BOOL close_object(HANDLE handle) {
  ObjectTable& table = ObjectTable::of_program();
  const auto flags = table.flags(value_of(handle));
  const bool is_protected = flags && (*flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0;
  if (is_protected || !table.close(value_of(handle))) return refuse(ERROR_INVALID_HANDLE);
  return TRUE;
}

BOOL duplicate(HANDLE source, HANDLE* target, bool is_inherited) {
  if (is_socket(source)) return refuse(ERROR_NOT_SUPPORTED);
  const auto object = object_of(source);
  if (!object) return refuse(ERROR_INVALID_HANDLE);
  if (!can_be_written_if_wanted(target)) return FALSE;
  if (target == nullptr) return TRUE;
  const std::uintptr_t copy = ObjectTable::of_program().insert(object);
  if (is_inherited) ObjectTable::of_program().set_flags(copy, HANDLE_FLAG_INHERIT);
  *target = handle_of(copy);
  return TRUE;
}

BOOL set_socket_flags(HANDLE handle, DWORD mask, DWORD flags) {
  if ((mask & flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0) return refuse(ERROR_NOT_SUPPORTED);
  if ((mask & HANDLE_FLAG_INHERIT) == 0) return TRUE;
  const bool is_kept_back = (flags & HANDLE_FLAG_INHERIT) == 0;
  HandleTable::of_program().store(value_of(handle), StoredOption::NotInherited, is_kept_back);
  return TRUE;
}

std::optional<DWORD> flags_of(HANDLE handle) {
  if (is_pseudo_handle(handle)) return 0;
  if (!is_socket(handle)) return ObjectTable::of_program().flags(value_of(handle));
  const bool is_kept_back = HandleTable::of_program().is_on(value_of(handle), StoredOption::NotInherited);
  return is_kept_back ? 0 : HANDLE_FLAG_INHERIT;
}

}  // namespace

std::shared_ptr<KernelObject> object_of(HANDLE handle) {
  if (handle == GetCurrentProcess()) return the_process();
  if (handle == GetCurrentThread()) return this_thread();
  return ObjectTable::of_program().find(value_of(handle));
}

HANDLE new_handle(std::shared_ptr<KernelObject> object, const SECURITY_ATTRIBUTES* attributes) {
  DWORD flags = 0;
  if (attributes != nullptr) {
    MemoryProbe memory;
    const auto readable = memory.read<SECURITY_ATTRIBUTES>(attributes);
    if (!readable) return refuse_handle(ERROR_NOACCESS);
    if (readable->bInheritHandle != FALSE) flags = HANDLE_FLAG_INHERIT;
  }
  const std::uintptr_t handle = ObjectTable::of_program().insert(std::move(object));
  if (flags != 0) ObjectTable::of_program().set_flags(handle, flags);
  return handle_of(handle);
}

}  // namespace berth::winsock

BOOL CloseHandle(HANDLE hObject) {
  using namespace berth::winsock;
  if (is_pseudo_handle(hObject)) return TRUE;
  if (!is_socket(hObject)) return close_object(hObject);
  return closesocket(value_of(hObject)) == 0 ? TRUE : FALSE;
}

BOOL DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
                     LPHANDLE lpTargetHandle, DWORD, BOOL bInheritHandle, DWORD dwOptions) {
  using namespace berth::winsock;
  if (!means_the_process(hSourceProcessHandle) || !means_the_process(hTargetProcessHandle))
    return refuse(ERROR_INVALID_HANDLE);
  if ((dwOptions & ~kDuplicateOptions) != 0) return refuse(ERROR_INVALID_PARAMETER);
  const BOOL result = duplicate(hSourceHandle, lpTargetHandle, bInheritHandle != FALSE);
  const bool closes = (dwOptions & DUPLICATE_CLOSE_SOURCE) != 0 && !is_socket(hSourceHandle);
  if (closes && !is_pseudo_handle(hSourceHandle)) ObjectTable::of_program().close(value_of(hSourceHandle));
  return result;
}

BOOL GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags) {
  using namespace berth::winsock;
  const auto flags = flags_of(hObject);
  if (!flags) return refuse(ERROR_INVALID_HANDLE);
  MemoryProbe memory;
  return memory.write(lpdwFlags, *flags) ? TRUE : refuse(ERROR_NOACCESS);
}

BOOL SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags) {
  using namespace berth::winsock;
  if ((dwMask & ~kHandleFlags) != 0) return refuse(ERROR_INVALID_PARAMETER);
  const auto flags = flags_of(hObject);
  if (!flags || is_pseudo_handle(hObject)) return refuse(ERROR_INVALID_HANDLE);
  if (is_socket(hObject)) return set_socket_flags(hObject, dwMask, dwFlags);
  const DWORD changed = (*flags & ~dwMask) | (dwFlags & dwMask);
  return ObjectTable::of_program().set_flags(value_of(hObject), changed) ? TRUE
                                                                         : refuse(ERROR_INVALID_HANDLE);
}
