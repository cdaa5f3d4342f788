// SPDX-License-Identifier: MIT
#include <berth/rules/restart.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <vector>

#include <support/desk.h>

namespace berth {
namespace {

request::Bind bind(SocketId socket, Port port) { return {socket, {Address::any(Family::Ipv4), port}}; }

class Reservations : public testing::Test {
 protected:
  Token acquire(RequestedBlock block) {
    return desk.granted(me, request::Acquire{desk.open(me), block}).token;
  }
  SocketId associated(ProcessId owner, Token token, Transport transport = Transport::Tcp) {
    const SocketId socket = desk.open(owner, transport);
    desk.granted(owner, request::Associate{socket, token});
    return socket;
  }
  Desk desk;
  ProcessId me = desk.process(TokenKind::StandardUser, "me");
  ProcessId other = desk.process(TokenKind::StandardUser, "me");
};

// -- acquire ------------------------------------------------------------------------------------------------

TEST_F(Reservations, AreGrantedAsAskedAndTellTheirBlock) {
  const SocketId socket = desk.open(me);
  const Reply reply = desk.granted(me, request::Acquire{socket, {5000, 20}});
  EXPECT_EQ(reply.block, (RequestedBlock{5000, 20}));
  EXPECT_TRUE(reply.token);
  EXPECT_EQ(desk.refusal(me, request::NameOf{socket}), Rule::SocketHasNoName) << "acquiring does not bind";
}

TEST_F(Reservations, MayHoldEveryPortAndTheLastOne) {
  acquire({65535, 1});
  acquire({1, 65534});
}

TEST_F(Reservations, AreNeverEmptyAndNeverPassTheLastPort) {
  const SocketId socket = desk.open(me);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {5000, 0}}), Rule::BlockIsEmpty);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {0, 0}}), Rule::BlockIsEmpty);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {65535, 2}}), Rule::BlockPassesTheLastPort);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {2, 65535}}), Rule::BlockPassesTheLastPort);
}

TEST_F(Reservations, OverlapAtEitherEdgeAndNotBesideIt) {
  acquire({5000, 10});
  const SocketId socket = desk.open(me);
  for (const RequestedBlock block : {RequestedBlock{4999, 2}, {5009, 1}, {5003, 2}, {1, 65535}})
    EXPECT_EQ(desk.refusal(me, request::Acquire{socket, block}), Rule::BlockOverlapsRuntimeReservation);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {4990, 10}}), std::nullopt);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {5010, 10}}), std::nullopt);
}

TEST_F(Reservations, RefuseABlockWithOneBoundPort) {
  desk.bound(other, 5009);
  EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {5000, 10}}), Rule::BlockContainsBoundPort);
  EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {5000, 9}}), std::nullopt);
}

TEST_F(Reservations, NameTheRecordThatRefused) {
  const Token token = acquire({5000, 10});
  const auto answer = desk.ask(me, request::Acquire{desk.open(me), {5005, 1}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().record, RecordRef(desk.pool().reservation_with(token)->id));
}

TEST_F(Reservations, WithAWildcardLieApartInTheDynamicRange) {
  const SocketId socket = desk.open(me);
  std::vector<PortRange> blocks;
  std::set<Token> tokens;
  for (int i = 0; i < 40; ++i) {
    const Reply reply = desk.granted(me, request::Acquire{socket, {0, 64}});
    EXPECT_TRUE(tokens.insert(reply.token).second);
    const PortRange range = *PortRange::of(reply.block);
    EXPECT_EQ(range.count(), 64U);
    EXPECT_TRUE(kDefaultDynamicRange.contains(range.first()) && kDefaultDynamicRange.contains(range.last()));
    for (const PortRange old : blocks)
      EXPECT_FALSE(range.overlaps(old) || range.last() + 1 == old.first() || old.last() + 1 == range.first());
    blocks.push_back(range);
  }
}

TEST_F(Reservations, WithAWildcardTouchWhenNothingElseFits) {
  const SocketId socket = desk.open(me);
  desk.granted(me, request::Acquire{socket, {49152, 8192}});
  EXPECT_EQ(desk.granted(me, request::Acquire{socket, {0, 8192}}).block, (RequestedBlock{57344, 8192}));
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {0, 1}}), Rule::NoGapForWildcardBlock);
}

