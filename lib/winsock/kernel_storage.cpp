// SPDX-License-Identifier: MIT
//
// Values that each thread has of its own.
#include <windows.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kernel_arguments.h"

namespace berth::winsock {
namespace {

constexpr std::size_t kSlots = 1088;

// The slots that are in use. A slot's number grows with each use, so that values of an earlier one do not
// count.
struct Slot {
  std::uint32_t use = 0;
  bool is_taken = false;
  PFLS_CALLBACK_FUNCTION callback = nullptr;
};

struct Value {
  std::uint32_t use = 0;
  PVOID value = nullptr;
};

struct Values;

struct Storage {
  std::mutex mutex;
  std::array<Slot, kSlots> slots;
  std::vector<Values*> of_threads;
};

Storage& storage(bool is_fls) {
  static Storage& tls = *new Storage;
  static Storage& fls = *new Storage;
  return is_fls ? fls : tls;
}

// A thread's values; its end hands those with a callback to it.
struct Values {
  std::vector<Value> of_slots;
};

// Lives until the thread's end is told, whatever else the thread destroys before.
Values& values_of_this_thread(bool is_fls) {
  thread_local std::array<Values*, 2> mine{};
  Values*& values = mine[is_fls ? 1 : 0];
  if (values != nullptr) return *values;
  values = new Values;
  Storage& all = storage(is_fls);
  {
    const std::lock_guard guard(all.mutex);
    all.of_threads.push_back(values);
  }
  at_thread_end([&all, held = &values] {
    Values* ended = std::exchange(*held, nullptr);
    std::vector<std::pair<PFLS_CALLBACK_FUNCTION, PVOID>> calls;
    {
      const std::lock_guard guard(all.mutex);
      std::erase(all.of_threads, ended);
      for (std::size_t at = 0; at < ended->of_slots.size(); ++at) {
        const Slot& slot = all.slots[at];
        const Value& value = ended->of_slots[at];
        const bool counts = slot.is_taken && slot.use == value.use && value.value != nullptr;
        if (counts && slot.callback != nullptr) calls.emplace_back(slot.callback, value.value);
      }
    }
    delete ended;
    for (const auto& call : calls) call.first(call.second);
  });
  return *values;
}

DWORD allocate(bool is_fls, PFLS_CALLBACK_FUNCTION callback) {
  Storage& all = storage(is_fls);
  const std::lock_guard guard(all.mutex);
  const auto free = std::ranges::find(all.slots, false, &Slot::is_taken);
  if (free == all.slots.end()) {
    refuse(ERROR_NOT_ENOUGH_MEMORY);
    return TLS_OUT_OF_INDEXES;
  }
  *free = {.use = free->use + 1, .is_taken = true, .callback = callback};
  return static_cast<DWORD>(free - all.slots.begin());
}

// Whether the index is a slot's that is in use. Requires: the lock.
bool is_taken(const Storage& all, DWORD index) { return index < kSlots && all.slots[index].is_taken; }

PVOID get(bool is_fls, DWORD index) {
  const Values& values = values_of_this_thread(is_fls);
  Storage& all = storage(is_fls);
  const std::lock_guard guard(all.mutex);
  if (!is_taken(all, index)) {
    refuse(ERROR_INVALID_PARAMETER);
    return nullptr;
  }
  set_last_error(ERROR_SUCCESS);
  if (index >= values.of_slots.size()) return nullptr;
  const Value& value = values.of_slots[index];
  return value.use == all.slots[index].use ? value.value : nullptr;
}

BOOL set(bool is_fls, DWORD index, PVOID value) {
  Values& values = values_of_this_thread(is_fls);
  Storage& all = storage(is_fls);
  const std::lock_guard guard(all.mutex);
  if (!is_taken(all, index)) return refuse(ERROR_INVALID_PARAMETER);
  if (index >= values.of_slots.size()) values.of_slots.resize(index + 1);
  values.of_slots[index] = {.use = all.slots[index].use, .value = value};
  return TRUE;
}

BOOL free_slot(bool is_fls, DWORD index) {
  Storage& all = storage(is_fls);
  std::vector<PVOID> left;
  PFLS_CALLBACK_FUNCTION callback = nullptr;
  {
    const std::lock_guard guard(all.mutex);
    if (!is_taken(all, index)) return refuse(ERROR_INVALID_PARAMETER);
    Slot& slot = all.slots[index];
    for (const Values* values : all.of_threads) {
      if (index >= values->of_slots.size() || values->of_slots[index].use != slot.use) continue;
      if (values->of_slots[index].value != nullptr) left.push_back(values->of_slots[index].value);
    }
    callback = std::exchange(slot.callback, nullptr);
    slot.is_taken = false;
  }
  if (callback != nullptr)
    for (PVOID value : left) callback(value);
  return TRUE;
}

}  // namespace
}  // namespace berth::winsock

DWORD TlsAlloc() { return berth::winsock::allocate(false, nullptr); }
LPVOID TlsGetValue(DWORD dwTlsIndex) { return berth::winsock::get(false, dwTlsIndex); }
BOOL TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue) {
  return berth::winsock::set(false, dwTlsIndex, lpTlsValue);
}
BOOL TlsFree(DWORD dwTlsIndex) { return berth::winsock::free_slot(false, dwTlsIndex); }

DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback) { return berth::winsock::allocate(true, lpCallback); }
PVOID FlsGetValue(DWORD dwFlsIndex) { return berth::winsock::get(true, dwFlsIndex); }
BOOL FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData) {
  return berth::winsock::set(true, dwFlsIndex, lpFlsData);
}
BOOL FlsFree(DWORD dwFlsIndex) { return berth::winsock::free_slot(true, dwFlsIndex); }
