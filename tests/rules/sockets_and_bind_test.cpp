// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <support/desk.h>

namespace berth {
namespace {

const Address kAny = Address::any(Family::Ipv4);
const Address kLoopback = Address::loopback(Family::Ipv4);
const std::string kService = "WinNAT";

request::Bind bind(SocketId socket, Port port, const Address& address = kAny) {
  return {socket, {address, port}};
}

class Sockets : public testing::Test {
 protected:
  Desk desk;
  ProcessId me = desk.process(TokenKind::StandardUser, "me");
  ProcessId admin = desk.administrator();
  void set_dynamic_range(RequestedBlock block, Transport transport = Transport::Tcp) {
    for (const Family family : {Family::Ipv4, Family::Ipv6})
      desk.granted(admin, request::SetDynamicRange{transport, family, block});
  }
};

// -- handles ------------------------------------------------------------------------------------------------

TEST_F(Sockets, AreOnlyTheirsWhoHoldThem) {
  const SocketId socket = desk.open(me);
  const std::vector<Request> requests = {request::DuplicateSocket{socket, admin},
                                         request::CloseSocket{socket},
                                         request::SetOption{socket, Option::ReuseAddress, true},
                                         request::SetAffinity{socket, 0},
                                         request::Acquire{socket, {5000, 1}},
                                         request::Release{socket, {}},
                                         request::Associate{socket, {}},
                                         bind(socket, 0),
                                         request::ImplicitBind{socket},
                                         request::Listen{socket},
                                         request::Accept{socket, kLoopback},
                                         request::ConnectionClosed{socket},
                                         request::Shutdown{socket},
                                         request::NameOf{socket}};
  for (const Request& request : requests)
    EXPECT_EQ(desk.refusal(admin, request), Rule::NotASocket) << kRequestNames[request.index()];
  desk.granted(me, request::CloseSocket{socket});
  for (const Request& request : requests) EXPECT_EQ(desk.refusal(me, request), Rule::NotASocket);
}

TEST_F(Sockets, LiveUntilTheLastOfTheirHandlesCloses) {
  const SocketId socket = desk.bound(me, 5000);
  desk.granted(me, request::DuplicateSocket{socket, me});
  desk.granted(me, request::DuplicateSocket{socket, admin});
  desk.granted(admin, request::DuplicateSocket{socket, admin});
  desk.granted(me, request::CloseSocket{socket});
  EXPECT_EQ(desk.refusal(me, request::NameOf{socket}), std::nullopt);
  desk.granted(me, request::CloseSocket{socket});
  EXPECT_EQ(desk.refusal(me, request::NameOf{socket}), Rule::NotASocket);
  desk.granted(admin, request::CloseSocket{socket});
  EXPECT_EQ(desk.refusal(admin, request::NameOf{socket}), std::nullopt);
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 5000)), Rule::AddressInUse);
  desk.granted(admin, request::CloseSocket{socket});
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 5000)), std::nullopt);
  EXPECT_EQ(desk.pool().handles().size(), 0U);
}

// -- the checks of bind, in their order ---------------------------------------------------------------------

TEST_F(Sockets, AreBoundOnceToALocalAddressOfTheirFamily) {
  const SocketId socket = desk.open(me);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, Address::loopback(Family::Ipv6))), Rule::NameIsUnusable);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, Address::ipv4(8, 8, 8, 8))), Rule::AddressIsNotLocal);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, Address::ipv4(255, 255, 255, 255))),
            Rule::BroadcastNotEnabled);
  desk.granted(me, request::SetOption{socket, Option::Broadcast, true});
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, Address::ipv4(255, 255, 255, 255))), std::nullopt);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5001)), Rule::AlreadyBound);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5001, Address::ipv4(8, 8, 8, 8))), Rule::AlreadyBound);
}

TEST_F(Sockets, OfIpv6TakeMappedAddressesOnlyWhenDualStack) {
  const Address mapped = *parse_address("::ffff:127.0.0.1");
  const SocketId socket = desk.open(me, Transport::Tcp, Family::Ipv6);
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, mapped)), Rule::AddressIsNotLocal);
  desk.granted(me, request::SetOption{socket, Option::Ipv6Only, false});
  EXPECT_EQ(desk.refusal(me, bind(socket, 5000, mapped)), std::nullopt);
  EXPECT_EQ(desk.refusal(me, request::SetOption{socket, Option::Ipv6Only, true}),
            Rule::OptionComesBeforeBind);
}

