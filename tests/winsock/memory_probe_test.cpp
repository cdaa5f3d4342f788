// SPDX-License-Identifier: MIT
#include "winsock/memory_probe.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace berth::winsock {
namespace {

const auto kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

// Pages with a protection of their own, between two pages that nobody may touch.
class Pages {
 public:
  explicit Pages(std::size_t count, int protection = PROT_READ | PROT_WRITE) : size_((count + 2) * kPage) {
    void* mapped = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(mapped, MAP_FAILED);
    mapped_ = static_cast<char*>(mapped);
    EXPECT_EQ(mprotect(begin(), count * kPage, protection), 0);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { munmap(mapped_, size_); }

  char* begin() const { return mapped_ + kPage; }
  char* end() const { return mapped_ + size_ - kPage; }

 private:
  char* mapped_ = nullptr;
  std::size_t size_;
};

void* at(std::uintptr_t address) { return reinterpret_cast<void*>(address); }

int open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) {
    ++count;
  }
  closedir(folder);
  return count;
}

// Where a test changes what it cannot change back.
template <typename Condition>
bool holds_in_a_child(Condition condition) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(condition() ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

int static_word = 7;
const int constant_word = 7;

// How the program's calls probe, and each method with nothing known good.
enum class Kind { AsCallsDo, Futex, Pipe };

class MemoryProbeTest : public testing::TestWithParam<Kind> {
 protected:
  static MemoryProbe fresh() {
    switch (GetParam()) {
      case Kind::Futex: return MemoryProbe(ProbeMethod::Futex);
      case Kind::Pipe: return MemoryProbe(ProbeMethod::Pipe);
      case Kind::AsCallsDo: break;
    }
    return MemoryProbe();
  }
  static bool can_read(const void* start, std::size_t size) { return fresh().is_readable(start, size); }
  static bool can_write(const void* start, std::size_t size) { return fresh().is_writable(start, size); }

  static void expect_good(void* start, std::size_t size) {
    EXPECT_TRUE(can_read(start, size));
    EXPECT_TRUE(can_write(start, size));
  }
  static void expect_bad(void* start, std::size_t size) {
    EXPECT_FALSE(can_read(start, size));
    EXPECT_FALSE(can_write(start, size));
  }
};

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::AsCallsDo: return "as_calls_do";
    case Kind::Futex: return "futex";
    case Kind::Pipe: return "pipe";
  }
  return "";
}

void PrintTo(Kind kind, std::ostream* out) { *out << name_of(kind); }

INSTANTIATE_TEST_SUITE_P(Methods, MemoryProbeTest, testing::Values(Kind::AsCallsDo, Kind::Futex, Kind::Pipe),
                         [](const auto& instance) { return name_of(instance.param); });

TEST_P(MemoryProbeTest, null_and_its_neighbours_are_bad) {
  for (const std::uintptr_t address : {0U, 1U, 2U, 4095U}) {
    expect_bad(at(address), 1);
    expect_bad(at(address), 16);
  }
}

TEST_P(MemoryProbeTest, addresses_that_no_program_has_are_bad) {
  expect_bad(at(UINTPTR_MAX), 1);
  expect_bad(at(UINTPTR_MAX - 7), 8);
  expect_bad(at(UINTPTR_MAX - 7), 9);
  expect_bad(at(UINTPTR_MAX / 2 + 1), 1);
  expect_bad(at(UINTPTR_MAX / 256), 1);
}

TEST_P(MemoryProbeTest, no_bytes_are_good_wherever_they_are) {
  expect_good(nullptr, 0);
  expect_good(at(1), 0);
  expect_good(at(UINTPTR_MAX), 0);
}

TEST_P(MemoryProbeTest, a_size_that_wraps_around_is_bad) {
  int local = 0;
  expect_bad(&local, SIZE_MAX);
  expect_bad(&static_word, SIZE_MAX);
}

TEST_P(MemoryProbeTest, heap_statics_and_the_stack_are_good) {
  const auto heap = std::make_unique<int>(7);
  int local = 7;
  expect_good(heap.get(), sizeof(int));
  expect_good(&static_word, sizeof(int));
  expect_good(&local, sizeof(int));
  EXPECT_EQ(*heap + static_word + local, 21);
}

TEST_P(MemoryProbeTest, constants_are_read_only) {
  EXPECT_TRUE(can_read(&constant_word, sizeof(int)));
  EXPECT_FALSE(can_write(&constant_word, sizeof(int)));
  EXPECT_FALSE(can_write("literal", 4));
}

TEST_P(MemoryProbeTest, code_is_read_only) {
  EXPECT_TRUE(can_read(reinterpret_cast<const void*>(&open_descriptors), 1));
  EXPECT_FALSE(can_write(reinterpret_cast<const void*>(&open_descriptors), 1));
}

TEST_P(MemoryProbeTest, unmapped_memory_is_bad) {
  char* gone = nullptr;
  {
    const Pages pages(1);
    gone = pages.begin();
  }
  expect_bad(gone, 1);
}

