// SPDX-License-Identifier: MIT
#include "memory_probe.h"

#include <fcntl.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <span>

namespace berth::winsock {
namespace {

// The smallest page of Linux; a larger one is a multiple, and merely tried more than once.
constexpr std::uintptr_t kPageSize = 4096;

constexpr std::uintptr_t page_of(std::uintptr_t address) { return address & ~(kPageSize - 1); }

// ---------------------------------------------------------------------------------------------------
// Trying one address

enum class Verdict : std::uint8_t { Good, Bad, MethodRefused };

Verdict verdict_of_futex(long result) noexcept {
  // EAGAIN: the word was read, and is not the value that the call compares it with.
  if (result >= 0 || errno == EAGAIN) {
    return Verdict::Good;
  }
  return errno == EFAULT ? Verdict::Bad : Verdict::MethodRefused;
}

// Nobody waits on this word; the calls need a second one.
std::uint32_t word_without_waiters = 0;

// system calls by number, because a sanitizer's wrapper would read the memory in question.

// Asks for a change of the signal mask that there is not: the kernel reads the set, and then refuses it. Of
// the calls that read a word of ours this is the quickest.
Verdict read_by_signal_mask(const void* word) noexcept {
  constexpr int kNoSuchChange = 0x4265;
  constexpr std::size_t kSizeOfKernelsSet = 8;
  const long result = syscall(SYS_rt_sigprocmask, kNoSuchChange, word, nullptr, kSizeOfKernelsSet);
  if (result == 0) return Verdict::MethodRefused;
  if (errno == EFAULT) return Verdict::Bad;
  return errno == EINVAL ? Verdict::Good : Verdict::MethodRefused;
}

// Wakes nobody on our word, after adding 0 to the other word. It would wake a waiter of that word, for
// nothing, if it held just the value named here; a futex is to be used so that this does no harm.
Verdict write_by_futex(const void* word) noexcept {
  constexpr int kAddNothing = FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0x7ed);
  return verdict_of_futex(
      syscall(SYS_futex, &word_without_waiters, FUTEX_WAKE_OP_PRIVATE, 0, 0, word, kAddNothing));
}

class Pipe {
 public:
  Pipe() noexcept : is_open_(pipe2(ends_, O_CLOEXEC | O_NONBLOCK) == 0) {}
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    if (is_open_) {
      close(ends_[0]);
      close(ends_[1]);
    }
  }

  bool takes_byte_from(const void* address) const noexcept {
    return is_open_ && syscall(SYS_write, ends_[1], address, 1) == 1;
  }
  bool gives_byte_to(const void* address) const noexcept {
    return syscall(SYS_read, ends_[0], address, 1) == 1;
  }

 private:
  int ends_[2] = {-1, -1};
  bool is_open_;
};

// A pipe of its own for each probe: a shared one would mix the bytes of two threads, or of two processes
// after a fork. Without descriptors left, memory counts as bad.

Verdict read_by_pipe(const void* byte) noexcept {
  return Pipe().takes_byte_from(byte) ? Verdict::Good : Verdict::Bad;
}

Verdict write_by_pipe(const void* byte) noexcept {
  const Pipe pipe;
  return pipe.takes_byte_from(byte) && pipe.gives_byte_to(byte) ? Verdict::Good : Verdict::Bad;
}

// ---------------------------------------------------------------------------------------------------
// What the program was loaded with

struct Stretch {
  std::uintptr_t first = 0;
  std::uintptr_t end = 0;
  bool is_writable = false;

  [[nodiscard]] bool contains(std::uintptr_t start, std::size_t size) const noexcept {
    return start >= first && start < end && size <= end - start;
  }
};

/// The static memory of the program itself, which stays where it is until the end: its code, constants and
/// variables, as the loader left them. Libraries are not of it, since they can be unloaded.
class StaticMemory {
 public:
  static const StaticMemory& of_program() noexcept {
    static const StaticMemory memory;
    return memory;
  }
  [[nodiscard]] bool contains(std::uintptr_t start, std::size_t size, bool to_be_written) const noexcept {
    const auto known = std::span(stretches_).first(count_);
    return std::any_of(known.begin(), known.end(), [&](const Stretch& stretch) {
      return stretch.contains(start, size) && (stretch.is_writable || !to_be_written);
    });
  }

 private:
  StaticMemory() noexcept { dl_iterate_phdr(take_first, this); }

