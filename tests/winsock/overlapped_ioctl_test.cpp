// SPDX-License-Identifier: MIT
//
// Overlapped control codes: what the function returns, and how the end of the call is told. Names begin with
// the fact of winsock-observed or spec.md that they show.
#include "overlapped.h"

namespace berth::test {
namespace {

constexpr DWORD kNobodysCode = 0xdeadbeef;
constexpr std::uint32_t kSuccess = 0;
constexpr std::uint32_t kPending = 0x103;
constexpr std::uint32_t kCancelled = 0xc0000120;
constexpr std::uint32_t kNotSupported = 0xc00000bb;

class OverlappedIoctl : public OverlappedTest {
 protected:
  int unknown(OVERLAPPED* overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    return WSAIoctl(s_, kNobodysCode, nullptr, 0, nullptr, 0, &count_, overlapped, routine);
  }
  int set_nonblocking(DWORD size, OVERLAPPED* overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    return WSAIoctl(s_, static_cast<DWORD>(FIONBIO), &on_, size, nullptr, 0, &count_, overlapped, routine);
  }

  const SOCKET s_ = tcp();
  u_long on_ = 1;
};

TEST_F(OverlappedIoctl, A1_wants_the_count_pointer_whatever_else_is_given) {
  tie(s_, port_, 7);
  for (const DWORD code : {kNobodysCode, DWORD{SIO_ACQUIRE_PORT_RESERVATION}, static_cast<DWORD>(FIONBIO)}) {
    for (OVERLAPPED* overlapped : {static_cast<OVERLAPPED*>(nullptr), &overlapped_}) {
      expect_failure(WSAEFAULT, [&] {
        return WSAIoctl(s_, code, &range_, sizeof(range_), &instance_, sizeof(instance_), nullptr, overlapped,
                        nullptr);
      });
    }
    expect_failure(WSAEFAULT, [&] {
      return WSAIoctl(s_, code, &range_, sizeof(range_), &instance_, sizeof(instance_), nullptr, &overlapped_,
                      remember);
    });
  }
  EXPECT_TRUE(is_empty(port_));
}

TEST_F(OverlappedIoctl, A2_an_unknown_code_fails_at_once_without_a_structure) {
  expect_failure(WSAEOPNOTSUPP, [&] { return unknown(nullptr); });
  EXPECT_EQ(count_, 0U);
}

TEST_F(OverlappedIoctl, A3_an_unknown_code_pends_and_the_port_says_that_it_is_not_supported) {
  tie(s_, port_, 7);
  expect_pending([&] { return unknown(&overlapped_); });
  EXPECT_EQ(count_, kCountBefore);
  const Told told = take(port_);
  EXPECT_FALSE(told.success);
  EXPECT_EQ(told.error, DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(told.bytes, 0U);
  EXPECT_EQ(told.key, 7U);
  EXPECT_EQ(told.overlapped, &overlapped_);
  EXPECT_EQ(status_of(overlapped_), kNotSupported);
  EXPECT_EQ(overlapped_.InternalHigh, 0U);
  EXPECT_TRUE(is_empty(port_));
}

TEST_F(OverlappedIoctl, A4_an_unknown_code_pends_and_the_routine_runs_once_in_an_alertable_wait) {
  expect_pending([&] { return unknown(&overlapped_, remember); });
  EXPECT_EQ(count_, kCountBefore);
  EXPECT_EQ(routine_told.calls, 0);
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.calls, 1);
  EXPECT_EQ(routine_told.error, DWORD{WSAEOPNOTSUPP});
  EXPECT_EQ(routine_told.bytes, 0U);
  EXPECT_EQ(routine_told.flags, 0U);
  EXPECT_EQ(routine_told.overlapped, &overlapped_);
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
}

TEST_F(OverlappedIoctl, A5_success_without_a_structure_sets_last_error_0_and_the_count) {
  expect_success(0, [&] { return acquire(s_, nullptr); });
  EXPECT_EQ(count_, sizeof(Instance));
  expect_success(0, [&] { return set_nonblocking(sizeof(on_), nullptr); });
  EXPECT_EQ(count_, 0U);
}

TEST_F(OverlappedIoctl, A6_what_ends_at_once_returns_0_and_posts_its_packet_all_the_same) {
  tie(s_, port_, 7);
  expect_success(0, [&] { return acquire(s_, &overlapped_); });
  EXPECT_EQ(count_, sizeof(Instance));
  const Told acquired = take(port_, 0);
  EXPECT_TRUE(acquired.success);
  EXPECT_EQ(acquired.overlapped, &overlapped_);
  EXPECT_EQ(acquired.bytes, sizeof(Instance));
  EXPECT_EQ(overlapped_.InternalHigh, sizeof(Instance));

  OVERLAPPED other = fresh();
  expect_success(0, [&] { return set_nonblocking(sizeof(on_), &other); });
  const Told set = take(port_, 0);
  EXPECT_TRUE(set.success);
  EXPECT_EQ(set.overlapped, &other);
  EXPECT_EQ(set.bytes, 0U);
  EXPECT_EQ(status_of(other), kSuccess);
  EXPECT_EQ(other.InternalHigh, 0U);
  EXPECT_TRUE(is_empty(port_));
}

TEST_F(OverlappedIoctl, A6_the_bytes_of_an_answer_are_in_the_count_alone) {
  tie(s_, port_, 7);
  DWORD waiting = 99;
  expect_success(0, [&] {
    return WSAIoctl(s_, FIONREAD, nullptr, 0, &waiting, sizeof(waiting), &count_, &overlapped_, nullptr);
  });
  EXPECT_EQ(waiting, 0U);
  EXPECT_EQ(count_, sizeof(DWORD));
  EXPECT_EQ(take(port_, 0).bytes, 0U);
  EXPECT_EQ(overlapped_.InternalHigh, 0U);
}

TEST_F(OverlappedIoctl, A7_what_ends_at_once_queues_its_routine_all_the_same) {
  expect_success(0, [&] { return set_nonblocking(sizeof(on_), &overlapped_, remember); });
  EXPECT_EQ(count_, 0U);
  EXPECT_EQ(routine_told.calls, 0) << "not before an alertable wait";
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.calls, 1);
  EXPECT_EQ(routine_told.error, 0U);
  EXPECT_EQ(routine_told.overlapped, &overlapped_);
}

TEST_F(OverlappedIoctl, OVL04_what_ends_at_once_sets_its_event) {
  overlapped_.hEvent = event_;
  expect_success(0, [&] { return acquire(s_, &overlapped_); });
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_OBJECT_0});
}

