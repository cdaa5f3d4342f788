// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <berth/store/storage.h>

namespace berth {

/// Another storage, whose troubles are told to a person as well as to the machine: a program only sees a
/// code.
///
/// Told, one line each: the notice of a load; a save that fails, unless the one before failed in the same
/// way; and the first save that succeeds again.
class TellingStorage final : public Storage {
 public:
  using Tell = std::function<void(const std::string& line)>;
  TellingStorage(std::unique_ptr<Storage> storage, Tell tell);

  Result<PersistentSet, StoreError> load() override;
  [[nodiscard]] std::optional<StoreError> save(const PersistentSet& set) override;
  [[nodiscard]] std::optional<std::string> notice() const override { return storage_->notice(); }

 private:
  std::unique_ptr<Storage> storage_;
  Tell tell_;
  std::optional<StoreError> told_;
  bool notice_was_told_ = false;
};

/// The same storage, whose troubles are told on stderr: `berth: the store: …`.
[[nodiscard]] std::unique_ptr<Storage> telling_on_stderr(std::unique_ptr<Storage> storage);

}  // namespace berth