TEST_F(Reservations, WithAWildcardComeFromTheRangeOfTheSocketsFamily) {
  const ProcessId admin = desk.administrator();
  desk.granted(admin, request::SetDynamicRange{Transport::Tcp, Family::Ipv6, {20000, 300}});
  const SocketId six = desk.open(me, Transport::Tcp, Family::Ipv6);
  const Reply reply = desk.granted(me, request::Acquire{six, {0, 10}});
  EXPECT_TRUE(PortRange::between(20000, 20299)->contains(reply.block.start));
}

TEST(WildcardPlacement, IsFirstFitWhereTheProfileSaysSo) {
  Profile profile;
  profile.wildcard_placement = choice::WildcardPlacement::FirstFit;
  Desk desk(profile);
  const ProcessId me = desk.process();
  const SocketId socket = desk.open(me);
  EXPECT_EQ(desk.granted(me, request::Acquire{socket, {0, 5}}).block, (RequestedBlock{49152, 5}));
  EXPECT_EQ(desk.granted(me, request::Acquire{socket, {0, 5}}).block, (RequestedBlock{49157, 5}));
  profile.wildcard_block_from = choice::WildcardBlockFrom::Anywhere;
  Desk anywhere(profile);
  const ProcessId they = anywhere.process();
  EXPECT_EQ(anywhere.granted(they, request::Acquire{anywhere.open(they), {0, 5}}).block,
            (RequestedBlock{1, 5}));
}

TEST_F(Reservations, AreOfTheTransportOfTheirSocketAndServeBothFamilies) {
  const Token token = desk.granted(me, request::Acquire{desk.open(me, Transport::Udp), {5000, 5}}).token;
  EXPECT_EQ(desk.pool().reservation_with(token)->transport, Transport::Udp);
  EXPECT_EQ(desk.refusal(me, request::Associate{desk.open(me), token}), Rule::TokenOfAnotherTransport);
  EXPECT_EQ(desk.refusal(me, request::Release{desk.open(me), token}), Rule::TokenOfAnotherTransport);
  EXPECT_EQ(desk.refusal(me, request::Associate{desk.open(me, Transport::Udp, Family::Ipv6), token}),
            std::nullopt);
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 5000)), std::nullopt) << "TCP has a pool of its own";
}

TEST_F(Reservations, MayBeAcquiredOnBoundAndListeningSockets) {
  const SocketId socket = desk.bound(me, 4000);
  desk.granted(me, request::Acquire{socket, {5000, 5}});
  desk.granted(me, request::Listen{socket});
  desk.granted(me, request::Acquire{socket, {5005, 5}});
  desk.profile().acquire_on_bound_socket = choice::AcquireOnBoundSocket::Refused;
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {5010, 5}}), Rule::BoundSocketMayAcquire);
  desk.profile().acquires_per_socket = choice::AcquiresPerSocket::One;
  const SocketId fresh = desk.open(me);
  desk.granted(me, request::Acquire{fresh, {5010, 5}});
  EXPECT_EQ(desk.refusal(me, request::Acquire{fresh, {5020, 5}}), Rule::OneSocketMayAcquireSeveralBlocks);
}

// -- associate ----------------------------------------------------------------------------------------------

TEST_F(Reservations, GiveTheirLowestFreePortToAssociatedSockets) {
  const Token token = acquire({5000, 3});
  std::vector<SocketId> sockets;
  for (Port port = 5000; port < 5003; ++port) {
    sockets.push_back(associated(me, token));
    EXPECT_EQ(desk.granted(me, bind(sockets.back(), 0)).name.port, port);
  }
  const SocketId late = associated(me, token);
  EXPECT_EQ(desk.refusal(me, bind(late, 0)), Rule::NoFreePortInTheBlock);
  desk.granted(me, request::CloseSocket{sockets[1]});
  EXPECT_EQ(desk.granted(me, bind(late, 0)).name.port, 5001) << "a closed port returns to the block";
}

TEST_F(Reservations, GiveAnyFreePortWhereTheProfileSeedsThem) {
  desk.profile().block_port_order = choice::BlockPortOrder::Seeded;
  const Token token = acquire({5000, 100});
  std::set<Port> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(desk.granted(me, bind(associated(me, token), 0)).name.port);
  EXPECT_EQ(drawn.size(), 100U);
  EXPECT_EQ(*drawn.begin(), 5000);
}

TEST_F(Reservations, ServeImplicitBindsToo) {
  const Token token = acquire({5000, 3});
  const SocketId socket = associated(me, token);
  EXPECT_EQ(desk.granted(me, request::ImplicitBind{socket}).name.port, 5000);
  EXPECT_EQ(desk.granted(me, request::ImplicitBind{socket}).name.port, 5000)
      << "a bound socket is left as it is";
}

