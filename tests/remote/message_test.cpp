// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <berth/core/port_pool.h>
#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/machine/machine.h>
#include <berth/remote/message.h>
#include <berth/remote/where.h>

#include "support/random_requests.h"

namespace berth::test {
namespace {

using namespace remote;
using testing::HasSubstr;

// The line that a message is, without its newline, which must be the only one.
template <class Message>
std::string line_of(const Message& message) {
  std::string line;
  write(line, message);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  line.pop_back();
  return line;
}

template <class Message>
Message sent(const Message& message) {
  auto read = parse<Message>(line_of(message));
  EXPECT_TRUE(read) << read.error();
  return read ? *std::move(read) : Message{};
}

template <class Message>
std::string objection_to(const std::string& line) {
  const auto read = parse<Message>(line);
  return read ? "none" : read.error();
}

TEST(Wire, CarriesEveryRequestAndOutcomeOfARandomLife) {
  const auto machine = Machine::start().value().release();
  const std::unique_ptr<Machine> owner(machine);
  RandomRequests requests(7);
  for (int i = 0; i < 3000; ++i) {
    const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
    const Ask ask = ask::Submit{.caller = asked.caller, .request = asked.request};
    ASSERT_EQ(sent(ask), ask) << line_of(ask);
    const Outcome outcome = machine->submit(asked.caller, asked.request);
    ASSERT_EQ(sent(outcome), outcome) << line_of(outcome);
  }
}

TEST(Wire, IsWrittenAsTheDocumentsWriterWouldWriteIt) {
  const auto machine = Machine::start().value().release();
  const std::unique_ptr<Machine> owner(machine);
  RandomRequests requests(8);
  for (int i = 0; i < 1000; ++i) {
    const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
    Json json{{"submit", json_of(asked.request)}};
    if (asked.caller) json["caller"] = json_of(asked.caller);
    ASSERT_EQ(line_of(Ask(ask::Submit{.caller = asked.caller, .request = asked.request})),
              berth::line_of(json));
    const Outcome outcome = machine->submit(asked.caller, asked.request);
    ASSERT_EQ(line_of(outcome), berth::line_of(json_of(outcome)));
  }
}

TEST(Wire, CarriesWhatIsAskedBesides) {
  const Endpoint name{*parse_address("::1"), 80};
  const Carrier carrier{{Address::ipv4(127, 1, 2, 3), 4000}};
  for (const Ask& ask : std::initializer_list<Ask>{
           ask::SetCarrier{.socket = {5}, .carrier = carrier, .name = name},
           ask::ReceiverOf{.transport = Transport::Udp, .to = name},
           ask::OwnerOf{.transport = Transport::Tcp, .carrier = carrier}, ask::Generation{},
           ask::BoundSockets{}, ask::Status{}, ask::Fork{},
           ask::Exec{.program = "a.exe", .identity = {TokenKind::StandardUser, "bob"}, .keep = {{1}, {2}}},
           ask::Offer{.caller = {1}, .socket = {2}, .pid = 3, .note = "a \"note\""}, ask::Claim{7}})
    EXPECT_EQ(sent(ask), ask) << line_of(ask);
}

TEST(Wire, CarriesHelloAndWelcome) {
  const Hello hello{.version = kWireVersion,
                    .program = "a program",
                    .pid = 12,
                    .identity = Identity{TokenKind::LocalService, "x"},
                    .ticket = 0xffffffffffffffffU,
                    .secret = "s"};
  EXPECT_EQ(sent(hello), hello);
  EXPECT_EQ(sent(Hello{}), Hello{});
  Welcome welcome{.process = {3}, .inherited = {{{1}, {2}}}, .profile = {}, .computer = {}};
  welcome.computer = {.host_name = "h", .addresses = {Address::ipv4(10, 0, 0, 1)}};
  welcome.profile.suspended.set(3);
  EXPECT_EQ(sent(welcome), welcome);
}

TEST(Wire, CarriesTheOtherAnswers) {
  EXPECT_EQ(sent(std::uint64_t{0x1234}), 0x1234U);
  EXPECT_EQ(sent(Claimed{.socket = {9}, .note = "n"}), (Claimed{.socket = {9}, .note = "n"}));
  EXPECT_EQ(sent(Claimed{}), Claimed{});
  EXPECT_EQ(sent(Done{}), Done{});
  EXPECT_FALSE(sent(std::optional<CarrierOwner>{}));
  const auto owner = sent(std::optional(CarrierOwner{.socket = {4}, .name = {Address::ipv4(1, 2, 3, 4), 5}}));
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->socket, SocketId{4});
  EXPECT_EQ(owner->name.port, 5);
  const Receiver receiver = sent(Receiver{.address_is_local = true, .socket = {2}, .carrier = {}});
  EXPECT_TRUE(receiver.address_is_local);
  EXPECT_EQ(receiver.socket, SocketId{2});
  EXPECT_FALSE(receiver.carrier);
  EXPECT_EQ(farewell_in(line_of(Farewell{"why"})), "why");
  EXPECT_FALSE(farewell_in(R"({"done":true})"));
}

TEST(Wire, CarriesListsOfBoundSockets) {
  BoundSocket socket;
  socket.socket = {1};
  socket.owner = {2};
  socket.transport = Transport::Udp;
  socket.family = Family::Ipv6;
  socket.name = {Address::any(Family::Ipv6), 99};
  socket.ipv6_only = true;
  socket.state = SocketState::Listening;
  const auto list = sent(std::vector<BoundSocket>{socket, BoundSocket{}});
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].owner, ProcessId{2});
  EXPECT_EQ(list[0].name, socket.name);
  EXPECT_TRUE(list[0].ipv6_only);
  EXPECT_EQ(list[0].state, SocketState::Listening);
  EXPECT_FALSE(list[1].socket);
}

