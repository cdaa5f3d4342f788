// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <berth/scenario/step.h>

namespace berth::scenario {

/// Memory of odd shapes, mapped page by page and kept until the owner ends. Thread-compatible.
class GuardedMemory {
 public:
  GuardedMemory() = default;
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory();

  /// See `Stage::memory`.
  [[nodiscard]] void* make(Shape shape, std::span<const std::byte> contents);

 private:
  struct Mapping {
    std::byte* begin = nullptr;
    std::size_t size = 0;
  };
  // Pages for `size` bytes, and an inaccessible one after them.
  Mapping map(std::size_t size);
  std::vector<Mapping> mappings_;
};

}  // namespace berth::scenario
