// SPDX-License-Identifier: MIT
#include "winsock/face.h"

namespace berth::test {
namespace {

struct Asked {
  int family;
  int type;
  int protocol;
  int code;  // 0: a socket is made
  int made_type = 0;
};

class SocketArguments : public FaceTest, public testing::WithParamInterface<Asked> {};

// clang-format off
INSTANTIATE_TEST_SUITE_P(D4, SocketArguments, testing::Values(
    Asked{AF_INET,   SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM},
    Asked{AF_INET,   SOCK_STREAM, 0,           0, SOCK_STREAM},
    Asked{AF_INET,   SOCK_DGRAM,  IPPROTO_UDP, 0, SOCK_DGRAM},
    Asked{AF_INET,   SOCK_DGRAM,  0,           0, SOCK_DGRAM},
    Asked{AF_INET6,  SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM},
    Asked{AF_INET6,  SOCK_DGRAM,  IPPROTO_UDP, 0, SOCK_DGRAM},
    Asked{AF_INET,   0,           IPPROTO_TCP, 0, SOCK_STREAM},
    Asked{AF_INET,   0,           IPPROTO_UDP, 0, SOCK_DGRAM},
    Asked{AF_UNSPEC, 0,           IPPROTO_TCP, 0, SOCK_STREAM},
    Asked{AF_UNSPEC, 0,           IPPROTO_UDP, 0, SOCK_DGRAM},
    Asked{AF_UNSPEC, SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM},
    Asked{AF_INET,   0,           0,           0, SOCK_STREAM},  // ACQ-20
    Asked{AF_INET6,  0,           0,           0, SOCK_STREAM},

    Asked{AF_INET,   -1,             IPPROTO_TCP, WSAESOCKTNOSUPPORT},
    Asked{AF_INET,   0xdead,         IPPROTO_TCP, WSAESOCKTNOSUPPORT},
    Asked{-1,        -1,             -1,          WSAESOCKTNOSUPPORT},  // a bad type beats a bad family
    Asked{0xdead,    SOCK_SEQPACKET, 0xdead,      WSAESOCKTNOSUPPORT},
    Asked{-1,        SOCK_STREAM,    IPPROTO_TCP, WSAEAFNOSUPPORT},
    Asked{0xdead,    SOCK_DGRAM,     0xdead,      WSAEAFNOSUPPORT},     // a bad family beats a bad protocol
    Asked{AF_INET,   SOCK_STREAM,    IPPROTO_UDP, WSAEPROTONOSUPPORT},
    Asked{AF_INET,   SOCK_DGRAM,     IPPROTO_TCP, WSAEPROTONOSUPPORT},
    Asked{AF_INET6,  SOCK_STREAM,    IPPROTO_UDP, WSAEPROTONOSUPPORT},
    Asked{AF_INET,   SOCK_STREAM,    0xdead,      WSAEPROTONOSUPPORT},
    Asked{AF_INET,   SOCK_STREAM,    -1,          WSAEPROTONOSUPPORT},
    Asked{AF_INET,   0,              0xdead,      WSAEPROTONOSUPPORT},
    Asked{AF_UNSPEC, SOCK_STREAM,    IPPROTO_UDP, WSAEPROTONOSUPPORT},
    Asked{AF_UNSPEC, SOCK_STREAM,    0,           WSAEINVAL},
    Asked{AF_UNSPEC, SOCK_DGRAM,     0,           WSAEINVAL},
    Asked{AF_UNSPEC, 0,              0,           WSAEINVAL}));
// clang-format on

TEST_P(SocketArguments, are_answered_as_windows_does) {
  const Asked& asked = GetParam();
  const auto expect = [&](auto make) {
    if (asked.code != 0) return expect_failure(asked.code, make);
    WSASetLastError(kNoCode);
    const SOCKET s = make();
    ASSERT_NE(s, INVALID_SOCKET);
    EXPECT_EQ(WSAGetLastError(), kNoCode);
    int type = 0;
    int length = sizeof(type);
    EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &length), 0);
    EXPECT_EQ(type, asked.made_type);
    EXPECT_EQ(closesocket(s), 0);
  };
  expect([&] { return socket(asked.family, asked.type, asked.protocol); });
  expect(
      [&] { return WSASocketA(asked.family, asked.type, asked.protocol, nullptr, 0, WSA_FLAG_OVERLAPPED); });
  expect([&] { return WSASocketW(asked.family, asked.type, asked.protocol, nullptr, 0, 0); });
}

class Sockets : public FaceTest {};

TEST_F(Sockets, take_what_the_protocol_structure_says) {
  WSAPROTOCOL_INFOW info{};
  info.iAddressFamily = AF_INET6;
  info.iSocketType = SOCK_DGRAM;
  info.iProtocol = IPPROTO_UDP;
  const SOCKET s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
  SOCKADDR_IN6 name = ipv6_name(0);
  EXPECT_EQ(bind(s, as_name(&name), sizeof(name)), 0);

  WSAPROTOCOL_INFOA narrow{};
  narrow.iAddressFamily = AF_INET;
  Odd<WSAPROTOCOL_INFOA> odd(narrow);
  EXPECT_NE(WSASocketA(FROM_PROTOCOL_INFO, SOCK_STREAM, IPPROTO_TCP, odd.get(), 0, 0), INVALID_SOCKET);
}

