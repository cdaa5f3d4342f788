// SPDX-License-Identifier: MIT
// Sections 1 to 3 and 8 of the error tables: WSAIoctl.
#include "error_table.h"

namespace berth::test {
namespace {

constexpr std::uint32_t kStatusSuccess = 0;
constexpr std::uint32_t kStatusPending = 0x103;
constexpr std::uint32_t kStatusCancelled = 0xc0000120;
constexpr DWORD kUnknownCode = 0xdeadbeef;

DWORD affinity_of(SOCKET s) {
  USHORT processor = 0;
  DWORD bytes = kCountBefore;
  return static_cast<DWORD>(
      WSAIoctl(s, SIO_CPU_AFFINITY, &processor, sizeof(processor), nullptr, 0, &bytes, nullptr, nullptr));
}

// What the tables of the three codes have in common.
class ControlErrors : public ErrorTable {
 protected:
  ControlErrors(DWORD code, FaultPoint point) : code_(code), point_(point) {}

  // The same code with good arguments.
  struct Good : ControlCall {
    explicit Good(const ControlErrors& test) : ControlCall(test.socket_, test.code_, test.token_) {}
    Good(const ControlErrors& test, SOCKET of) : ControlCall(of, test.code_, test.token_) {}
  };

  // Refused before anybody looks at the place for the count.
  void fails_early(ControlCall& call) {
    fails(call);
    EXPECT_EQ(call.count, kCountBefore);
  }
  // The last error, a count of 0, and no token.
  void fails_at_once(ControlCall& call) {
    fails(call);
    EXPECT_EQ(call.count, call.count_pointer == &call.count ? 0 : kCountBefore);
    EXPECT_EQ(call.instance.Token.Token, 0U);
  }
  // An overlapped call that fails at once leaves the count alone and STATUS_PENDING behind.
  void fails_at_once_overlapped(ControlCall& call) {
    OVERLAPPED overlapped = fresh();
    call.overlapped = &overlapped;
    fails(call);
    EXPECT_EQ(call.count, kCountBefore);
    EXPECT_EQ(status_of(overlapped), kStatusPending);
    EXPECT_EQ(overlapped.InternalHigh, kHighBefore);
    call.overlapped = nullptr;
  }

  void succeeds(DWORD bytes) {
    const std::uint64_t before = machine_->state_hash();
    Good call(*this);
    expect_success(0, call);
    EXPECT_EQ(call.count, bytes);
    EXPECT_NE(machine_->state_hash(), before);
    told(0);
  }
  void succeeds_overlapped(DWORD bytes) {
    OVERLAPPED overlapped = fresh(event_);
    Good call(*this);
    call.overlapped = &overlapped;
    call.range.StartPort = htons(7000);
    expect_success(0, call);
    EXPECT_EQ(call.count, bytes);
    EXPECT_EQ(status_of(overlapped), kStatusSuccess);
    EXPECT_EQ(overlapped.InternalHigh, bytes);
    EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_OBJECT_0});
  }