TEST(Wire, RefusesWithAReason) {
  EXPECT_THAT(objection_to<Ask>("{}"), HasSubstr("one of submit, set_carrier"));
  EXPECT_THAT(objection_to<Ask>("nonsense"), HasSubstr("expected JSON"));
  EXPECT_THAT(objection_to<Ask>(R"({"status":false})"), HasSubstr("expected true"));
  EXPECT_THAT(objection_to<Ask>(R"({"status":true,"more":1})"), HasSubstr("unknown key \"more\""));
  EXPECT_THAT(objection_to<Ask>(R"({"submit":{"request":"Lisen","socket":"0x1"}})"), HasSubstr("\"Listen\""));
  EXPECT_THAT(objection_to<Ask>(R"({"submit":{"request":"Listen","socket":1}})"),
              HasSubstr("/submit/socket"));
  EXPECT_THAT(objection_to<Hello>(R"({"program":"x"})"), HasSubstr("the key \"berth\""));
}

TEST(Wire, LimitsSizeAndNesting) {
  EXPECT_THAT(objection_to<Ask>(std::string(kMostBytesAsked + 1, ' ')), HasSubstr("at most 65536 bytes"));
  std::string deep = R"({"submit":)";
  for (std::size_t i = 0; i < kMostLevelsAsked; ++i) deep += '[';
  EXPECT_THAT(objection_to<Ask>(deep), HasSubstr("levels of nesting"));
}

TEST(Where, IsAPathOrAPortOfTheLoopback) {
  EXPECT_EQ(parse_where("/run/x")->path, "/run/x");
  EXPECT_FALSE(parse_where("/run/x")->is_tcp());
  EXPECT_EQ(parse_where("tcp:localhost:7000")->host, "127.0.0.1");
  EXPECT_EQ(parse_where("tcp:127.0.0.2:7000")->port, 7000);
  EXPECT_EQ(parse_where("tcp:[::1]:1")->host, "::1");
  for (const char* text : {"/run/x", "tcp:127.0.0.1:7000", "tcp:[::1]:1"})
    EXPECT_EQ(to_string(*parse_where(text)), text);
}

TEST(Where, RefusesWhatItIsNot) {
  for (const char* text :
       {"tcp:", "tcp:10.0.0.1:7000", "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:70000",
        "tcp:127.0.0.1:7x", "tcp:example.org:1", "tcp:[::ffff:127.0.0.1]:7000"})
    EXPECT_THAT(parse_where(text).error(), HasSubstr("tcp:127.0.0.1:7000")) << text;
  EXPECT_THAT(parse_where("").error(), HasSubstr("the path of a socket"));
  EXPECT_THAT(parse_where(std::string(108, 'x')).error(), HasSubstr("1 to 107 bytes"));
}

}  // namespace
}  // namespace berth::test
