// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <gtest/gtest-spi.h>

#include <berth/rules/rulebook.h>
#include <berth/testing.h>

namespace berth::test {
namespace {

using berth::testing::BoundWithin;
using berth::testing::FailsWith;
using berth::testing::HoldsPorts;
using berth::testing::RefusedBy;
using berth::testing::Succeeds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// What a matcher says of a value, and that it does or does not match.
template <class Value, class Matcher>
std::pair<bool, std::string> judged(const Value& value, const Matcher& matcher) {
  ::testing::StringMatchResultListener listener;
  const bool matches = ::testing::ExplainMatchResult(matcher, value, &listener);
  return {matches, listener.str()};
}

std::string sentence(Rule rule) { return std::string(row_of(rule).sentence); }

class Matchers : public ::testing::Test {
 protected:
  ~Matchers() override {
    closesocket(socket_);
    closesocket(second_);
  }
  static berth::testing::MachineOptions options() {
    berth::testing::MachineOptions options;
    options.identity = {TokenKind::FilteredAdministrator, "alice"};
    options.start_ups = 1;
    return options;
  }
  berth::testing::Machine pc_{options()};
  SOCKET socket_ = tcp();
  SOCKET second_ = tcp();
};

TEST_F(Matchers, fails_with_and_succeeds_know_every_kind_of_result) {
  ULONG64 token = 0;
  EXPECT_THAT(bind_to(socket_, 5000), Succeeds());
  EXPECT_THAT(bind_to(second_, 5000), FailsWith(WSAEADDRINUSE));
  EXPECT_THAT(socket(AF_INET, -7, 0), FailsWith(WSAESOCKTNOSUPPORT));
  EXPECT_THAT(socket_, Succeeds());
  EXPECT_THAT(CreatePersistentTcpPortReservation(htons(6000), 1, &token), FailsWith(ERROR_ACCESS_DENIED));
  EXPECT_THAT(CreatePersistentTcpPortReservation(htons(6000), 1, &token), Not(Succeeds()));
  EXPECT_THAT(WSAStartup(MAKEWORD(2, 2), nullptr), FailsWith(WSAEFAULT));
  EXPECT_THAT(bind_to(second_, 6000), Not(FailsWith(WSAEADDRINUSE)));
  EXPECT_THAT(512, Succeeds()) << "bytes received";
  EXPECT_FALSE(judged(bind_to(second_, 5000), FailsWith(WSAEACCES)).first) << "another code";
}

TEST_F(Matchers, fails_with_names_rule_sentence_record_and_owner) {
  ASSERT_TRUE(acquired(socket_, 5000, 20));
  const auto other = pc_.start_process({TokenKind::StandardUser, "bob"}, 1);
  const ScopedProcess as_bob(other);
  const SOCKET s = tcp();
  const auto [matches, text] = judged(bind_to(s, 5003), Succeeds());
  EXPECT_FALSE(matches);
  EXPECT_THAT(text, AllOf(HasSubstr("which failed with 10013 WSAEACCES, refused by "),
                          HasSubstr("PortHeldByAnothersReservation: "),
                          HasSubstr(sentence(Rule::PortHeldByAnothersReservation)),
                          HasSubstr("what decided is the runtime reservation tcp 5000-5019 of alice "
                                    "(filtered-administrator)")));
  EXPECT_EQ(closesocket(s), 0);
}

TEST_F(Matchers, fails_with_says_which_fault_struck_and_when_no_rule_refused) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  EXPECT_THAT(bind_to(second_, 5000), FailsWith(WSAEADDRINUSE));
  {
    const ScopedFault fault = pc_.fault(FaultPoint::Bind, FaultAction::network_down());
    EXPECT_EQ(judged(bind_to(second_, 5000), Succeeds()).second,
              "which failed with 10050 WSAENETDOWN, by the test's fault at \"bind\"");
    EXPECT_EQ(pc_.last_refusal(), std::nullopt) << "not what was refused before";
    EXPECT_EQ(judged(pc_.last_refusal(), RefusedBy(Rule::AddressInUse)).second,
              "which is no refusal: the test's fault at \"bind\"");
    EXPECT_EQ(last_fault(), FaultPoint::Bind);
  }
  EXPECT_EQ(judged(shutdown(socket_, SD_SEND), Succeeds()).second,
            "which failed with 10057, by no rule of the model");
  EXPECT_EQ(last_fault(), std::nullopt);
}

TEST_F(Matchers, fails_with_reads_well_in_a_failure) {
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(bind_to(socket_, 5000), FailsWith(WSAEACCES)),
                          "Expected: fails with 10013 WSAEACCES\n  Actual: 0 (of type int), which succeeded");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(bind_to(second_, 6000), Not(Succeeds())), "Expected: fails\n");
}

