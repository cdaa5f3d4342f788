// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <berth/core/port_range.h>

namespace berth {

/// A persistent reservation as the store knows it. Its token is not stored: it is made anew at each start.
struct StoredReservation {
  Transport transport{};
  PortRange range;
  std::uint64_t serial = 0;  ///< never given twice in the life of a store
  friend constexpr auto operator<=>(const StoredReservation&, const StoredReservation&) = default;
};

/// An administered exclusion of the persistent store.
struct StoredExclusion {
  Transport transport{};
  PortRange range;
  friend constexpr auto operator<=>(const StoredExclusion&, const StoredExclusion&) = default;
};

/// A dynamic range that was set persistently.
struct StoredDynamicRange {
  Transport transport{};
  Family family{};
  PortRange range;
  friend constexpr auto operator<=>(const StoredDynamicRange&, const StoredDynamicRange&) = default;
};

/// Everything about a machine that a restart keeps: a value. A fresh machine's is the default.
struct PersistentSet {
  std::uint64_t boot = 0;         ///< how often the machine has started
  std::uint64_t next_serial = 1;  ///< of the next persistent reservation
  std::vector<StoredReservation> reservations;
  std::vector<StoredExclusion> exclusions;
  std::vector<StoredDynamicRange> dynamic_ranges;  ///< only those that were set
  friend bool operator==(const PersistentSet&, const PersistentSet&) = default;

  /// Sorts the three lists, so that equal sets compare equal.
  void put_in_order();
};

/// What is wrong with a set that cannot be.
struct Contradiction {
  std::string place;  ///< a JSON pointer into the set as the store writes it
  std::string found;
  std::string expected;
};

/// The first contradiction in a set that is in order; nothing when there is none: the lists are sorted, no
/// two blocks of a transport overlap, serials are unique and below `next_serial`, and no range is set twice.
[[nodiscard]] std::optional<Contradiction> contradiction_in(const PersistentSet& set);

}  // namespace berth
