// SPDX-License-Identifier: MIT
#include <berth/traffic/background_thread.h>

#include <csignal>
#include <future>
#include <system_error>
#include <utility>

namespace berth::traffic {
namespace {

// A thread has the signal mask of who starts it.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::optional<std::thread> start_background_thread(std::function<void()> work) try {
  const WithoutSignals without_signals;
  std::promise<void> begins;
  const std::future<void> begun = begins.get_future();
  std::thread thread([begins = std::move(begins), work = std::move(work)]() mutable {
    begins.set_value();
    work();
  });
  begun.wait();
  return thread;
} catch (const std::system_error&) {
  return std::nullopt;
}

}  // namespace berth::traffic
