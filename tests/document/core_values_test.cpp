// SPDX-License-Identifier: MIT
#include <berth/core/request_fields.h>
#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth {
namespace {

using testing::HasSubstr;

template <class T>
Result<T, DocumentError> from_text(std::string_view text) {
  return read_document("some.json", text, [](const Cursor& at) { return read<T>(at); });
}

template <class T>
std::string error_of(std::string_view text) {
  const auto value = from_text<T>(text);
  return value ? "no error" : to_string(value.error());
}

template <class T>
void expect_round_trip(const T& value, std::string_view text) {
  EXPECT_EQ(line_of(json_of(value)), text);
  const auto back = from_text<T>(text);
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_TRUE(*back == value) << text;
}

const RequestedBlock kBlock{.start = 5000, .count = 3};
const SocketId kSocket{0xffffffffffffffffU};

/// Round trips of requests, and which alternatives they were.
class RequestRoundTrips {
 public:
  void expect(const Request& request, std::string_view text) {
    expect_round_trip(request, text);
    seen_[request.index()] = true;
  }
  void expect_all_seen() const {
    for (std::size_t i = 0; i < seen_.size(); ++i)
      EXPECT_TRUE(seen_[i]) << "no line for " << kRequestNames[i];
  }

 private:
  std::vector<bool> seen_ = std::vector<bool>(std::variant_size_v<Request>);
};

TEST(CoreValues, EveryRequestReadsBackAsItWasWritten) {
  using namespace request;
  RequestRoundTrips are;
  // clang-format off
  are.expect(StartProcess{"alice", TokenKind::LocalSystem},
      R"({"request":"StartProcess","account":"alice","token":"local-system"})");
  are.expect(StartProcess{"bob", Launch{.manifest = Manifest::HighestAvailable, .uac = Uac::Off}},
      R"({"request":"StartProcess","account":"bob","token":{"account":"administrator","manifest":"highestAvailable","started_by":"ordinary-parent","uac":"off"}})");
  are.expect(ExitProcess{}, R"({"request":"ExitProcess"})");
  are.expect(OpenSocket{Transport::Udp, Family::Ipv6}, R"({"request":"OpenSocket","transport":"udp","family":"ipv6"})");
  are.expect(DuplicateSocket{kSocket, ProcessId{1}}, R"({"request":"DuplicateSocket","socket":"0xffffffffffffffff","into":"0x1"})");
  are.expect(CloseSocket{kSocket}, R"({"request":"CloseSocket","socket":"0xffffffffffffffff"})");
  are.expect(SetOption{kSocket, Option::ExclusiveUse, true},
      R"({"request":"SetOption","socket":"0xffffffffffffffff","option":"SO_EXCLUSIVEADDRUSE","on":true})");
  are.expect(SetAffinity{kSocket, 65535}, R"({"request":"SetAffinity","socket":"0xffffffffffffffff","processor":65535})");
  are.expect(Acquire{kSocket, kBlock}, R"({"request":"Acquire","socket":"0xffffffffffffffff","block":{"start":5000,"count":3}})");
  are.expect(Release{kSocket, Token{0x1f}}, R"({"request":"Release","socket":"0xffffffffffffffff","token":"0x1f"})");
  are.expect(Associate{kSocket, Token{}}, R"({"request":"Associate","socket":"0xffffffffffffffff","token":"0x0"})");
  are.expect(Bind{kSocket, {Address::loopback(Family::Ipv6), 80}},
      R"({"request":"Bind","socket":"0xffffffffffffffff","name":{"address":"::1","port":80}})");
  are.expect(ImplicitBind{kSocket}, R"({"request":"ImplicitBind","socket":"0xffffffffffffffff"})");
  are.expect(Listen{kSocket}, R"({"request":"Listen","socket":"0xffffffffffffffff"})");
  are.expect(Accept{kSocket, Address::ipv4(10, 0, 0, 1)}, R"({"request":"Accept","listener":"0xffffffffffffffff","local":"10.0.0.1"})");
  are.expect(TakeBindBack{kSocket}, R"({"request":"TakeBindBack","socket":"0xffffffffffffffff"})");
  are.expect(ConnectionClosed{kSocket}, R"({"request":"ConnectionClosed","socket":"0xffffffffffffffff"})");
  are.expect(Shutdown{kSocket}, R"({"request":"Shutdown","socket":"0xffffffffffffffff"})");
  are.expect(NameOf{kSocket}, R"({"request":"NameOf","socket":"0xffffffffffffffff"})");
  are.expect(CreatePersistent{Transport::Tcp, {0, 0}}, R"({"request":"CreatePersistent","transport":"tcp","block":{"start":0,"count":0}})");
  are.expect(DeletePersistent{Transport::Udp, kBlock}, R"({"request":"DeletePersistent","transport":"udp","block":{"start":5000,"count":3}})");
  are.expect(LookupPersistent{Transport::Tcp, {65535, 65535}},
      R"({"request":"LookupPersistent","transport":"tcp","block":{"start":65535,"count":65535}})");
  are.expect(AddExclusion{Transport::Tcp, kBlock, Lifetime::UntilRestart},
      R"({"request":"AddExclusion","transport":"tcp","block":{"start":5000,"count":3},"store":"active"})");
  are.expect(DeleteExclusion{Transport::Tcp, kBlock, Lifetime::Persistent},
      R"({"request":"DeleteExclusion","transport":"tcp","block":{"start":5000,"count":3},"store":"persistent"})");
  are.expect(request::SetDynamicRange{Transport::Tcp, Family::Ipv6, kBlock, Lifetime::Persistent},
      R"({"request":"SetDynamicRange","transport":"tcp","family":"ipv6","block":{"start":5000,"count":3},"store":"persistent"})");
  are.expect(AddForeignBlock{Transport::Udp, kBlock, "Win\"NAT\"", Placement::MovesAtRestart},
      R"({"request":"AddForeignBlock","transport":"udp","block":{"start":5000,"count":3},"service":"Win\"NAT\"","placement":"moves_at_restart"})");
  are.expect(AddKernelListener{Transport::Tcp, 80, "http.sys"},
      R"({"request":"AddKernelListener","transport":"tcp","port":80,"service":"http.sys"})");
  are.expect(StopService{"WinNAT"}, R"({"request":"StopService","service":"WinNAT"})");
  // clang-format on
  are.expect_all_seen();
}

