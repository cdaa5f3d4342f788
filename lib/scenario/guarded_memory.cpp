// SPDX-License-Identifier: MIT
#include "guarded_memory.h"

#ifdef _WIN32
// Before <windows.h>, wherever that is included.
#include <winsock2.h>

#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <cstdint>
#include <cstring>
#include <new>

namespace berth::scenario {
namespace {

// Pages of this computer: how large they are, and how they come, change and go.
#ifdef _WIN32
std::size_t page_size() {
  static const std::size_t size = [] {
    SYSTEM_INFO system{};
    GetSystemInfo(&system);
    return std::size_t{system.dwPageSize};
  }();
  return size;
}
std::byte* new_pages(std::size_t size) {
  return static_cast<std::byte*>(VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
}
void free_pages(std::byte* begin, std::size_t) { VirtualFree(begin, 0, MEM_RELEASE); }
void forbid(std::byte* begin, std::size_t size) {
  DWORD before = 0;
  VirtualProtect(begin, size, PAGE_NOACCESS, &before);
}
void forbid_writing(std::byte* begin, std::size_t size) {
  DWORD before = 0;
  VirtualProtect(begin, size, PAGE_READONLY, &before);
}
#else
std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}
std::byte* new_pages(std::size_t size) {
  void* const begin = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return begin == MAP_FAILED ? nullptr : static_cast<std::byte*>(begin);
}
void free_pages(std::byte* begin, std::size_t size) { munmap(begin, size); }
void forbid(std::byte* begin, std::size_t size) { mprotect(begin, size, PROT_NONE); }
void forbid_writing(std::byte* begin, std::size_t size) { mprotect(begin, size, PROT_READ); }
#endif

void put(std::byte* where, std::span<const std::byte> contents) {
  if (!contents.empty()) std::memcpy(where, contents.data(), contents.size());
}

}  // namespace

GuardedMemory::~GuardedMemory() {
  for (const Mapping& mapping : mappings_) free_pages(mapping.begin, mapping.size);
}

GuardedMemory::Mapping GuardedMemory::map(std::size_t size) {
  const std::size_t data = (size / page_size() + 1) * page_size();
  std::byte* const begin = new_pages(data + page_size());
  if (begin == nullptr) throw std::bad_alloc();
  const Mapping mapping{.begin = begin, .size = data + page_size()};
  mappings_.push_back(mapping);
  forbid(mapping.begin + data, page_size());
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
      forbid_writing(mapping.begin, mapping.size - page_size());
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