TEST_F(OverlappedIoctl, A10_a_short_input_fails_at_once_and_nothing_follows) {
  tie(s_, port_, 7);
  overlapped_.hEvent = event_;
  expect_failure(WSAEFAULT, [&] { return set_nonblocking(sizeof(on_) - 1, nullptr); });
  EXPECT_EQ(count_, 0U);
  count_ = kCountBefore;
  expect_failure(WSAEFAULT, [&] {
    return WSAIoctl(s_, SIO_ACQUIRE_PORT_RESERVATION, &range_, sizeof(range_) - 1, &instance_,
                    sizeof(instance_), &count_, &overlapped_, nullptr);
  });
  EXPECT_EQ(count_, kCountBefore);
  EXPECT_EQ(status_of(overlapped_), kPending);
  EXPECT_EQ(overlapped_.InternalHigh, kHighBefore);
  EXPECT_TRUE(is_empty(port_));
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_TIMEOUT});
}

TEST_F(OverlappedIoctl, A11_a_longer_input_is_accepted_and_an_output_that_nobody_needs_is_not_touched) {
  u_long twice[2] = {1, 0};
  char output = 'x';
  expect_success(0, [&] {
    return WSAIoctl(s_, static_cast<DWORD>(FIONBIO), twice, sizeof(u_long) + 1, &output, sizeof(output),
                    &count_, nullptr, nullptr);
  });
  EXPECT_EQ(output, 'x');
  expect_success(0, [&] {
    return WSAIoctl(s_, static_cast<DWORD>(FIONBIO), twice, sizeof(u_long), reinterpret_cast<void*>(1), 100,
                    &count_, nullptr, nullptr);
  });
}

TEST_F(OverlappedIoctl, A12_too_little_room_for_a_number_leaves_the_count_alone) {
  DWORD number = 0;
  for (const DWORD code : {DWORD{FIONREAD}, DWORD{SIOCATMARK}}) {
    expect_failure(WSAEFAULT, [&] {
      return WSAIoctl(s_, code, nullptr, 0, &number, sizeof(number) - 1, &count_, nullptr, nullptr);
    });
    EXPECT_EQ(count_, kCountBefore);
  }
}