TEST_P(MemoryProbeTest, protected_pages_are_bad) {
  const Pages pages(1, PROT_NONE);
  expect_bad(pages.begin(), 1);
}

TEST_P(MemoryProbeTest, a_read_only_page_cannot_be_written) {
  const Pages pages(1, PROT_READ);
  EXPECT_TRUE(can_read(pages.begin(), kPage));
  EXPECT_FALSE(can_write(pages.begin(), kPage));
}

TEST_P(MemoryProbeTest, pages_that_were_never_touched_are_good) {
  const Pages pages(3);
  expect_good(pages.begin(), 3 * kPage);
}

TEST_P(MemoryProbeTest, the_last_byte_of_a_mapping_is_good_and_one_more_is_not) {
  const Pages pages(1);
  expect_good(pages.end() - 1, 1);
  expect_bad(pages.end() - 1, 2);
  expect_good(pages.end() - 8, 8);
  expect_bad(pages.end() - 7, 8);
  expect_bad(pages.end(), 1);
}

TEST_P(MemoryProbeTest, the_byte_before_a_mapping_is_bad) {
  const Pages pages(1);
  expect_bad(pages.begin() - 1, 1);
  expect_bad(pages.begin() - 1, 2);
}

TEST_P(MemoryProbeTest, a_hole_in_the_middle_is_found) {
  const Pages pages(5);
  ASSERT_EQ(mprotect(pages.begin() + 2 * kPage, kPage, PROT_NONE), 0);
  expect_good(pages.begin(), 2 * kPage);
  expect_bad(pages.begin(), 5 * kPage);
  ASSERT_EQ(mprotect(pages.begin() + 2 * kPage, kPage, PROT_READ), 0);
  EXPECT_TRUE(can_read(pages.begin(), 5 * kPage));
  EXPECT_FALSE(can_write(pages.begin(), 5 * kPage));
}

TEST_P(MemoryProbeTest, memory_past_the_end_of_a_mapped_file_is_bad) {
  const int file = memfd_create("short", MFD_CLOEXEC);
  ASSERT_EQ(ftruncate(file, static_cast<off_t>(kPage)), 0);
  void* mapped = mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  expect_good(mapped, kPage);
  expect_bad(static_cast<char*>(mapped) + kPage, 1);
  munmap(mapped, 2 * kPage);
  close(file);
}

TEST_P(MemoryProbeTest, no_byte_changes) {
  const Pages pages(2);
  const std::size_t size = 2 * kPage;
  for (std::size_t byte = 0; byte < size; ++byte) {
    pages.begin()[byte] = static_cast<char>(byte * 31);
  }
  const std::string before(pages.begin(), size);
  for (std::size_t start : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, kPage - 1}) {
    expect_good(pages.begin() + start, size - start);
  }
  EXPECT_EQ(std::string(pages.begin(), size), before);
}

TEST_P(MemoryProbeTest, another_threads_stack_is_good_while_it_lives) {
  std::atomic<int*> theirs = nullptr;
  std::atomic<bool> done = false;
  std::thread other([&] {
    int local = 7;
    theirs = &local;
    while (!done) {
      std::this_thread::yield();
    }
  });
  while (theirs == nullptr) {
    std::this_thread::yield();
  }
  expect_good(theirs, sizeof(int));
  done = true;
  other.join();
}

TEST_P(MemoryProbeTest, a_threads_own_stack_is_good_in_it) {
  std::thread([] {
    std::vector<char> heap(100);
    char local[100] = {};
    expect_good(local, sizeof(local));
    expect_good(heap.data(), heap.size());
    expect_bad(nullptr, 1);
  }).join();
}

TEST_P(MemoryProbeTest, the_guard_below_a_threads_stack_is_bad) {
  std::thread([] {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_getattr_np(pthread_self(), &attributes), 0);
    void* bottom = nullptr;
    std::size_t size = 0;
    std::size_t guard = 0;
    pthread_attr_getstack(&attributes, &bottom, &size);
    pthread_attr_getguardsize(&attributes, &guard);
    pthread_attr_destroy(&attributes);
    ASSERT_GT(guard, 0U);
    expect_bad(static_cast<char*>(bottom) - 1, 1);
    // As if the stack had no end: more than lies above the frame.
    expect_bad(&bottom, std::size_t{1} << 40);
  }).join();
}

TEST_P(MemoryProbeTest, reads_and_writes_copies) {
  const Pages pages(1);
  char* unaligned = pages.begin() + 1;
  EXPECT_TRUE(fresh().write(unaligned, std::uint64_t{0x0123456789abcdef}));
  EXPECT_EQ(fresh().read<std::uint64_t>(unaligned), 0x0123456789abcdefU);
  EXPECT_EQ(fresh().read<std::uint64_t>(pages.end() - 7), std::nullopt);
  EXPECT_FALSE(fresh().write(pages.end() - 7, std::uint64_t{1}));
  EXPECT_EQ(pages.end()[-7], 0) << "nothing of a value that does not fit is written";
}