  // The program comes first; nothing else is asked for.
  static int take_first(dl_phdr_info* loaded, std::size_t, void* memory) noexcept {
    static_cast<StaticMemory*>(memory)->take(*loaded);
    return 1;
  }
  void take(const dl_phdr_info& loaded) noexcept {
    const auto headers = std::span(loaded.dlpi_phdr, loaded.dlpi_phnum);
    std::uintptr_t end_of_relocated =
        0;  // what precedes it was made read-only once the loader had written it
    for (const auto& header : headers)
      if (header.p_type == PT_GNU_RELRO)
        end_of_relocated = loaded.dlpi_addr + header.p_vaddr + header.p_memsz;
    for (const auto& header : headers)
      if (header.p_type == PT_LOAD && (header.p_flags & PF_R) != 0)
        add(loaded.dlpi_addr + header.p_vaddr, header.p_memsz, (header.p_flags & PF_W) != 0,
            end_of_relocated);
  }
  void add(std::uintptr_t first, std::size_t size, bool is_writable,
           std::uintptr_t end_of_relocated) noexcept {
    const std::uintptr_t end = first + size;
    const bool begins_read_only = is_writable && first < end_of_relocated && end_of_relocated < end;
    if (begins_read_only) add({.first = first, .end = end_of_relocated, .is_writable = false});
    const std::uintptr_t rest = page_of(end_of_relocated + kPageSize - 1);
    add({.first = begins_read_only ? rest : first, .end = end, .is_writable = is_writable});
  }
  void add(const Stretch& stretch) noexcept {
    if (count_ < stretches_.size() && stretch.first < stretch.end) stretches_[count_++] = stretch;
  }

  std::array<Stretch, 8> stretches_{};
  std::size_t count_ = 0;
};

std::atomic<ProbeMethod> method_of_this_system = ProbeMethod::Futex;

}  // namespace

constinit thread_local MemoryProbe::StackBounds MemoryProbe::stack_;

void MemoryProbe::look_for_stack() noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* bottom = nullptr;
  std::size_t size = 0;
  if (pthread_attr_getstack(&attributes, &bottom, &size) == 0) {
    stack_.bottom = reinterpret_cast<std::uintptr_t>(bottom);
    stack_.top = stack_.bottom + size;
  }
  pthread_attr_destroy(&attributes);
}

inline bool MemoryProbe::is_known_good(std::uintptr_t page, Access access) const noexcept {
  // What can be written can be read.
  const auto found =
      std::span(good_pages_).first(std::min<std::size_t>(good_pages_found_, good_pages_.size()));
  return std::any_of(found.begin(), found.end(), [&](const GoodPage& good) {
    return good.page == page && (access == Access::Read || good.access == Access::Write);
  });
}

[[gnu::always_inline]] inline bool MemoryProbe::page_passes(std::uintptr_t address, Access access) noexcept {
  const bool writes = access == Access::Write;
  Verdict verdict = Verdict::MethodRefused;
  if (method_.value_or(method_of_this_system.load(std::memory_order_relaxed)) == ProbeMethod::Futex) {
    // The word around a byte lies in the same page.
    const void* word = reinterpret_cast<const void*>(address & ~std::uintptr_t{7});
    verdict = writes ? write_by_futex(word) : read_by_signal_mask(word);
    if (verdict == Verdict::MethodRefused) fall_back_to_pipe();
  }
  if (verdict == Verdict::MethodRefused) {
    const void* byte = reinterpret_cast<const void*>(address);
    verdict = writes ? write_by_pipe(byte) : read_by_pipe(byte);
  }
  if (verdict == Verdict::Good) {
    good_pages_[good_pages_found_ % good_pages_.size()] = {.page = page_of(address), .access = access};
    ++good_pages_found_;
  }
  return verdict == Verdict::Good;
}

bool MemoryProbe::is_accessible(const void* start, std::size_t size, Access access) noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(start);
  if (size == 0) {
    return true;
  }
  if (first < kPageSize || size - 1 > UINTPTR_MAX - first) {
    return false;
  }
  if (stack_.top == 0) {
    look_for_stack();
    if (is_in_live_frames(start, size)) return true;
  }
  if (!method_ && StaticMemory::of_program().contains(first, size, access == Access::Write)) return true;
  const std::uintptr_t last_page = page_of(first + (size - 1));
  for (std::uintptr_t address = first;; address = page_of(address) + kPageSize) {
    if (!is_known_good(page_of(address), access) && !page_passes(address, access)) {
      return false;
    }
    if (page_of(address) == last_page) {
      return true;
    }
  }
}

void MemoryProbe::fall_back_to_pipe() noexcept {
  if (method_) method_ = ProbeMethod::Pipe;
  method_of_this_system.store(ProbeMethod::Pipe, std::memory_order_relaxed);
}

std::optional<std::size_t> MemoryProbe::text_length(const char* text, std::size_t limit) noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(text);
  std::size_t seen = 0;
  while (seen < limit) {
    const std::size_t to_end_of_page = kPageSize - (first + seen) % kPageSize;
    const std::size_t chunk = std::min(to_end_of_page, limit - seen);
    if (!is_readable(text + seen, chunk)) {
      return std::nullopt;
    }
    const std::size_t length = strnlen(text + seen, chunk);
    seen += length;
    if (length < chunk) {
      return seen;
    }
  }
  return limit;
}

}  // namespace berth::winsock