TEST_F(OverlappedIoctl, OVL02_a_socket_that_is_not_overlapped_ignores_the_structure) {
  const SOCKET plain = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0);
  expect_success(0, [&] { return acquire(plain, &overlapped_, remember); });
  EXPECT_EQ(overlapped_.Internal, 0x5eedU);
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
  expect_success(0, [&] {
    return WSAIoctl(plain, static_cast<DWORD>(FIONBIO), &on_, sizeof(on_), nullptr, 0, &count_,
                    reinterpret_cast<OVERLAPPED*>(1), nullptr);
  });
}

TEST_F(OverlappedIoctl, OVL08_a_routine_without_a_structure_is_not_called) {
  expect_success(0, [&] { return acquire(s_, nullptr, remember); });
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
}

TEST_F(OverlappedIoctl, OVL07_with_a_routine_the_event_counts_for_nothing) {
  overlapped_.hEvent = handle_of(12345);
  expect_success(0, [&] { return acquire(s_, &overlapped_, remember); });
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  overlapped_.hEvent = event_;
  expect_success(0, [&] { return set_nonblocking(sizeof(on_), &overlapped_, remember); });
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_TIMEOUT});
}

TEST_F(OverlappedIoctl, an_event_that_is_none_is_an_invalid_handle) {
  overlapped_.hEvent = handle_of(12345);
  expect_failure(WSA_INVALID_HANDLE, [&] { return acquire(s_, &overlapped_); });
}

TEST_F(OverlappedIoctl, OVL13_a_socket_with_a_port_may_do_without_a_structure) {
  tie(s_, port_, 7);
  expect_success(0, [&] { return acquire(s_, nullptr); });
  EXPECT_TRUE(is_empty(port_));
}

TEST_F(OverlappedIoctl, the_low_bit_of_the_event_keeps_the_packet_back) {
  tie(s_, port_, 7);
  overlapped_.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(event_) | 1);
  expect_success(0, [&] { return acquire(s_, &overlapped_); });
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_OBJECT_0});
  EXPECT_TRUE(is_empty(port_));
}

