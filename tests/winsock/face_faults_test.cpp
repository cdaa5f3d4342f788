// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <berth/winsock/faults.h>
#include <berth/winsock/faults_c.h>

namespace berth::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Faults : public FaceTest {
 protected:
  const SOCKET socket_ = tcp();
};

struct Injected {
  FaultAction action;
  int winsock;
  ULONG win32;
};

class FaultCodes : public Faults, public testing::WithParamInterface<Injected> {};

INSTANTIATE_TEST_SUITE_P(All, FaultCodes,
                         testing::Values(Injected{FaultAction::fail(WSAEACCES), WSAEACCES, WSAEACCES},
                                         Injected{FaultAction::network_down(), WSAENETDOWN, WSAENETDOWN},
                                         Injected{FaultAction::interrupt(), WSAEINTR, 995},
                                         Injected{FaultAction::in_progress(), WSAEINPROGRESS, WSAEINPROGRESS},
                                         Injected{FaultAction::exhaust(), WSAENOBUFS, 1450}));

TEST_P(FaultCodes, are_what_every_struck_function_answers) {
  const auto block = acquired(socket_, 5000, 20).value();
  const SOCKET bound = tcp();
  ASSERT_EQ(bind_to(bound, 0), 0);
  const SOCKET datagram = udp();
  const auto [action, code, win32] = GetParam();
  const ScopedFault fault(FaultPoint::Any, action);

  expect_failure(code, [&] { return acquired(socket_, 6000, 1) ? 0 : SOCKET_ERROR; });
  EXPECT_EQ(last_refusal(), std::nullopt) << "no rule of the machine";
  expect_failure(code, [&] { return associate(socket_, block.Token.Token); });
  expect_failure(code, [&] { return release(socket_, block.Token.Token); });
  expect_failure(code, [&] {
    USHORT processor = 0;
    DWORD bytes = 0;
    return WSAIoctl(datagram, SIO_CPU_AFFINITY, &processor, sizeof(processor), nullptr, 0, &bytes, nullptr,
                    nullptr);
  });
  expect_failure(code, [&] { return bind_to(socket_, 7000); });
  expect_failure(code, [&] { return listen(bound, 1); });
  expect_failure(code, [] { return tcp(); });

  const std::uint64_t before = machine_->state_hash();
  ULONG64 token = 99;
  EXPECT_EQ(CreatePersistentTcpPortReservation(htons(8000), 1, &token), win32);
  EXPECT_EQ(CreatePersistentUdpPortReservation(htons(8000), 1, &token), win32);
  EXPECT_EQ(LookupPersistentTcpPortReservation(htons(8000), 1, &token), win32);
  EXPECT_EQ(DeletePersistentTcpPortReservation(htons(8000), 1), win32);
  EXPECT_EQ(token, 99U);
  EXPECT_EQ(machine_->state_hash(), before);
  EXPECT_EQ(fault.struck(), 11U);
}

TEST_F(Faults, end_with_their_scope) {
  {
    const ScopedFault fault(FaultPoint::Bind, FaultAction::network_down());
    expect_failure(WSAENETDOWN, [this] { return bind_to(socket_, 5000); });
  }
  EXPECT_EQ(bind_to(socket_, 5000), 0);
}

TEST_F(Faults, strike_at_their_point_alone) {
  const ScopedFault fault(FaultPoint::Release, FaultAction::network_down());
  const auto block = acquired(socket_, 5000, 20).value();
  EXPECT_EQ(associate(socket_, block.Token.Token), 0);
  expect_failure(WSAENETDOWN, [&] { return release(socket_, block.Token.Token); });
}

TEST_F(Faults, at_close_leave_the_socket_open) {
  const ScopedFault fault(FaultPoint::Close, FaultAction::fail(WSAEWOULDBLOCK), When::nth(1));
  expect_failure(WSAEWOULDBLOCK, [this] { return closesocket(socket_); });
  EXPECT_EQ(bind_to(socket_, 5000), 0);
  EXPECT_EQ(closesocket(socket_), 0);
}

