// SPDX-License-Identifier: MIT
//
// Addresses as text, what an address is, and the list of protocols.
#include "winsock/face.h"

#include <cwchar>

namespace berth::test {
namespace {

class AddressText : public FaceTest {
 protected:
  static std::string read_back(const std::string& text, INT family) {
    SOCKADDR_STORAGE name{};
    INT length = sizeof(name);
    std::string writable = text;
    if (WSAStringToAddressA(writable.data(), family, nullptr, as_name(&name), &length) != 0)
      return "code " + std::to_string(WSAGetLastError());
    char written[100];
    DWORD room = sizeof(written);
    EXPECT_EQ(WSAAddressToStringA(as_name(&name), static_cast<DWORD>(length), nullptr, written, &room), 0);
    EXPECT_EQ(room, std::strlen(written) + 1);
    return written;
  }
};

TEST_F(AddressText, comes_back_as_it_was_given) {
  for (const char* text : {"10.0.0.1", "10.0.0.1:80", "255.255.255.255:65535"})
    EXPECT_EQ(read_back(text, AF_INET), text);
  for (const char* text : {"::", "::1", "[::1]:80", "fe80::1%5", "[fe80::1%5]:443", "::ffff:10.0.0.1"})
    EXPECT_EQ(read_back(text, AF_INET6), text);
  EXPECT_EQ(read_back("[::1]", AF_INET6), "::1");
  EXPECT_EQ(read_back("127.1:7", AF_INET), "127.0.0.1:7");
}

TEST_F(AddressText, that_is_no_address_is_invalid) {
  for (const char* text :
       {"", "host", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:http", "::1", "10.0.0.1:80 ", ":80"})
    EXPECT_EQ(read_back(text, AF_INET), "code 10022") << text;
  for (const char* text : {"", "10.0.0.1", "[::1", "[::1]80", "[::1]:", "::1%", "[]", "[10.0.0.1]:80"})
    EXPECT_EQ(read_back(text, AF_INET6), "code 10022") << text;
  EXPECT_EQ(read_back("10.0.0.1", AF_UNIX), "code 10022");
}

TEST_F(AddressText, wants_room_and_says_how_much) {
  char text[] = "10.0.0.1:80";
  SOCKADDR_IN name{};
  INT length = sizeof(name) - 1;
  expect_failure(WSAEFAULT,
                 [&] { return WSAStringToAddressA(text, AF_INET, nullptr, as_name(&name), &length); });
  EXPECT_EQ(length, int{sizeof(name)});
  ASSERT_EQ(WSAStringToAddressA(text, AF_INET, nullptr, as_name(&name), &length), 0);
  char place[12] = "";
  DWORD room = 11;
  expect_failure(WSAEFAULT,
                 [&] { return WSAAddressToStringA(as_name(&name), sizeof(name), nullptr, place, &room); });
  EXPECT_EQ(room, 12U);
  EXPECT_STREQ(place, "");
  unsigned long wide_room = ~0UL << 32 | 12;
  EXPECT_EQ(WSAAddressToStringA(as_name(&name), sizeof(name), nullptr, place, &wide_room), 0);
  EXPECT_EQ(wide_room, 12UL);
  EXPECT_STREQ(place, "10.0.0.1:80");
}

TEST_F(AddressText, comes_in_wide_characters_too) {
  wchar_t text[] = L"[fd00::10]:80";
  SOCKADDR_IN6 name{};
  INT length = sizeof(name);
  ASSERT_EQ(WSAStringToAddressW(text, AF_INET6, nullptr, as_name(&name), &length), 0);
  EXPECT_EQ(ntohs(name.sin6_port), 80);
  wchar_t written[14];
  DWORD room = 14;
  ASSERT_EQ(WSAAddressToStringW(as_name(&name), sizeof(name), nullptr, written, &room), 0);
  EXPECT_STREQ(written, text);
  IN6_ADDR address;
  EXPECT_EQ(InetPtonW(AF_INET6, L"fd00::10", &address), 1);
  EXPECT_EQ(std::memcmp(&address, &name.sin6_addr, 16), 0);
  EXPECT_EQ(InetPtonW(AF_INET6, L"gr\u00fc\u00dfe", &address), 0);
  EXPECT_STREQ(InetNtopW(AF_INET6, &address, written, 14), L"fd00::10");
  EXPECT_EQ(InetNtopW(AF_INET6, &address, written, 8), nullptr);
  EXPECT_EQ(WSAGetLastError(), ERROR_INVALID_PARAMETER);
}

TEST_F(AddressText, of_a_bad_address_is_invalid_and_at_a_bad_place_a_fault) {
  SOCKADDR_IN name = ipv4_name(80);
  char text[100];
  DWORD room = sizeof(text);
  const auto written = [&](void* from, DWORD size, void* to, void* length) {
    return WSAAddressToStringA(as_name(from), size, nullptr, static_cast<char*>(to),
                               static_cast<DWORD*>(length));
  };
  expect_failure(WSAEINVAL, [&] { return written(&name, sizeof(name) - 1, text, &room); });
  SOCKADDR_IN other = name;
  other.sin_family = AF_UNIX;
  expect_failure(WSAEINVAL, [&] { return written(&other, sizeof(other), text, &room); });
  const std::array<char, 13> needed{};
  const BadMemory bad_text(needed);
  for (void* place : bad_text.unwritable()) {
    room = sizeof(text);
    expect_failure(WSAEFAULT, [&] { return written(&name, sizeof(name), place, &room); });
  }
  EXPECT_EQ(room, needed.size());
  EXPECT_TRUE(bad_text.is_intact());
  const BadMemory bad(name);
  for (void* place : bad.unwritable()) {
    char address[] = "10.0.0.1";
    INT length = sizeof(name);
    expect_failure(WSAEFAULT,
                   [&] { return WSAStringToAddressA(address, AF_INET, nullptr, as_name(place), &length); });
  }
  EXPECT_TRUE(bad.is_intact());
  void* const one = reinterpret_cast<void*>(1);
  INT length = sizeof(name);
  expect_failure(WSAEFAULT, [&] { return written(one, sizeof(name), text, &room); });
  expect_failure(WSAEFAULT, [&] { return written(&name, sizeof(name), text, one); });
  expect_failure(WSAEFAULT, [&] {
    return WSAStringToAddressA(static_cast<char*>(one), AF_INET, nullptr, as_name(&name), &length);
  });
  EXPECT_EQ(InetPtonW(AF_INET, static_cast<wchar_t*>(one), &name), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  EXPECT_EQ(InetNtopW(AF_INET, &name, static_cast<wchar_t*>(one), 100), nullptr);
}

TEST_F(AddressText, wants_winsock_started_but_for_inet_functions) {
  const ScopedProcess as_fresh(process({TokenKind::StandardUser, "bob"}, 0));
  char text[100] = "10.0.0.1";
  INT length = 0;
  DWORD room = 0;
  expect_failure(WSANOTINITIALISED,
                 [&] { return WSAStringToAddressA(text, AF_INET, nullptr, nullptr, &length); });
  expect_failure(WSANOTINITIALISED, [&] { return WSAAddressToStringA(nullptr, 0, nullptr, text, &room); });
  expect_failure(WSANOTINITIALISED, [&] { return WSAEnumProtocolsA(nullptr, nullptr, &room); });
  IN_ADDR address;
  EXPECT_EQ(InetPtonW(AF_INET, L"10.0.0.1", &address), 1);
}

TEST_F(AddressText, a_sockets_protocol_has_the_byte_order_of_the_network) {
  const SOCKET s = tcp();
  u_long wide = 0;
  u_short narrow = 0;
  EXPECT_EQ(WSAHtonl(s, 0x01020304, &wide), 0);
  EXPECT_EQ(wide, htonl(0x01020304));
  EXPECT_EQ(WSANtohl(s, wide, &wide), 0);
  EXPECT_EQ(wide, 0x01020304U);
  EXPECT_EQ(WSAHtons(s, 0x0102, &narrow), 0);
  EXPECT_EQ(narrow, htons(0x0102));
  EXPECT_EQ(WSANtohs(s, narrow, &narrow), 0);
  EXPECT_EQ(narrow, 0x0102);
  expect_failure(WSAENOTSOCK, [&] { return WSAHtons(0, 1, &narrow); });
  expect_failure(WSAEFAULT, [&] { return WSAHtons(s, 1, nullptr); });
  expect_failure(WSAEFAULT, [&] { return WSANtohl(s, 1, reinterpret_cast<u_long*>(1)); });
}

// -- the list of protocols ------------------------------------------------------------------------

TEST_F(AddressText, protocols_are_tcp_and_udp_over_both_families) {
  DWORD room = 0;
  expect_failure(WSAENOBUFS, [&] { return WSAEnumProtocolsA(nullptr, nullptr, &room); });
  ASSERT_EQ(room, 4 * sizeof(WSAPROTOCOL_INFOA));
  std::array<WSAPROTOCOL_INFOA, 4> infos{};
  ASSERT_EQ(WSAEnumProtocolsA(nullptr, infos.data(), &room), 4);
  int streams = 0;
  for (WSAPROTOCOL_INFOA& info : infos) {
    EXPECT_EQ(info.ProtocolChain.ChainLen, 1);
    EXPECT_EQ(info.iMaxSockAddr, info.iAddressFamily == AF_INET ? 16 : 28);
    EXPECT_EQ(info.dwMessageSize == 0, info.iSocketType == SOCK_STREAM);
    EXPECT_EQ((info.dwServiceFlags1 & XP1_CONNECTIONLESS) != 0, info.iProtocol == IPPROTO_UDP);
    streams += info.iSocketType == SOCK_STREAM ? 1 : 0;
    const SOCKET s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
    EXPECT_NE(s, INVALID_SOCKET) << info.szProtocol;
  }
  EXPECT_EQ(streams, 2);
}

TEST_F(AddressText, protocols_can_be_asked_for_by_number) {
  INT numbers[] = {IPPROTO_UDP, 0};
  std::array<WSAPROTOCOL_INFOW, 4> infos{};
  DWORD room = sizeof(infos);
  ASSERT_EQ(WSAEnumProtocolsW(numbers, infos.data(), &room), 2);
  EXPECT_EQ(room, 2 * sizeof(WSAPROTOCOL_INFOW));
  EXPECT_STREQ(infos[0].szProtocol, L"MSAFD Tcpip [UDP/IP]");
  INT none[] = {IPPROTO_ICMP, 0};
  room = sizeof(infos);
  EXPECT_EQ(WSAEnumProtocolsW(none, infos.data(), &room), 0);
  room = sizeof(infos);
  expect_failure(WSAEFAULT,
                 [&] { return WSAEnumProtocolsW(nullptr, reinterpret_cast<WSAPROTOCOL_INFOW*>(1), &room); });
  expect_failure(WSAEFAULT, [&] { return WSAEnumProtocolsW(nullptr, infos.data(), nullptr); });
  expect_failure(WSAEFAULT,
                 [&] { return WSAEnumProtocolsW(reinterpret_cast<INT*>(1), infos.data(), &room); });
}

// -- what an address is ---------------------------------------------------------------------------

IN6_ADDR six(const char* text) {
  IN6_ADDR address;
  EXPECT_EQ(inet_pton(AF_INET6, text, &address), 1) << text;
  return address;
}

template <class Is>
bool is(Is&& check, const char* text) {
  const IN6_ADDR address = six(text);
  return check(&address) != FALSE;
}

TEST(AddressKinds, of_ipv6) {
  EXPECT_TRUE(is(IN6_IS_ADDR_UNSPECIFIED, "::") && !is(IN6_IS_ADDR_UNSPECIFIED, "::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_LOOPBACK, "::1") && !is(IN6_IS_ADDR_LOOPBACK, "::2"));
  EXPECT_TRUE(is(IN6_IS_ADDR_V4MAPPED, "::ffff:10.0.0.1") && !is(IN6_IS_ADDR_V4MAPPED, "::10.0.0.1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_V4COMPAT, "::10.0.0.1") && !is(IN6_IS_ADDR_V4COMPAT, "::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_V4TRANSLATED, "::ffff:0:10.0.0.1") && !is(IN6_IS_ADDR_V4TRANSLATED, "::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_LINKLOCAL, "fe80::1") && !is(IN6_IS_ADDR_LINKLOCAL, "fec0::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_SITELOCAL, "fec0::1") && !is(IN6_IS_ADDR_SITELOCAL, "fe80::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_MULTICAST, "ff02::1") && !is(IN6_IS_ADDR_MULTICAST, "fe02::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_MC_LINKLOCAL, "ff02::1") && !is(IN6_IS_ADDR_MC_LINKLOCAL, "ff05::1"));
  EXPECT_TRUE(is(IN6_IS_ADDR_GLOBAL, "2001:db8::1") && !is(IN6_IS_ADDR_GLOBAL, "fd00::1"));
  SOCKADDR_IN6 name = ipv6_name(80);
  IN6ADDR_SETANY(&name);
  EXPECT_TRUE(IN6ADDR_ISANY(&name) && name.sin6_port == 0 && !IN6ADDR_ISLOOPBACK(&name));
  IN6ADDR_SETLOOPBACK(&name);
  EXPECT_TRUE(IN6ADDR_ISLOOPBACK(&name) && name.sin6_family == AF_INET6);
}

TEST(AddressKinds, of_ipv4_and_of_either_family) {
  SOCKADDR_IN name = ipv4_name(80, 0x7f010203);
  EXPECT_TRUE(IN4_IS_ADDR_LOOPBACK(&name.sin_addr) && !IN4_IS_ADDR_UNSPECIFIED(&name.sin_addr));
  name = ipv4_name(80, 0xac1f0001);
  EXPECT_TRUE(IN4_IS_ADDR_RFC1918(&name.sin_addr) && !IN4_IS_ADDR_MULTICAST(&name.sin_addr));
  INETADDR_SETANY(as_name(&name));
  EXPECT_TRUE(INETADDR_ISANY(as_name(&name)) && name.sin_port == 0);
  INETADDR_SETLOOPBACK(as_name(&name));
  EXPECT_TRUE(INETADDR_ISLOOPBACK(as_name(&name)) && !INETADDR_ISANY(as_name(&name)));
  EXPECT_EQ(ntohl(name.sin_addr.s_addr), INADDR_LOOPBACK);
  SOCKADDR_IN6 other = ipv6_name(80);
  EXPECT_TRUE(INETADDR_ISLOOPBACK(as_name(&other)));
  INETADDR_SETANY(as_name(&other));
  EXPECT_TRUE(INETADDR_ISANY(as_name(&other)));
}

}  // namespace
}  // namespace berth::test
