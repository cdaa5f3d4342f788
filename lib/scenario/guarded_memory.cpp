// SPDX-License-Identifier: MIT
#include "guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace berth::scenario {
namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void put(std::byte* where, std::span<const std::byte> contents) {
  if (!contents.empty()) std::memcpy(where, contents.data(), contents.size());
}

}  // namespace

GuardedMemory::~GuardedMemory() {
  for (const Mapping& mapping : mappings_) munmap(mapping.begin, mapping.size);
}

GuardedMemory::Mapping GuardedMemory::map(std::size_t size) {
  const std::size_t data = (size / page_size() + 1) * page_size();
  void* const begin =
      mmap(nullptr, data + page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED) throw std::bad_alloc();
  const Mapping mapping{.begin = static_cast<std::byte*>(begin), .size = data + page_size()};
  mappings_.push_back(mapping);
  mprotect(mapping.begin + data, page_size(), PROT_NONE);
  return mapping;
}

void* GuardedMemory::make(Shape shape, std::span<const std::byte> contents) {
  if (shape == Shape::Null) return nullptr;
  // The number itself is the address: nothing is mapped there.
  if (shape == Shape::Bad) return reinterpret_cast<void*>(std::uintptr_t{1});
  const Mapping mapping = map(contents.size() + 1);
  std::byte* const border = mapping.begin + mapping.size - page_size();
  switch (shape) {
    case Shape::ReadOnly:
      put(mapping.begin, contents);
      mprotect(mapping.begin, mapping.size - page_size(), PROT_READ);
      return mapping.begin;
    case Shape::Unaligned: put(mapping.begin + 1, contents); return mapping.begin + 1;
    case Shape::Straddling:
      if (contents.empty()) return border;
      put(border - (contents.size() - 1), contents.first(contents.size() - 1));
      return border - (contents.size() - 1);
    default: return border;
  }
}

}  // namespace berth::scenario
