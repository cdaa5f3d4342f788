// SPDX-License-Identifier: MIT
// Sections 7 and 11 of the error tables: bind and closesocket.
#include "error_table.h"

namespace berth::test {
namespace {

constexpr Port kRangeStart = 60000;
constexpr std::uint16_t kSmallestRange = 255;

void turn_on(SOCKET s, int option) {
  const int on = 1;
  EXPECT_EQ(setsockopt(s, SOL_SOCKET, option, reinterpret_cast<const char*>(&on), sizeof(on)), 0);
}

int bind_to_address(SOCKET s, ULONG address) {
  SOCKADDR_IN name = ipv4_name(5000, address);
  return bind(s, as_name(&name), sizeof(name));
}

// -- 7. bind --------------------------------------------------------------------------------------

class BindErrors : public ErrorTable {
 protected:
  const SOCKET socket_ = tcp();
};

TEST_F(BindErrors, answers_success) {
  expect_success(0, [this] { return bind_to(socket_, 5000); });
  EXPECT_EQ(port_of(socket_), 5000);
  told(0);
}

TEST_F(BindErrors, answers_WSANOTINITIALISED) {
  clean_up();
  fails([this] { return bind_to(socket_, 5000); });
}

TEST_F(BindErrors, answers_WSAENETDOWN) {
  end_this_process();
  fails([this] { return bind_to(socket_, 5000); });
}

TEST_F(BindErrors, answers_WSAEACCES) {
  const SOCKET datagrams = udp();
  fails([&] { return bind_to_address(datagrams, INADDR_BROADCAST); });
  EXPECT_EQ(last_rule(), Rule::BroadcastNotEnabled);
  turn_on(socket_, SO_EXCLUSIVEADDRUSE);
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  const SOCKET second = tcp();
  turn_on(second, SO_REUSEADDR);
  fails([&] { return bind_to(second, 5000); });
  EXPECT_EQ(last_rule(), Rule::AddressHeldExclusively);
}

TEST_F(BindErrors, answers_WSAEADDRINUSE) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  const SOCKET second = tcp();
  fails([&] { return bind_to(second, 5000); });
}

TEST_F(BindErrors, answers_WSAEADDRNOTAVAIL) {
  fails([this] { return bind_to_address(socket_, 0x0a090909); });
}

TEST_F(BindErrors, answers_WSAEFAULT) {
  const SOCKADDR_IN name = ipv4_name(5000);
  const BadMemory bad(name);
  for (void* place : bad.unreadable()) fails([&] { return bind(socket_, as_name(place), sizeof(name)); });
  fails([&] { return bind(socket_, reinterpret_cast<const sockaddr*>(&name), int{sizeof(name)} - 1); });
  SOCKADDR_IN6 other_family = ipv6_name(5000);
  fails([&] { return bind(socket_, as_name(&other_family), sizeof(other_family)); });
}

TEST_F(BindErrors, answers_WSAEINPROGRESS) {
  const ScopedFault fault = inject(FaultPoint::Bind, FaultAction::in_progress());
  fails([this] { return bind_to(socket_, 5000); });
}

TEST_F(BindErrors, answers_WSAEINVAL) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  fails([this] { return bind_to(socket_, 5001); });
  EXPECT_EQ(port_of(socket_), 5000);
}

TEST_F(BindErrors, answers_WSAENOBUFS) {
  pc_.set_dynamic_range(berth::testing::tcp, Family::Ipv4, {kRangeStart, kSmallestRange});
  for (int i = 0; i < kSmallestRange; ++i) ASSERT_EQ(bind_to(tcp(), 0), 0);
  fails([this] { return bind_to(socket_, 0); });
  EXPECT_EQ(last_rule(), Rule::DynamicRangeUsedUp);
}

TEST_F(BindErrors, answers_WSAENOTSOCK) {
  for (const SOCKET s : not_sockets()) fails([s] { return bind_to(s, 5000); });
}

TEST_F(BindErrors, answers_WSAEACCES_in_a_foreign_reservation) {
  pc_.add_foreign_block(berth::testing::tcp, {5000, 10}, "winnat");
  fails([this] { return bind_to(socket_, 5009); });
  EXPECT_EQ(last_rule(), Rule::PortHeldByForeignBlock);
}

TEST_F(BindErrors, answers_WSAEACCES_on_an_excluded_port) {
  Profile profile;
  profile.reuse_over_exclusion = choice::ReuseOverExclusion::SecondRefused;
  berth::testing::Machine pc({.profile = profile, .start_ups = 1});
  pc.add_exclusion(berth::testing::tcp, {5000, 1});
  const SOCKET first = tcp();
  const SOCKET second = tcp();
  turn_on(first, SO_REUSEADDR);
  turn_on(second, SO_REUSEADDR);
  EXPECT_EQ(bind_to(first, 5000), 0);
  fails([&] { return bind_to(second, 5000); });
  EXPECT_EQ(last_rule(), Rule::SecondReuseOnExclusion);
  EXPECT_EQ(closesocket(first) + closesocket(second), 0);
}