  void pends_and_ends_well(DWORD bytes) {
    ScopedFault hold = inject(point_, FaultAction::hold());
    const std::uint64_t before = machine_->state_hash();
    OVERLAPPED overlapped = fresh(event_);
    Good call(*this);
    call.overlapped = &overlapped;
    begins(call);
    EXPECT_EQ(machine_->state_hash(), before);
    EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_TIMEOUT});
    told(WSAGetLastError());
    EXPECT_TRUE(hold.let_go());
    EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
    DWORD told_bytes = 0;
    DWORD flags = 0;
    EXPECT_TRUE(WSAGetOverlappedResult(socket_, &overlapped, &told_bytes, FALSE, &flags));
    EXPECT_EQ(told_bytes, bytes);
    EXPECT_EQ(status_of(overlapped), kStatusSuccess);
    EXPECT_EQ(call.count, kCountBefore) << "nobody says the count of a call that pended but the result";
    EXPECT_NE(machine_->state_hash(), before);
  }
  void begins(ControlCall& call) {
    WSASetLastError(kNoCode);
    EXPECT_EQ(call(), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
    EXPECT_EQ(call.count, kCountBefore);
    EXPECT_EQ(status_of(*call.overlapped), kStatusPending);
    WSASetLastError(WSA_IO_PENDING);
  }

  // The four ways of the page: application, flush, thread, socket. Nothing is reserved, tied or released.
  void is_aborted() {
    const ScopedFault hold = inject(point_, FaultAction::hold());
    aborted_by([](SOCKET s, OVERLAPPED* it) { EXPECT_TRUE(CancelIoEx(handle_of(s), it)); });
    aborted_by([](SOCKET s, OVERLAPPED*) {
      ControlCall flush(s, SIO_FLUSH);
      EXPECT_EQ(flush(), 0);
    });
    aborted_by_the_end_of_its_thread();
    aborted_by_closing();
  }
  template <class Cancel>
  void aborted_by(Cancel cancel) {
    const std::uint64_t before = machine_->state_hash();
    WSAResetEvent(event_);
    OVERLAPPED overlapped = fresh(event_);
    Good call(*this);
    call.overlapped = &overlapped;
    begins(call);
    cancel(socket_, &overlapped);
    expect_aborted(overlapped);
    EXPECT_EQ(machine_->state_hash(), before);
  }
  void aborted_by_the_end_of_its_thread() {
    const std::uint64_t before = machine_->state_hash();
    WSAResetEvent(event_);
    OVERLAPPED overlapped = fresh(event_);
    Good call(*this);
    call.overlapped = &overlapped;
    std::thread([&] {
      const ScopedProcess attached(process_);
      begins(call);
    }).join();
    expect_aborted(overlapped);
    EXPECT_EQ(machine_->state_hash(), before);
  }
  void expect_aborted(OVERLAPPED& overlapped) {
    EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
    DWORD bytes = kCountBefore;
    DWORD flags = 0;
    EXPECT_FALSE(WSAGetOverlappedResult(socket_, &overlapped, &bytes, FALSE, &flags));
    told(WSAGetLastError());
    EXPECT_EQ(bytes, 0U);
    EXPECT_EQ(status_of(overlapped), kStatusCancelled);
    EXPECT_EQ(overlapped.InternalHigh, 0U);
  }
  // Whose result can then be had from the routine alone: there is no socket to ask about.
  void aborted_by_closing() {
    OVERLAPPED overlapped = fresh();
    const SOCKET s = tcp();
    const std::size_t blocks = number_of_blocks();
    Good call(*this, s);
    call.overlapped = &overlapped;
    call.routine = remember;
    begins(call);
    EXPECT_EQ(closesocket(s), 0);
    EXPECT_EQ(SleepEx(kSoon, TRUE), DWORD{WAIT_IO_COMPLETION});
    EXPECT_EQ(routine_told.calls, 1);
    EXPECT_EQ(routine_told.overlapped, &overlapped);
    told(static_cast<long>(routine_told.error));
    EXPECT_EQ(status_of(overlapped), kStatusCancelled);
    EXPECT_EQ(number_of_blocks(), blocks);
  }
  [[nodiscard]] std::size_t number_of_blocks() const {
    return machine_->inspect([](const PortPool& pool) { return pool.blocks().size(); });
  }

  void is_in_progress() {
    const ScopedFault fault = inject(point_, FaultAction::in_progress());
    Good call(*this);
    fails_at_once(call);
    Good overlapped(*this);
    fails_at_once_overlapped(overlapped);
  }
  void is_interrupted_by_closing_and_by_cancelling() {
    const auto call = [this] {
      Good good(*this);
      const int result = good();
      EXPECT_EQ(good.count, 0U);
      return result;
    };
    const std::uint64_t before = machine_->state_hash();
    is_interrupted(point_, call, [](ScopedFault& hold) { EXPECT_EQ(hold.cancel_held(), 1U); });
    EXPECT_EQ(machine_->state_hash(), before);
    is_interrupted(point_, call, [this](ScopedFault&) { EXPECT_EQ(closesocket(socket_), 0); });
  }
  void finds_the_network_down() {
    Good call(*this);
    end_this_process();
    fails_at_once(call);
    EXPECT_EQ(last_refusal(), std::nullopt) << "no verdict of the model";
  }
  void finds_no_socket() {
    for (const SOCKET s : not_sockets()) {
      SCOPED_TRACE(s);
      Good call(*this, s);
      fails_early(call);
    }
  }
  void is_not_supported() {
    Good raw(*this, socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    fails_at_once(raw);
    EXPECT_EQ(last_rule(), Rule::SocketIsNeitherTcpNorUdp);
    Profile profile;
    profile.port_reservations = choice::PortReservations::Absent;
    const berth::testing::Machine old_pc({.profile = profile, .start_ups = 1});
    Good call(*this, tcp());
    fails_at_once(call);
    EXPECT_EQ(last_rule(), Rule::PortReservationsUnsupported);
    EXPECT_EQ(closesocket(call.s), 0);
  }
  void is_not_started() {
    Good call(*this);
    clean_up();
    fails_early(call);
  }
  void faults_at_a_bad_overlapped_or_routine() {
    const OVERLAPPED overlapped{};
    const BadMemory bad(overlapped);
    for (void* place : bad.unwritable()) {
      if (place == nullptr) continue;
      Good call(*this);
      call.overlapped = static_cast<OVERLAPPED*>(place);
      fails(call);
      EXPECT_EQ(call.count, kCountBefore);
      EXPECT_TRUE(bad.is_intact());
    }
    OVERLAPPED good = fresh();
    Good call(*this);
    call.overlapped = &good;
    call.routine = reinterpret_cast<LPWSAOVERLAPPED_COMPLETION_ROUTINE>(1);
    fails(call);
    EXPECT_EQ(status_of(good), kStatusPending);
  }
  void faults_at_a_bad_count_or_input() {
    const DWORD count = 0;
    const BadMemory bad_count(count);
    for (void* place : bad_count.unwritable()) {
      Good call(*this);
      call.count_pointer = static_cast<DWORD*>(place);
      fails_at_once(call);
      EXPECT_TRUE(bad_count.is_intact());
    }
    const Good good(*this);
    const BadMemory bad_input(good.input, good.input_size);
    for (void* place : bad_input.unreadable()) {
      Good call(*this);
      call.input = place;
      fails_at_once(call);
    }
    Good short_input(*this);
    --short_input.input_size;
    fails_at_once(short_input);
    short_input.count = kCountBefore;
    fails_at_once_overlapped(short_input);
  }
  void refuses_token(ULONG64 token) {
    Good call(*this);
    call.token = token;
    fails_at_once(call);
  }
  void refuses_output() {
    Good call(*this);
    call.output = &call.instance;
    call.output_size = 1;
    fails_at_once(call);
  }
  static ULONG64 released_token() {
    const SOCKET s = tcp();
    const ULONG64 token = acquired(s, 45000, 1).value().Token.Token;
    EXPECT_EQ(release(s, token), 0);
    return token;
  }
  // Of a reservation that another process made.
  ULONG64 token_of_another_process() {
    const ScopedProcess as_another(other_);
    return acquired(tcp(), 46000, 1).value().Token.Token;
  }
  static ULONG64 persistent_token() {
    ULONG64 token = 0;
    EXPECT_EQ(CreatePersistentTcpPortReservation(htons(47000), 10, &token), ULONG{NO_ERROR});
    return token;
  }

  const DWORD code_;
  const FaultPoint point_;
  const SOCKET holder_ = tcp();
  const ULONG64 token_ = acquired(holder_, 40000, 10).value().Token.Token;
  const SOCKET socket_ = tcp();
  const HANDLE event_ = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  const std::shared_ptr<WindowsProcess> other_ = process({TokenKind::StandardUser, "bob"}, 1);
};

// -- 1. SIO_ACQUIRE_PORT_RESERVATION --------------------------------------------------------------

class AcquireErrors : public ControlErrors {
 protected:
  AcquireErrors() : ControlErrors(SIO_ACQUIRE_PORT_RESERVATION, FaultPoint::Acquire) {}
  void refuses_block(USHORT start, USHORT count) {
    Good call(*this);
    call.range = {htons(start), count};
    fails_at_once(call);
  }
};

TEST_F(AcquireErrors, answers_success) {
  succeeds(sizeof(Instance));
  EXPECT_THAT(pc_, berth::testing::HoldsPorts(berth::testing::tcp, 5000, 20));
  succeeds_overlapped(sizeof(Instance));
}

TEST_F(AcquireErrors, answers_WSA_IO_PENDING) { pends_and_ends_well(sizeof(Instance)); }

TEST_F(AcquireErrors, answers_WSA_OPERATION_ABORTED) { is_aborted(); }

TEST_F(AcquireErrors, answers_WSAEFAULT) {
  faults_at_a_bad_count_or_input();
  faults_at_a_bad_overlapped_or_routine();
  const Instance instance{};
  const BadMemory bad(instance);
  for (void* place : bad.unwritable()) {
    Good call(*this);
    call.output = place;
    fails_at_once(call);
    EXPECT_TRUE(bad.is_intact());
  }
}

TEST_F(AcquireErrors, answers_WSAEINPROGRESS) { is_in_progress(); }

TEST_F(AcquireErrors, answers_WSAEINTR) {
  is_interrupted_by_closing_and_by_cancelling();
  EXPECT_TRUE(acquired(holder_, 5000, 20)) << "a cancelled ACQUIRE leaves no reservation";
}

TEST_F(AcquireErrors, answers_WSAEINVAL) {
  refuses_block(5000, 0);
  refuses_block(0, 0);
  refuses_block(65535, 2);
  Good short_output(*this);
  --short_output.output_size;
  fails_at_once(short_output);
  short_output.count = kCountBefore;
  fails_at_once_overlapped(short_output);
}

TEST_F(AcquireErrors, answers_WSAENETDOWN) { finds_the_network_down(); }
TEST_F(AcquireErrors, answers_WSAENOTSOCK) { finds_no_socket(); }
TEST_F(AcquireErrors, answers_WSAEOPNOTSUPP) { is_not_supported(); }

TEST_F(AcquireErrors, answers_WSAEADDRINUSE) {
  refuses_block(40009, 2);
  EXPECT_EQ(last_rule(), Rule::BlockOverlapsRuntimeReservation);
  pc_.add_exclusion(berth::testing::tcp, {5010, 1});
  refuses_block(5000, 20);
  EXPECT_EQ(last_rule(), Rule::BlockOverlapsExclusion);
}

TEST_F(AcquireErrors, answers_WSAENOBUFS) {
  pc_.set_dynamic_range(berth::testing::tcp, Family::Ipv4, {60000, 255});
  ASSERT_EQ(bind_to(tcp(), 60127), 0);
  refuses_block(0, 200);
  EXPECT_EQ(last_rule(), Rule::NoGapForWildcardBlock);
}

TEST_F(AcquireErrors, answers_WSANOTINITIALISED) { is_not_started(); }

// -- 2. SIO_ASSOCIATE_PORT_RESERVATION ------------------------------------------------------------

class AssociateErrors : public ControlErrors {
 protected:
  AssociateErrors() : ControlErrors(SIO_ASSOCIATE_PORT_RESERVATION, FaultPoint::Associate) {}
};

TEST_F(AssociateErrors, answers_success) {
  succeeds(0);
  succeeds_overlapped(0);
  ASSERT_EQ(bind_to(socket_, 0), 0);
  EXPECT_THAT(socket_, berth::testing::BoundWithin({40000, 10}));
}

TEST_F(AssociateErrors, answers_WSA_IO_PENDING) { pends_and_ends_well(0); }
TEST_F(AssociateErrors, answers_WSA_OPERATION_ABORTED) { is_aborted(); }

TEST_F(AssociateErrors, answers_WSAEACCES) {
  const ULONG64 persistent = persistent_token();
  for (const TokenKind kind : {TokenKind::StandardUser, TokenKind::FilteredAdministrator}) {
    const auto without_rights = process({kind, "alice"}, 1);
    const ScopedProcess attached(without_rights);
    ControlCall call(tcp(), code_, persistent);
    fails_at_once(call);
    EXPECT_EQ(last_rule(), Rule::NeedsElevatedAdministrator);
    closesocket(call.s);
  }
  EXPECT_EQ(associate(socket_, persistent), 0) << "with rights";
}

TEST_F(AssociateErrors, answers_WSAEFAULT) {
  faults_at_a_bad_count_or_input();
  faults_at_a_bad_overlapped_or_routine();
}

TEST_F(AssociateErrors, answers_WSAEINPROGRESS) { is_in_progress(); }
TEST_F(AssociateErrors, answers_WSAEINTR) { is_interrupted_by_closing_and_by_cancelling(); }

TEST_F(AssociateErrors, answers_WSAEINVAL) {
  refuses_token(0);
  refuses_token(token_ ^ 1U);
  refuses_token(released_token());
  refuses_output();
  ControlCall transport(udp(), code_, token_);
  fails_at_once(transport);
  const ULONG64 second = acquired(holder_, 41000, 1).value().Token.Token;
  ASSERT_EQ(associate(socket_, second), 0);
  Good two_tokens(*this);
  fails_at_once(two_tokens);
  ControlCall bound(tcp(), code_, token_);
  ASSERT_EQ(bind_to(bound.s, 0), 0);
  fails_at_once(bound);
}

TEST_F(AssociateErrors, answers_WSAENETDOWN) { finds_the_network_down(); }
TEST_F(AssociateErrors, answers_WSAENOTSOCK) { finds_no_socket(); }
TEST_F(AssociateErrors, answers_WSAEOPNOTSUPP) { is_not_supported(); }
TEST_F(AssociateErrors, answers_WSAEACCES_of_another_process) { refuses_token(token_of_another_process()); }
TEST_F(AssociateErrors, answers_WSANOTINITIALISED) { is_not_started(); }

// -- 3. SIO_RELEASE_PORT_RESERVATION --------------------------------------------------------------

class ReleaseErrors : public ControlErrors {
 protected:
  ReleaseErrors() : ControlErrors(SIO_RELEASE_PORT_RESERVATION, FaultPoint::Release) {}
};

TEST_F(ReleaseErrors, answers_success) {
  succeeds(0);
  EXPECT_TRUE(acquired(socket_, 40000, 10)) << "the ports are free";
}

TEST_F(ReleaseErrors, answers_WSA_IO_PENDING) { pends_and_ends_well(0); }
TEST_F(ReleaseErrors, answers_WSA_OPERATION_ABORTED) { is_aborted(); }

TEST_F(ReleaseErrors, answers_WSAEFAULT) {
  faults_at_a_bad_overlapped_or_routine();
  faults_at_a_bad_count_or_input();  // of the generic page
}

TEST_F(ReleaseErrors, answers_WSAEINPROGRESS) { is_in_progress(); }
TEST_F(ReleaseErrors, answers_WSAEINTR) { is_interrupted_by_closing_and_by_cancelling(); }

TEST_F(ReleaseErrors, answers_WSAEINVAL) {
  refuses_token(0);
  refuses_token(token_ ^ 1U);
  refuses_token(released_token());
  refuses_token(token_of_another_process());
  refuses_token(persistent_token());
  refuses_output();
}

TEST_F(ReleaseErrors, answers_WSAENETDOWN) { finds_the_network_down(); }
TEST_F(ReleaseErrors, answers_WSAENOTSOCK) { finds_no_socket(); }
TEST_F(ReleaseErrors, answers_WSAEOPNOTSUPP) { is_not_supported(); }
TEST_F(ReleaseErrors, answers_WSANOTINITIALISED) { is_not_started(); }

// -- 8. WSAIoctl, whatever the code ---------------------------------------------------------------

class WSAIoctlErrors : public ErrorTable {
 protected:
  // FIONREAD with good arguments.
  struct Good : ControlCall {
    explicit Good(SOCKET of) : ControlCall(of, FIONREAD) {
      output = &range;
      output_size = sizeof(DWORD);
    }
  };
  struct Unknown : ControlCall {
    explicit Unknown(SOCKET of) : ControlCall(of, kUnknownCode) {}
  };
  const SOCKET socket_ = tcp();
};

TEST_F(WSAIoctlErrors, answers_WSA_IO_PENDING) {
  OVERLAPPED overlapped = fresh();
  Unknown call(socket_);
  call.overlapped = &overlapped;
  fails(call);
  EXPECT_EQ(call.count, kCountBefore);
  DWORD bytes = kCountBefore;
  DWORD flags = 0;
  EXPECT_FALSE(WSAGetOverlappedResult(socket_, &overlapped, &bytes, FALSE, &flags));
  EXPECT_EQ(WSAGetLastError(), WSAEOPNOTSUPP) << "what the call ended with";
  EXPECT_EQ(bytes, 0U);
}

TEST_F(WSAIoctlErrors, answers_WSAENETDOWN) {
  ControlCall call(socket_, SIO_ACQUIRE_PORT_RESERVATION, 0);
  end_this_process();
  fails(call);
  EXPECT_EQ(call.count, 0U);
}

TEST_F(WSAIoctlErrors, answers_WSAEFAULT) {
  u_long on = 1;
  ControlCall short_input(socket_, static_cast<DWORD>(FIONBIO));
  short_input.input = &on;
  short_input.input_size = sizeof(on) - 1;
  fails(short_input);
  EXPECT_EQ(short_input.count, 0U);
  Good short_output(socket_);
  --short_output.output_size;
  fails(short_output);
  EXPECT_EQ(short_output.count, kCountBefore);
  const DWORD object = 0;
  const BadMemory bad(object);
  for (void* place : bad.unwritable()) {
    Good output(socket_);
    output.output = place;
    fails(output);
    Good count(socket_);
    count.count_pointer = static_cast<DWORD*>(place);
    fails(count);
    Unknown unknown(socket_);
    unknown.count_pointer = nullptr;
    fails(unknown);
    EXPECT_TRUE(bad.is_intact());
  }
}

TEST_F(WSAIoctlErrors, answers_WSAEINVAL) {
  const SOCKET bound = udp();
  ASSERT_EQ(bind_to(bound, 0), 0);
  fails([&] { return affinity_of(bound); });
  ControlCall empty(socket_, SIO_ACQUIRE_PORT_RESERVATION, 0);
  empty.range.NumberOfPorts = 0;
  fails(empty);
  EXPECT_EQ(empty.count, 0U);
  Profile profile;
  profile.unknown_code = choice::UnknownCode::Invalid;
  profile.wrong_socket_type = choice::WrongSocketType::Invalid;
  const berth::testing::Machine other_pc({.profile = profile, .start_ups = 1});
  Unknown bad_code(tcp());
  fails(bad_code);
  ControlCall raw(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), SIO_ACQUIRE_PORT_RESERVATION, 0);
  fails(raw);
  EXPECT_EQ(closesocket(bad_code.s) + closesocket(raw.s), 0);
}

