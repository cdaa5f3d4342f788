// SPDX-License-Identifier: MIT
#include <windows.h>

#include <map>
#include <string>

#include "kernel_arguments.h"
#include "kernel_text.h"

namespace berth::winsock {
namespace {

// ---------------------------------------------------------------------------------------------------
// Names

struct Names {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<KernelObject>> objects;
};

Names& names_of_program() {
  static Names& names = *new Names;
  return names;
}

std::string without_prefix(std::string name) {
  for (const char* prefix : {"Global\\", "Local\\"})
    if (name.starts_with(prefix)) return name.substr(std::string(prefix).size());
  return name;
}

// What a name says: nothing where there is none; otherwise why it is no name.
template <class Character>
Result<std::string, long> read_object_name(const Character* name) {
  if (name == nullptr) return std::string();
  const auto text = read_text(name, MAX_PATH + 1);
  if (!text) return long{ERROR_NOACCESS};
  if (text->size() > MAX_PATH) return long{ERROR_FILENAME_EXCED_RANGE};
  std::string plain = without_prefix(*text);
  if (plain.find('\\') != std::string::npos) return long{ERROR_PATH_NOT_FOUND};
  return plain;
}

HANDLE told(HANDLE handle, long code) {
  if (handle != nullptr) set_last_error(static_cast<int>(code));
  return handle;
}

// The object that has the name, or the one that `make` makes.
template <class Object, class Character, class Make>
HANDLE open_or_make(const SECURITY_ATTRIBUTES* attributes, const Character* name, Make make) {
  const auto plain = read_object_name(name);
  if (!plain) return refuse_handle(plain.error());
  if (plain->empty()) return told(new_handle(make(), attributes), ERROR_SUCCESS);
  Names& names = names_of_program();
  const std::lock_guard guard(names.mutex);
  std::erase_if(names.objects, [](const auto& entry) { return entry.second.expired(); });
  const auto found = names.objects.find(*plain);
  const auto object = found == names.objects.end() ? nullptr : found->second.lock();
  if (object && dynamic_cast<Object*>(object.get()) == nullptr) return refuse_handle(ERROR_INVALID_HANDLE);
  if (object) return told(new_handle(object, attributes), ERROR_ALREADY_EXISTS);
  const std::shared_ptr<KernelObject> made = make();
  names.objects.insert_or_assign(*plain, made);
  return told(new_handle(made, attributes), ERROR_SUCCESS);
}

// ---------------------------------------------------------------------------------------------------
// Making

template <class Character>
HANDLE create_event(const SECURITY_ATTRIBUTES* attributes, const Character* name, DWORD flags) {
  if ((flags & ~DWORD{CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET}) != 0)
    return refuse_handle(ERROR_INVALID_PARAMETER);
  const Reset reset = (flags & CREATE_EVENT_MANUAL_RESET) != 0 ? Reset::ByHand : Reset::Automatically;
  const bool is_set = (flags & CREATE_EVENT_INITIAL_SET) != 0;
  return open_or_make<Event>(attributes, name, [=] { return std::make_shared<Event>(reset, is_set); });
}

DWORD event_flags(BOOL manual_reset, BOOL initial_state) {
  return (manual_reset != FALSE ? DWORD{CREATE_EVENT_MANUAL_RESET} : 0) |
         (initial_state != FALSE ? DWORD{CREATE_EVENT_INITIAL_SET} : 0);
}

template <class Character>
HANDLE create_mutex(const SECURITY_ATTRIBUTES* attributes, const Character* name, bool is_owned) {
  return open_or_make<Mutex>(attributes, name, [=] {
    auto mutex = std::make_shared<Mutex>();
    if (is_owned) mutex->own();
    return mutex;
  });
}

template <class Character>
HANDLE create_semaphore(const SECURITY_ATTRIBUTES* attributes, const Character* name, LONG count, LONG most) {
  if (most <= 0 || count < 0 || count > most) return refuse_handle(ERROR_INVALID_PARAMETER);
  return open_or_make<Semaphore>(attributes, name, [=] { return std::make_shared<Semaphore>(count, most); });
}

template <class Change>
BOOL with_event(HANDLE handle, Change change) {
  const auto event = object_of_kind<Event>(handle);
  if (!event) return refuse(ERROR_INVALID_HANDLE);
  change(*event);
  return TRUE;
}

}  // namespace
}  // namespace berth::winsock

// -----------------------------------------------------------------------------------------------------
// Events

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                    LPCSTR lpName) {
  using namespace berth::winsock;
  return create_event(lpEventAttributes, lpName, event_flags(bManualReset, bInitialState));
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                    LPCWSTR lpName) {
  using namespace berth::winsock;
  return create_event(lpEventAttributes, lpName, event_flags(bManualReset, bInitialState));
}

HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags, DWORD) {
  return berth::winsock::create_event(lpEventAttributes, lpName, dwFlags);
}

HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags, DWORD) {
  return berth::winsock::create_event(lpEventAttributes, lpName, dwFlags);
}

BOOL SetEvent(HANDLE hEvent) {
  return berth::winsock::with_event(hEvent, [](auto& event) { event.set(); });
}

BOOL ResetEvent(HANDLE hEvent) {
  return berth::winsock::with_event(hEvent, [](auto& event) { event.reset(); });
}

BOOL PulseEvent(HANDLE hEvent) {
  return berth::winsock::with_event(hEvent, [](auto& event) { event.pulse(); });
}

// -----------------------------------------------------------------------------------------------------
// Mutexes and semaphores

HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCSTR lpName) {
  return berth::winsock::create_mutex(lpMutexAttributes, lpName, bInitialOwner != FALSE);
}

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName) {
  return berth::winsock::create_mutex(lpMutexAttributes, lpName, bInitialOwner != FALSE);
}

BOOL ReleaseMutex(HANDLE hMutex) {
  using namespace berth::winsock;
  const auto mutex = object_of_kind<Mutex>(hMutex);
  if (!mutex) return refuse(ERROR_INVALID_HANDLE);
  return mutex->release() ? TRUE : refuse(ERROR_NOT_OWNER);
}

HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                        LPCSTR lpName) {
  return berth::winsock::create_semaphore(lpSemaphoreAttributes, lpName, lInitialCount, lMaximumCount);
}

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                        LPCWSTR lpName) {
  return berth::winsock::create_semaphore(lpSemaphoreAttributes, lpName, lInitialCount, lMaximumCount);
}

BOOL ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount) {
  using namespace berth::winsock;
  const auto semaphore = object_of_kind<Semaphore>(hSemaphore);
  if (!semaphore) return refuse(ERROR_INVALID_HANDLE);
  if (lReleaseCount <= 0) return refuse(ERROR_INVALID_PARAMETER);
  if (!can_be_written_if_wanted(lpPreviousCount)) return FALSE;
  const auto before = semaphore->release(lReleaseCount);
  if (!before) return refuse(ERROR_TOO_MANY_POSTS);
  if (lpPreviousCount != nullptr) *lpPreviousCount = *before;
  return TRUE;
}
