// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <berth/remote/channel.h>

namespace berth::remote {

/// A number in memory that one process writes and others read: the first eight bytes of a page. Looking costs
/// no system call. Thread-safe.
class SharedCounter {
 public:
  /// A new one, to be written. Nothing when the system has no memory or descriptor left.
  static std::optional<SharedCounter> make();
  /// Somebody else's, to be read. Nothing when `page` is none.
  static std::optional<SharedCounter> of(const Descriptor& page);
  SharedCounter(SharedCounter&& other) noexcept;
  SharedCounter& operator=(SharedCounter&& other) noexcept;
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;
  ~SharedCounter();

  /// To be looked at for as long as this one lives.
  [[nodiscard]] const std::atomic<std::uint64_t>& number() const { return *number_; }
  /// Requires: it was made here.
  void set(std::uint64_t value) { number_->store(value, std::memory_order_release); }
  /// For readers; whoever has it cannot write. Below 0 for a reader's.
  [[nodiscard]] int descriptor_to_read() const { return readers_.get(); }

 private:
  using Number = std::atomic<std::uint64_t>;
  static_assert(Number::is_always_lock_free);
  SharedCounter(Number* number, Descriptor readers) : number_(number), readers_(std::move(readers)) {}
  Number* number_;
  Descriptor readers_;
};

}  // namespace berth::remote