TEST_F(Reservations, KeepAnAssociatedSocketInsideTheirBlock) {
  const Token token = acquire({5000, 3});
  EXPECT_EQ(desk.refusal(me, bind(associated(me, token), 5003)), Rule::PortOutsideTheReservation);
  EXPECT_EQ(desk.refusal(me, bind(associated(me, token), 4999)), Rule::PortOutsideTheReservation);
  EXPECT_EQ(desk.refusal(me, bind(associated(me, token), 5002)), std::nullopt);
  EXPECT_EQ(desk.refusal(me, bind(associated(me, token), 5002)), Rule::AddressInUse);
}

TEST_F(Reservations, AreAssociatedBeforeTheBindAndOnlyOne) {
  const Token first = acquire({5000, 3});
  const Token second = acquire({6000, 3});
  EXPECT_EQ(desk.refusal(me, request::Associate{desk.bound(me, 4000), first}), Rule::AssociateAfterBind);
  const SocketId socket = associated(me, first);
  EXPECT_EQ(desk.refusal(me, request::Associate{socket, first}), std::nullopt);
  EXPECT_EQ(desk.refusal(me, request::Associate{socket, second}), Rule::SocketHasAnotherReservation);
  EXPECT_EQ(desk.granted(me, bind(socket, 0)).name.port, 5000) << "the first is kept";
  desk.profile().second_association = choice::SecondAssociation::LastWins;
  const SocketId fickle = associated(me, first);
  desk.granted(me, request::Associate{fickle, second});
  EXPECT_EQ(desk.granted(me, bind(fickle, 0)).name.port, 6000);
}

TEST_F(Reservations, AreNotFoundByNonsense) {
  const Token token = acquire({5000, 3});
  for (const Token wrong : {Token{}, Token{1}, Token{token.value + 1}, Token{~token.value}}) {
    EXPECT_EQ(desk.refusal(me, request::Associate{desk.open(me), wrong}), Rule::NothingToAssociateWith);
    EXPECT_EQ(desk.refusal(me, request::Release{desk.open(me), wrong}), Rule::NothingToRelease);
  }
}

TEST_F(Reservations, OfAnotherProcessAreOutOfReach) {
  const Token token = acquire({5000, 3});
  EXPECT_EQ(desk.refusal(other, request::Associate{desk.open(other), token}),
            Rule::RuntimeTokenOfAnotherProcess);
  EXPECT_EQ(desk.refusal(other, request::Release{desk.open(other), token}), Rule::ReleaseByAnotherProcess);
  EXPECT_EQ(desk.refusal(other, bind(desk.open(other), 5000)), Rule::PortHeldByAnothersReservation);
}

TEST_F(Reservations, DoNotBecomeTheirsWhoHoldADuplicate) {
  const SocketId anchor = desk.open(me);
  const Token token = desk.granted(me, request::Acquire{anchor, {5000, 3}}).token;
  desk.granted(me, request::DuplicateSocket{anchor, other});
  EXPECT_EQ(desk.refusal(other, request::Associate{desk.open(other), token}),
            Rule::RuntimeTokenOfAnotherProcess);
  EXPECT_EQ(desk.refusal(other, request::Release{anchor, token}), Rule::ReleaseByAnotherProcess);
  // The reservation lives until the last handle.
  desk.granted(me, request::CloseSocket{anchor});
  EXPECT_EQ(desk.refusal(me, request::CloseSocket{anchor}), Rule::NotASocket);
  EXPECT_NE(desk.pool().reservation_with(token), nullptr);
  EXPECT_EQ(desk.refusal(me, request::Associate{desk.open(me), token}), std::nullopt);
  desk.granted(other, request::CloseSocket{anchor});
  EXPECT_EQ(desk.pool().reservation_with(token), nullptr);
}

TEST_F(Reservations, AreCheckedAgainAtTheBind) {
  const Token token = acquire({5000, 3});
  const SocketId socket = associated(me, token);
  desk.granted(me, request::Release{desk.open(me), token});
  EXPECT_EQ(desk.refusal(me, bind(socket, 0)), Rule::ReservationIsGone);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000)), Rule::ReservationIsGone);
  EXPECT_EQ(desk.refusal(me, request::ImplicitBind{socket}), Rule::ReservationIsGone);
  desk.profile().reservation_gone_at_bind = choice::ReservationGoneAtBind::OrdinaryBind;
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000)), std::nullopt);
}

