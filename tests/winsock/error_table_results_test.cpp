// SPDX-License-Identifier: MIT
// Section 10 of the error tables: WSAGetOverlappedResult.
#include "error_table.h"

#include <sys/wait.h>

namespace berth::test {
namespace {

class ResultErrors : public ErrorTable {
 protected:
  int result(SOCKET s, OVERLAPPED* overlapped, BOOL waits) {
    return WSAGetOverlappedResult(s, overlapped, &bytes_, waits, &flags_) == FALSE ? SOCKET_ERROR : 0;
  }
  // The answer is the row's code, and the places for bytes and flags are left alone.
  void answers(SOCKET s, OVERLAPPED* overlapped, BOOL waits) {
    fails([&] { return result(s, overlapped, waits); });
    EXPECT_EQ(bytes_, kCountBefore);
    EXPECT_EQ(flags_, kCountBefore);
  }
  // A receive for which nothing comes.
  void begin(LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    ASSERT_EQ(bind_to(socket_, 0), 0);
    DWORD flags = 0;
    expect_pending([&] { return WSARecv(socket_, &buffer_, 1, nullptr, &flags, &overlapped_, routine); });
  }
  void TearDown() override {
    static_cast<void>(CancelIoEx(handle_of(socket_), nullptr));
    ErrorTable::TearDown();
  }

  std::array<char, 16> bytes_received_{};
  WSABUF buffer_{16, bytes_received_.data()};
  const SOCKET socket_ = udp();
  OVERLAPPED overlapped_ = fresh();
  DWORD bytes_ = kCountBefore;
  DWORD flags_ = kCountBefore;
};

TEST_F(ResultErrors, answers_WSANOTINITIALISED) {
  clean_up();
  answers(socket_, &overlapped_, FALSE);
}

// The machine stays with the process that forked.
TEST_F(ResultErrors, answers_WSAENETDOWN) {
  const pid_t child = fork();
  if (child == 0) {
    const bool failed = result(socket_, &overlapped_, FALSE) == SOCKET_ERROR;
    _exit(failed && WSAGetLastError() == number() ? 7 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  reached_ = WEXITSTATUS(status) == 7;
}

TEST_F(ResultErrors, answers_WSAENOTSOCK) {
  for (const SOCKET s : not_sockets()) answers(s, &overlapped_, FALSE);
}

TEST_F(ResultErrors, answers_WSA_INVALID_HANDLE) {
  begin();
  answers(socket_, &overlapped_, TRUE);
}

TEST_F(ResultErrors, answers_WSA_INVALID_PARAMETER) {
  begin(remember);
  answers(socket_, &overlapped_, TRUE);
}

TEST_F(ResultErrors, answers_WSA_IO_INCOMPLETE) {
  begin();
  answers(socket_, &overlapped_, FALSE);
}

TEST_F(ResultErrors, answers_WSAEFAULT) {
  overlapped_.Internal = 0;
  const BadMemory nowhere(overlapped_);
  for (void* place : nowhere.unreadable()) answers(socket_, static_cast<OVERLAPPED*>(place), FALSE);
  const DWORD number_of_bytes = 0;
  const BadMemory bad(number_of_bytes);
  for (void* place : bad.unwritable()) {
    auto* const pointer = static_cast<DWORD*>(place);
    fails([&] { return WSAGetOverlappedResult(socket_, &overlapped_, pointer, FALSE, &flags_) - 1; });
    fails([&] { return WSAGetOverlappedResult(socket_, &overlapped_, &bytes_, FALSE, pointer) - 1; });
    EXPECT_TRUE(bad.is_intact());
  }
}

}  // namespace
}  // namespace berth::test
