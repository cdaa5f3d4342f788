// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include <support/desk.h>

namespace berth {
namespace {

constexpr Port kPort = 5000;
constexpr std::int64_t kInUse = 10048;
constexpr std::int64_t kDenied = 10013;

std::int64_t code_of(std::optional<Rule> refusal) {
  if (!refusal) return 0;
  if (*refusal == Rule::AddressInUse) return kInUse;
  return *refusal == Rule::AddressHeldExclusively ? kDenied : -1;
}

// -- the documented tables ----------------------------------------------------------------------------------

// One socket of the matrix.
struct Bound {
  Sharing sharing = Sharing::Default;
  Address address;
};

void set_sharing(Desk& desk, ProcessId owner, SocketId socket, Sharing sharing) {
  if (sharing == Sharing::Default) return;
  const Option option = sharing == Sharing::Reuse ? Option::ReuseAddress : Option::ExclusiveUse;
  desk.granted(owner, request::SetOption{socket, option, true});
}

std::optional<Rule> bind(Desk& desk, ProcessId owner, Transport transport, const Bound& bound) {
  const SocketId socket = desk.open(owner, transport, bound.address.family);
  set_sharing(desk, owner, socket, bound.sharing);
  return desk.refusal(owner, request::Bind{socket, {bound.address, kPort}});
}

Bound read_bound(const nlohmann::json& side, Family family) {
  static const std::map<std::string, Sharing> kSharing = {
      {"default", Sharing::Default}, {"reuseaddr", Sharing::Reuse}, {"exclusive", Sharing::Exclusive}};
  const bool wildcard = side.at("address") == "wildcard";
  return {.sharing = kSharing.at(side.at("option")),
          .address = wildcard ? Address::any(family) : Address::loopback(family)};
}

void expect_cell(const nlohmann::json& cell, Transport transport, Family family) {
  const std::string table = cell.at("table");
  Profile profile;
  if (table == "windows-xp-and-earlier") profile.bind_matrix = choice::BindMatrix::Xp;
  Desk desk(profile);
  const ProcessId first = desk.process(TokenKind::ElevatedAdministrator, "alice");
  const bool others = table.find("different") != std::string::npos;
  const ProcessId second = desk.process(TokenKind::ElevatedAdministrator, others ? "bob" : "alice");
  ASSERT_EQ(bind(desk, first, transport, read_bound(cell.at("first"), family)), std::nullopt);
  EXPECT_EQ(code_of(bind(desk, second, transport, read_bound(cell.at("second"), family))), cell.at("code"))
      << cell.dump();
}

TEST(BindMatrix, AgreesWithEachDocumentedCellForBothTransportsAndFamilies) {
  std::ifstream file(BERTH_SOURCE_DIR "/tests/rules/data/bind_matrix.json");
  const auto cells = nlohmann::json::parse(file).at("cases");
  ASSERT_EQ(cells.size(), 108U);
  std::map<std::string, int> tables;
  for (const auto& cell : cells) {
    ++tables[cell.at("table")];
    for (const Transport transport : {Transport::Tcp, Transport::Udp})
      for (const Family family : {Family::Ipv4, Family::Ipv6}) expect_cell(cell, transport, family);
  }
  ASSERT_EQ(tables.size(), 3U);
  for (const auto& [table, count] : tables) EXPECT_EQ(count, 36) << table;
}

// -- the observed rows --------------------------------------------------------------------------------------

// A socket as the observations write it: "4lo X" is 127.0.0.1 with exclusive use; 6any is dual-stack.
struct Observed {
  const char* address;
  Sharing sharing = Sharing::Default;
};

constexpr Sharing X = Sharing::Exclusive;
constexpr Sharing R = Sharing::Reuse;
constexpr const char* k4lo = "127.0.0.1";
constexpr const char* k4any = "0.0.0.0";
constexpr const char* k6lo = "::1";
constexpr const char* k6any = "::";
constexpr const char* k6loMapped = "::ffff:127.0.0.1";
constexpr const char* k6anyMapped = "::ffff:0.0.0.0";

class ObservedBinds {
 public:
  ObservedBinds() { process_ = desk_.process(); }
  SocketId open(const Observed& observed) {
    const Address address = *parse_address(observed.address);
    const SocketId socket = desk_.open(process_, Transport::Tcp, address.family);
    // The observations were made with IPV6_V6ONLY cleared.
    if (address.family == Family::Ipv6)
      desk_.granted(process_, request::SetOption{socket, Option::Ipv6Only, false});
    set_sharing(desk_, process_, socket, observed.sharing);
    return socket;
  }
  std::int64_t bind(const Observed& observed) { return bind(open(observed), observed); }
  std::int64_t bind(SocketId socket, const Observed& observed) {
    return code_of(desk_.refusal(process_, request::Bind{socket, {*parse_address(observed.address), kPort}}));
  }
  std::optional<Rule> listen(SocketId socket) { return desk_.refusal(process_, request::Listen{socket}); }
  std::optional<Rule> set(SocketId socket, Option option, bool on) {
    return desk_.refusal(process_, request::SetOption{socket, option, on});
  }