TEST_F(OverlappedIoctl, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS_keeps_back_what_ends_at_once) {
  tie(s_, port_, 7);
  EXPECT_TRUE(SetFileCompletionNotificationModes(handle_of(s_), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  expect_success(0, [&] { return acquire(s_, &overlapped_); });
  EXPECT_TRUE(is_empty(port_));
  expect_pending([&] { return unknown(&overlapped_); });
  EXPECT_EQ(take(port_).overlapped, &overlapped_) << "what pended is told";
  EXPECT_FALSE(SetFileCompletionNotificationModes(handle_of(s_), 4));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

// -- pending ----------------------------------------------------------------------------------------

class HeldIoctl : public OverlappedIoctl {
 protected:
  void begin(OVERLAPPED* overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    expect_pending([&] { return acquire(s_, overlapped, routine); });
    EXPECT_EQ(count_, kCountBefore);
    EXPECT_EQ(status_of(*overlapped), kPending);
    EXPECT_EQ(hold_.held(), 1U);
    EXPECT_FALSE(port_is_reserved()) << "the machine has not seen the call";
  }
  void expect_cancelled_at_the_port() {
    const Told told = take(port_);
    EXPECT_FALSE(told.success);
    EXPECT_EQ(told.error, DWORD{ERROR_OPERATION_ABORTED});
    EXPECT_EQ(told.bytes, 0U);
    EXPECT_EQ(told.key, 7U);
    EXPECT_EQ(told.overlapped, &overlapped_);
    EXPECT_EQ(status_of(overlapped_), kCancelled);
    EXPECT_FALSE(port_is_reserved()) << "a cancelled ACQUIRE leaves no reservation";
    EXPECT_TRUE(is_empty(port_));
  }

  ScopedFault hold_{FaultPoint::Acquire, FaultAction::hold()};
};

TEST_F(HeldIoctl, OVL03_pends_and_ends_when_it_is_let_go) {
  tie(s_, port_, 7);
  begin(&overlapped_);
  EXPECT_TRUE(is_empty(port_));
  WSASetLastError(kNoCode);
  EXPECT_TRUE(hold_.let_go());
  EXPECT_EQ(WSAGetLastError(), kNoCode) << "whoever lets it go keeps its own error";
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.bytes, sizeof(Instance));
  EXPECT_EQ(told.overlapped, &overlapped_);
  EXPECT_EQ(status_of(overlapped_), kSuccess);
  EXPECT_EQ(ntohs(instance_.Reservation.StartPort), kStart);
  EXPECT_TRUE(port_is_reserved());
}

TEST_F(HeldIoctl, ends_when_its_delay_is_over) {
  const ScopedFault delay(FaultPoint::Associate, FaultAction::delay(std::chrono::milliseconds(5)));
  overlapped_.hEvent = event_;
  INET_PORT_RESERVATION_TOKEN token{1};
  expect_pending([&] {
    return WSAIoctl(s_, SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof(token), nullptr, 0, &count_,
                    &overlapped_, nullptr);
  });
  ASSERT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  DWORD bytes = 1;
  DWORD flags = 1;
  EXPECT_FALSE(WSAGetOverlappedResult(s_, &overlapped_, &bytes, FALSE, &flags));
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL) << "nobody has that token";
}

TEST_F(HeldIoctl, goes_on_with_the_input_that_it_was_given) {
  overlapped_.hEvent = event_;
  begin(&overlapped_);
  range_.StartPort = 0;
  range_.NumberOfPorts = 0;
  EXPECT_TRUE(hold_.let_go());
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(ntohs(instance_.Reservation.StartPort), kStart);
}

TEST_F(HeldIoctl, OVL09_a_failure_told_late_has_its_code_and_no_bytes) {
  begin(&overlapped_, remember);
  ASSERT_EQ(bind_to(tcp(), kStart), 0);
  EXPECT_TRUE(hold_.let_go());
  EXPECT_EQ(SleepEx(kSoon, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.error, DWORD{WSAEADDRINUSE});
  EXPECT_EQ(routine_told.bytes, 0U);
  EXPECT_EQ(routine_told.flags, 0U);
  EXPECT_EQ(status_of(overlapped_), 0xc0000043U);
}

TEST_F(HeldIoctl, OVL07_the_routine_runs_in_the_thread_that_began_the_call) {
  begin(&overlapped_, remember);
  std::thread other([&] {
    EXPECT_TRUE(hold_.let_go());
    EXPECT_EQ(SleepEx(0, TRUE), 0U);
    EXPECT_EQ(routine_told.calls, 0);
  });
  other.join();
  EXPECT_EQ(SleepEx(kSoon, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.calls, 1);
}

TEST_F(HeldIoctl, OVL10_closing_the_socket_cancels_it) {
  tie(s_, port_, 7);
  begin(&overlapped_);
  EXPECT_EQ(closesocket(s_), 0);
  expect_cancelled_at_the_port();
  EXPECT_EQ(hold_.held(), 0U);
}

TEST_F(HeldIoctl, the_last_WSACleanup_cancels_it) {
  tie(s_, port_, 7);
  begin(&overlapped_);
  EXPECT_EQ(WSACleanup(), 0);
  const Told told = take(port_);
  EXPECT_EQ(told.error, DWORD{ERROR_OPERATION_ABORTED});
  EXPECT_EQ(told.overlapped, &overlapped_);
}

TEST_F(HeldIoctl, CancelIo_cancels_what_this_thread_began) {
  tie(s_, port_, 7);
  begin(&overlapped_);
  std::thread other([&] { EXPECT_TRUE(CancelIo(handle_of(s_))); });
  other.join();
  EXPECT_EQ(hold_.held(), 1U);
  EXPECT_TRUE(CancelIo(handle_of(s_)));
  expect_cancelled_at_the_port();
  EXPECT_TRUE(CancelIo(handle_of(s_)));
}

TEST_F(HeldIoctl, CancelIoEx_cancels_that_call_whoever_began_it) {
  tie(s_, port_, 7);
  begin(&overlapped_);
  std::thread other([&] {
    OVERLAPPED another = fresh();
    EXPECT_FALSE(CancelIoEx(handle_of(s_), &another));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_FOUND});
    EXPECT_TRUE(CancelIoEx(handle_of(s_), &overlapped_));
  });
  other.join();
  expect_cancelled_at_the_port();
  EXPECT_FALSE(CancelIoEx(handle_of(s_), nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_FOUND});
}

TEST_F(HeldIoctl, CancelIoEx_without_a_structure_cancels_all) {
  OVERLAPPED second = fresh();
  begin(&overlapped_, remember);
  expect_pending([&] { return acquire(s_, &second, remember); });
  EXPECT_TRUE(CancelIoEx(handle_of(s_), nullptr));
  EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_told.calls, 2);
  EXPECT_EQ(routine_told.error, DWORD{WSA_OPERATION_ABORTED});
  EXPECT_EQ(routine_told.overlapped, &second) << "the oldest first";
}

