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
/// Memory between this object and the top of its thread's own stack is known good, and so is the static
/// memory of the program, as it was loaded; both cost no system call, and neither is expected to be protected
/// otherwise while the program runs. Elsewhere it is one for each page; an object of this class remembers the
/// pages that passed, so that buffers side by side cost one together. Not thread-safe; lives on the stack of
/// one call. The answer holds for as long as no other thread changes the mapping.
class MemoryProbe {
 public:
  MemoryProbe() noexcept {}  // NOLINT(modernize-use-equals-default): that would fill the pages with zeros
  /// For tests: with this method, and nothing known good.
  explicit MemoryProbe(ProbeMethod method) noexcept : method_(method) {}

  bool is_readable(const void* start, std::size_t size) noexcept {
    return is_in_live_frames(start, size) || is_accessible(start, size, Access::Read);
  }
  bool is_writable(const void* start, std::size_t size) noexcept {
    return is_in_live_frames(start, size) || is_accessible(start, size, Access::Write);
  }

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
    std::uintptr_t page;
    Access access;
  };
  // The calling thread's own stack, once a probe has looked for it.
  struct StackBounds {
    std::uintptr_t bottom = 0;
    std::uintptr_t top = 0;
  };
  static constinit thread_local StackBounds stack_;
  static void look_for_stack() noexcept;

  // Below this object a stack need not be mapped yet. An object outside the thread's own stack means that the
  // thread runs on another one (a coroutine's, a signal's), of which nothing is known.
  [[nodiscard]] bool is_in_live_frames(const void* start, std::size_t size) const noexcept {
    const auto first = reinterpret_cast<std::uintptr_t>(start);
    const auto live = reinterpret_cast<std::uintptr_t>(this);
    const StackBounds& stack = stack_;
    return live >= stack.bottom && first >= live && first < stack.top && size <= stack.top - first &&
           !method_;
  }
  bool is_accessible(const void* start, std::size_t size, Access access) noexcept;
  bool is_known_good(std::uintptr_t page, Access access) const noexcept;
  bool page_passes(std::uintptr_t address, Access access) noexcept;
  void fall_back_to_pipe() noexcept;

  std::optional<ProbeMethod> method_;  // nothing: this system's
  std::uint8_t good_pages_found_ = 0;
  std::array<GoodPage, 4> good_pages_;  // the last ones that were found
};

}  // namespace berth::winsock