TEST_F(BindErrors, answers_no_port_left_in_the_block) {
  struct Reading {
    choice::BlockUsedUp position;
    int code;
  };
  for (const Reading reading : {Reading{choice::BlockUsedUp::NoBuffers, WSAENOBUFS},
                                Reading{choice::BlockUsedUp::AddressInUse, WSAEADDRINUSE},
                                Reading{choice::BlockUsedUp::AddressNotAvailable, WSAEADDRNOTAVAIL}}) {
    Profile profile;
    profile.block_used_up = reading.position;
    berth::testing::Machine pc({.profile = profile, .start_ups = 1});
    pc.allow_leaks();
    const ULONG64 token = acquired(tcp(), 5000, 1).value().Token.Token;
    const SOCKET first = tcp();
    const SOCKET second = tcp();
    ASSERT_EQ(associate(first, token) + associate(second, token), 0);
    ASSERT_EQ(bind_to(first, 0), 0);
    fails_with(reading.code, [&] { return bind_to(second, 0); });
    EXPECT_EQ(last_rule(), Rule::NoFreePortInTheBlock);
  }
}

// -- 11. closesocket ------------------------------------------------------------------------------

class CloseErrors : public ErrorTable {
 protected:
  [[nodiscard]] bool is_open() const { return bind_to(socket_, 0) == 0; }
  const SOCKET socket_ = tcp();
};

TEST_F(CloseErrors, answers_WSANOTINITIALISED) {
  clean_up();
  fails([this] { return closesocket(socket_); });
}

TEST_F(CloseErrors, answers_WSAENETDOWN) {
  end_this_process();
  fails([this] { return closesocket(socket_); });
}

TEST_F(CloseErrors, answers_WSAENOTSOCK) {
  for (const SOCKET s : not_sockets()) fails([s] { return closesocket(s); });
}

TEST_F(CloseErrors, answers_WSAEINPROGRESS) {
  const ScopedFault fault = inject(FaultPoint::Close, FaultAction::in_progress());
  fails([this] { return closesocket(socket_); });
  EXPECT_TRUE(is_open());
}

TEST_F(CloseErrors, answers_WSAEINTR) {
  is_interrupted(
      FaultPoint::Close, [this] { return closesocket(socket_); },
      [](ScopedFault& hold) { EXPECT_EQ(hold.cancel_held(), 1U); });
  EXPECT_TRUE(is_open());
}

TEST_F(CloseErrors, answers_WSAEWOULDBLOCK) {
  const SOCKET listener = tcp();
  ASSERT_EQ(bind_to(listener, 80), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  SOCKADDR_IN name = ipv4_name(80);
  ASSERT_EQ(connect(socket_, as_name(&name), sizeof(name)), 0);
  const SOCKET peer = accept(listener, nullptr, nullptr);
  u_long on = 1;
  const LINGER linger{1, 5};
  ASSERT_EQ(ioctlsocket(socket_, FIONBIO, &on), 0);
  ASSERT_EQ(
      setsockopt(socket_, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&linger), sizeof(linger)), 0);
  std::vector<char> bytes(1 << 16);
  int left = 0;
  for (int sent = 0; sent >= 0; left += sent > 0 ? sent : 0)
    sent = send(socket_, bytes.data(), static_cast<int>(bytes.size()), 0);
  fails([this] { return closesocket(socket_); });
  EXPECT_NE(port_of(socket_), 0) << "no disconnect is begun";
  while (left > 0) left -= recv(peer, bytes.data(), static_cast<int>(bytes.size()), 0);
  EXPECT_EQ(closesocket(socket_), 0) << "all is sent";
}

TEST_F(CloseErrors, answers_WSA_OPERATION_ABORTED) {
  const SOCKET datagrams = udp();
  ASSERT_EQ(bind_to(datagrams, 0), 0);
  const HANDLE port = new_port();
  tie(datagrams, port, 7);
  OVERLAPPED overlapped = fresh();
  std::array<char, 16> bytes{};
  WSABUF buffer{16, bytes.data()};
  DWORD flags = 0;
  expect_pending([&] { return WSARecv(datagrams, &buffer, 1, nullptr, &flags, &overlapped, nullptr); });
  EXPECT_EQ(closesocket(datagrams), 0);
  const Told end = take(port);
  EXPECT_FALSE(end.success);
  EXPECT_EQ(end.overlapped, &overlapped);
  EXPECT_EQ(end.bytes, 0U);
  EXPECT_TRUE(is_empty(port)) << "told once";
  told(static_cast<long>(end.error));
}

}  // namespace
}  // namespace berth::test
