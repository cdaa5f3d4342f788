// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <berth/core/result.h>
#include <berth/store/persistent_set.h>

namespace berth {

enum class StoreFault : std::uint8_t {
  Unreachable,    ///< a right is missing, the disk is full, the device fails
  Damaged,        ///< a store, but not as it was written
  NewerVersion,   ///< written by a later version of Berth
  Foreign,        ///< not a store
  HeldByAnother,  ///< another writer has it open
};

/// Why a store was not read or written: a value.
struct StoreError {
  StoreFault fault{};
  std::string file;   ///< as the user named it
  std::string place;  ///< a JSON pointer, or line and column; empty for the whole file
  std::string found;
  std::string expected;
  friend bool operator==(const StoreError&, const StoreError&) = default;
};

/// One line: `home.json: at /reservations/2: found the serial 7 a second time, expected …`.
[[nodiscard]] std::string to_string(const StoreError& error);

/// Where a machine keeps what a restart keeps.
///
/// Thread-compatible: its machine calls it under its own lock.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  /// The set that was saved last; the default set when none ever was.
  ///
  /// An error loses nothing: what is stored stays there byte for byte, or, where it is damaged, under another
  /// name that the error tells.
  virtual Result<PersistentSet, StoreError> load() = 0;

  /// Replaces what is stored by `set`, in whatever order its lists are. Nothing: it is stored, and stays
  /// stored through a crash of the program or a loss of power from now on.
  ///
  /// On an error the next `load` finds the old set. A crash or a loss of power meanwhile leaves the old set
  /// or the new one, never a mixture. A set that contradicts itself is not written.
  [[nodiscard]] virtual std::optional<StoreError> save(const PersistentSet& set) = 0;

  /// After `load`: one line for whoever started this, when a fresh machine begins because an earlier store
  /// was damaged, that says where it is kept. Nothing when all is as it should be.
  [[nodiscard]] virtual std::optional<std::string> notice() const { return std::nullopt; }
};

}  // namespace berth
