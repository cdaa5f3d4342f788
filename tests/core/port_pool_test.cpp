// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include <berth/core/port_pool.h>
#include <support/desk.h>

namespace berth {
namespace {

TEST(PortPool, KnowsTheAddressesOfItsMachine) {
  const PortPool pool({.addresses = {Address::ipv4(10, 0, 0, 1), *parse_address("::ffff:10.0.0.2")}});
  for (const char* local : {"0.0.0.0", "::", "::ffff:0.0.0.0", "127.0.0.1", "127.255.255.254", "::1",
                            "10.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "10.0.0.2"})
    EXPECT_TRUE(pool.is_local(*parse_address(local))) << local;
  for (const char* foreign : {"10.0.0.3", "126.0.0.1", "::2", "fe80::1", "255.255.255.255"})
    EXPECT_FALSE(pool.is_local(*parse_address(foreign))) << foreign;
}

TEST(PortPool, WritesANameDownOnce) {
  PortPool pool;
  EXPECT_EQ(pool.number_of("alice"), NameId{});
  const NameId alice = pool.write_down("alice");
  EXPECT_EQ(pool.write_down("alice"), alice);
  const NameId bob = pool.write_down("bob");
  EXPECT_NE(bob, alice);
  EXPECT_EQ(pool.name(bob), "bob");
  EXPECT_EQ(pool.name(NameId{}), "");
  pool.forget_names_after(1);
  EXPECT_EQ(pool.number_of("bob"), NameId{});
  EXPECT_EQ(pool.name(alice), "alice");
  pool.forget_names_after(7);
  EXPECT_EQ(pool.names_written_down(), 1U);
}

TEST(PortPool, SettlesWhereEachSequenceOfAutomaticPortsBegins) {
  const PortPool pool({.seed = 3});
  for (const Transport transport : {Transport::Tcp, Transport::Udp})
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      EXPECT_EQ(pool.dynamic_range(transport, family), kDefaultDynamicRange);
      EXPECT_TRUE(kDefaultDynamicRange.contains(pool.last_automatic_port(transport, family)));
    }
}

BlockRecord block(RecordKind kind, std::uint32_t first, std::uint32_t last, FamilySet families = {}) {
  BlockRecord record;
  record.kind = kind;
  record.range = *PortRange::between(first, last);
  record.families = families;
  return record;
}

TEST(PortPool, FindsTheLowestBlockOfAKindInARange) {
  PortPool pool;
  pool.apply(effect::AddBlock{block(RecordKind::ForeignBlock, 100, 199)});
  pool.apply(effect::AddBlock{block(RecordKind::AdministeredExclusion, 200, 299)});
  pool.apply(effect::AddBlock{block(RecordKind::ForeignBlock, 300, 399, FamilySet::only(Family::Ipv6))});
  pool.apply(effect::AddBlock{block(RecordKind::ForeignBlock, 65535, 65535)});
  const auto found = [&](std::uint32_t first, std::uint32_t last, RecordKind kind, FamilySet families = {}) {
    const BlockRecord* record =
        pool.block_in(Transport::Tcp, families, *PortRange::between(first, last), kind);
    return record == nullptr ? 0 : record->range.first();
  };
  EXPECT_EQ(found(150, 400, RecordKind::ForeignBlock), 100);
  EXPECT_EQ(found(200, 400, RecordKind::ForeignBlock), 300);
  EXPECT_EQ(found(200, 400, RecordKind::ForeignBlock, FamilySet::only(Family::Ipv4)), 0);
  EXPECT_EQ(found(1, 65535, RecordKind::AdministeredExclusion), 200);
  EXPECT_EQ(found(400, 65535, RecordKind::ForeignBlock), 65535);
  EXPECT_EQ(found(65535, 65535, RecordKind::AdministeredExclusion), 0);
  EXPECT_EQ(found(400, 500, RecordKind::ForeignBlock), 0);
}

TEST(PortPool, FindsSocketsOnAPortNewestFirst) {
  Desk desk;
  const ProcessId process = desk.process();
  std::vector<SocketId> sockets;
  for (std::uint8_t last = 1; last <= 4; ++last) {
    const SocketId socket = desk.open(process);
    desk.granted(process, request::Bind{socket, {Address::ipv4(127, 0, 0, last), 5000}});
    sockets.push_back(socket);
  }
  const auto on_port = [&] {
    std::vector<SocketId> found;
    for (const SocketRecord* socket = desk.pool().newest_on(Transport::Tcp, 5000); socket != nullptr;
         socket = desk.pool().socket(socket->older_on_port))
      found.push_back(socket->id);
    return found;
  };
  EXPECT_EQ(on_port(), (std::vector{sockets[3], sockets[2], sockets[1], sockets[0]}));
  desk.granted(process, request::CloseSocket{sockets[1]});  // in the middle
  EXPECT_EQ(on_port(), (std::vector{sockets[3], sockets[2], sockets[0]}));
  desk.granted(process, request::CloseSocket{sockets[3]});  // the newest
  EXPECT_EQ(on_port(), (std::vector{sockets[2], sockets[0]}));
  desk.granted(process, request::CloseSocket{sockets[0]});  // the oldest
  EXPECT_EQ(on_port(), (std::vector{sockets[2]}));
  desk.granted(process, request::CloseSocket{sockets[2]});
  EXPECT_TRUE(on_port().empty());
}

TEST(PortPool, RemovesAnyReservationOfAnAnchor) {
  for (std::size_t removed = 0; removed < 3; ++removed) {
    Desk desk;
    const ProcessId process = desk.process();
    const SocketId anchor = desk.open(process);
    std::vector<Token> tokens;
    for (Port start = 5000; start < 5030; start = static_cast<Port>(start + 10))
      tokens.push_back(desk.granted(process, request::Acquire{anchor, {start, 5}}).token);
    desk.granted(process, request::Release{anchor, tokens[removed]});
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(desk.pool().reservation_with(tokens[i]) == nullptr, i == removed);
    desk.granted(process, request::CloseSocket{anchor});
    EXPECT_EQ(desk.pool().blocks().size(), 0U);
  }
}

TEST(PortPool, OfTheNextBootGivesNoOldId) {
  Desk desk;
  const ProcessId process = desk.process();
  for (int i = 0; i < 5; ++i) desk.granted(process, request::CloseSocket{desk.open(process)});
  const PortPool next({.boot = 2, .generations_before = desk.pool().generations()});
  EXPECT_NE(next.next_process(), process);
  EXPECT_EQ(next.process(process), nullptr);
}

TEST(StateHash, SeesTheOrderOfSocketsOnAPort) {
  const auto hash_after = [](bool first_first) {
    Desk desk;
    const ProcessId process = desk.process();
    const SocketId one = desk.open(process);
    const SocketId two = desk.open(process);
    const auto bind = [&](SocketId socket, std::uint8_t last) {
      desk.granted(process, request::Bind{socket, {Address::ipv4(127, 0, 0, last), 5000}});
    };
    if (first_first) bind(one, 1);
    bind(two, 2);
    if (!first_first) bind(one, 1);
    return desk.pool().state_hash();
  };
  EXPECT_NE(hash_after(true), hash_after(false));
}

template <class Record>
void expect_each_change_to_show(const std::vector<std::function<void(Record&)>>& changes) {
  const Record plain{};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Record changed{};
    changes[i](changed);
    EXPECT_NE(hash_of(changed), hash_of(plain)) << "change " << i;
  }
}

TEST(RecordHash, SeesEveryMemberOfASocket) {
  using S = SocketRecord;
  expect_each_change_to_show<S>({
      [](S& s) { s.id.value = 1; },
      [](S& s) { s.owner.value = 1; },
      [](S& s) { s.account.value = 1; },
      [](S& s) { s.transport = Transport::Udp; },
      [](S& s) { s.family = Family::Ipv6; },
      [](S& s) { s.state = SocketState::Ended; },
      [](S& s) { s.options.sharing = Sharing::Reuse; },
      [](S& s) { s.options.ipv6_only = true; },
      [](S& s) { s.options.broadcast = true; },
      [](S& s) { s.options.randomize_port = true; },
      [](S& s) { s.options.port_scalability = true; },
      [](S& s) { s.options.reuse_unicast_port = true; },
      [](S& s) { s.bound_with.sharing = Sharing::Reuse; },
      [](S& s) { s.processor = 0; },
      [](S& s) { s.association.value = 1; },
      [](S& s) { s.name.address = Address::loopback(Family::Ipv4); },
      [](S& s) { s.name.address = Address::any(Family::Ipv6); },
      [](S& s) { s.name.port = 1; },
      [](S& s) { s.handles = 2; },
      [](S& s) { s.owner_handles = 0; },
      [](S& s) { s.older_on_port.value = 1; },
  });
}

TEST(RecordHash, SeesEveryMemberOfABlock) {
  using B = BlockRecord;
  expect_each_change_to_show<B>({
      [](B& b) { b.id.value = 1; },
      [](B& b) { b.kind = RecordKind::ForeignBlock; },
      [](B& b) { b.transport = Transport::Udp; },
      [](B& b) { b.families.ipv4 = false; },
      [](B& b) { b.families.ipv6 = false; },
      [](B& b) { b.range = *PortRange::between(1, 2); },
      [](B& b) { b.token.value = 1; },
      [](B& b) { b.owner.value = 1; },
      [](B& b) { b.service.value = 1; },
      [](B& b) { b.anchor.value = 1; },
      [](B& b) { b.next_of_anchor.value = 1; },
      [](B& b) { b.lifetime = Lifetime::Persistent; },
      [](B& b) { b.placement = Placement::MovesAtRestart; },
      [](B& b) { b.serial = 1; },
  });
}

TEST(RecordHash, SeesEveryMemberOfProcessesAndHandles) {
  using P = ProcessRecord;
  expect_each_change_to_show<P>({
      [](P& p) { p.id.value = 1; },
      [](P& p) { p.account.value = 1; },
      [](P& p) { p.token = TokenKind::LocalSystem; },
      [](P& p) { p.elevated = true; },
  });
  using H = HandleRecord;
  expect_each_change_to_show<H>({
      [](H& h) { h.id.value = 1; },
      [](H& h) { h.process.value = 1; },
      [](H& h) { h.socket.value = 1; },
  });
}

TEST(SocketState, GoesOnlyForward) {
  using S = SocketState;
  const std::vector<std::pair<S, S>> allowed = {{S::Open, S::Bound},
                                                {S::Bound, S::Listening},
                                                {S::Listening, S::Listening},
                                                {S::Accepted, S::Ended},
                                                {S::Ended, S::Ended}};
  for (const S from : {S::Open, S::Bound, S::Listening, S::Accepted, S::Ended})
    for (const S to : {S::Open, S::Bound, S::Listening, S::Accepted, S::Ended})
      EXPECT_EQ(may_become(from, to), std::ranges::find(allowed, std::pair(from, to)) != allowed.end());
}

}  // namespace
}  // namespace berth
