// SPDX-License-Identifier: MIT
#include "winsock/face.h"

namespace berth::test {
namespace {

// A process that has not called WSAStartup yet.
class StartUp : public FaceTest {
 protected:
  StartUp() : fresh_(process({TokenKind::StandardUser, "bob"}, 0)), attached_as_fresh_(fresh_) {}
  std::shared_ptr<WindowsProcess> fresh_;
  ScopedProcess attached_as_fresh_;
};

// A WSADATA in which every byte shows whether it was written.
WSADATA untouched_data() {
  WSADATA data;
  std::memset(static_cast<void*>(&data), 0x5a, sizeof(data));
  return data;
}

int records_of(const Machine& machine) {
  return machine.inspect([](const PortPool& pool) {
    int count = 0;
    pool.sockets().each([&count](const SocketRecord&) { ++count; });
    pool.blocks().each([&count](const BlockRecord&) { ++count; });
    return count;
  });
}

struct Agreement {
  WORD asked;
  WORD agreed;
  int result = 0;
};

class Versions : public StartUp, public testing::WithParamInterface<Agreement> {};

INSTANTIATE_TEST_SUITE_P(
    D3, Versions,
    testing::Values(Agreement{MAKEWORD(1, 0), MAKEWORD(1, 0)}, Agreement{MAKEWORD(1, 1), MAKEWORD(1, 1)},
                    Agreement{MAKEWORD(1, 2), MAKEWORD(1, 1)}, Agreement{MAKEWORD(1, 255), MAKEWORD(1, 1)},
                    Agreement{MAKEWORD(2, 0), MAKEWORD(2, 0)}, Agreement{MAKEWORD(2, 1), MAKEWORD(2, 1)},
                    Agreement{MAKEWORD(2, 2), MAKEWORD(2, 2)}, Agreement{MAKEWORD(2, 3), MAKEWORD(2, 2)},
                    Agreement{MAKEWORD(3, 0), MAKEWORD(2, 2)}, Agreement{MAKEWORD(255, 255), MAKEWORD(2, 2)},
                    Agreement{MAKEWORD(0, 0), MAKEWORD(2, 2), WSAVERNOTSUPPORTED},
                    Agreement{MAKEWORD(0, 1), MAKEWORD(2, 2), WSAVERNOTSUPPORTED}));

TEST_P(Versions, are_agreed_on_as_windows_does) {
  WSADATA data = untouched_data();
  const auto* vendor_info = data.lpVendorInfo;
  WSASetLastError(kNoCode);
  EXPECT_EQ(WSAStartup(GetParam().asked, &data), GetParam().result);
  EXPECT_EQ(WSAGetLastError(), kNoCode) << "the code is returned, not set";
  EXPECT_EQ(data.wVersion, GetParam().agreed);
  EXPECT_EQ(data.wHighVersion, MAKEWORD(2, 2));
  EXPECT_STREQ(data.szDescription, "WinSock 2.0");
  EXPECT_STREQ(data.szSystemStatus, "Running");
  const bool is_old = LOBYTE(GetParam().agreed) == 1;
  EXPECT_EQ(data.iMaxSockets, is_old ? 32767 : 0);
  EXPECT_EQ(data.iMaxUdpDg, is_old ? 65467 : 0);
  EXPECT_EQ(data.lpVendorInfo, vendor_info);
  const bool started = WSACleanup() == 0;
  EXPECT_EQ(started, GetParam().result == 0);
}

TEST_F(StartUp, fills_a_structure_at_an_odd_address) {
  Odd<WSADATA> data(untouched_data());
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), data.get()), 0);
  EXPECT_EQ(data.value().wVersion, MAKEWORD(2, 2));
}

TEST_F(StartUp, answers_a_bad_pointer_with_a_code_and_does_not_start) {
  const WSADATA data = untouched_data();
  const BadMemory bad(data);
  for (void* place : bad.unwritable()) {
    SCOPED_TRACE(place);
    EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), static_cast<WSADATA*>(place)), WSAEFAULT);
    EXPECT_EQ(last_rule(), Rule::PointerIsBad);
    EXPECT_TRUE(bad.is_intact());
  }
  expect_failure(WSANOTINITIALISED, [] { return WSACleanup(); });
}

TEST_F(StartUp, is_counted) {
  WSADATA data;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  const SOCKET s = tcp();
  for (int i = 0; i < 2; ++i) expect_success(0, [] { return WSACleanup(); });
  EXPECT_EQ(bind_to(s, 0), 0) << "one start-up is left";
  expect_success(0, [] { return WSACleanup(); });
  expect_failure(WSANOTINITIALISED, [s] { return closesocket(s); });
}

TEST_F(StartUp, an_extra_cleanup_fails) {
  expect_failure(WSANOTINITIALISED, [] { return WSACleanup(); });
  EXPECT_EQ(last_rule(), Rule::WinsockNotStarted);
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  EXPECT_EQ(WSACleanup(), 0);
  expect_failure(WSANOTINITIALISED, [] { return WSACleanup(); });
}

TEST_F(StartUp, the_last_cleanup_closes_every_socket_and_ends_its_reservations) {
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  const SOCKET anchor = tcp();
  const SOCKET user = udp();
  const SOCKET raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  ASSERT_TRUE(acquired(anchor, 5000, 20));
  ASSERT_EQ(bind_to(user, 6000), 0);
  EXPECT_EQ(WSACleanup(), 0);
  EXPECT_EQ(records_of(*machine_), 0);

  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  for (const SOCKET s : {anchor, user, raw}) expect_failure(WSAENOTSOCK, [s] { return closesocket(s); });
  EXPECT_TRUE(acquired(tcp(), 5000, 20));
}

TEST_F(StartUp, the_last_cleanup_leaves_other_processes_alone) {
  const ScopedProcess as_the_other(process_);
  const SOCKET theirs = tcp();
  ASSERT_TRUE(acquired(theirs, 5000, 20));
  {
    const ScopedProcess as_fresh(fresh_);
    WSADATA data;
    ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    ASSERT_EQ(WSACleanup(), 0);
  }
  EXPECT_EQ(closesocket(theirs), 0);
}

// Every function that needs WSAStartup says so before it looks at anything else.
TEST_F(StartUp, comes_before_all_else) {
  const auto fails = [this](auto call) { expect_failure(WSANOTINITIALISED, call); };
  SOCKET other = INVALID_SOCKET;
  {
    const ScopedProcess as_the_other(process_);
    other = tcp();
  }
  fails([] { return socket(-7, -7, -7); });
  fails([] { return WSASocketA(-7, -7, -7, reinterpret_cast<LPWSAPROTOCOL_INFOA>(1), 0, 0); });
  fails([] { return WSASocketW(-7, -7, -7, reinterpret_cast<LPWSAPROTOCOL_INFOW>(1), 0, 0); });
  for (const SOCKET s : {SOCKET{0}, INVALID_SOCKET, other}) {
    fails([s] { return bind(s, nullptr, 0); });
    fails([s] { return getsockname(s, nullptr, nullptr); });
    fails([s] { return closesocket(s); });
    fails([s] { return listen(s, 5); });
    fails([s] { return setsockopt(s, 0, 0, nullptr, 0); });
    fails([s] { return getsockopt(s, 0, 0, nullptr, nullptr); });
    fails([s] { return WSAIoctl(s, 0, nullptr, 0, nullptr, 0, nullptr, nullptr, nullptr); });
  }
}

}  // namespace
}  // namespace berth::test
