// SPDX-License-Identifier: MIT
#include <berth/store/memory_storage.h>

#include "checked_set.h"

namespace berth {

std::optional<StoreError> MemoryStorage::save(const PersistentSet& set) {
  if (fault_) return fault_;
  auto checked = checked_set("memory", set);
  if (!checked) return checked.error();
  set_ = std::move(checked).value();
  return std::nullopt;
}

}  // namespace berth
