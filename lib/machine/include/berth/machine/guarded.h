// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>

// Which lock guards what, in words that clang checks (-Wthread-safety) and other compilers pass over.
#if defined(__clang__)
#define BERTH_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define BERTH_THREAD_ANNOTATION(x)
#endif
#define BERTH_GUARDED_BY(x) BERTH_THREAD_ANNOTATION(guarded_by(x))
#define BERTH_REQUIRES(x) BERTH_THREAD_ANNOTATION(requires_capability(x))

namespace berth {

/// `std::mutex`, known to clang's thread-safety analysis.
class BERTH_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() BERTH_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() BERTH_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a mutex for as long as it lives.
class BERTH_THREAD_ANNOTATION(scoped_lockable) Guard {
 public:
  explicit Guard(Mutex& mutex) BERTH_THREAD_ANNOTATION(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Guard() BERTH_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace berth
