// SPDX-License-Identifier: MIT
#include <berth/remote/shared_counter.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace berth::remote {
namespace {

constexpr std::size_t kSize = 4096;

}  // namespace

std::optional<SharedCounter> SharedCounter::make() {
  const Descriptor page(::memfd_create("berth-generation", MFD_CLOEXEC));
  if (!page || ::ftruncate(page.get(), kSize) != 0) return std::nullopt;
  const std::string again = "/proc/self/fd/" + std::to_string(page.get());
  Descriptor readers(::open(again.c_str(), O_RDONLY | O_CLOEXEC));
  void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, page.get(), 0);
  if (!readers || memory == MAP_FAILED) return std::nullopt;
  return SharedCounter(new (memory) Number(0), std::move(readers));
}

std::optional<SharedCounter> SharedCounter::of(const Descriptor& page) {
  struct stat status {};
  // A shorter file would be a signal, not a number.
  if (!page || ::fstat(page.get(), &status) != 0 || status.st_size < off_t{kSize}) return std::nullopt;
  void* memory = ::mmap(nullptr, kSize, PROT_READ, MAP_SHARED, page.get(), 0);
  if (memory == MAP_FAILED) return std::nullopt;
  return SharedCounter(static_cast<Number*>(memory), Descriptor());
}

SharedCounter::SharedCounter(SharedCounter&& other) noexcept
    : number_(std::exchange(other.number_, nullptr)), readers_(std::move(other.readers_)) {}

SharedCounter& SharedCounter::operator=(SharedCounter&& other) noexcept {
  std::swap(number_, other.number_);
  std::swap(readers_, other.readers_);
  return *this;
}

SharedCounter::~SharedCounter() {
  if (number_ != nullptr) ::munmap(number_, kSize);
}

}  // namespace berth::remote