TEST_F(Sockets, AreCheckedForTheAssociationBeforeBlocksAndSockets) {
  const Token token = desk.granted(me, request::Acquire{desk.open(me), {5000, 3}}).token;
  desk.granted(admin, request::CreatePersistent{Transport::Tcp, {6000, 1}});
  desk.bound(me, 7000);
  const SocketId socket = desk.open(me);
  desk.granted(me, request::Associate{socket, token});
  for (const Port port : {Port{6000}, Port{7000}})
    EXPECT_EQ(desk.refusal(me, bind(socket, port)), Rule::PortOutsideTheReservation);
}

TEST_F(Sockets, DoNotOpenABlockWithReuse) {
  desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 1}});
  const SocketId socket = desk.open(admin);
  desk.granted(admin, request::SetOption{socket, Option::ReuseAddress, true});
  for (const Address& address : {kAny, kLoopback, Address::ipv4(127, 1, 2, 3)})
    EXPECT_EQ(desk.refusal(admin, bind(socket, 5000, address)), Rule::PortHeldByPersistentReservation);
}

TEST_F(Sockets, MayTakePortsOfTheirOwnBlockOnlyWhereTheProfileSaysSo) {
  desk.granted(me, request::Acquire{desk.open(me), {5000, 1}});
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 5000)), Rule::PortHeldByOwnReservation);
  desk.profile().own_block_plain_bind = choice::OwnBlockPlainBind::Allowed;
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 5000)), std::nullopt);
}

TEST_F(Sockets, ShareAnExcludedPortByReuseUnlessTheMachineHasTheDefect) {
  desk.granted(admin, request::AddExclusion{Transport::Tcp, {5000, 10}});
  const auto reuse = [&](Port port) {
    const SocketId socket = desk.open(me);
    desk.granted(me, request::SetOption{socket, Option::ReuseAddress, true});
    return desk.refusal(me, bind(socket, port));
  };
  EXPECT_EQ(reuse(5000), std::nullopt);
  EXPECT_EQ(reuse(5000), std::nullopt);
  desk.profile().reuse_over_exclusion = choice::ReuseOverExclusion::SecondRefused;
  EXPECT_EQ(reuse(5001), std::nullopt);
  EXPECT_EQ(reuse(5001), Rule::SecondReuseOnExclusion);
  EXPECT_EQ(reuse(4000), std::nullopt);
  EXPECT_EQ(reuse(4000), std::nullopt) << "outside the exclusion reuse works";
}

// -- automatic ports ----------------------------------------------------------------------------------------

TEST_F(Sockets, DrawAutomaticPortsInSequenceRoundTheirRange) {
  set_dynamic_range({50000, 255});
  Port last = 0;
  std::set<Port> drawn;
  for (int i = 0; i < 255; ++i) {
    const Port port = desk.granted(me, bind(desk.open(me), 0)).name.port;
    EXPECT_TRUE(drawn.insert(port).second);
    if (last != 0) {
      EXPECT_EQ(port, last == 50254 ? 50000 : last + 1);
    }
    last = port;
  }
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 0)), Rule::DynamicRangeUsedUp);
  EXPECT_EQ(desk.refusal(me, request::ImplicitBind{desk.open(me)}), Rule::DynamicRangeUsedUp);
}

TEST_F(Sockets, DrawAutomaticPortsAtRandomWhenAsked) {
  std::vector<Port> drawn;
  for (int i = 0; i < 3; ++i) {
    const SocketId socket = desk.open(me);
    desk.granted(me, request::SetOption{socket, Option::RandomizePort, true});
    drawn.push_back(desk.granted(me, bind(socket, 0)).name.port);
    EXPECT_TRUE(kDefaultDynamicRange.contains(drawn.back()));
  }
  EXPECT_FALSE(drawn[1] == drawn[0] + 1 && drawn[2] == drawn[1] + 1);
}

TEST_F(Sockets, DrawFromTheRangeOfTheirOwnFamily) {
  desk.granted(admin, request::SetDynamicRange{Transport::Tcp, Family::Ipv6, {20000, 300}});
  const SocketId six = desk.open(me, Transport::Tcp, Family::Ipv6);
  desk.granted(me, request::SetOption{six, Option::Ipv6Only, false});
  const Port port = desk.granted(me, request::ImplicitBind{six}).name.port;
  EXPECT_TRUE(PortRange::between(20000, 20299)->contains(port));
  EXPECT_TRUE(kDefaultDynamicRange.contains(desk.granted(me, bind(desk.open(me), 0)).name.port));
}