TEST_F(HeldIoctl, CancelIo_wants_a_socket) {
  EXPECT_FALSE(CancelIo(handle_of(0)));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(CancelIoEx(event_, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(HeldIoctl, OVL11_the_end_of_the_thread_that_began_it_cancels_it) {
  overlapped_.hEvent = event_;
  std::thread other([&] { begin(&overlapped_); });
  other.join();
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(status_of(overlapped_), kCancelled);
  EXPECT_FALSE(port_is_reserved());
}

TEST_F(HeldIoctl, the_end_of_the_thread_leaves_a_socket_with_a_port_alone) {
  tie(s_, port_, 7);
  std::thread other([&] { begin(&overlapped_); });
  other.join();
  EXPECT_EQ(hold_.held(), 1U);
  EXPECT_TRUE(hold_.let_go());
  EXPECT_TRUE(take(port_).success);
}

TEST_F(HeldIoctl, the_end_of_the_fault_cancels_it) {
  tie(s_, port_, 7);
  {
    const ScopedFault inner(FaultPoint::Release, FaultAction::hold());
    INET_PORT_RESERVATION_TOKEN token{1};
    expect_pending([&] {
      return WSAIoctl(s_, SIO_RELEASE_PORT_RESERVATION, &token, sizeof(token), nullptr, 0, &count_,
                      &overlapped_, nullptr);
    });
  }
  expect_cancelled_at_the_port();
}

TEST_F(HeldIoctl, survives_that_the_program_frees_what_it_was_given) {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  auto* overlapped = new (page) OVERLAPPED(fresh());
  tie(s_, port_, 7);
  begin(overlapped);
  EXPECT_EQ(munmap(page, 4096), 0);
  EXPECT_TRUE(hold_.let_go());
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.overlapped, overlapped);
}

TEST_F(HeldIoctl, OVL15_a_routine_is_not_entered_again_from_inside_itself) {
  static thread_local int depth = 0;
  static thread_local int deepest = 0;
  static thread_local int calls = 0;
  depth = deepest = calls = 0;
  const auto routine = [](DWORD, DWORD, LPWSAOVERLAPPED, DWORD) {
    ++calls;
    deepest = std::max(deepest, ++depth);
    SleepEx(0, TRUE);
    --depth;
  };
  OVERLAPPED second = fresh();
  begin(&overlapped_, routine);
  expect_pending([&] { return acquire(s_, &second, routine); });
  EXPECT_EQ(hold_.let_all_go(), 2U);
  EXPECT_EQ(SleepEx(kSoon, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(deepest, 1);
}

// -- WSAGetOverlappedResult ---------------------------------------------------------------------------

class OverlappedResult : public HeldIoctl {
 protected:
  BOOL result(SOCKET s, OVERLAPPED* overlapped, bool waits) {
    WSASetLastError(kNoCode);
    return WSAGetOverlappedResult(s, overlapped, &bytes_, waits ? TRUE : FALSE, &flags_);
  }
  void expect_code(int code, BOOL answer) {
    EXPECT_FALSE(answer);
    EXPECT_EQ(WSAGetLastError(), code);
  }
  DWORD bytes_ = 99;
  DWORD flags_ = 99;
};

TEST_F(OverlappedResult, OVL12_is_incomplete_while_the_call_pends) {
  overlapped_.hEvent = event_;
  begin(&overlapped_);
  expect_code(WSA_IO_INCOMPLETE, result(s_, &overlapped_, false));
  EXPECT_FALSE(HasOverlappedIoCompleted(&overlapped_));
  EXPECT_TRUE(hold_.let_go());
  EXPECT_TRUE(HasOverlappedIoCompleted(&overlapped_));
  EXPECT_TRUE(result(s_, &overlapped_, false));
  EXPECT_EQ(WSAGetLastError(), 0);
  EXPECT_EQ(bytes_, sizeof(Instance));
  EXPECT_EQ(flags_, 0U);
}

TEST_F(OverlappedResult, OVL12_waits_for_the_event) {
  overlapped_.hEvent = event_;
  begin(&overlapped_);
  std::thread other([&] { EXPECT_TRUE(hold_.let_go()); });
  EXPECT_TRUE(result(s_, &overlapped_, true));
  EXPECT_EQ(bytes_, sizeof(Instance));
  other.join();
}

TEST_F(OverlappedResult, OVL12_cannot_wait_for_a_routine) {
  begin(&overlapped_, remember);
  expect_code(WSA_INVALID_PARAMETER, result(s_, &overlapped_, true));
}

TEST_F(OverlappedResult, cannot_wait_without_an_event) {
  begin(&overlapped_);
  expect_code(WSA_INVALID_HANDLE, result(s_, &overlapped_, true));
  overlapped_.hEvent = handle_of(12345);
  expect_code(WSA_INVALID_HANDLE, result(s_, &overlapped_, true));
}

TEST_F(OverlappedResult, OVL12_answers_bad_pointers_with_a_code) {
  expect_code(WSAEFAULT, result(s_, nullptr, false));
  expect_code(WSAEFAULT, WSAGetOverlappedResult(s_, &overlapped_, nullptr, FALSE, &flags_));
  expect_code(WSAEFAULT, WSAGetOverlappedResult(s_, &overlapped_, &bytes_, FALSE, nullptr));
  const BadMemory bad(overlapped_);
  for (void* place : bad.unreadable())
    expect_code(WSAEFAULT, result(s_, static_cast<OVERLAPPED*>(place), false));
}

TEST_F(OverlappedResult, C7_D6_wants_a_socket_before_anything_else) {
  for (const SOCKET s : {INVALID_SOCKET, SOCKET{0}, reinterpret_cast<SOCKET>(event_)})
    expect_code(WSAENOTSOCK, WSAGetOverlappedResult(s, nullptr, nullptr, FALSE, nullptr));
  EXPECT_EQ(bytes_, 99U);
  EXPECT_EQ(WSACleanup(), 0);
  expect_code(WSANOTINITIALISED, WSAGetOverlappedResult(INVALID_SOCKET, nullptr, nullptr, FALSE, nullptr));
}

TEST_F(OverlappedResult, D5_says_in_Winsocks_words_what_the_structure_holds) {
  struct Row {
    std::uint32_t status;
    int code;
  };
  for (const Row row : {Row{0x103, WSA_IO_INCOMPLETE},
                        {0xc0000043, WSAEADDRINUSE},          // SHARING_VIOLATION
                        {0xc000020a, WSAEADDRINUSE},          // ADDRESS_ALREADY_EXISTS
                        {0xc0000022, WSAEACCES},              // ACCESS_DENIED
                        {0xc0000008, WSAENOTSOCK},            // INVALID_HANDLE
                        {0xc0000024, WSAENOTSOCK},            // OBJECT_TYPE_MISMATCH
                        {0xc0000023, WSAEFAULT},              // BUFFER_TOO_SMALL
                        {0xc0000005, WSAEFAULT},              // ACCESS_VIOLATION
                        {0xc00000bb, WSAEOPNOTSUPP},          // NOT_SUPPORTED
                        {0xc0000002, WSAEOPNOTSUPP},          // NOT_IMPLEMENTED
                        {0xc000009a, WSAENOBUFS},             // INSUFFICIENT_RESOURCES
                        {0xc0000120, WSA_OPERATION_ABORTED},  // CANCELLED
                        {0xc0000141, WSAEADDRNOTAVAIL},       // INVALID_ADDRESS
                        {0xc0000207, WSAEADDRNOTAVAIL},       // INVALID_ADDRESS_COMPONENT
                        {0xc0ffee00, WSAEINVAL}}) {           // anything else that is an error
    overlapped_.Internal = row.status;
    EXPECT_FALSE(result(s_, &overlapped_, false)) << std::hex << row.status;
    EXPECT_EQ(WSAGetLastError(), row.code) << std::hex << row.status;
  }
  overlapped_.Internal = 0x40000000;  // tells something, and is none
  EXPECT_TRUE(result(s_, &overlapped_, false));
}

TEST_F(OverlappedResult, GetOverlappedResult_waits_without_an_event_too) {
  begin(&overlapped_);
  EXPECT_FALSE(GetOverlappedResult(handle_of(s_), &overlapped_, &bytes_, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_IO_INCOMPLETE});
  EXPECT_FALSE(GetOverlappedResultEx(handle_of(s_), &overlapped_, &bytes_, 1, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{WAIT_TIMEOUT});
  std::thread other([&] { EXPECT_TRUE(CancelIoEx(handle_of(s_), &overlapped_)); });
  EXPECT_FALSE(GetOverlappedResult(handle_of(s_), &overlapped_, &bytes_, TRUE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_OPERATION_ABORTED});
  other.join();
}

}  // namespace
}  // namespace berth::test
