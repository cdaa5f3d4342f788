// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <berth/core/result.h>
#include <berth/store/storage.h>

namespace berth {

/// `set` in order, or Damaged when it contradicts itself.
[[nodiscard]] Result<PersistentSet, StoreError> checked_set(const std::string& file, PersistentSet set);

}  // namespace berth
