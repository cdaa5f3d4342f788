// SPDX-License-Identifier: MIT
//
// The provider's side: control codes and procedures for threads.
#include "overlapped.h"

#include <ws2spi.h>

namespace berth::test {
namespace {

thread_local DWORD_PTR context_seen = 0;
void CALLBACK see(DWORD_PTR context) { context_seen = context; }

class Provider : public OverlappedTest {
 protected:
  int acquire_as_provider(OVERLAPPED* overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                          WSATHREADID* thread, int* error) {
    return WSPIoctl(s_, SIO_ACQUIRE_PORT_RESERVATION, &range_, sizeof(range_), &instance_, sizeof(instance_),
                    &count_, overlapped, routine, thread, error);
  }
  const SOCKET s_ = tcp();
  WSATHREADID thread_{};
  int error_ = kNoCode;
};

TEST_F(Provider, SPI06_tells_its_code_apart_and_leaves_the_last_error_alone) {
  range_.NumberOfPorts = 0;
  WSASetLastError(kNoCode);
  EXPECT_EQ(acquire_as_provider(nullptr, nullptr, nullptr, &error_), SOCKET_ERROR);
  EXPECT_EQ(error_, WSAEINVAL);
  EXPECT_EQ(WSAGetLastError(), kNoCode);
  range_.NumberOfPorts = 2;
  EXPECT_EQ(acquire_as_provider(nullptr, nullptr, nullptr, &error_), 0);
  EXPECT_EQ(WSAGetLastError(), kNoCode);
  EXPECT_EQ(count_, sizeof(Instance));
}

TEST_F(Provider, SPI04_does_nothing_without_a_place_for_the_code) {
  EXPECT_EQ(acquire_as_provider(nullptr, nullptr, nullptr, nullptr), SOCKET_ERROR);
  EXPECT_FALSE(port_is_reserved());
}

TEST_F(Provider, SPI01_the_routine_runs_in_the_thread_that_is_named) {
  EXPECT_EQ(WPUOpenCurrentThread(&thread_, &error_), 0);
  std::thread other([&] {
    EXPECT_EQ(acquire_as_provider(&overlapped_, remember, &thread_, &error_), 0);
    thread_ = {};  // SPI-02: it is not looked at later
    EXPECT_EQ(SleepEx(0, TRUE), 0U);
  });
  other.join();
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.overlapped, &overlapped_);
  EXPECT_EQ(acquire_as_provider(&overlapped_, remember, &thread_, &error_), SOCKET_ERROR);
  EXPECT_EQ(error_, WSAEFAULT) << "no thread any more";
}

TEST_F(Provider, WPUQueueApc_queues_to_a_thread) {
  EXPECT_EQ(WPUOpenCurrentThread(&thread_, &error_), 0);
  EXPECT_EQ(WPUQueueApc(&thread_, see, 42, &error_), 0);
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(context_seen, 42U);
  EXPECT_EQ(WPUCloseThread(&thread_, &error_), 0);
  EXPECT_EQ(WPUCloseThread(&thread_, &error_), SOCKET_ERROR);
}

TEST_F(Provider, SPI03_a_thread_that_is_none_is_a_fault) {
  EXPECT_EQ(WPUQueueApc(&thread_, see, 42, &error_), SOCKET_ERROR);
  EXPECT_EQ(error_, WSAEFAULT);
  thread_.ThreadHandle = event_;
  EXPECT_EQ(WPUQueueApc(&thread_, see, 42, &error_), SOCKET_ERROR);
  EXPECT_EQ(WPUQueueApc(nullptr, see, 42, &error_), SOCKET_ERROR);
  EXPECT_EQ(WPUQueueApc(&thread_, see, 42, nullptr), SOCKET_ERROR);
}

}  // namespace
}  // namespace berth::test