TEST(CoreValues, ARequestWithAMissingOrUnknownFieldIsRefused) {
  EXPECT_THAT(error_of<Request>(R"({"request":"Listen"})"), HasSubstr(R"(found no key "socket")"));
  EXPECT_THAT(error_of<Request>(R"({"request":"Listen","socket":"0x1","on":true})"),
              HasSubstr(R"(at /on: found the unknown key "on", expected one of "request", "socket")"));
  EXPECT_THAT(error_of<Request>(R"({"request":"Listn","socket":"0x1"})"), HasSubstr(R"("Listen" is near)"));
  EXPECT_THAT(error_of<Request>(R"({"request":"Listen","socket":1})"),
              HasSubstr("at /socket: found the number 1"));
}

TEST(CoreValues, OutcomesReadBackAsTheyWereWritten) {
  expect_round_trip<Outcome>(Reply{}, R"({"granted":{}})");
  expect_round_trip<Outcome>(Reply{.process = {1},
                                   .socket = {2},
                                   .block = kBlock,
                                   .token = {3},
                                   .name = {Address::ipv4(1, 2, 3, 4), 5}},
                             R"({"granted":{"process":"0x1","socket":"0x2","block":{"start":5000,"count":3},)"
                             R"("token":"0x3","name":{"address":"1.2.3.4","port":5}}})");
  expect_round_trip<Outcome>(Refusal{.rule = Rule::BlockIsEmpty, .record = {}},
                             R"({"refused":{"rule":"BlockIsEmpty"}})");
  expect_round_trip<Outcome>(Refusal{.rule = Rule::BlockIsEmpty, .record = BlockId{1}},
                             R"({"refused":{"rule":"BlockIsEmpty","record":{"block":"0x1"}}})");
  expect_round_trip<Outcome>(Refusal{.rule = Rule::BlockIsEmpty, .record = SocketId{1}},
                             R"({"refused":{"rule":"BlockIsEmpty","record":{"socket":"0x1"}}})");
  for (std::size_t i = 0; i < kHostFailureNames.size(); ++i)
    expect_round_trip<Outcome>(static_cast<HostFailure>(i),
                               R"({"failed":")" + std::string(kHostFailureNames[i]) + R"("})");
}

TEST(CoreValues, AnOutcomeIsOneThingOnly) {
  EXPECT_THAT(error_of<Outcome>("{}"), HasSubstr(R"(either "granted" or "refused" or "failed")"));
  EXPECT_THAT(error_of<Outcome>(R"({"granted":{},"failed":"machine_is_gone"})"), HasSubstr("either"));
  EXPECT_THAT(error_of<Refusal>(R"({"rule":"BlockIsEmpty","record":{}})"),
              HasSubstr(R"(either "block" or "socket")"));
}

TEST(CoreValues, ValuesReadBackAsTheyWereWritten) {
  expect_round_trip(*PortRange::between(1, 65535), R"({"start":1,"count":65535})");
  expect_round_trip(Identity{TokenKind::ElevatedAdministrator, "alice"}, R"("elevated-administrator:alice")");
  expect_round_trip(PortChoice{~std::uint64_t{0}}, R"("0xffffffffffffffff")");
  expect_round_trip(*parse_address("::ffff:10.0.0.1"), R"("::ffff:10.0.0.1")");
  expect_round_trip(Address::any(Family::Ipv6), R"("::")");
  for (std::size_t i = 0; i < kRuleCount; ++i) {
    const Rule rule = static_cast<Rule>(i);
    expect_round_trip(rule, '"' + std::string(name_of(rule)) + '"');
  }
}

