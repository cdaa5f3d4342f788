// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <berth/core/result.h>
#include <berth/store/storage.h>

namespace berth {

/// How much of a store is read at most; the largest set there can be takes half of it.
inline constexpr std::size_t kMostStoreBytes = std::size_t{16} << 20U;

/// A set as the file holds it: version 1 of the format, one record a line.
///
///     {
///       "berth_store": 1,
///       "checksum": "0x…",
///       "boot": 3,
///       "next_serial": 2,
///       "reservations": [
///         {"transport":"tcp","start":5000,"count":3,"serial":1}
///       ],
///       "exclusions": [],
///       "dynamic_ranges": [
///         {"transport":"udp","family":"ipv4","start":40000,"count":1000}
///       ]
///     }
///
/// The checksum is FNV-1a (64 bits) over the same content without version and checksum, written on one line
/// without spaces: layout does not count, and any one changed byte of content is noticed. It is there to tell
/// accidents, not attackers.
/// Requires: the set is in order and does not contradict itself.
[[nodiscard]] std::string text_of(const PersistentSet& set);

/// The set that `text` holds; `file` is only named in errors.
[[nodiscard]] Result<PersistentSet, StoreError> set_in(const std::string& file, std::string_view text);

}  // namespace berth
