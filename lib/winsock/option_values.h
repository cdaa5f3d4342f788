// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace berth::winsock {

/// The values that a program has set on a socket, by option. Most sockets have none or few. Thread-safe.
class OptionValues {
 public:
  using Key = std::uint64_t;
  static constexpr Key key_of(int level, int name) {
    return Key{static_cast<std::uint32_t>(level)} << 32U | static_cast<std::uint32_t>(name);
  }

  [[nodiscard]] std::optional<int> find(Key key) const {
    const std::lock_guard guard(mutex_);
    for (const auto& [known, value] : values_)
      if (known == key) return value;
    return std::nullopt;
  }
  void set(Key key, int value) {
    const std::lock_guard guard(mutex_);
    for (auto& [known, kept] : values_) {
      if (known != key) continue;
      kept = value;
      return;
    }
    values_.emplace_back(key, value);
  }
  [[nodiscard]] std::vector<std::pair<Key, int>> all() const {
    const std::lock_guard guard(mutex_);
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Key, int>> values_;
};

}  // namespace berth::winsock
