// SPDX-License-Identifier: MIT
#include <berth/rules/restart.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

#include <support/desk.h>

namespace berth {
namespace {

const Address kAny = Address::any(Family::Ipv4);

// An allowance is a demand that Windows does not make. Each is shown by a call that is granted, and that the
// same rule refuses where a profile suspends it.
struct Allowance {
  Rule rule;
  std::function<std::optional<Rule>(Desk&)> call;
};

const std::vector<Allowance> kAllowances = {
    {Rule::StartPortZeroIsAWildcard,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       return desk.refusal(me, request::Acquire{desk.open(me), {0, 5}});
     }},
    {Rule::LowPortsNeedNoPrivilege,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {1024, 1}}), std::nullopt);
       const ProcessId admin = desk.administrator();
       EXPECT_EQ(desk.refusal(admin, request::Acquire{desk.open(admin), {80, 1}}), std::nullopt);
       return desk.refusal(me, request::Acquire{desk.open(me), {1023, 1}});
     }},
    {Rule::ReservationsNeedNoPrivilege,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       return desk.refusal(me, request::Acquire{desk.open(me), {5000, 5}});
     }},
    {Rule::BlocksMayLieAnywhere,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {50000, 5}}), std::nullopt);
       return desk.refusal(me, request::Acquire{desk.open(me), {49150, 5}});
     }},
    {Rule::AssociatingAgainIsHarmless,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const SocketId socket = desk.open(me);
       const Token token = desk.granted(me, request::Acquire{socket, {5000, 5}}).token;
       desk.granted(me, request::Associate{socket, token});
       return desk.refusal(me, request::Associate{socket, token});
     }},
    {Rule::ManySocketsMayAssociate,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const SocketId socket = desk.open(me);
       const Token token = desk.granted(me, request::Acquire{socket, {5000, 5}}).token;
       desk.granted(me, request::Associate{socket, token});
       return desk.refusal(me, request::Associate{desk.open(me), token});
     }},
    {Rule::AcquirerMayAssociateItself,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const SocketId socket = desk.open(me);
       const Token token = desk.granted(me, request::Acquire{socket, {5000, 5}}).token;
       EXPECT_EQ(desk.refusal(me, request::Associate{desk.open(me), token}), std::nullopt);
       return desk.refusal(me, request::Associate{socket, token});
     }},
    {Rule::AnyElevatedProcessMayUseAPersistentReservation,
     [](Desk& desk) {
       const ProcessId creator = desk.administrator();
       const ProcessId second = desk.administrator();
       const Token token = desk.granted(creator, request::CreatePersistent{Transport::Tcp, {5000, 5}}).token;
       EXPECT_EQ(desk.refusal(creator, request::Associate{desk.open(creator), token}), std::nullopt);
       return desk.refusal(second, request::Associate{desk.open(second), token});
     }},
    {Rule::AnyElevatedProcessMayUseAPersistentReservation,
     [](Desk& desk) {
       const ProcessId creator = desk.administrator();
       const ProcessId second = desk.administrator();
       desk.granted(creator, request::CreatePersistent{Transport::Tcp, {5000, 5}});
       desk.granted(creator, request::CreatePersistent{Transport::Udp, {5000, 5}});
       EXPECT_EQ(desk.refusal(creator, request::DeletePersistent{Transport::Udp, {5000, 5}}), std::nullopt);
       return desk.refusal(second, request::DeletePersistent{Transport::Tcp, {5000, 5}});
     }},
    {Rule::LookupNeedsNoPrivilege,
     [](Desk& desk) {
       desk.granted(desk.administrator(), request::CreatePersistent{Transport::Tcp, {5000, 5}});
       return desk.refusal(desk.process(), request::LookupPersistent{Transport::Tcp, {5000, 5}});
     }},
    {Rule::AnySocketOfTheProcessMayRelease,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const Token token = desk.granted(me, request::Acquire{desk.open(me), {5000, 5}}).token;
       return desk.refusal(me, request::Release{desk.open(me), token});
     }},
    {Rule::BoundAcquirerMayRelease,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const SocketId socket = desk.bound(me, 4000);
       const Token token = desk.granted(me, request::Acquire{socket, {5000, 5}}).token;
       return desk.refusal(me, request::Release{socket, token});
     }},
    {Rule::ExclusiveUseWorksInsideABlock,
     [](Desk& desk) {
       const ProcessId me = desk.process();
       const SocketId socket = desk.open(me);
       const Token token = desk.granted(me, request::Acquire{socket, {5000, 5}}).token;
       desk.granted(me, request::Associate{socket, token});
       desk.granted(me, request::SetOption{socket, Option::ExclusiveUse, true});
       return desk.refusal(me, request::Bind{socket, {kAny, 0}});
     }},
};

TEST(Allowances, GrantWhatTheirRuleRefusesWhenItIsSuspended) {
  for (const Allowance& allowance : kAllowances) {
    SCOPED_TRACE(name_of(allowance.rule));
    Desk usual;
    EXPECT_EQ(allowance.call(usual), std::nullopt);
    Profile without;
    without.suspended.set(index_of(allowance.rule));
    Desk changed(without);
    EXPECT_EQ(allowance.call(changed), allowance.rule);
  }
}

// With this seed the token of the first persistent reservation would be 0.
TEST(KeptTokens, AreNeverZero) {
  constexpr std::uint64_t kSeed = 0x966dbfc16913c5d2U;
  const PortPool pool({.seed = kSeed});
  ASSERT_FALSE(token_for(kSeed, 0, 1));
  Profile keeps;
  keeps.tokens_at_restart = choice::TokensAtRestart::Keep;
  const Token first = token_of_persistent(pool, keeps, 1);
  EXPECT_TRUE(first);
  for (std::uint64_t serial = 2; serial < 100; ++serial)
    EXPECT_NE(token_of_persistent(pool, keeps, serial), first);
}

}  // namespace
}  // namespace berth
