// SPDX-License-Identifier: MIT
#include "winsock/face.h"

namespace berth::test {
namespace {

constexpr DWORD kUnknownCode = 0xdeadbeef;
constexpr DWORD kUntouched = 0x5a5a5a5a;
constexpr ULONG_PTR kStatusPending = 0x103;

// One call whose arguments are good, to spoil some of them.
struct Arguments {
  SOCKET s = INVALID_SOCKET;
  DWORD code = SIO_ACQUIRE_PORT_RESERVATION;
  INET_PORT_RANGE range{htons(5000), 20};
  Instance instance{};
  DWORD count = kUntouched;
  void* input = &range;
  DWORD input_size = sizeof(range);
  void* output = &instance;
  DWORD output_size = sizeof(instance);
  DWORD* count_pointer = &count;
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;

  explicit Arguments(SOCKET socket) : s(socket) {}
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  int call() {
    return WSAIoctl(s, code, input, input_size, output, output_size, count_pointer, overlapped, routine);
  }
};

class Ioctl : public FaceTest {
 protected:
  using FaceTest::FaceTest;

  // A synchronous failure: code, nothing changed, and a count of 0 where there is a place for it.
  void expect_refusal(int code, Arguments& arguments) {
    arguments.count = kUntouched;
    expect_failure(code, [&] { return arguments.call(); });
    EXPECT_EQ(arguments.count, arguments.count_pointer == &arguments.count ? 0 : kUntouched);
    EXPECT_EQ(arguments.instance.Token.Token, 0U);
  }

  // A token call on a good runtime reservation of `holder_`.
  void use_token(Arguments& arguments, DWORD code) {
    arguments.code = code;
    arguments.input = &token_;
    arguments.input_size = sizeof(token_);
    arguments.output = nullptr;
    arguments.output_size = 0;
  }