TEST_F(Sockets, answer_a_bad_protocol_structure_with_a_code) {
  const WSAPROTOCOL_INFOA narrow{};
  const WSAPROTOCOL_INFOW wide{};
  const BadMemory bad_narrow(narrow);
  const BadMemory bad_wide(wide);
  for (std::size_t i = 1; i < bad_narrow.unreadable().size(); ++i) {  // NULL means none
    auto* const a = static_cast<LPWSAPROTOCOL_INFOA>(bad_narrow.unreadable()[i]);
    auto* const w = static_cast<LPWSAPROTOCOL_INFOW>(bad_wide.unreadable()[i]);
    expect_failure(WSAEFAULT, [a] { return WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, a, 0, 0); });
    expect_failure(WSAEFAULT, [w] { return WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, w, 0, 0); });
  }
}

TEST_F(Sockets, are_root_or_leaf_of_a_multipoint_session) {
  for (const DWORD flags : {DWORD{WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_C_LEAF},
                            DWORD{WSA_FLAG_MULTIPOINT_D_ROOT | WSA_FLAG_MULTIPOINT_D_LEAF}})
    expect_failure(WSAEINVAL, [&] { return WSASocketW(AF_INET, SOCK_DGRAM, 0, nullptr, 0, flags); });
}

TEST_F(Sockets, have_handles_of_their_own) {
  const SOCKET first = tcp();
  const SOCKET second = tcp();
  EXPECT_NE(first, second);
  for (const SOCKET s : {first, second}) {
    EXPECT_NE(s, SOCKET{0});
    EXPECT_EQ(s % 4, 0U);
  }
}

// A handle that is none to this process, for every function, before anything that is wrong with the rest.
TEST_F(Sockets, that_are_none_are_said_so_by_every_function) {
  const SOCKET closed = tcp();
  ASSERT_EQ(closesocket(closed), 0);
  SOCKET anothers = INVALID_SOCKET;
  const auto other = process({TokenKind::StandardUser, "bob"}, 1);
  {
    const ScopedProcess as_the_other(other);
    anothers = tcp();
  }
  const SOCKET open = tcp();
  for (const SOCKET s : {SOCKET{0}, INVALID_SOCKET, SOCKET{3}, SOCKET{4}, SOCKET{0xdeadbeef},
                         SOCKET{1} << 62U, open + 1, open + 4 * 4096, closed, anothers}) {
    SCOPED_TRACE(s);
    const auto fails = [this](auto call) {
      expect_failure(WSAENOTSOCK, call);
      EXPECT_EQ(last_rule(), Rule::NotASocket);
    };
    fails([s] { return bind(s, nullptr, 0); });
    fails([s] { return getsockname(s, nullptr, nullptr); });
    fails([s] { return closesocket(s); });
    fails([s] { return listen(s, 5); });
    fails([s] { return setsockopt(s, -1, -1, nullptr, 0); });
    fails([s] { return getsockopt(s, -1, -1, nullptr, nullptr); });
    fails([s] { return WSAIoctl(s, 0, nullptr, 0, nullptr, 0, nullptr, nullptr, nullptr); });
    DWORD count = 7;
    fails([&] {
      return WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, nullptr, 0, nullptr, 0, &count, nullptr, nullptr);
    });
    EXPECT_EQ(count, 7U) << "out-parameters stay as they are";
  }
  EXPECT_EQ(closesocket(open), 0);
}

TEST_F(Sockets, close_once) {
  const SOCKET s = tcp();
  expect_success(kNoCode, [s] { return closesocket(s); });
  expect_failure(WSAENOTSOCK, [s] { return closesocket(s); });
}

TEST_F(Sockets, that_are_neither_tcp_nor_udp_can_only_be_closed) {
  for (const SOCKET s : {socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), socket(AF_UNIX, SOCK_STREAM, 0)}) {
    ASSERT_NE(s, INVALID_SOCKET);
    DWORD count = 7;
    expect_failure(WSAEOPNOTSUPP, [&] {
      return WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, nullptr, 0, nullptr, 0, &count, nullptr, nullptr);
    });
    EXPECT_EQ(count, 0U);
    expect_failure(WSAEOPNOTSUPP, [s] { return bind_to(s, 0); });
    expect_failure(WSAEOPNOTSUPP, [s] { return listen(s, 1); });
    EXPECT_EQ(closesocket(s), 0);
  }
}

TEST_F(Sockets, listen_only_when_bound_and_tcp) {
  const SOCKET s = tcp();
  expect_failure(WSAEINVAL, [s] { return listen(s, 5); });
  ASSERT_EQ(bind_to(s, 0), 0);
  expect_success(kNoCode, [s] { return listen(s, 5); });
  expect_success(kNoCode, [s] { return listen(s, SOMAXCONN); });
  const SOCKET datagrams = udp();
  expect_failure(WSAEOPNOTSUPP, [datagrams] { return listen(datagrams, 5); });
}

}  // namespace
}  // namespace berth::test