TEST_F(Faults, at_ioctl_strike_each_control_code) {
  const ScopedFault fault(FaultPoint::Ioctl, FaultAction::exhaust());
  expect_failure(WSAENOBUFS, [&] { return acquired(socket_, 6000, 1) ? 0 : SOCKET_ERROR; });
  expect_failure(WSAENOBUFS, [&] { return release(socket_, 1); });
  EXPECT_EQ(bind_to(socket_, 5000), 0);
}

TEST_F(Faults, come_after_the_checks_of_the_arguments) {
  const ScopedFault fault(FaultPoint::Any, FaultAction::network_down());
  expect_failure(WSAEFAULT, [this] { return bind(socket_, nullptr, sizeof(SOCKADDR_IN)); });
  EXPECT_EQ(fault.struck(), 0U);
}

TEST_F(Faults, of_one_process_leave_the_others_alone) {
  const auto other = process({TokenKind::StandardUser, "bob"}, 1);
  const ScopedFault fault(other, FaultPoint::Any, FaultAction::network_down());
  EXPECT_EQ(bind_to(socket_, 5000), 0);
  const ScopedProcess as_the_other(other);
  expect_failure(WSAENETDOWN, [] { return tcp(); });
}

TEST_F(Faults, made_first_strike_first) {
  const ScopedFault first(FaultPoint::Listen, FaultAction::exhaust(), When::nth(1));
  const ScopedFault second(FaultPoint::Any, FaultAction::network_down(), When::nth(2));
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  expect_failure(WSAENOBUFS, [this] { return listen(socket_, 1); });
  expect_failure(WSAENETDOWN, [this] { return listen(socket_, 1); });
  EXPECT_EQ(listen(socket_, 1), 0);
}

// -- when -----------------------------------------------------------------------------------------

// Which of `count` calls are struck, as a text of x and dots.
std::string struck_of(int count, const When& when) {
  const ScopedFault fault(FaultPoint::Lookup, FaultAction::fail(4711), when);
  std::string strikes;
  for (int i = 0; i < count; ++i) {
    ULONG64 token = 0;
    strikes += LookupPersistentTcpPortReservation(htons(5000), 1, &token) == 4711 ? 'x' : '.';
  }
  return strikes;
}

TEST_F(Faults, strike_every_call_the_nth_or_the_first) {
  EXPECT_EQ(struck_of(5, When::every()), "xxxxx");
  EXPECT_EQ(struck_of(5, When::nth(3)), "..x..");
  EXPECT_EQ(struck_of(5, When::first(2)), "xx...");
}

TEST_F(Faults, by_chance_follow_their_seed) {
  const std::string strikes = struck_of(200, When::chance(0.25, 7));
  const auto count = std::count(strikes.begin(), strikes.end(), 'x');
  EXPECT_GT(count, 25);
  EXPECT_LT(count, 75);
  EXPECT_EQ(struck_of(200, When::chance(0.25, 7)), strikes);
  EXPECT_NE(struck_of(200, When::chance(0.25, 8)), strikes);
  EXPECT_EQ(struck_of(20, When::chance(0, 7)), std::string(20, '.'));
  EXPECT_EQ(struck_of(20, When::chance(1, 7)), std::string(20, 'x'));
}

TEST_F(Faults, by_predicate_count_only_what_it_admits) {
  const SOCKET second = tcp();
  const ScopedFault fault(FaultPoint::Any, FaultAction::network_down(),
                          When::nth(2).where([second](const CallView& call) {
                            return call.handle == second && call.control_code != 0 && !call.overlapped;
                          }));
  ASSERT_TRUE(acquired(second, 5000, 1));
  ASSERT_TRUE(acquired(socket_, 5001, 1));
  ASSERT_EQ(bind_to(second, 6000), 0);
  expect_failure(WSAENETDOWN, [second] { return release(second, 1); });
}

// -- hold and delay -------------------------------------------------------------------------------