TEST(CoreValues, AnIdentityWithoutAnAccountHasTheUsualOne) {
  EXPECT_EQ(from_text<Identity>(R"("local-system")")->account, usual_account(TokenKind::LocalSystem));
  EXPECT_THAT(error_of<Identity>(R"("local-sistem:x")"), HasSubstr(R"("local-system" is near)"));
  EXPECT_THAT(error_of<Identity>(R"("local-system:")"), HasSubstr("expected one of"));
}

TEST(CoreValues, ImpossibleValuesAreRefused) {
  EXPECT_THAT(error_of<PortRange>(R"({"start":65535,"count":2})"), HasSubstr("found 2 ports from 65535"));
  EXPECT_THAT(error_of<PortRange>(R"({"start":0,"count":2})"), HasSubstr("inside 1 to 65535"));
  EXPECT_THAT(error_of<RequestedBlock>(R"({"start":1,"count":65536})"), HasSubstr("at /count"));
  EXPECT_THAT(error_of<Address>(R"("256.0.0.1")"), HasSubstr("an IPv4 or IPv6 address"));
  EXPECT_THAT(error_of<Rule>(R"("BlockIsEmty")"), HasSubstr(R"("BlockIsEmpty" is near)"));
}

TEST(Profiles, EveryPositionOfEverySwitchReadsBack) {
  for (const Switch& one : switches()) {
    for (std::size_t position = 0; position < one.positions.size(); ++position) {
      Profile profile;
      one.set(profile, position);
      const auto back = from_text<Profile>(line_of(json_of(profile)));
      ASSERT_TRUE(back) << to_string(back.error());
      EXPECT_EQ(*back, profile) << one.name;
    }
  }
}

TEST(Profiles, SuspendedRulesAndCodesReadBack) {
  Profile profile{.name = "odd"};
  profile.suspended.set(index_of(Rule::BlockIsEmpty));
  profile.codes = {{.rule = Rule::AddressInUse, .winsock = 10048, .win32 = {}},
                   {.rule = Rule::BlockIsEmpty, .winsock = 10022, .win32 = 4294967295U}};
  const auto back = from_text<Profile>(line_of(json_of(profile)));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, profile);
  EXPECT_THAT(line_of(json_of(profile)), HasSubstr(R"("codes":[{"rule":"AddressInUse","winsock":10048},)"));
}

TEST(Profiles, WhatIsNotSaidIsAsInTheDefault) {
  const auto profile =
      from_text<Profile>(R"({"name": "short", "switches": {"bad_block": "address_not_available"}})");
  ASSERT_TRUE(profile);
  Profile expected{.name = "short"};
  expected.bad_block = choice::BadBlock::AddressNotAvailable;
  EXPECT_EQ(*profile, expected);
}

TEST(Profiles, UnknownAndContradictoryEntriesAreRefused) {
  EXPECT_THAT(error_of<Profile>("{}"), HasSubstr(R"(the key "name")"));
  EXPECT_THAT(
      error_of<Profile>(R"({"name":"x","switches":{"bad_blok":"invalid"}})"),
      HasSubstr(
          R"(at /switches/bad_blok: found the unknown switch "bad_blok", expected one of "block_used_up")"));
  EXPECT_THAT(error_of<Profile>(R"({"name":"x","switches":{"bad_block":"invlid"}})"),
              HasSubstr(R"(expected one of "invalid", "address_not_available"; "invalid" is near)"));
  EXPECT_THAT(error_of<Profile>(R"({"name":"x","suspended":["BlockIsEmpty","BlockIsEmpty"]})"),
              HasSubstr("at /suspended/1: found the rule \"BlockIsEmpty\" a second time"));
  EXPECT_THAT(error_of<Profile>(R"({"name":"x","codes":[{"rule":"BlockIsEmpty"}]})"), HasSubstr("/codes/0"));
  EXPECT_THAT(
      error_of<Profile>(
          R"({"name":"x","codes":[{"rule":"BlockIsEmpty","win32":1},{"rule":"BlockIsEmpty","win32":2}]})"),
      HasSubstr("at /codes/1: found the rule \"BlockIsEmpty\" a second time"));
  EXPECT_THAT(error_of<Profile>(R"({"name":"x","codes":[{"rule":"BlockIsEmpty","winsock":2147483648}]})"),
              HasSubstr("/codes/0/winsock"));
}

}  // namespace
}  // namespace berth