TEST_P(MemoryProbeTest, text_ends_at_its_zero_at_the_limit_or_at_bad_memory) {
  const Pages pages(2);
  EXPECT_EQ(fresh().text_length("", 10), 0U);
  EXPECT_EQ(fresh().text_length("port", 10), 4U);
  EXPECT_EQ(fresh().text_length("port", 4), 4U);
  EXPECT_EQ(fresh().text_length("port", 2), 2U);
  EXPECT_EQ(fresh().text_length(nullptr, 10), std::nullopt);
  std::memset(pages.begin(), 'x', 2 * kPage);
  EXPECT_EQ(fresh().text_length(pages.begin(), 3 * kPage), std::nullopt);
  EXPECT_EQ(fresh().text_length(pages.end() - 3, 3), 3U);
  EXPECT_EQ(fresh().text_length(pages.end() - 3, 4), std::nullopt);
  pages.end()[-1] = 0;
  EXPECT_EQ(fresh().text_length(pages.begin() + 5, 3 * kPage), 2 * kPage - 6);
}

TEST_P(MemoryProbeTest, no_descriptor_is_left_open) {
  const Pages pages(1, PROT_READ);
  const int before = open_descriptors();
  for (int round = 0; round < 100; ++round) {
    can_read(pages.begin(), 1);
    can_write(pages.begin(), 1);
    can_write(nullptr, 1);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(MemoryProbeTest, one_probe_serves_a_whole_call) {
  const Pages writable(1);
  const Pages read_only(1, PROT_READ);
  MemoryProbe probe = fresh();
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(probe.is_readable(read_only.begin(), 8));
    EXPECT_FALSE(probe.is_writable(read_only.begin(), 8)) << "a page that can be read may be read-only";
    EXPECT_TRUE(probe.is_writable(writable.begin(), 8));
    EXPECT_TRUE(probe.is_readable(writable.begin() + 64, 8));
    EXPECT_FALSE(probe.is_readable(writable.end(), 1));
    EXPECT_FALSE(probe.is_readable(nullptr, 1));
  }
}

TEST_P(MemoryProbeTest, more_pages_than_a_probe_remembers) {
  const Pages pages(64);
  MemoryProbe probe = fresh();
  EXPECT_TRUE(probe.is_writable(pages.begin(), 64 * kPage));
  EXPECT_TRUE(probe.is_readable(pages.begin(), 64 * kPage));
  EXPECT_FALSE(probe.is_readable(pages.begin(), 64 * kPage + 1));
}

TEST_P(MemoryProbeTest, a_forked_child_can_probe) {
  EXPECT_TRUE(holds_in_a_child([] {
    int local = 0;
    return can_write(&local, sizeof(local)) && can_write(&static_word, sizeof(int)) && !can_read(nullptr, 1);
  }));
}

// ---------------------------------------------------------------------------------------------------

// The pipe cannot promise this: it copies a byte out and back.
TEST(MemoryProbe, no_write_of_another_thread_is_lost_to_a_futex_probe) {
  const Pages pages(1);
  auto* word = reinterpret_cast<std::uint32_t*>(pages.begin());
  constexpr std::uint32_t kRounds = 200'000;
  std::atomic<bool> done = false;
  std::thread prober([&] {
    while (!done) {
      EXPECT_TRUE(MemoryProbe(ProbeMethod::Futex).is_writable(word, sizeof(*word)));
    }
  });
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    __atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
  }
  done = true;
  prober.join();
  EXPECT_EQ(__atomic_load_n(word, __ATOMIC_RELAXED), kRounds);
}

TEST(MemoryProbe, without_descriptors_the_pipe_calls_memory_bad_and_the_futex_does_not_care) {
  EXPECT_TRUE(holds_in_a_child([] {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    return setrlimit(RLIMIT_NOFILE, &none) == 0 &&
           !MemoryProbe(ProbeMethod::Pipe).is_readable(&static_word, 1) &&
           MemoryProbe(ProbeMethod::Futex).is_writable(&static_word, 1) &&
           MemoryProbe().is_writable(&static_word, 1);
  }));
}

// As a sandbox does that knows only the futex operations of a mutex.
bool refuse_unusual_futex_operations() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_CMP_REQUEUE_PRIVATE, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE_OP_PRIVATE, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(MemoryProbe, a_sandbox_that_refuses_the_futex_gets_the_pipe) {
  EXPECT_TRUE(holds_in_a_child([] {
    if (!refuse_unusual_futex_operations()) {
      return false;
    }
    const Pages read_only(1, PROT_READ);
    bool is_right = true;
    for (int round = 0; round < 2; ++round) {
      MemoryProbe probe;
      is_right = is_right && probe.is_writable(&static_word, sizeof(int)) &&
                 probe.is_readable(read_only.begin(), 1) && !probe.is_writable(read_only.begin(), 1) &&
                 !probe.is_readable(read_only.end(), 1);
    }
    return is_right;
  }));
}

}  // namespace
}  // namespace berth::winsock