// A thread of the test's process that makes one call and keeps what came of it.
class Caller {
 public:
  template <class Call>
  Caller(std::shared_ptr<WindowsProcess> process, Call call)
      : thread_([this, process = std::move(process), call] {
          const ScopedProcess attached(process);
          result_ = static_cast<int>(call());
          code_ = WSAGetLastError();
          done_ = true;
        }) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool is_done() const { return done_; }
  std::pair<int, int> end() {
    thread_.join();
    return {result_, code_};
  }

 private:
  std::atomic<bool> done_ = false;
  int result_ = 0;
  int code_ = 0;
  std::thread thread_;
};

const std::pair<int, int> kInterrupted{SOCKET_ERROR, WSAEINTR};

TEST_F(Faults, hold_a_call_until_it_is_let_go) {
  ScopedFault fault(FaultPoint::Acquire, FaultAction::hold());
  const std::uint64_t before = machine_->state_hash();
  Caller caller(process_, [this] { return acquired(socket_, 5000, 20) ? 0 : SOCKET_ERROR; });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_FALSE(caller.is_done());
  EXPECT_EQ(machine_->state_hash(), before) << "undecided until it is let go";
  EXPECT_EQ(held_calls(*process_), (HeldCalls{1, 0}));
  EXPECT_TRUE(fault.let_go());
  EXPECT_EQ(caller.end().first, 0);
  EXPECT_FALSE(fault.let_go());
  EXPECT_EQ(fault.held(), 0U);
}

TEST_F(Faults, let_go_one_by_one_in_the_order_of_holding_or_all_at_once) {
  ScopedFault fault(FaultPoint::Bind, FaultAction::hold());
  const SOCKET second = tcp();
  const SOCKET third = tcp();
  Caller first_caller(process_, [this] { return bind_to(socket_, 5000); });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  Caller second_caller(process_, [second] { return bind_to(second, 5001); });
  ASSERT_TRUE(fault.wait_until_held(2, seconds(10)));
  Caller third_caller(process_, [third] { return bind_to(third, 5002); });
  ASSERT_TRUE(fault.wait_until_held(3, seconds(10)));
  EXPECT_TRUE(fault.let_go());
  EXPECT_EQ(first_caller.end().first, 0);
  EXPECT_EQ(fault.let_all_go(), 2U);
  EXPECT_EQ(second_caller.end().first, 0);
  EXPECT_EQ(third_caller.end().first, 0);
}

TEST_F(Faults, hold_a_call_until_its_socket_is_closed) {
  const ScopedFault fault(FaultPoint::Acquire, FaultAction::hold());
  Caller caller(process_, [this] { return acquired(socket_, 5000, 20) ? 0 : SOCKET_ERROR; });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(closesocket(socket_), 0);
  EXPECT_EQ(caller.end(), kInterrupted);
}

TEST_F(Faults, hold_a_call_until_the_last_cleanup) {
  const ScopedFault fault(FaultPoint::Bind, FaultAction::hold());
  Caller caller(process_, [this] { return bind_to(socket_, 5000); });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(WSACleanup(), 0);
  EXPECT_EQ(caller.end(), kInterrupted);
}

TEST_F(Faults, that_cancel_a_held_acquire_leave_no_reservation) {
  ScopedFault fault(FaultPoint::Acquire, FaultAction::hold(), When::nth(1));
  const std::uint64_t before = machine_->state_hash();
  Caller caller(process_, [this] { return acquired(socket_, 5000, 20) ? 0 : SOCKET_ERROR; });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(fault.cancel_held(), 1U);
  EXPECT_EQ(caller.end(), kInterrupted);
  EXPECT_EQ(machine_->state_hash(), before);
  EXPECT_EQ(held_calls(*process_), (HeldCalls{0, 0}));
  EXPECT_TRUE(acquired(socket_, 5000, 20)) << "nobody holds it";
}

