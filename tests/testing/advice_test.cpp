// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <thread>

#include <berth/testing.h>

namespace berth::test {
namespace {

using berth::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

class AdviceTest : public ::testing::Test {
 protected:
  ~AdviceTest() override { closesocket(socket_); }
  static berth::testing::MachineOptions options() {
    berth::testing::MachineOptions options;
    options.identity = {TokenKind::ElevatedAdministrator, "alice"};
    options.start_ups = 1;
    return options;
  }
  // What acquiring a block with this start port, as it stands in the structure, is advised.
  std::optional<AdviceKind> advice_on_start(USHORT start_in_structure) {
    berth::testing::Machine pc(options());
    const SOCKET s = tcp();
    static_cast<void>(acquired(s, ntohs(start_in_structure), 1));
    closesocket(s);
    const auto advice = pc.last_advice();
    return advice ? std::optional(advice->kind) : std::nullopt;
  }
  berth::testing::Machine pc_{options()};
  SOCKET socket_ = tcp();
};

TEST_F(AdviceTest, is_not_given_without_a_mistake) {
  const auto block = acquired(socket_, 5000, 20).value();
  EXPECT_FALSE(acquired(socket_, 5000, 20));
  EXPECT_EQ(associate(socket_, block.Token.Token), 0);
  EXPECT_EQ(release(socket_, block.Token.Token), 0);
  ULONG64 token = 0;
  EXPECT_THAT(LookupPersistentTcpPortReservation(htons(5000), 20, &token), FailsWith(ERROR_NOT_FOUND));
  EXPECT_FALSE(acquired(socket_, 5000, 0));
  EXPECT_TRUE(acquired(socket_, 0, 5));
  EXPECT_EQ(pc_.last_advice(), std::nullopt);
}

TEST_F(AdviceTest, tells_a_start_port_that_looks_swapped) {
  ASSERT_TRUE(acquired(socket_, ntohs(5000), 20)) << "a program that forgot htons succeeds";
  const Advice advice = pc_.last_advice().value();
  EXPECT_EQ(advice.kind, AdviceKind::StartPortLooksSwapped);
  EXPECT_EQ(
      advice.text,
      "start port 34835 looks byte-swapped; a start port is in network byte order: htons(5000) for 5000");
}

TEST_F(AdviceTest, looks_for_round_and_well_known_ports) {
  for (const USHORT port : std::initializer_list<USHORT>{80, 443, 5000, 8080, 50000, 60100}) {
    EXPECT_EQ(advice_on_start(port), AdviceKind::StartPortLooksSwapped) << port;
    EXPECT_EQ(advice_on_start(htons(port)), std::nullopt) << port;
  }
  EXPECT_EQ(advice_on_start(4711), std::nullopt) << "no way to know";
}

TEST_F(AdviceTest, suspects_more_when_the_call_was_refused) {
  EXPECT_EQ(advice_on_start(50010), std::nullopt);
  ASSERT_TRUE(acquired(socket_, ntohs(50010), 1));
  EXPECT_EQ(pc_.last_advice(), std::nullopt);
  EXPECT_FALSE(acquired(socket_, ntohs(50010), 1));
  EXPECT_EQ(pc_.last_advice().value().kind, AdviceKind::StartPortLooksSwapped);
}

TEST_F(AdviceTest, looks_at_the_persistent_functions_too) {
  ULONG64 token = 0;
  const auto is_advised = [] {
    const auto advice = last_advice();
    return advice && advice->kind == AdviceKind::StartPortLooksSwapped;
  };
  ASSERT_EQ(CreatePersistentUdpPortReservation(5000, 20, &token), ULONG{NO_ERROR});
  EXPECT_TRUE(is_advised());
  pc_.restart();
  EXPECT_FALSE(is_advised()) << "another process";
  EXPECT_EQ(LookupPersistentUdpPortReservation(5000, 20, &token), ULONG{NO_ERROR});
  EXPECT_TRUE(is_advised());
  pc_.restart();
  EXPECT_EQ(DeletePersistentUdpPortReservation(5000, 20), ULONG{NO_ERROR});
  EXPECT_TRUE(is_advised());
  socket_ = tcp();
}

TEST_F(AdviceTest, tells_a_token_of_four_bytes) {
  ULONG token = 7;
  DWORD bytes = 0;
  for (const DWORD code : {SIO_RELEASE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION}) {
    EXPECT_THAT(WSAIoctl(socket_, code, &token, sizeof(token), nullptr, 0, &bytes, nullptr, nullptr),
                FailsWith(WSAEFAULT));
    const Advice advice = pc_.last_advice().value();
    EXPECT_EQ(advice.kind, AdviceKind::TokenIsEightBytes);
    EXPECT_THAT(advice.text, AllOf(HasSubstr("ULONG64: give 8 bytes to SIO_"), HasSubstr(", not 4")));
  }
}

TEST_F(AdviceTest, tells_wrong_direction_bits) {
  INET_PORT_RANGE range{htons(5000), 20};
  INET_PORT_RESERVATION_INSTANCE instance{};
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(socket_, 0xD8000064U, &range, sizeof(range), &instance, sizeof(instance), &bytes,
                     nullptr, nullptr),
            SOCKET_ERROR);
  const Advice advice = pc_.last_advice().value();
  EXPECT_EQ(advice.kind, AdviceKind::DirectionBitsAreWrong);
  EXPECT_EQ(
      advice.text,
      "control code 0xD8000064 differs from SIO_ACQUIRE_PORT_RESERVATION (0x98000064) in its direction bits");
}

TEST_F(AdviceTest, is_not_given_on_a_code_that_is_like_none) {
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(socket_, 0xD8004711U, nullptr, 0, nullptr, 0, &bytes, nullptr, nullptr), SOCKET_ERROR);
  EXPECT_EQ(pc_.last_advice(), std::nullopt);
}

TEST_F(AdviceTest, reaches_the_test_from_its_worker_threads_and_past_later_calls) {
  std::thread([this] { static_cast<void>(acquired(socket_, ntohs(5000), 20)); }).join();
  EXPECT_TRUE(acquired(socket_, 6000, 20));
  EXPECT_EQ(pc_.last_advice().value().kind, AdviceKind::StartPortLooksSwapped);
}

TEST_F(AdviceTest, is_silent_on_a_tests_machine) {
  ::testing::internal::CaptureStderr();
  static_cast<void>(acquired(socket_, ntohs(5000), 20));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

// The program's own machine: a process of its own, because each kind is told once.
TEST(AdviceDeathTest, is_told_once_on_stderr_on_the_programs_own_machine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        WSADATA data;
        WSAStartup(MAKEWORD(2, 2), &data);
        const SOCKET s = tcp();
        static_cast<void>(acquired(s, ntohs(5000), 20));
        static_cast<void>(acquired(s, ntohs(6000), 20));
        const auto advice = last_advice();
        std::_Exit(advice && advice->text.find("6000") != std::string::npos ? 7 : 1);
      },
      ::testing::ExitedWithCode(7),
      ::testing::MatchesRegex(
          "berth: advice: start port 34835 looks byte-swapped; a start port is in network byte "
          "order: htons.5000. for 5000\n"));
}

}  // namespace
}  // namespace berth::test