TEST_F(Matchers, refused_by_compares_the_rule) {
  pc_.add_foreign_block(Transport::Tcp, {50000, 100}, "winnat");
  EXPECT_THAT(bind_to(socket_, 50010), FailsWith(WSAEACCES));
  EXPECT_THAT(pc_.last_refusal(), RefusedBy(Rule::PortHeldByForeignBlock));
  const auto [matches, text] = judged(pc_.last_refusal(), RefusedBy(Rule::AddressInUse));
  EXPECT_FALSE(matches);
  EXPECT_THAT(text, AllOf(HasSubstr("which is by PortHeldByForeignBlock: "),
                          HasSubstr(sentence(Rule::PortHeldByForeignBlock)),
                          HasSubstr("what decided is the foreign block tcp 50000-50099 of winnat")));
}

TEST_F(Matchers, refused_by_says_what_it_wanted_and_when_nothing_was_refused) {
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(pc_.last_refusal(), RefusedBy(Rule::AddressInUse)),
                          "Expected: is refused by AddressInUse: " + sentence(Rule::AddressInUse));
  EXPECT_EQ(judged(pc_.last_refusal(), RefusedBy(Rule::AddressInUse)).second,
            "which is no refusal: nothing was refused by a rule");
}

TEST_F(Matchers, refused_by_names_a_socket_that_decided_and_one_that_has_gone) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  EXPECT_THAT(bind_to(second_, 5000), FailsWith(WSAEADDRINUSE));
  const auto text = [this] { return judged(pc_.last_refusal(), RefusedBy(Rule::NotASocket)).second; };
  EXPECT_THAT(text(), HasSubstr("what decided is the tcp socket bound to 127.0.0.1:5000 of alice"));
  const auto refusal = pc_.last_refusal().value();
  EXPECT_EQ(closesocket(std::exchange(socket_, INVALID_SOCKET)), 0);
  EXPECT_THAT(pc_.explain(refusal), HasSubstr("; what decided is gone"));
}

TEST_F(Matchers, last_refusal_remembers_what_happened_before_a_success) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  EXPECT_THAT(bind_to(second_, 5000), FailsWith(WSAEADDRINUSE));
  EXPECT_THAT(bind_to(second_, 5001), Succeeds());
  EXPECT_THAT(pc_.last_refusal(), RefusedBy(Rule::AddressInUse));
}

TEST_F(Matchers, bound_within_takes_our_blocks_and_windows) {
  const auto block = acquired(socket_, 5000, 20).value();
  ASSERT_EQ(associate(second_, block.Token.Token), 0);
  EXPECT_EQ(judged(second_, BoundWithin({5000, 20})),
            (std::pair<bool, std::string>{false, "which is bound to no port"}));
  ASSERT_EQ(bind_to(second_, 0), 0);
  EXPECT_THAT(second_, BoundWithin({5000, 20}));
  EXPECT_THAT(second_, BoundWithin(block.Reservation));
  EXPECT_THAT(second_, Not(BoundWithin({5001, 19})));
  EXPECT_THAT(second_, Not(BoundWithin({4000, 1000})));
}

TEST_F(Matchers, bound_within_leaves_the_last_error_and_says_the_port) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  WSASetLastError(kNoCode);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(socket_, BoundWithin({6000, 10})),
                          "Expected: is bound to a port of 6000-6009\n");
  EXPECT_EQ(judged(socket_, BoundWithin({6000, 10})).second, "which is bound to port 5000");
  EXPECT_THAT(SOCKET{3}, Not(BoundWithin({6000, 10})));
  EXPECT_EQ(WSAGetLastError(), kNoCode);
}

TEST_F(Matchers, holds_ports_wants_every_port_reserved) {
  ASSERT_TRUE(acquired(socket_, 5000, 20));
  ASSERT_TRUE(acquired(second_, 5020, 10));
  EXPECT_THAT(pc_, HoldsPorts(berth::testing::tcp, 5000, 30));
  EXPECT_THAT(pc_, Not(HoldsPorts(berth::testing::udp, 5000, 20)));
  EXPECT_THAT(pc_, Not(HoldsPorts(berth::testing::tcp, 5000, 0)));
  EXPECT_EQ(judged(pc_, HoldsPorts(berth::testing::tcp, 5000, 40)).second,
            "where port 5030 is held by nobody");
}

TEST_F(Matchers, holds_ports_says_who_else_has_them) {
  pc_.add_foreign_block(Transport::Tcp, {50000, 100}, "winnat");
  ASSERT_EQ(bind_to(socket_, 6000), 0);
  EXPECT_EQ(judged(pc_, HoldsPorts(berth::testing::tcp, 50050, 2)).second,
            "where port 50050 is held by the foreign block tcp 50000-50099 of winnat");
  EXPECT_EQ(judged(pc_, HoldsPorts(berth::testing::tcp, 6000, 1)).second,
            "where port 6000 is held by the tcp socket bound to 127.0.0.1:6000 of alice "
            "(filtered-administrator)");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(pc_, HoldsPorts(berth::testing::tcp, 6000, 20)),
                          "Expected: holds tcp 6000-6019 in reservations\n  Actual: the machine with seed ");
}

}  // namespace
}  // namespace berth::test