TEST_F(Faults, that_end_cancel_what_they_hold_and_remember_that_nobody_let_it_go) {
  std::optional<ScopedFault> fault(std::in_place, FaultPoint::Bind, FaultAction::hold());
  Caller caller(process_, [this] { return bind_to(socket_, 5000); });
  ASSERT_TRUE(fault->wait_until_held(1, seconds(10)));
  fault.reset();
  EXPECT_EQ(caller.end(), kInterrupted);
  EXPECT_EQ(held_calls(*process_), (HeldCalls{0, 1}));
}

TEST_F(Faults, hold_a_persistent_function_which_aborts_when_cancelled) {
  ScopedFault fault(FaultPoint::Create, FaultAction::hold());
  ULONG64 token = 99;
  const auto create = [&token] { return CreatePersistentTcpPortReservation(htons(5000), 1, &token); };
  Caller caller(process_, create);
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(fault.cancel_held(), 1U);
  EXPECT_EQ(caller.end().first, 995);
  EXPECT_EQ(token, 99U);
  EXPECT_EQ(LookupPersistentTcpPortReservation(htons(5000), 1, &token), ULONG{ERROR_NOT_FOUND});
}

TEST_F(Faults, delay_a_call) {
  const ScopedFault fault(FaultPoint::Bind, FaultAction::delay(milliseconds(20)));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(bind_to(socket_, 5000), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(20));
}

TEST_F(Faults, that_delay_a_call_are_cut_short_by_closing_its_socket) {
  const ScopedFault fault(FaultPoint::Bind, FaultAction::delay(seconds(600)));
  Caller caller(process_, [this] { return bind_to(socket_, 5000); });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(closesocket(socket_), 0);
  EXPECT_EQ(caller.end(), kInterrupted);
}

TEST_F(Faults, wait_for_held_calls_only_so_long) {
  const ScopedFault fault(FaultPoint::Bind, FaultAction::hold());
  EXPECT_FALSE(fault.wait_until_held(1, milliseconds(1)));
}

TEST_F(Faults, come_and_go_while_other_threads_call) {
  std::atomic<bool> done = false;
  const auto work = [&] {
    const ScopedProcess attached(process_);
    while (!done) {
      const SOCKET s = udp();
      static_cast<void>(bind_to(s, 0));
      EXPECT_EQ(closesocket(s), 0);
    }
  };
  std::thread one(work);
  std::thread two(work);
  for (int round = 0; round < 300; ++round) {
    ScopedFault fault(FaultPoint::Bind, FaultAction::hold());
    static_cast<void>(fault.wait_until_held(1, milliseconds(2)));
    if (round % 2 == 0) fault.let_all_go();
  }
  done = true;
  one.join();
  two.join();
  EXPECT_EQ(held_calls(*process_).held, 0U);
}

// -- calls that talk ------------------------------------------------------------------------------

