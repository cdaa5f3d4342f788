// SPDX-License-Identifier: MIT
#include <berth/store/persistent_set.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace berth {
namespace {

struct Block {
  Transport transport{};
  PortRange range;
  std::string place;
};

std::string place_in(const char* list, std::size_t index) {
  return '/' + std::string(list) + '/' + std::to_string(index);
}

template <class Record>
std::optional<Contradiction> first_out_of_order(const std::vector<Record>& records, const char* list) {
  const auto end = std::ranges::is_sorted_until(records);
  if (end == records.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(end - records.begin());
  return Contradiction{place_in(list, index), "a record that belongs before the one above it",
                       "records in order"};
}

std::vector<Block> blocks_of(const PersistentSet& set) {
  std::vector<Block> blocks;
  blocks.reserve(set.reservations.size() + set.exclusions.size());
  for (std::size_t i = 0; i < set.reservations.size(); ++i)
    blocks.push_back({set.reservations[i].transport, set.reservations[i].range, place_in("reservations", i)});
  for (std::size_t i = 0; i < set.exclusions.size(); ++i)
    blocks.push_back({set.exclusions[i].transport, set.exclusions[i].range, place_in("exclusions", i)});
  std::ranges::sort(blocks, {}, [](const Block& block) { return std::pair(block.transport, block.range); });
  return blocks;
}

std::optional<Contradiction> first_overlap(const PersistentSet& set) {
  const std::vector<Block> blocks = blocks_of(set);
  const auto overlap = std::ranges::adjacent_find(blocks, [](const Block& one, const Block& next) {
    return one.transport == next.transport && one.range.overlaps(next.range);
  });
  if (overlap == blocks.end()) return std::nullopt;
  return Contradiction{std::next(overlap)->place, "a block that overlaps " + overlap->place,
                       "blocks that do not overlap"};
}

std::optional<Contradiction> first_wrong_serial(const PersistentSet& set) {
  std::vector<std::pair<std::uint64_t, std::size_t>> serials;
  serials.reserve(set.reservations.size());
  for (std::size_t i = 0; i < set.reservations.size(); ++i)
    serials.emplace_back(set.reservations[i].serial, i);
  std::ranges::sort(serials);
  for (std::size_t i = 0; i < serials.size(); ++i) {
    const auto [serial, index] = serials[i];
    const std::string place = place_in("reservations", index) + "/serial";
    const std::string found = "the serial " + std::to_string(serial);
    if (serial == 0 || serial >= set.next_serial)
      return Contradiction{place, found, "1 or more, below " + std::to_string(set.next_serial)};
    if (i > 0 && serials[i - 1].first == serial)
      return Contradiction{place, found + " a second time", "each serial once"};
  }
  return std::nullopt;
}

std::optional<Contradiction> first_range_set_twice(const PersistentSet& set) {
  for (std::size_t i = 1; i < set.dynamic_ranges.size(); ++i) {
    const StoredDynamicRange& one = set.dynamic_ranges[i - 1];
    const StoredDynamicRange& next = set.dynamic_ranges[i];
    if (one.transport == next.transport && one.family == next.family)
      return Contradiction{place_in("dynamic_ranges", i), "a second range",
                           "one for each transport and family"};
  }
  return std::nullopt;
}

}  // namespace

void PersistentSet::put_in_order() {
  std::ranges::sort(reservations);
  std::ranges::sort(exclusions);
  std::ranges::sort(dynamic_ranges);
}

std::optional<Contradiction> contradiction_in(const PersistentSet& set) {
  if (auto found = first_out_of_order(set.reservations, "reservations")) return found;
  if (auto found = first_out_of_order(set.exclusions, "exclusions")) return found;
  if (auto found = first_out_of_order(set.dynamic_ranges, "dynamic_ranges")) return found;
  if (auto found = first_overlap(set)) return found;
  if (auto found = first_wrong_serial(set)) return found;
  return first_range_set_twice(set);
}

}  // namespace berth
