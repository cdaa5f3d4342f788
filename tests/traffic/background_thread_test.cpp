// SPDX-License-Identifier: MIT
#include <berth/traffic/background_thread.h>

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>

namespace berth::traffic {
namespace {

TEST(BackgroundThread, TakesNoneOfTheProgramsSignals) {
  sigset_t blocked;
  sigemptyset(&blocked);
  auto thread = start_background_thread([&blocked] { pthread_sigmask(SIG_SETMASK, nullptr, &blocked); });
  ASSERT_TRUE(thread);
  thread->join();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM})
    EXPECT_EQ(sigismember(&blocked, signal), 1) << strsignal(signal);
}

TEST(BackgroundThread, LeavesTheMaskOfWhoStartsItAsItWas) {
  auto thread = start_background_thread([] {});
  ASSERT_TRUE(thread);
  thread->join();
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGTERM), 0);
}

}  // namespace
}  // namespace berth::traffic
