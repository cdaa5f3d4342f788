// SPDX-License-Identifier: MIT
#include <berth/store/telling_storage.h>

#include <cstdio>
#include <utility>

namespace berth {

TellingStorage::TellingStorage(std::unique_ptr<Storage> storage, Tell tell)
    : storage_(std::move(storage)), tell_(std::move(tell)) {}

Result<PersistentSet, StoreError> TellingStorage::load() {
  auto set = storage_->load();
  const auto notice = storage_->notice();
  if (notice && !std::exchange(notice_was_told_, true)) tell_(*notice);
  return set;
}

std::optional<StoreError> TellingStorage::save(const PersistentSet& set) {
  auto error = storage_->save(set);
  if (error && error != told_) tell_(to_string(*error));
  if (!error && told_) tell_(told_->file + ": can be written again");
  told_ = error;
  return error;
}

std::unique_ptr<Storage> telling_on_stderr(std::unique_ptr<Storage> storage) {
  return std::make_unique<TellingStorage>(std::move(storage), [](const std::string& line) {
    std::fprintf(stderr, "berth: the store: %s\n", line.c_str());
  });
}

}  // namespace berth