TEST_F(Sockets, OfOneTransportMaySkipTheOthersBlocksWhereTheProfileSaysSo) {
  set_dynamic_range({50000, 255}, Transport::Udp);
  desk.granted(me, request::Acquire{desk.open(me), {50000, 255}});
  const SocketId udp = desk.open(me, Transport::Udp);
  desk.profile().hides_other_transports_port = choice::HidesOtherTransportsPort::Yes;
  EXPECT_EQ(desk.refusal(me, bind(udp, 0)), Rule::DynamicRangeUsedUp);
  desk.profile().hides_other_transports_port = choice::HidesOtherTransportsPort::No;
  EXPECT_EQ(desk.refusal(me, bind(udp, 0)), std::nullopt);
}

TEST_F(Sockets, WithPortScalabilityShareAPortOverAddresses) {
  set_dynamic_range({50000, 255});
  desk.granted(me, request::Acquire{desk.open(me), {50000, 254}});
  const auto scalable = [&](const Address& address) {
    const SocketId socket = desk.open(me);
    desk.granted(me, request::SetOption{socket, Option::PortScalability, true});
    return desk.ask(me, bind(socket, 0, address));
  };
  for (std::uint8_t last = 1; last <= 3; ++last) {
    const auto answer = scalable(Address::ipv4(127, 0, 0, last));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->name.port, 50254);
  }
  EXPECT_FALSE(scalable(Address::ipv4(127, 0, 0, 1)));
  EXPECT_FALSE(scalable(kAny));
  EXPECT_FALSE(desk.ask(me, bind(desk.open(me), 0, Address::ipv4(127, 0, 0, 9)))) << "without the option";
}

// -- listen, accept, getsockname ----------------------------------------------------------------------------

TEST_F(Sockets, ListenOnceBound) {
  const SocketId socket = desk.open(me);
  EXPECT_EQ(desk.refusal(me, request::Listen{socket}), Rule::ListenBeforeBind);
  EXPECT_EQ(desk.refusal(me, request::Listen{desk.open(me, Transport::Udp)}), Rule::OnlyTcpListens);
  desk.granted(me, bind(socket, 5000));
  EXPECT_EQ(desk.refusal(me, request::Accept{socket, kLoopback}), Rule::SocketIsNotListening);
  EXPECT_EQ(desk.refusal(me, request::Listen{socket}), std::nullopt);
  EXPECT_EQ(desk.refusal(me, request::Listen{socket}), std::nullopt) << "twice is harmless";
}

TEST_F(Sockets, ThatAreAcceptedShareTheListenersPort) {
  const Token token = desk.granted(me, request::Acquire{desk.open(me), {5000, 1}}).token;
  const SocketId listener = desk.open(me);
  desk.granted(me, request::Associate{listener, token});
  desk.granted(me, bind(listener, 0));
  desk.granted(me, request::Listen{listener});
  const Reply reply = desk.granted(me, request::Accept{listener, kLoopback});
  EXPECT_EQ(reply.name, (Endpoint{kLoopback, 5000}));
  EXPECT_FALSE(desk.pool().socket(reply.socket)->association);
  EXPECT_EQ(desk.refusal(me, request::Listen{reply.socket}), Rule::SocketIsConnected);
  EXPECT_EQ(desk.refusal(me, bind(reply.socket, 0)), Rule::AlreadyBound);
  desk.granted(me, request::ConnectionClosed{reply.socket});
  desk.granted(me, request::ConnectionClosed{reply.socket});
  EXPECT_EQ(desk.refusal(me, request::Listen{reply.socket}), Rule::SocketIsConnected);
  desk.granted(me, request::ConnectionClosed{listener});
  EXPECT_EQ(desk.pool().socket(listener)->state, SocketState::Listening) << "not a connection";
  desk.granted(me, request::CloseSocket{listener});
  EXPECT_EQ(desk.granted(me, request::NameOf{reply.socket}).name.port, 5000);
}

TEST_F(Sockets, ThatAreAcceptedBelongToWhomAccepted) {
  const SocketId listener = desk.bound(me, 5000);
  desk.granted(me, request::Listen{listener});
  desk.granted(me, request::DuplicateSocket{listener, admin});
  const SocketId accepted = desk.granted(admin, request::Accept{listener, kLoopback}).socket;
  EXPECT_EQ(desk.pool().socket(accepted)->owner, admin);
  EXPECT_EQ(desk.refusal(me, request::NameOf{accepted}), Rule::NotASocket);
}

