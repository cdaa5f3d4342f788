// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include <berth/store/storage.h>

namespace berth {

/// A store that ends with the program. Two machines, one after the other, may be given the same one: a
/// restart.
class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(PersistentSet set = {}) : set_(std::move(set)) { set_.put_in_order(); }

  Result<PersistentSet, StoreError> load() override { return set_; }
  [[nodiscard]] std::optional<StoreError> save(const PersistentSet& set) override;

  /// From now on every save fails with `error`, until it is called with nothing.
  void fail_saves_with(std::optional<StoreError> error) { fault_ = std::move(error); }

 private:
  PersistentSet set_;
  std::optional<StoreError> fault_;
};

}  // namespace berth