 private:
  Desk desk_;
  ProcessId process_;
};

struct ObservedRow {
  Observed first;
  Observed second;
  std::int64_t code;
};

constexpr ObservedRow kObserved[] = {
    {{k4lo}, {k4lo, R}, kDenied},  // B1
    {{k6lo}, {k6lo, R}, kDenied},  // B1
    {{k4any}, {k4any}, kInUse},    // B6
    {{k6any}, {k6any}, kInUse},    // B6
    {{k4any, X}, {k4lo}, kDenied},
    {{k4any, X}, {k4lo, X}, kDenied},
    {{k6any, X}, {k4lo}, kDenied},
    {{k6any, X}, {k4any}, kDenied},
    {{k4any}, {k4lo, X}, 0},
    {{k4lo, X}, {k4any}, 0},
    {{k4lo}, {k4any, X}, kInUse},
    {{k4lo}, {k6any, X}, kInUse},
    {{k6lo}, {k4any, X}, 0},
    {{k6lo, X}, {k4lo, X}, 0},
    {{k6loMapped}, {k4any, X}, kInUse},
    {{k6loMapped}, {k4lo}, kInUse},
    {{k4lo}, {k6loMapped}, kInUse},
    {{k6any}, {k4any, X}, 0},
    {{k6any}, {k4any}, 0},
    {{k6anyMapped}, {k4any}, kInUse},
    {{k4any}, {k4any}, kInUse},
    {{k4any}, {k4any, X}, kInUse},
    {{k4lo, X}, {k4lo}, kInUse},
    {{k4lo, X}, {k4lo, X}, kInUse},
};

TEST(BindMatrix, AgreesWithEachObservedRow) {
  for (const ObservedRow& row : kObserved) {
    ObservedBinds binds;
    ASSERT_EQ(binds.bind(row.first), 0);
    EXPECT_EQ(binds.bind(row.second), row.code)
        << row.first.address << ' ' << static_cast<int>(row.first.sharing) << " then " << row.second.address
        << ' ' << static_cast<int>(row.second.sharing);
  }
}

TEST(BindMatrix, RefusesAPlainBindAfterReuseOnTheSameAddress) {  // B2: the code is not pinned
  for (const char* lo : {k4lo, k6lo}) {
    ObservedBinds binds;
    ASSERT_EQ(binds.bind({lo, R}), 0);
    EXPECT_NE(binds.bind({lo}), 0);
  }
}

TEST(BindMatrix, LetsTwoReusingSocketsListenOnOneAddress) {  // B3
  for (const char* lo : {k4lo, k6lo}) {
    ObservedBinds binds;
    const SocketId first = binds.open({lo, R});
    const SocketId second = binds.open({lo, R});
    EXPECT_EQ(binds.bind(first, {lo}), 0);
    EXPECT_EQ(binds.bind(second, {lo}), 0);
    EXPECT_EQ(binds.listen(first), std::nullopt);
    EXPECT_EQ(binds.listen(second), std::nullopt);
  }
}

TEST(BindMatrix, LetsAWildcardAndALoopbackSocketListenSideBySide) {  // B4, B5
  for (const auto& [one, two] : std::vector<std::pair<const char*, const char*>>{
           {k4any, k4lo}, {k4lo, k4any}, {k6any, k6lo}, {k6lo, k6any}}) {
    ObservedBinds binds;
    const SocketId first = binds.open({one});
    EXPECT_EQ(binds.bind(first, {one}), 0);
    EXPECT_EQ(binds.listen(first), std::nullopt);
    const SocketId second = binds.open({two});
    EXPECT_EQ(binds.bind(second, {two}), 0);
    EXPECT_EQ(binds.listen(second), std::nullopt);
  }
}

TEST(BindMatrix, RefusesReuseWithExclusiveUseUntilTheFirstIsCleared) {  // B7
  for (const auto& [one, two] : {std::pair(Option::ReuseAddress, Option::ExclusiveUse),
                                 std::pair(Option::ExclusiveUse, Option::ReuseAddress)}) {
    ObservedBinds binds;
    const SocketId socket = binds.open({k4lo});
    EXPECT_EQ(binds.set(socket, one, true), std::nullopt);
    EXPECT_EQ(binds.set(socket, two, true), Rule::OptionsContradict);
    EXPECT_EQ(binds.set(socket, one, false), std::nullopt);
    EXPECT_EQ(binds.set(socket, two, true), std::nullopt);
  }
}

TEST(BindMatrix, RefusesBothFollowersOfAnExclusiveLoopbackSocket) {  // 4lo X, then 4lo, then 4lo X
  ObservedBinds binds;
  ASSERT_EQ(binds.bind({k4lo, X}), 0);
  EXPECT_EQ(binds.bind({k4lo}), kInUse);
  EXPECT_EQ(binds.bind({k4lo, X}), kInUse);
}

// -- what the tables leave to words -------------------------------------------------------------------------

TEST(BindMatrix, LeavesDifferentAddressesAlone) {
  for (const Sharing first : {Sharing::Default, R, X})
    for (const Sharing second : {Sharing::Default, R, X}) {
      ObservedBinds binds;
      ASSERT_EQ(binds.bind({"127.0.0.1", first}), 0);
      EXPECT_EQ(binds.bind({"127.0.0.2", second}), 0);
    }
}

TEST(BindMatrix, LeavesTheOtherTransportAlone) {
  Desk desk;
  const ProcessId process = desk.process();
  const Bound exclusive{.sharing = X, .address = Address::any(Family::Ipv4)};
  EXPECT_EQ(bind(desk, process, Transport::Tcp, exclusive), std::nullopt);
  EXPECT_EQ(bind(desk, process, Transport::Udp, exclusive), std::nullopt);
}

TEST(BindMatrix, LetsAPlainDualStackWildcardFollowUnlessTheProfileRefuses) {
  for (const auto position :
       {choice::DualStackOverIpv4Wildcard::Allowed, choice::DualStackOverIpv4Wildcard::Refused}) {
    Profile profile;
    profile.dual_stack_over_ipv4_wildcard = position;
    Desk desk(profile);
    const ProcessId process = desk.process();
    ASSERT_EQ(bind(desk, process, Transport::Tcp, {.address = Address::any(Family::Ipv4)}), std::nullopt);
    const SocketId dual = desk.open(process, Transport::Tcp, Family::Ipv6);
    desk.granted(process, request::SetOption{dual, Option::Ipv6Only, false});
    const auto refusal = desk.refusal(process, request::Bind{dual, {Address::any(Family::Ipv6), kPort}});
    EXPECT_EQ(code_of(refusal), position == choice::DualStackOverIpv4Wildcard::Allowed ? 0 : kInUse);
  }
}

TEST(BindMatrix, KeepsAnIpv6OnlyWildcardAndIpv4Apart) {
  Desk desk;
  const ProcessId process = desk.process();
  EXPECT_EQ(bind(desk, process, Transport::Tcp, {.sharing = X, .address = Address::any(Family::Ipv6)}),
            std::nullopt);
  EXPECT_EQ(bind(desk, process, Transport::Tcp, {.sharing = X, .address = Address::any(Family::Ipv4)}),
            std::nullopt);
}

TEST(BindMatrix, CountsTheOptionsOfBeforeTheBind) {
  Desk desk;
  const ProcessId process = desk.process();
  const SocketId first = desk.open(process);
  desk.granted(process, request::Bind{first, {Address::loopback(Family::Ipv4), kPort}});
  desk.granted(process, request::SetOption{first, Option::ReuseAddress, true});
  // (REUSE P, REUSE P) would succeed; (Default P, REUSE P) is denied.
  EXPECT_EQ(code_of(bind(desk, process, Transport::Tcp,
                         {.sharing = R, .address = Address::loopback(Family::Ipv4)})),
            kDenied);
}

TEST(BindMatrix, KeepsAnExclusivePortWhileAnAcceptedConnectionIsActive) {
  Desk desk;
  const ProcessId process = desk.process();
  const Address lo = Address::loopback(Family::Ipv4);
  const SocketId listener = desk.open(process);
  set_sharing(desk, process, listener, X);
  desk.granted(process, request::Bind{listener, {lo, kPort}});
  desk.granted(process, request::Listen{listener});
  const SocketId accepted = desk.granted(process, request::Accept{listener, lo}).socket;
  desk.granted(process, request::CloseSocket{listener});
  EXPECT_EQ(code_of(bind(desk, process, Transport::Tcp, {.sharing = X, .address = lo})), kInUse);
  desk.granted(process, request::ConnectionClosed{accepted});
  EXPECT_EQ(code_of(bind(desk, process, Transport::Tcp, {.sharing = X, .address = lo})), 0);
}

TEST(BindMatrix, LetsAPlainServerComeBackBesideItsOldConnections) {
  Desk desk;
  const ProcessId process = desk.process();
  const Address any = Address::any(Family::Ipv4);
  const SocketId listener = desk.bound(process, kPort);
  desk.granted(process, request::Listen{listener});
  desk.granted(process, request::Accept{listener, Address::loopback(Family::Ipv4)});
  desk.granted(process, request::CloseSocket{listener});
  EXPECT_EQ(code_of(bind(desk, process, Transport::Tcp, {.address = any})), 0);
}

TEST(BindMatrix, SharesAUdpPortAmongProcessorsOfOneProcess) {
  Desk desk;
  const ProcessId process = desk.process();
  const ProcessId other = desk.process();
  const auto bind_for = [&](ProcessId owner, std::optional<std::uint16_t> processor) {
    const SocketId socket = desk.open(owner, Transport::Udp);
    if (processor) desk.granted(owner, request::SetAffinity{socket, *processor});
    return code_of(desk.refusal(owner, request::Bind{socket, {Address::any(Family::Ipv4), kPort}}));
  };
  EXPECT_EQ(bind_for(process, 0), 0);
  EXPECT_EQ(bind_for(process, 1), 0);
  EXPECT_EQ(bind_for(process, std::nullopt), kInUse);
  EXPECT_EQ(bind_for(other, 2), kInUse);
}

}  // namespace
}  // namespace berth