TEST_F(Reservations, OfTheOtherTransportMayBeRefusedAtTheBindInstead) {
  desk.profile().other_transports_token = choice::OtherTransportsToken::RefusedAtBind;
  const Token token = acquire({5000, 3});
  const SocketId socket = associated(me, token, Transport::Udp);
  EXPECT_EQ(desk.refusal(me, bind(socket, 0)), Rule::TokenOfAnotherTransport);
}

// -- release ------------------------------------------------------------------------------------------------

TEST_F(Reservations, GoOnceAndForAll) {
  const Token token = acquire({5000, 3});
  const SocketId socket = desk.open(me);
  desk.granted(me, request::Release{socket, token});
  EXPECT_EQ(desk.refusal(me, request::Release{socket, token}), Rule::NothingToRelease);
  EXPECT_EQ(desk.refusal(me, request::Acquire{socket, {5000, 3}}), std::nullopt);
}

TEST_F(Reservations, ThatGoLeaveBoundSocketsTheirPorts) {
  const SocketId anchor = desk.open(me);
  const Token token = desk.granted(me, request::Acquire{anchor, {5000, 3}}).token;
  desk.granted(me, request::Associate{anchor, token});
  desk.granted(me, bind(anchor, 0));
  desk.granted(me, request::Release{anchor, token});
  EXPECT_EQ(desk.granted(me, request::NameOf{anchor}).name.port, 5000);
  EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {5000, 3}}), Rule::BlockContainsBoundPort);
  EXPECT_EQ(desk.refusal(me, request::Acquire{desk.open(me), {5001, 2}}), std::nullopt);
}

TEST_F(Reservations, StayWhilePortsAreBoundWhereTheProfileSaysSo) {
  desk.profile().release_while_bound = choice::ReleaseWhileBound::Refused;
  const Token token = acquire({5000, 3});
  const SocketId socket = associated(me, token);
  desk.granted(me, bind(socket, 0));
  EXPECT_EQ(desk.refusal(me, request::Release{desk.open(me), token}),
            Rule::BoundSocketsOutliveTheReservation);
  desk.granted(me, request::CloseSocket{socket});
  EXPECT_EQ(desk.refusal(me, request::Release{desk.open(me), token}), std::nullopt);
}

TEST_F(Reservations, OutliveAShutdown) {
  const SocketId anchor = desk.open(me);
  const Token token = desk.granted(me, request::Acquire{anchor, {5000, 3}}).token;
  desk.granted(me, request::Shutdown{anchor});
  EXPECT_NE(desk.pool().reservation_with(token), nullptr);
}

// -- persistent ---------------------------------------------------------------------------------------------

class Persistent : public Reservations {
 protected:
  ProcessId admin = desk.administrator();
};

TEST_F(Persistent, AreFoundByExactlyTheirNumbersAndTransport) {
  const Token token = desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  EXPECT_EQ(desk.granted(me, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token, token);
  const std::pair<Transport, RequestedBlock> wrong[] = {
      {Transport::Tcp, {5000, 9}},  {Transport::Tcp, {5000, 11}}, {Transport::Tcp, {5001, 9}},
      {Transport::Tcp, {5010, 10}}, {Transport::Udp, {5000, 10}}, {Transport::Tcp, {65535, 2}}};
  for (const auto& [transport, block] : wrong) {
    EXPECT_EQ(desk.refusal(me, request::LookupPersistent{transport, block}), Rule::NoSuchPersistentBlock);
    EXPECT_EQ(desk.refusal(admin, request::DeletePersistent{transport, block}), Rule::NoSuchPersistentBlock);
  }
  EXPECT_EQ(desk.refusal(admin, request::DeletePersistent{Transport::Tcp, {5000, 10}}), std::nullopt);
  EXPECT_EQ(desk.refusal(me, request::LookupPersistent{Transport::Tcp, {5000, 10}}),
            Rule::NoSuchPersistentBlock);
}

TEST_F(Persistent, CheckParametersThenAccessThenPool) {
  desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  EXPECT_EQ(desk.refusal(me, request::CreatePersistent{Transport::Tcp, {0, 1}}), Rule::BlockNeedsAStart);
  EXPECT_EQ(desk.refusal(me, request::CreatePersistent{Transport::Tcp, {1, 0}}), Rule::BlockIsEmpty);
  EXPECT_EQ(desk.refusal(me, request::CreatePersistent{Transport::Tcp, {65535, 2}}),
            Rule::BlockPassesTheLastPort);
  EXPECT_EQ(desk.refusal(me, request::CreatePersistent{Transport::Tcp, {5000, 10}}),
            Rule::NeedsElevatedAdministrator);
  EXPECT_EQ(desk.refusal(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}),
            Rule::BlockOverlapsPersistentReservation);
  EXPECT_EQ(desk.refusal(me, request::LookupPersistent{Transport::Tcp, {0, 0}}), Rule::BlockNeedsAStart);
  EXPECT_EQ(desk.refusal(me, request::DeletePersistent{Transport::Tcp, {1, 0}}), Rule::BlockIsEmpty);
}

