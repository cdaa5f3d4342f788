// SPDX-License-Identifier: MIT
// Sections 9 and 12 of the error tables: WSPIoctl and WPUQueueApc, which tell their codes through lpErrno.
#include "error_table.h"

#include <ws2spi.h>

namespace berth::test {
namespace {

constexpr DWORD kUnknownCode = 0xdeadbeef;

// What a provider was told, where the tests of the tables look for it.
int with_errno(int result, int code) {
  EXPECT_EQ(WSAGetLastError(), kNoCode) << "the last error is not a provider's";
  WSASetLastError(code);
  return result;
}

// -- 9. WSPIoctl ----------------------------------------------------------------------------------

class WSPIoctlErrors : public ErrorTable {
 protected:
  struct ProviderCall : ControlCall {
    using ControlCall::ControlCall;
    int operator()() {
      int told_code = kNoCode;
      const int result = WSPIoctl(s, code, input, input_size, output, output_size, count_pointer, overlapped,
                                  routine, nullptr, &told_code);
      return with_errno(result, told_code);
    }
  };
  const SOCKET socket_ = tcp();
  ProviderCall acquire_{socket_, SIO_ACQUIRE_PORT_RESERVATION, 0};
  ProviderCall unknown_{socket_, kUnknownCode};
};

TEST_F(WSPIoctlErrors, answers_WSA_IO_PENDING) {
  OVERLAPPED overlapped = fresh();
  unknown_.overlapped = &overlapped;
  fails(unknown_);
  EXPECT_EQ(unknown_.count, kCountBefore);
  EXPECT_EQ(status_of(overlapped), 0xc00000bbU) << "what it ended with";
}

TEST_F(WSPIoctlErrors, answers_WSAEFAULT) {
  acquire_.output = nullptr;
  fails(acquire_);
  EXPECT_EQ(acquire_.count, 0U);
  ProviderCall short_input(socket_, SIO_ACQUIRE_PORT_RESERVATION, 0);
  --short_input.input_size;
  fails(short_input);
  unknown_.count_pointer = nullptr;
  fails(unknown_);
}

TEST_F(WSPIoctlErrors, answers_WSAEINVAL) {
  acquire_.range.NumberOfPorts = 0;
  fails(acquire_);
  EXPECT_EQ(acquire_.count, 0U);
}

TEST_F(WSPIoctlErrors, answers_WSAEINPROGRESS) {
  const ScopedFault fault = inject(FaultPoint::Ioctl, FaultAction::in_progress());
  fails(acquire_);
}

TEST_F(WSPIoctlErrors, answers_WSAENETDOWN) {
  end_this_process();
  fails(acquire_);
}

TEST_F(WSPIoctlErrors, answers_WSAENOTSOCK) {
  for (const SOCKET s : not_sockets()) {
    acquire_.s = s;
    fails(acquire_);
    EXPECT_EQ(acquire_.count, kCountBefore);
  }
}

TEST_F(WSPIoctlErrors, answers_WSAEOPNOTSUPP) {
  fails(unknown_);
  EXPECT_EQ(unknown_.count, 0U);
}

TEST_F(WSPIoctlErrors, answers_WSAEWOULDBLOCK) {
  const ScopedFault fault = inject(FaultPoint::Ioctl, FaultAction::fail(WSAEWOULDBLOCK));
  fails(acquire_);
}

// -- 12. WPUQueueApc ------------------------------------------------------------------------------

class QueueApcErrors : public ErrorTable {};

TEST_F(QueueApcErrors, answers_WSAEFAULT) {
  WSATHREADID none{};
  WSATHREADID event{WSACreateEvent(), 0};
  for (WSATHREADID* thread : {static_cast<WSATHREADID*>(nullptr), &none, &event}) {
    fails([thread] {
      int code = kNoCode;
      const int result = WPUQueueApc(
          thread, [](DWORD_PTR) {}, 0, &code);
      return with_errno(result, code);
    });
  }
  EXPECT_EQ(SleepEx(0, TRUE), 0U) << "nothing was queued";
}

}  // namespace
}  // namespace berth::test
