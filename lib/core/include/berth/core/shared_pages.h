// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <berth/core/port_choice.h>

namespace berth {

/// A pointer to a page that copies of a container share until one of them writes.
///
/// The pointer itself is thread-compatible; copies may live and die on different threads.
template <class Page>
class SharedPage {
 public:
  SharedPage() = default;
  SharedPage(const SharedPage& other) : counted_(other.counted_) {
    if (counted_ != nullptr) counted_->users.fetch_add(1, std::memory_order_relaxed);
  }
  SharedPage(SharedPage&& other) noexcept : counted_(std::exchange(other.counted_, nullptr)) {}
  SharedPage& operator=(SharedPage other) noexcept {
    std::swap(counted_, other.counted_);
    return *this;
  }
  ~SharedPage() {
    // Acquire and release: whoever drops the last reference sees all that others did with the page.
    if (counted_ != nullptr && counted_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete counted_;
  }

  /// The page for reading; null when nothing was ever written.
  [[nodiscard]] const Page* get() const { return counted_ == nullptr ? nullptr : &counted_->page; }

  /// The page for writing: made when there is none, copied when it is shared.
  [[nodiscard]] Page& writable() {
    if (counted_ == nullptr) {
      counted_ = new Counted{};
    } else if (counted_->users.load(std::memory_order_acquire) != 1) {
      *this = SharedPage(new Counted(counted_->page));
    }
    return counted_->page;
  }

 private:
  struct Counted {
    Counted() = default;
    // NOLINTNEXTLINE(modernize-pass-by-value): a page is an array, which moves by being copied once more
    explicit Counted(const Page& copied) : page(copied) {}
    Page page{};
    std::atomic<std::uint32_t> users{1};
  };
  explicit SharedPage(Counted* counted) : counted_(counted) {}
  Counted* counted_ = nullptr;
};

/// Records of one kind, each under an id that is never given again; copies share what neither has changed.
///
/// Keeps the sum of the hashes of its records and of its free slots as they change, so that the state hash
/// costs nothing to read. The free slots count because they decide which ids come next. Allocates only while
/// it grows: a slot that was freed is used again, the last freed first. Thread-compatible. `Record` has an
/// `id` member of type `Id` and a function `hash_of(const Record&)`.
template <class Record>
class Slots {
 public:
  using IdType = decltype(Record::id);

  Slots() = default;
  /// Never gives an id that slots with `generations() <= before` gave.
  explicit Slots(std::uint32_t before) : before_(before), generations_(before) {}

  /// The record with that id; null when there is none (any more). Valid until the next change.
  [[nodiscard]] const Record* find(IdType id) const {
    const std::size_t slot = slot_of(id);
    if (!id || slot >= used_) return nullptr;
    const Record& record = at(slot).record;
    return record.id == id ? &record : nullptr;
  }

  /// The id that the next `insert` will give.
  [[nodiscard]] IdType next_id() const {
    if (first_free_ == kNone) return id_for(used_, before_ + 1);
    return id_for(first_free_, at(first_free_).generation + 1);
  }

  /// Keeps `record` under `next_id()`, which it returns.
  IdType insert(Record record) {
    record.id = next_id();
    const std::size_t slot = slot_of(record.id);
    Slot& place = make_slot(slot);
    if (slot == used_) {
      ++used_;
      place.generation = before_;
    } else {
      hash_ -= hash_of_free(slot, place);
      first_free_ = place.next_free;
    }
    ++place.generation;
    generations_ = std::max(generations_, place.generation);
    place.record = std::move(record);
    ++live_;
    hash_ += hash_of(place.record);
    return place.record.id;
  }

  /// Requires: there is a record with that id.
  void erase(IdType id) {
    const std::size_t slot = slot_of(id);
    Slot& place = edit(slot);
    hash_ -= hash_of(place.record);
    place.record = Record{};
    place.next_free = first_free_;
    first_free_ = slot;
    hash_ += hash_of_free(slot, place);
    --live_;
  }

  /// Calls `change(record)`. Requires: there is a record with that id, and `change` leaves the id alone.
  template <class Change>
  void update(IdType id, Change&& change) {
    Record& record = edit(slot_of(id)).record;
    hash_ -= hash_of(record);
    change(record);
    hash_ += hash_of(record);
  }

  /// The same for a change of what `hash_of` leaves out.
  template <class Change>
  void relink(IdType id, Change&& change) {
    change(edit(slot_of(id)).record);
  }

  /// Calls `visit(record)` for each record, in the order of their slots.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t slot = 0; slot < used_; ++slot)
      if (const Record& record = at(slot).record; record.id) visit(record);
  }

  [[nodiscard]] std::size_t size() const { return live_; }
  /// How often the slot that was used most has been used.
  [[nodiscard]] std::uint32_t generations() const { return generations_; }
  /// The sum of the hashes of all records and free slots, kept as they changed.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  /// The same sum, computed anew from every record and free slot.
  [[nodiscard]] std::uint64_t computed_hash() const {
    std::uint64_t sum = 0;
    each([&sum](const Record& record) { sum += hash_of(record); });
    for (std::size_t slot = first_free_; slot != kNone; slot = at(slot).next_free)
      sum += hash_of_free(slot, at(slot));
    return sum;
  }

 private:
  static constexpr std::size_t kPerPage = 32;
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Slot {
    Record record{};
    std::uint32_t generation = 0;
    std::size_t next_free = kNone;
  };
  struct Page {
    Slot slots[kPerPage]{};
  };

  // An id is a slot (counted from 1) above a generation: neither half can make two ids equal.
  static constexpr IdType id_for(std::size_t slot, std::uint32_t generation) {
    return IdType{(std::uint64_t{generation} << 32U) | (slot + 1)};
  }
  static constexpr std::size_t slot_of(IdType id) { return (id.value & 0xffffffffU) - 1; }

  static std::uint64_t hash_of_free(std::size_t slot, const Slot& place) {
    return mixed(((std::uint64_t{place.generation} << 32U) | (slot + 1)) + mixed(place.next_free));
  }

  [[nodiscard]] const Slot& at(std::size_t slot) const {
    return pages_[slot / kPerPage].get()->slots[slot % kPerPage];
  }
  [[nodiscard]] Slot& edit(std::size_t slot) {
    return pages_[slot / kPerPage].writable().slots[slot % kPerPage];
  }
  [[nodiscard]] Slot& make_slot(std::size_t slot) {
    if (slot / kPerPage == pages_.size()) pages_.emplace_back();
    return edit(slot);
  }

  std::vector<SharedPage<Page>> pages_;
  std::size_t used_ = 0;
  std::size_t live_ = 0;
  std::size_t first_free_ = kNone;
  std::uint64_t hash_ = 0;
  std::uint32_t before_ = 0;
  std::uint32_t generations_ = 0;
};

}  // namespace berth