TEST_F(WSAIoctlErrors, answers_WSAEINPROGRESS) {
  const ScopedFault fault = inject(FaultPoint::Ioctl, FaultAction::in_progress());
  Good call(socket_);
  fails(call);
  const SOCKET datagrams = udp();
  fails([&] { return affinity_of(datagrams); });
}

TEST_F(WSAIoctlErrors, answers_WSAENOTSOCK) {
  for (const SOCKET s : not_sockets()) {
    for (const DWORD code : {kUnknownCode, DWORD{FIONREAD}, DWORD{SIO_CPU_AFFINITY}}) {
      ControlCall call(s, code);
      fails(call);
      EXPECT_EQ(call.count, kCountBefore);
    }
  }
}

TEST_F(WSAIoctlErrors, answers_WSAEOPNOTSUPP) {
  Unknown call(socket_);
  fails(call);
  EXPECT_EQ(call.count, 0U);
}

TEST_F(WSAIoctlErrors, answers_WSAEWOULDBLOCK) {
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(socket_, FIONBIO, &on), 0);
  const ScopedFault fault = inject(FaultPoint::Ioctl, FaultAction::fail(WSAEWOULDBLOCK));
  Good call(socket_);
  fails(call);
}

TEST_F(WSAIoctlErrors, answers_WSAENOPROTOOPT) {
  fails([this] { return affinity_of(socket_); });
  EXPECT_EQ(last_rule(), Rule::AffinityIsForUdp);
  // The page's examples.
  tcp_keepalive times{1, 1000, 1000};
  ControlCall keepalive(udp(), SIO_KEEPALIVE_VALS);
  keepalive.input = &times;
  keepalive.input_size = sizeof(times);
  fails(keepalive);
  SOCKADDR_IN6 address{};
  ControlCall broadcast(socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP), SIO_GET_BROADCAST_ADDRESS);
  broadcast.output = &address;
  broadcast.output_size = sizeof(address);
  fails(broadcast);
}

}  // namespace
}  // namespace berth::test