  SOCKET holder_ = tcp();
  ULONG64 token_ = acquired(holder_, 40000, 10).value().Token.Token;
  SOCKET socket_ = tcp();
};

TEST_F(Ioctl, codes_are_those_of_windows) {
  EXPECT_EQ(SIO_ACQUIRE_PORT_RESERVATION, 0x98000064U);
  EXPECT_EQ(SIO_RELEASE_PORT_RESERVATION, 0x98000065U);
  EXPECT_EQ(SIO_ASSOCIATE_PORT_RESERVATION, 0x98000066U);
  EXPECT_EQ(SIO_CPU_AFFINITY, 0x98000015U);
}

TEST_F(Ioctl, success_sets_the_count_and_last_error_0) {
  Arguments acquire(socket_);
  expect_success(0, [&] { return acquire.call(); });
  EXPECT_EQ(acquire.count, 16U);
  EXPECT_EQ(ntohs(acquire.instance.Reservation.StartPort), 5000) << "network byte order in and out";
  EXPECT_EQ(acquire.instance.Reservation.NumberOfPorts, 20) << "host byte order";
  EXPECT_NE(acquire.instance.Token.Token, 0U);
  for (const DWORD code : {SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION}) {
    Arguments with_token(socket_);
    use_token(with_token, code);
    expect_success(0, [&] { return with_token.call(); });
    EXPECT_EQ(with_token.count, 0U);
  }
}

TEST_F(Ioctl, leaves_no_stale_byte_in_the_output) {
  Arguments acquire(socket_);
  std::memset(static_cast<void*>(&acquire.instance), 0x5a, sizeof(acquire.instance));
  ASSERT_EQ(acquire.call(), 0);
  std::array<unsigned char, sizeof(Instance)> bytes{};
  std::memcpy(bytes.data(), &acquire.instance, bytes.size());
  for (std::size_t gap = 4; gap < 8; ++gap) EXPECT_EQ(bytes[gap], 0) << gap;
}

TEST_F(Ioctl, a_longer_input_is_accepted_and_a_longer_output_is_left_alone) {
  struct {
    INET_PORT_RANGE range{htons(5000), 20};
    std::array<char, 60> more{};
  } input;
  struct {
    Instance instance{};
    std::array<char, 48> more{};
  } output;
  output.more.fill(0x5a);
  Arguments acquire(socket_);
  acquire.input = &input;
  acquire.input_size = sizeof(input);
  acquire.output = &output;
  acquire.output_size = sizeof(output);
  expect_success(0, [&] { return acquire.call(); });
  EXPECT_EQ(acquire.count, 16U);
  EXPECT_EQ(output.more[0], 0x5a);
}

TEST_F(Ioctl, only_the_bytes_that_are_used_need_be_there) {
  const INET_PORT_RANGE range{htons(5000), 20};
  const BadMemory bad(range);
  Arguments acquire(socket_);
  acquire.input = bad.unwritable().back();  // read-only is enough
  acquire.input_size = 0xffffffff;
  acquire.output_size = 0xffffffff;
  expect_success(0, [&] { return acquire.call(); });
}

// -- each argument that can be wrong --------------------------------------------------------------

TEST_F(Ioctl, a_missing_count_pointer_is_a_fault_for_every_code_and_with_an_overlapped) {
  OVERLAPPED overlapped{};
  for (const DWORD code : {SIO_ACQUIRE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION,
                           SIO_RELEASE_PORT_RESERVATION, SIO_CPU_AFFINITY, kUnknownCode}) {
    for (OVERLAPPED* given : {static_cast<OVERLAPPED*>(nullptr), &overlapped}) {
      Arguments arguments(socket_);
      arguments.code = code;
      arguments.count_pointer = nullptr;
      arguments.overlapped = given;
      expect_refusal(WSAEFAULT, arguments);
      EXPECT_EQ(last_rule(), Rule::CountPointerMissing);
    }
  }
}

TEST_F(Ioctl, an_unknown_code_is_not_supported) {
  for (const DWORD code : {kUnknownCode, DWORD{0}, SIO_ACQUIRE_PORT_RESERVATION + 3}) {
    Arguments arguments(socket_);
    arguments.code = code;
    expect_refusal(WSAEOPNOTSUPP, arguments);
    EXPECT_EQ(last_rule(), Rule::ControlCodeUnknown);
  }
}

TEST_F(Ioctl, a_short_input_is_a_fault) {
  for (DWORD size = 0; size < sizeof(INET_PORT_RANGE); ++size) {
    Arguments acquire(socket_);
    acquire.input_size = size;
    expect_refusal(WSAEFAULT, acquire);
    EXPECT_EQ(last_rule(), size == 0 ? Rule::InputMissing : Rule::InputTooShort);
  }
  for (const DWORD code : {SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION}) {
    Arguments with_token(socket_);
    use_token(with_token, code);
    with_token.input_size = sizeof(token_) - 1;
    expect_refusal(WSAEFAULT, with_token);
  }
  USHORT processor = 0;
  Arguments affinity(socket_);
  affinity.code = SIO_CPU_AFFINITY;
  affinity.input = &processor;
  affinity.input_size = 1;
  expect_refusal(WSAEFAULT, affinity);
}

TEST_F(Ioctl, a_short_output_is_invalid_wherever_it_is) {
  for (const DWORD size : {0U, 1U, 15U}) {
    Arguments acquire(socket_);
    acquire.output_size = size;
    expect_refusal(WSAEINVAL, acquire);
    acquire.output = nullptr;
    expect_refusal(WSAEINVAL, acquire);
    EXPECT_EQ(last_rule(), Rule::OutputTooShort);
  }
}

TEST_F(Ioctl, token_calls_have_no_output) {
  for (const DWORD code : {SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION}) {
    Arguments with_token(socket_);
    use_token(with_token, code);
    with_token.output_size = 1;
    expect_refusal(WSAEINVAL, with_token);
    EXPECT_EQ(last_rule(), Rule::OutputSizeMustBeZero);
  }
  Arguments with_token(socket_);
  use_token(with_token, SIO_ASSOCIATE_PORT_RESERVATION);
  with_token.output = reinterpret_cast<void*>(1);
  EXPECT_EQ(with_token.call(), 0) << "a pointer to no bytes is not looked at";
}

TEST_F(Ioctl, a_bad_input_is_a_fault_for_every_code) {
  const ULONG64 token = token_;
  const INET_PORT_RANGE range{htons(5000), 20};
  const USHORT processor = 0;
  const SOCKET datagrams = udp();
  const auto expect = [&](SOCKET s, DWORD code, const auto& object) {
    const BadMemory bad(object);
    for (void* place : bad.unreadable()) {
      Arguments arguments(s);
      if (code != SIO_ACQUIRE_PORT_RESERVATION) use_token(arguments, code);
      arguments.input = place;
      arguments.input_size = sizeof(object);
      expect_refusal(WSAEFAULT, arguments);
    }
  };
  expect(socket_, SIO_ACQUIRE_PORT_RESERVATION, range);
  expect(socket_, SIO_ASSOCIATE_PORT_RESERVATION, token);
  expect(socket_, SIO_RELEASE_PORT_RESERVATION, token);
  expect(datagrams, SIO_CPU_AFFINITY, processor);
}

TEST_F(Ioctl, a_bad_output_is_a_fault_and_nothing_is_reserved) {
  const Instance instance{};
  const BadMemory bad(instance);
  for (void* place : bad.unwritable()) {
    Arguments acquire(socket_);
    acquire.output = place;
    expect_refusal(WSAEFAULT, acquire);
    EXPECT_EQ(last_rule(), place == nullptr ? Rule::OutputMissing : Rule::PointerIsBad);
    EXPECT_TRUE(bad.is_intact());
  }
}

TEST_F(Ioctl, a_bad_count_pointer_is_a_fault_and_nothing_is_reserved) {
  const DWORD count = kUntouched;
  const BadMemory bad(count);
  for (void* place : bad.unwritable()) {
    Arguments acquire(socket_);
    acquire.count_pointer = static_cast<DWORD*>(place);
    expect_refusal(WSAEFAULT, acquire);
    Arguments with_token(socket_);
    use_token(with_token, SIO_RELEASE_PORT_RESERVATION);
    with_token.count_pointer = static_cast<DWORD*>(place);
    expect_refusal(WSAEFAULT, with_token);
    EXPECT_TRUE(bad.is_intact());
  }
}

TEST_F(Ioctl, a_bad_overlapped_or_routine_is_a_fault) {
  const OVERLAPPED overlapped{};
  const BadMemory bad(overlapped);
  for (void* place : bad.unwritable()) {
    if (place == nullptr) continue;
    Arguments acquire(socket_);
    acquire.overlapped = static_cast<OVERLAPPED*>(place);
    expect_failure(WSAEFAULT, [&] { return acquire.call(); });
    EXPECT_EQ(acquire.count, kUntouched) << "an overlapped call that fails at once leaves the count alone";
    EXPECT_TRUE(bad.is_intact());
  }
  OVERLAPPED good{};
  Arguments acquire(socket_);
  acquire.overlapped = &good;
  acquire.routine = reinterpret_cast<LPWSAOVERLAPPED_COMPLETION_ROUTINE>(1);
  expect_failure(WSAEFAULT, [&] { return acquire.call(); });
}

TEST_F(Ioctl, structures_may_lie_at_odd_addresses) {
  Odd<INET_PORT_RANGE> range(INET_PORT_RANGE{htons(5000), 20});
  Odd<Instance> instance;
  Odd<DWORD> count;
  Odd<OVERLAPPED> overlapped;
  EXPECT_EQ(WSAIoctl(socket_, SIO_ACQUIRE_PORT_RESERVATION, range.get(), sizeof(INET_PORT_RANGE),
                     instance.get(), sizeof(Instance), count.get(), overlapped.get(), nullptr),
            0);
  EXPECT_EQ(count.value(), 16U);
  EXPECT_EQ(overlapped.value().InternalHigh, 16U);
  Odd<ULONG64> token(instance.value().Token.Token);
  for (const DWORD code : {SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION})
    EXPECT_EQ(
        WSAIoctl(socket_, code, token.get(), sizeof(ULONG64), nullptr, 0, count.get(), nullptr, nullptr), 0);
  Odd<USHORT> processor;
  EXPECT_EQ(WSAIoctl(udp(), SIO_CPU_AFFINITY, processor.get(), sizeof(USHORT), nullptr, 0, count.get(),
                     nullptr, nullptr),
            0);
}

// -- the order in which they are found (IOC-24) ---------------------------------------------------

struct Fault {
  const char* name;
  int code;
  Rule rule;
  void (*spoil)(Arguments&);
};

// clang-format off
constexpr Fault kAcquireFaults[] = {
    {"no_count",     WSAEFAULT,     Rule::CountPointerMissing, [](Arguments& a) { a.count_pointer = nullptr; }},
    {"unknown_code", WSAEOPNOTSUPP, Rule::ControlCodeUnknown,  [](Arguments& a) { a.code = kUnknownCode; }},
    {"raw_socket",   WSAEOPNOTSUPP, Rule::SocketIsNeitherTcpNorUdp,
                                    [](Arguments& a) { a.s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"empty_input",  WSAEFAULT,     Rule::InputMissing,        [](Arguments& a) { a.input_size = 0; }},
    {"short_input",  WSAEFAULT,     Rule::InputTooShort,       [](Arguments& a) { a.input_size = 3; }},
    {"short_output", WSAEINVAL,     Rule::OutputTooShort,      [](Arguments& a) { a.output_size = 15; }},
    {"no_input",     WSAEFAULT,     Rule::InputMissing,        [](Arguments& a) { a.input = nullptr; }},
    {"no_output",    WSAEFAULT,     Rule::OutputMissing,       [](Arguments& a) { a.output = nullptr; }},
    {"bad_input",    WSAEFAULT,     Rule::PointerIsBad,
                                    [](Arguments& a) { a.input = reinterpret_cast<void*>(1); }},
    {"no_ports",     WSAEINVAL,     Rule::BlockIsEmpty,        [](Arguments& a) { a.range.NumberOfPorts = 0; }},
};
constexpr Fault kTokenFaults[] = {
    kAcquireFaults[0], kAcquireFaults[1], kAcquireFaults[2], kAcquireFaults[3], kAcquireFaults[4],
    {"output_size",  WSAEINVAL,     Rule::OutputSizeMustBeZero, [](Arguments& a) { a.output_size = 1; }},
    {"no_input",     WSAEFAULT,     Rule::InputMissing,         [](Arguments& a) { a.input = nullptr; }},
    {"bad_input",    WSAEFAULT,     Rule::PointerIsBad,
                                    [](Arguments& a) { a.input = reinterpret_cast<void*>(1); }},
};
// clang-format on

// Both faults can stand side by side: the second does not undo the first.
bool go_together(const Fault& first, const Fault& second) {
  const auto same_place = [&](std::string_view a, std::string_view b) {
    const std::string_view name = first.name;
    return name.find(a) != name.npos && std::string_view(second.name).find(b) != name.npos;
  };
  return !same_place("empty_input", "short_input") && !same_place("no_input", "bad_input");
}

template <std::size_t kCount, class Expect>
void for_each_pair(const Fault (&faults)[kCount], Expect expect) {
  for (std::size_t first = 0; first < kCount; ++first)
    for (std::size_t second = first + 1; second < kCount; ++second)
      if (go_together(faults[first], faults[second])) {
        SCOPED_TRACE(std::string(faults[first].name) + " before " + faults[second].name);
        expect(faults[first], faults[second]);
      }
}

TEST_F(Ioctl, checks_the_arguments_of_acquire_in_order) {
  for_each_pair(kAcquireFaults, [this](const Fault& first, const Fault& second) {
    Arguments arguments(socket_);
    second.spoil(arguments);
    first.spoil(arguments);
    expect_refusal(first.code, arguments);
    EXPECT_EQ(last_rule(), first.rule);
  });
}

TEST_F(Ioctl, checks_the_arguments_of_token_calls_in_order) {
  for (const DWORD code : {SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION})
    for_each_pair(kTokenFaults, [&](const Fault& first, const Fault& second) {
      Arguments arguments(socket_);
      use_token(arguments, code);
      second.spoil(arguments);
      first.spoil(arguments);
      expect_refusal(first.code, arguments);
      EXPECT_EQ(last_rule(), first.rule);
    });
}

// -- overlapped arguments -------------------------------------------------------------------------

TEST_F(Ioctl, an_overlapped_call_that_succeeds_at_once_says_so_in_its_structure) {
  OVERLAPPED overlapped{};
  overlapped.Internal = kStatusPending;
  Arguments acquire(socket_);
  acquire.overlapped = &overlapped;
  expect_success(0, [&] { return acquire.call(); });
  EXPECT_EQ(acquire.count, 16U);
  EXPECT_EQ(overlapped.Internal, 0U);
  EXPECT_EQ(overlapped.InternalHigh, 16U);
}

TEST_F(Ioctl, an_overlapped_call_that_fails_at_once_leaves_count_and_pending) {
  OVERLAPPED overlapped{};
  overlapped.InternalHigh = 77;
  Arguments acquire(socket_);
  acquire.overlapped = &overlapped;
  acquire.input_size = 3;
  expect_failure(WSAEFAULT, [&] { return acquire.call(); });
  EXPECT_EQ(acquire.count, kUntouched);
  EXPECT_EQ(overlapped.Internal, kStatusPending);
  EXPECT_EQ(overlapped.InternalHigh, 77U);
}

TEST_F(Ioctl, an_overlapped_matters_on_an_overlapped_socket_alone) {
  Arguments acquire(WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0));
  acquire.overlapped = reinterpret_cast<OVERLAPPED*>(1);
  acquire.routine = reinterpret_cast<LPWSAOVERLAPPED_COMPLETION_ROUTINE>(1);
  expect_success(0, [&] { return acquire.call(); });
}

TEST_F(Ioctl, a_routine_without_a_structure_makes_no_overlapped_call) {
  Arguments acquire(socket_);
  acquire.routine = reinterpret_cast<LPWSAOVERLAPPED_COMPLETION_ROUTINE>(1);
  expect_success(0, [&] { return acquire.call(); });
}

// -- what the model says --------------------------------------------------------------------------

TEST_F(Ioctl, a_refusal_of_the_model_is_a_code_and_its_rule) {
  Arguments acquire(socket_);
  acquire.range.StartPort = htons(40005);
  expect_refusal(WSAEADDRINUSE, acquire);
  EXPECT_EQ(last_rule(), Rule::BlockOverlapsRuntimeReservation);
  EXPECT_EQ(std::get<BlockId>(last_refusal()->record).value != 0, true);
  expect_failure(WSAEINVAL, [this] { return associate(socket_, token_ ^ 1U); });
  expect_failure(WSAEINVAL, [this] { return release(socket_, 0); });
}

TEST_F(Ioctl, cpu_affinity_shares_a_udp_port_among_sockets_of_one_token) {
  const SOCKET anchor = udp();
  const ULONG64 token = acquired(anchor, 50000, 1).value().Token.Token;
  for (USHORT processor = 0; processor < 3; ++processor) {
    const SOCKET s = udp();
    DWORD bytes = kUntouched;
    ASSERT_EQ(associate(s, token), 0);
    expect_success(0, [&] {
      return WSAIoctl(s, SIO_CPU_AFFINITY, &processor, sizeof(processor), nullptr, 0, &bytes, nullptr,
                      nullptr);
    });
    EXPECT_EQ(bytes, 0U);
    EXPECT_EQ(bind_to(s, 50000), 0);
  }
  const SOCKET plain = udp();
  ASSERT_EQ(associate(plain, token), 0);
  expect_failure(WSAEADDRINUSE, [plain] { return bind_to(plain, 50000); });
}

TEST_F(Ioctl, cpu_affinity_comes_before_bind_and_is_for_udp) {
  USHORT processor = 0;
  const auto set = [&](SOCKET s) {
    DWORD bytes = 0;
    return WSAIoctl(s, SIO_CPU_AFFINITY, &processor, sizeof(processor), nullptr, 0, &bytes, nullptr, nullptr);
  };
  const SOCKET s = udp();
  ASSERT_EQ(bind_to(s, 0), 0);
  expect_failure(WSAEINVAL, [&] { return set(s); });
  expect_failure(WSAENOPROTOOPT, [&] { return set(socket_); });
}

// The count of a program whose DWORD is an unsigned long.
TEST_F(Ioctl, a_wider_count_holds_the_number_of_bytes) {
  unsigned long bytes = 0xa5a5a5a5a5a5a5a5;
  INET_PORT_RANGE range{0, 1};
  Instance instance{};
  EXPECT_EQ(WSAIoctl(socket_, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &instance,
                     sizeof(instance), &bytes, nullptr, nullptr),
            0);
  EXPECT_EQ(bytes, 16U);
}

// -- switches -------------------------------------------------------------------------------------

Profile other_positions() {
  Profile profile;
  profile.nonzero_output_size = choice::NonzeroOutputSize::Ignored;
  profile.null_count_pointer = choice::NullCountPointer::AllowedWhenOverlapped;
  profile.count_on_failure = choice::CountOnFailure::Untouched;
  profile.short_input = choice::ShortInput::Invalid;
  profile.short_output = choice::ShortOutput::Fault;
  return profile;
}

class IoctlOtherwise : public Ioctl {
 protected:
  IoctlOtherwise() : Ioctl({}, other_positions()) {}
};

TEST_F(IoctlOtherwise, follows_the_profile) {
  Arguments short_output(socket_);
  short_output.output_size = 15;
  expect_failure(WSAEFAULT, [&] { return short_output.call(); });
  EXPECT_EQ(short_output.count, kUntouched);
  Arguments short_input(socket_);
  short_input.input_size = 3;
  expect_failure(WSAEINVAL, [&] { return short_input.call(); });

  OVERLAPPED overlapped{};
  Arguments without_count(socket_);
  without_count.count_pointer = nullptr;
  expect_failure(WSAEFAULT, [&] { return without_count.call(); });
  without_count.overlapped = &overlapped;
  EXPECT_EQ(without_count.call(), 0);

  Arguments with_output(socket_);
  use_token(with_output, SIO_ASSOCIATE_PORT_RESERVATION);
  with_output.output_size = 1;
  EXPECT_EQ(with_output.call(), 0);
}

}  // namespace
}  // namespace berth::test