// A listener on port 5000 and a socket that is to connect to it.
class TalkingFaults : public Faults {
 protected:
  TalkingFaults() {
    EXPECT_EQ(bind_to(socket_, 5000), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
  }
  int connect_client() const {
    SOCKADDR_IN name = ipv4_name(5000);
    return connect(client_, as_name(&name), sizeof(name));
  }
  // A call that talks may make its socket's hidden one, even when it then fails.
  template <class Call>
  static void expect_network_down(Call call) {
    EXPECT_EQ(static_cast<int>(call()), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENETDOWN);
  }
  SOCKET accept_one() const { return accept(socket_, nullptr, nullptr); }
  const SOCKET client_ = tcp();
};

TEST_F(TalkingFaults, strike_connect_accept_send_and_receive) {
  std::array<char, 4> bytes{};
  const auto send_bytes = [&](SOCKET s) { return send(s, bytes.data(), 4, 0); };
  const auto receive = [&](SOCKET s) { return recv(s, bytes.data(), 4, 0); };
  const auto strike_once = [this](FaultPoint point) {
    return ScopedFault(process_, point, FaultAction::network_down(), When::nth(1));
  };
  const ScopedFault at_connect = strike_once(FaultPoint::Connect);
  expect_network_down([this] { return connect_client(); });
  ASSERT_EQ(connect_client(), 0);
  const ScopedFault at_accept = strike_once(FaultPoint::Accept);
  expect_network_down([this] { return accept_one(); });
  const SOCKET server = accept_one();
  ASSERT_NE(server, INVALID_SOCKET);
  const ScopedFault at_send = strike_once(FaultPoint::Send);
  expect_network_down([&] { return send_bytes(client_); });
  ASSERT_EQ(send_bytes(client_), 4);
  const ScopedFault at_receive = strike_once(FaultPoint::Receive);
  expect_network_down([&] { return receive(server); });
  EXPECT_EQ(receive(server), 4);
}

TEST_F(TalkingFaults, hold_a_connect_until_its_socket_is_closed) {
  const ScopedFault fault(process_, FaultPoint::Connect, FaultAction::hold());
  Caller caller(process_, [this] { return connect_client(); });
  ASSERT_TRUE(fault.wait_until_held(1, seconds(10)));
  EXPECT_EQ(closesocket(client_), 0);
  EXPECT_EQ(caller.end(), kInterrupted);
}

// -- the C form -----------------------------------------------------------------------------------

TEST_F(Faults, have_a_form_for_c) {
  berth_fault_spec spec{};
  spec.point = BERTH_FAULT_AT_BIND;
  spec.kind = BERTH_FAULT_FAILS;
  spec.code = WSAENETDOWN;
  spec.when = BERTH_FAULT_NTH_CALL;
  spec.n = 1;
  berth_fault* fault = berth_fault_begin(&spec);
  ASSERT_NE(fault, nullptr);
  expect_failure(WSAENETDOWN, [this] { return bind_to(socket_, 5000); });
  EXPECT_EQ(bind_to(socket_, 5000), 0);
  berth_fault_end(fault);
  berth_fault_end(nullptr);
}

TEST_F(Faults, in_c_hold_and_let_go) {
  berth_fault_spec spec{};
  spec.point = BERTH_FAULT_AT_BIND;
  berth_fault* fault = berth_fault_begin(&spec);
  ASSERT_NE(fault, nullptr);
  Caller caller(process_, [this] { return bind_to(socket_, 5000); });
  EXPECT_EQ(berth_fault_wait_until_held(fault, 1, 10'000), 1);
  EXPECT_EQ(berth_fault_wait_until_held(fault, 2, 1), 0);
  EXPECT_EQ(berth_fault_held(fault), 1U);
  EXPECT_EQ(berth_fault_let_all_go(fault), 1U);
  EXPECT_EQ(caller.end().first, 0);
  berth_fault_end(fault);
}

TEST_F(Faults, in_c_make_no_sense_of_nonsense) {
  berth_fault_spec spec{};
  spec.kind = BERTH_FAULT_FAILS;
  EXPECT_EQ(berth_fault_begin(&spec), nullptr) << "with code 0";
  EXPECT_EQ(berth_fault_begin(nullptr), nullptr);
}

// -- where unattached threads live ----------------------------------------------------------------

TEST_F(Faults, of_the_home_process_strike_threads_that_nobody_attached) {
  const ScopedHome home(process_);
  const ScopedFault fault(FaultPoint::Socket, FaultAction::network_down());
  std::thread([] {
    EXPECT_EQ(tcp(), INVALID_SOCKET);
    EXPECT_EQ(WSAGetLastError(), WSAENETDOWN);
  }).join();
}

TEST_F(Faults, homes_give_way_to_newer_ones) {
  const auto other = process({TokenKind::StandardUser, "bob"}, 1);
  const auto home_of_a_thread = [] {
    std::shared_ptr<WindowsProcess> found;
    std::thread([&found] { found = process_of_this_thread(); }).join();
    return found;
  };
  const ScopedHome old_home(process_);
  EXPECT_EQ(home_of_a_thread(), process_);
  {
    const ScopedHome new_home(other);
    EXPECT_EQ(home_of_a_thread(), other);
    EXPECT_EQ(process_of_this_thread(), process_) << "this one is attached";
  }
  EXPECT_EQ(home_of_a_thread(), process_);
}

}  // namespace
}  // namespace berth::test