// -- options ------------------------------------------------------------------------------------------------

TEST_F(Sockets, TakeNoContradictoryOptions) {
  const std::pair<Option, Option> exclude_each_other[] = {{Option::ReuseAddress, Option::ExclusiveUse},
                                                          {Option::RandomizePort, Option::ReuseUnicastPort}};
  for (const auto& [one, two] : exclude_each_other) {
    for (const auto& [first, second] : {std::pair(one, two), std::pair(two, one)}) {
      const SocketId socket = desk.open(me);
      desk.granted(me, request::SetOption{socket, first, true});
      EXPECT_EQ(desk.refusal(me, request::SetOption{socket, second, true}), Rule::OptionsContradict);
      EXPECT_EQ(desk.refusal(me, request::SetOption{socket, second, false}), std::nullopt);
      EXPECT_EQ(desk.refusal(me, request::SetOption{socket, second, true}), Rule::OptionsContradict)
          << "clearing the other leaves the first set";
      desk.granted(me, request::SetOption{socket, first, false});
      EXPECT_EQ(desk.refusal(me, request::SetOption{socket, second, true}), std::nullopt);
    }
  }
}

TEST_F(Sockets, TakeOptionsAboutPortsBeforeTheBind) {
  const SocketId socket = desk.bound(me, 5000);
  for (const Option option :
       {Option::Ipv6Only, Option::RandomizePort, Option::PortScalability, Option::ReuseUnicastPort})
    EXPECT_EQ(desk.refusal(me, request::SetOption{socket, option, true}), Rule::OptionComesBeforeBind);
  for (const Option option : {Option::ReuseAddress, Option::Broadcast})
    EXPECT_EQ(desk.refusal(me, request::SetOption{socket, option, true}), std::nullopt);
}

TEST_F(Sockets, NeedAnAdministratorForExclusiveUseOnXpAlone) {
  EXPECT_EQ(desk.refusal(me, request::SetOption{desk.open(me), Option::ExclusiveUse, true}), std::nullopt);
  desk.profile().bind_matrix = choice::BindMatrix::Xp;
  EXPECT_EQ(desk.refusal(me, request::SetOption{desk.open(me), Option::ExclusiveUse, true}),
            Rule::ExclusiveUseNeedsAnAdministrator);
  EXPECT_EQ(desk.refusal(admin, request::SetOption{desk.open(admin), Option::ExclusiveUse, true}),
            std::nullopt);
}

TEST_F(Sockets, AreGivenAProcessorWhenUdpUnboundAndNotReusing) {
  EXPECT_EQ(desk.refusal(me, request::SetAffinity{desk.open(me), 0}), Rule::AffinityIsForUdp);
  EXPECT_EQ(desk.refusal(me, request::SetAffinity{desk.bound(me, 5000, Transport::Udp), 0}),
            Rule::AffinityComesBeforeBind);
  const SocketId reusing = desk.open(me, Transport::Udp);
  desk.granted(me, request::SetOption{reusing, Option::ReuseAddress, true});
  EXPECT_EQ(desk.refusal(me, request::SetAffinity{reusing, 0}), Rule::AffinityClashesWithReuse);
  const SocketId socket = desk.open(me, Transport::Udp);
  desk.granted(me, request::SetAffinity{socket, 0});
  EXPECT_EQ(desk.refusal(me, request::SetOption{socket, Option::ReuseAddress, true}),
            Rule::AffinityClashesWithReuse);
}

// -- administration -----------------------------------------------------------------------------------------

TEST_F(Sockets, KeepTheirPortsWhenTheDynamicRangeMoves) {
  const SocketId socket = desk.open(me);
  const Port port = desk.granted(me, bind(socket, 0)).name.port;
  set_dynamic_range({2000, 300});
  EXPECT_EQ(desk.granted(me, request::NameOf{socket}).name.port, port);
  EXPECT_TRUE(PortRange::between(2000, 2299)->contains(desk.granted(me, bind(desk.open(me), 0)).name.port));
}

TEST_F(Sockets, AdministeredRangesHaveBounds) {
  const auto set = [&](RequestedBlock block) {
    return desk.refusal(admin, request::SetDynamicRange{Transport::Tcp, Family::Ipv4, block});
  };
  for (const RequestedBlock wrong :
       {RequestedBlock{1023, 300}, {50000, 254}, {65400, 255}, {0, 300}, {50000, 0}})
    EXPECT_EQ(set(wrong), Rule::DynamicRangeOutOfBounds);
  EXPECT_EQ(set({1024, 255}), std::nullopt);
  EXPECT_EQ(set({1024, 64512}), std::nullopt);
  desk.profile().dynamic_range_minimum = choice::DynamicRangeMinimum::From1025;
  EXPECT_EQ(set({1024, 255}), Rule::DynamicRangeOutOfBounds);
  EXPECT_EQ(set({1025, 255}), std::nullopt);
}

