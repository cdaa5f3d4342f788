// SPDX-License-Identifier: MIT
// What the tests that reach the rows of the error tables share.
#pragma once

#include "overlapped.h"

#include "error_table_rows.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <berth/winsock/faults.h>

namespace berth::test {

inline constexpr std::string_view kTableSuffix = "Errors";
inline constexpr std::string_view kTestPrefix = "answers_";  // the bare name of a code is a macro

/// A test that reaches the row of its own name: it fails when it does not, and when it injects a fault where
/// the row says that it does not, or the other way round.
class ErrorTable : public FaceTest {
 protected:
  explicit ErrorTable(Profile profile = {}) : FaceTest({}, std::move(profile)) {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    std::string_view section = test.test_suite_name();
    section.remove_suffix(kTableSuffix.size());
    row_ = find_error_row(section, std::string_view(test.name()).substr(kTestPrefix.size()));
  }
  void SetUp() override { ASSERT_NE(row_, nullptr) << "this is the test of no row"; }
  void TearDown() override {
    SleepEx(0, TRUE);  // what is still queued belongs to this test
    routine_told = {};
    EXPECT_TRUE(reached_) << "the row was not reached";
    EXPECT_EQ(injected_, row_->reached == Reached::ByInjection);
  }

  [[nodiscard]] long number() const { return row_->number.value_or(-1); }

  /// A fault of this test's process; that and nothing else makes a row one that is reached by injection.
  ScopedFault inject(FaultPoint point, const FaultAction& action) {
    injected_ = true;
    return ScopedFault(process_, point, action);
  }

  /// The function returns SOCKET_ERROR and the row's code is the last error; the machine is as it was.
  template <class Call>
  void fails(Call&& call) {
    fails_with(static_cast<int>(number()), std::forward<Call>(call));
  }
  template <class Call>
  void fails_with(int code, Call&& call) {
    const std::uint64_t before = machine_->state_hash();
    WSASetLastError(kNoCode);
    const auto result = static_cast<int>(call());
    const int last_error = WSAGetLastError();
    EXPECT_EQ(result, SOCKET_ERROR);
    EXPECT_EQ(last_error, code);
    EXPECT_EQ(machine_->state_hash(), before) << "a failed call changes nothing";
    reached_ |= result == SOCKET_ERROR && last_error == code;
  }
  /// The code of the row was told in another way.
  void told(long code) {
    EXPECT_EQ(code, number());
    reached_ |= code == number();
  }

  /// A call of another thread is held until `cancel` interrupts it.
  template <class Call, class Cancel>
  void is_interrupted(FaultPoint point, Call call, Cancel cancel) {
    ScopedFault hold = inject(point, FaultAction::hold());
    int result = 0;
    int code = 0;
    std::thread caller([&] {
      const ScopedProcess attached(process_);
      WSASetLastError(kNoCode);
      result = static_cast<int>(call());
      code = WSAGetLastError();
    });
    EXPECT_TRUE(hold.wait_until_held(1, std::chrono::seconds(10)));
    cancel(hold);
    caller.join();
    EXPECT_EQ(result, SOCKET_ERROR);
    told(code);
  }

  /// The process of this thread ends on the machine, as the network does for a program whose last call it
  /// was.
  void end_this_process() {
    EXPECT_TRUE(std::holds_alternative<Reply>(machine_->submit(process_->id(), request::ExitProcess{})));
  }
  /// The last of the calls of WSAStartup is taken back.
  static void clean_up() { EXPECT_EQ(WSACleanup(), 0); }

  /// Handles that are no sockets of this process: none, closed, an event's, and another process's.
  std::vector<SOCKET> not_sockets() {
    const SOCKET closed = tcp();
    EXPECT_EQ(closesocket(closed), 0);
    const ScopedProcess as_another(process({TokenKind::StandardUser, "bob"}, 1));
    return {INVALID_SOCKET, SOCKET{0}, closed, reinterpret_cast<SOCKET>(WSACreateEvent()), tcp()};
  }

  const ErrorRow* row_ = nullptr;
  bool reached_ = false;
  bool injected_ = false;
};

/// One WSAIoctl whose arguments are good, to spoil some of them.
struct ControlCall {
  SOCKET s = INVALID_SOCKET;
  DWORD code = 0;
  INET_PORT_RANGE range{htons(5000), 20};
  ULONG64 token = 0;
  Instance instance{};
  DWORD count = kCountBefore;
  void* input = nullptr;
  DWORD input_size = 0;
  void* output = nullptr;
  DWORD output_size = 0;
  DWORD* count_pointer = &count;
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;

  ControlCall(SOCKET socket, DWORD control_code) : s(socket), code(control_code) {}
  ControlCall(SOCKET socket, DWORD control_code, ULONG64 good_token) : ControlCall(socket, control_code) {
    const bool acquires = control_code == SIO_ACQUIRE_PORT_RESERVATION;
    token = good_token;
    input = acquires ? static_cast<void*>(&range) : &token;
    input_size = acquires ? sizeof(range) : sizeof(token);
    output = acquires ? &instance : nullptr;
    output_size = acquires ? sizeof(instance) : 0;
  }
  ControlCall(const ControlCall&) = delete;
  ControlCall& operator=(const ControlCall&) = delete;
  int operator()() {
    return WSAIoctl(s, code, input, input_size, output, output_size, count_pointer, overlapped, routine);
  }
};

}  // namespace berth::test