TEST_F(Persistent, AreDeletedNotReleased) {
  const Token token = desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  EXPECT_EQ(desk.refusal(admin, request::Release{desk.open(admin), token}),
            Rule::PersistentTokenCannotBeReleased);
  EXPECT_NE(desk.pool().reservation_with(token), nullptr);
}

TEST_F(Persistent, MayBeDeletedByAnotherAdministratorWhilePortsAreBound) {
  const Token token = desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  const ProcessId second = desk.process(TokenKind::BuiltinAdministrator, "root");
  const SocketId socket = associated(second, token);
  desk.granted(second, bind(socket, 0));
  desk.profile().delete_while_bound = choice::DeleteWhileBound::Refused;
  EXPECT_EQ(desk.refusal(second, request::DeletePersistent{Transport::Tcp, {5000, 10}}),
            Rule::BoundBlockMayBeDeleted);
  desk.profile().delete_while_bound = choice::DeleteWhileBound::Allowed;
  EXPECT_EQ(desk.refusal(second, request::DeletePersistent{Transport::Tcp, {5000, 10}}), std::nullopt);
  EXPECT_EQ(desk.granted(second, request::NameOf{socket}).name.port, 5000);
}

TEST_F(Persistent, DoNotSeeExclusionsUnlessTheProfileSaysSo) {
  desk.granted(admin, request::AddExclusion{Transport::Tcp, {5000, 10}});
  EXPECT_EQ(desk.refusal(me, request::LookupPersistent{Transport::Tcp, {5000, 10}}),
            Rule::NoSuchPersistentBlock);
  Profile suspended;
  suspended.suspended.set(index_of(Rule::ExclusionsAreNotPersistentReservations));
  Profile switched;
  switched.persistent_calls_see_exclusions = choice::PersistentCallsSeeExclusions::Yes;
  for (const Profile& profile : {suspended, switched}) {
    Desk seeing(profile);
    const ProcessId root = seeing.administrator();
    seeing.granted(root, request::AddExclusion{Transport::Tcp, {5000, 10}});
    EXPECT_TRUE(seeing.granted(root, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token)
        << "never 0";
    EXPECT_EQ(seeing.refusal(root, request::DeletePersistent{Transport::Tcp, {5000, 10}}), std::nullopt);
  }
}

TEST_F(Persistent, TokensThatStayAreNeverZeroNorThoseOfABoot) {
  Profile keeps;
  keeps.tokens_at_restart = choice::TokensAtRestart::Keep;
  std::set<Token> tokens;
  for (std::uint64_t boot = 1; boot < 20; ++boot) {
    const PortPool pool({.seed = 6, .boot = boot});
    tokens.insert(token_of_persistent(pool, keeps, 1));
    EXPECT_TRUE(token_of_persistent(pool, keeps, boot));
    EXPECT_NE(token_of_persistent(pool, keeps, 1), pool.next_token());
  }
  EXPECT_EQ(tokens.size(), 1U);
}

// -- a Windows without reservations -------------------------------------------------------------------------

TEST_F(Persistent, AreUnknownToAnOlderWindows) {
  desk.profile().port_reservations = choice::PortReservations::Absent;
  const SocketId socket = desk.open(me);
  for (const Request& request : std::vector<Request>{
           request::Acquire{socket, {0, 0}}, request::Associate{socket, {}}, request::Release{socket, {}},
           request::CreatePersistent{Transport::Tcp, {}}, request::DeletePersistent{Transport::Tcp, {}},
           request::LookupPersistent{Transport::Tcp, {}}})
    EXPECT_EQ(desk.refusal(me, request), Rule::PortReservationsUnsupported);
}

}  // namespace
}  // namespace berth