TEST_F(Sockets, RangesOfFamiliesGoTogetherWhereTheProfileSaysSo) {
  desk.profile().dynamic_ranges = choice::DynamicRanges::PerTransport;
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    const Port start = family == Family::Ipv4 ? 2000 : 3000;
    desk.granted(admin, request::SetDynamicRange{Transport::Tcp, family, {start, 300}});
    for (const Family seen : {Family::Ipv4, Family::Ipv6})
      EXPECT_EQ(desk.pool().dynamic_range(Transport::Tcp, seen).first(), start);
  }
  EXPECT_EQ(desk.pool().dynamic_range(Transport::Udp, Family::Ipv4), kDefaultDynamicRange);
}

TEST_F(Sockets, ExclusionsAreDeletedByTheirExactNumbersAlone) {
  desk.write_down(kService);
  desk.granted(admin, request::AddExclusion{Transport::Tcp, {5000, 10}});
  desk.granted({}, request::AddForeignBlock{Transport::Tcp, {6000, 10}, kService});
  const auto deleted = [&](RequestedBlock block) {
    return desk.refusal(admin, request::DeleteExclusion{Transport::Tcp, block});
  };
  EXPECT_EQ(deleted({5000, 9}), Rule::NoSuchExclusion);
  EXPECT_EQ(deleted({5001, 9}), Rule::NoSuchExclusion);
  EXPECT_EQ(deleted({65535, 9}), Rule::NoSuchExclusion);
  EXPECT_EQ(deleted({0, 9}), Rule::BlockNeedsAStart);
  EXPECT_EQ(deleted({5000, 0}), Rule::BlockIsEmpty);
  EXPECT_EQ(deleted({6000, 10}), Rule::OnlyExclusionsAreDeleted);
  EXPECT_EQ(deleted({6000, 9}), Rule::NoSuchExclusion);
  EXPECT_EQ(deleted({5000, 10}), std::nullopt);
  EXPECT_EQ(deleted({5000, 10}), Rule::NoSuchExclusion);
}

TEST_F(Sockets, ServicesGiveTheirBlocksBackWhenTheyStop) {
  desk.write_down(kService);
  desk.write_down("HTTP");
  desk.granted({}, request::AddForeignBlock{Transport::Tcp, {6000, 10}, kService});
  desk.granted({}, request::AddForeignBlock{Transport::Udp, {6000, 10}, kService});
  desk.granted({}, request::AddKernelListener{Transport::Tcp, 80, "HTTP"});
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 80)), Rule::PortHeldByKernelListener);
  desk.granted({}, request::StopService{kService});
  EXPECT_EQ(desk.pool().blocks().size(), 1U);
  desk.granted({}, request::StopService{"nobody"});
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 6000)), std::nullopt);
  EXPECT_EQ(desk.refusal(me, bind(desk.open(me), 80)), Rule::PortHeldByKernelListener);
}

// -- two families -------------------------------------------------------------------------------------------

TEST_F(Sockets, OfBothFamiliesMeetOneBlockUnlessPoolsArePerFamily) {
  const auto bind_six = [](Desk& at, ProcessId process) {
    return at.refusal(process,
                      bind(at.open(process, Transport::Tcp, Family::Ipv6), 5000, Address::any(Family::Ipv6)));
  };
  desk.granted(admin, request::Acquire{desk.open(admin), {5000, 1}});
  EXPECT_EQ(bind_six(desk, me), Rule::PortHeldByAnothersReservation);
  Profile per_family;
  per_family.family_pools = choice::FamilyPools::PerFamily;
  Desk apart(per_family);
  const ProcessId one = apart.process();
  const ProcessId two = apart.process();
  const Token token = apart.granted(one, request::Acquire{apart.open(one), {5000, 1}}).token;
  EXPECT_EQ(bind_six(apart, two), std::nullopt);
  EXPECT_EQ(apart.refusal(one, request::Associate{apart.open(one, Transport::Tcp, Family::Ipv6), token}),
            Rule::AnyFamilyMayUseAToken);
}

}  // namespace
}  // namespace berth
