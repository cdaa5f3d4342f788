// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace berth::winsock {

/// How a page that is not known to be good is tried.
enum class ProbeMethod : std::uint8_t {
  /// The kernel reads a word as a signal mask, or atomically adds 0 to it as a futex, on our behalf. Changes
  /// no byte, not even when
  /// another thread writes the same word at that moment.
  Futex,
  /// The kernel copies a byte into a pipe, and back. For sandboxes that refuse the futex operations; a
  /// write of another thread to that byte at that moment can be lost.
  Pipe,
};

/// Answers for one call of the program whether memory that the program named can be read or written,
/// without ever raising a signal: NULL, unmapped, protected, past the end of a mapping or of a mapped
/// file, or wrapping around the address space, all are false. No bytes are true, wherever they are.
///
/// Memory between the caller's frame and the top of its thread's own stack is known good and costs no
/// system call. Elsewhere it is one for each page; an object of this class remembers the pages that
/// passed, so that buffers side by side cost one together. Not thread-safe; live on the stack of one
/// call. The answer holds for as long as no other thread changes the mapping.
class MemoryProbe {
 public:
  MemoryProbe() noexcept;
  /// For tests: with this method, and nothing known good.
  explicit MemoryProbe(ProbeMethod method) noexcept;

  bool is_readable(const void* start, std::size_t size) noexcept;
  bool is_writable(const void* start, std::size_t size) noexcept;

  /// A copy of the T at `source`, which need not be aligned; nothing where it cannot be read.
  template <typename T>
  std::optional<T> read(const void* source) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!is_readable(source, sizeof(T))) {
      return std::nullopt;
    }
    T value;
    std::memcpy(&value, source, sizeof(T));
    return value;
  }

  /// Copies `value` to `destination`, which need not be aligned. False, with nothing written, where it
  /// cannot be.
  template <typename T>
  [[nodiscard]] bool write(void* destination, const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!is_writable(destination, sizeof(T))) {
      return false;
    }
    std::memcpy(destination, &value, sizeof(T));
    return true;
  }

  /// The number of characters before the zero that ends `text`, `limit` where there are at least that
  /// many; nothing where memory that cannot be read comes first.
  std::optional<std::size_t> text_length(const char* text, std::size_t limit) noexcept;

 private:
  enum class Access : std::uint8_t { Read, Write };
  struct GoodPage {
    std::uintptr_t page = 0;
    Access access = Access::Read;
  };

  bool is_accessible(const void* start, std::size_t size, Access access) noexcept;
  bool is_known_good(std::uintptr_t page, Access access) const noexcept;
  bool page_passes(std::uintptr_t address, Access access) noexcept;
  void fall_back_to_pipe() noexcept;

  ProbeMethod method_;
  bool trusts_own_stack_;
  std::uint8_t next_good_page_ = 0;
  // Page 0 is never asked about: it is no memory of the program's.
  std::array<GoodPage, 4> good_pages_{};
};

}  // namespace berth::winsock
