// SPDX-License-Identifier: MIT
//
// The functions of the Windows face that ask no machine: byte order, last error, addresses as text.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include "winsock/last_error.h"

namespace {

void* const kBad = reinterpret_cast<void*>(1);

TEST(ByteOrder, a_port_and_an_address_change_sides) {
  EXPECT_EQ(htons(0x1234), 0x3412);
  EXPECT_EQ(ntohs(htons(5000)), 5000);
  EXPECT_EQ(htonl(INADDR_LOOPBACK), 0x0100007fU);
  EXPECT_EQ(ntohl(htonl(0x01020304)), 0x01020304U);
}

TEST(LastError, begins_at_zero_and_belongs_to_its_thread) {
  WSASetLastError(WSAEACCES);
  std::thread([] {
    EXPECT_EQ(WSAGetLastError(), 0);
    WSASetLastError(WSAEFAULT);
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  }).join();
  EXPECT_EQ(WSAGetLastError(), WSAEACCES);
}

TEST(LastError, failing_with_a_code_is_socket_error_and_that_code) {
  EXPECT_EQ(berth::winsock::fail_with(WSAENOTSOCK), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  EXPECT_EQ(berth::winsock::last_error(), WSAENOTSOCK);
}

TEST(InetAddr, reads_one_to_four_numbers_up_to_a_space) {
  EXPECT_EQ(inet_addr("127.0.0.1"), htonl(INADDR_LOOPBACK));
  EXPECT_EQ(inet_addr("127.1"), htonl(INADDR_LOOPBACK));
  EXPECT_EQ(inet_addr("0x7f.0.0.01"), htonl(INADDR_LOOPBACK));
  EXPECT_EQ(inet_addr("127.0.0.1 and more"), htonl(INADDR_LOOPBACK));
  EXPECT_EQ(inet_addr(" "), INADDR_ANY);
}

TEST(InetAddr, answers_none_for_what_is_no_address) {
  EXPECT_EQ(inet_addr(""), INADDR_NONE);
  EXPECT_EQ(inet_addr("host"), INADDR_NONE);
  EXPECT_EQ(inet_addr("127.0.0.256"), INADDR_NONE);
  EXPECT_EQ(inet_addr(std::string(5000, '1').c_str()), INADDR_NONE);
  EXPECT_EQ(inet_addr(nullptr), INADDR_NONE);
  EXPECT_EQ(inet_addr(static_cast<const char*>(kBad)), INADDR_NONE);
}

TEST(InetPton, reads_both_families) {
  IN_ADDR four;
  EXPECT_EQ(inet_pton(AF_INET, "10.20.30.40", &four), 1);
  EXPECT_EQ(four.S_un.S_un_b.s_b1, 10);
  EXPECT_EQ(four.S_un.S_un_b.s_b4, 40);
  IN6_ADDR six;
  EXPECT_EQ(InetPtonA(AF_INET6, "::1", &six), 1);
  EXPECT_EQ(std::memcmp(&six, &in6addr_loopback, sizeof(six)), 0);
}

TEST(InetPton, leaves_the_buffer_and_last_error_alone_for_what_is_no_address) {
  IN_ADDR four;
  four.s_addr = 0x5a5a5a5a;
  WSASetLastError(7);
  EXPECT_EQ(inet_pton(AF_INET, "10.20.30", &four), 0);
  EXPECT_EQ(inet_pton(AF_INET, "", &four), 0);
  EXPECT_EQ(inet_pton(AF_INET, std::string(5000, '1').c_str(), &four), 0);
  EXPECT_EQ(inet_pton(AF_INET6, "10.20.30.40", &four), 0) << "no IPv6 address; and four bytes would not do";
  EXPECT_EQ(four.s_addr, 0x5a5a5a5aU);
  EXPECT_EQ(WSAGetLastError(), 7);
}

TEST(InetPton, names_a_bad_family_before_a_bad_pointer) {
  IN_ADDR four;
  EXPECT_EQ(inet_pton(AF_UNIX, nullptr, nullptr), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
  for (void* bad : {static_cast<void*>(nullptr), kBad}) {
    WSASetLastError(0);
    EXPECT_EQ(inet_pton(AF_INET, static_cast<const char*>(bad), &four), -1);
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
    WSASetLastError(0);
    EXPECT_EQ(inet_pton(AF_INET, "1.2.3.4", bad), -1);
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  }
}

TEST(InetNtop, writes_both_families) {
  char text[INET6_ADDRSTRLEN];
  IN_ADDR four;
  four.s_addr = htonl(0x0a141e28);
  EXPECT_STREQ(inet_ntop(AF_INET, &four, text, sizeof(text)), "10.20.30.40");
  EXPECT_STREQ(InetNtopA(AF_INET6, &in6addr_loopback, text, sizeof(text)), "::1");
  EXPECT_STREQ(inet_ntop(AF_INET6, &in6addr_any, text, 3), "::");
}

TEST(InetNtop, refuses_bad_pointers_and_too_little_room) {
  char text[INET_ADDRSTRLEN] = "before";
  const auto expect_refused = [](PCSTR result, int code) {
    EXPECT_EQ(result, nullptr);
    EXPECT_EQ(WSAGetLastError(), code);
    WSASetLastError(0);
  };
  IN_ADDR four;
  four.s_addr = 0;
  expect_refused(inet_ntop(AF_UNSPEC, &four, text, sizeof(text)), WSAEAFNOSUPPORT);
  expect_refused(inet_ntop(AF_INET, &four, text, 7), ERROR_INVALID_PARAMETER);
  expect_refused(inet_ntop(AF_INET, &four, text, 0), ERROR_INVALID_PARAMETER);
  expect_refused(inet_ntop(AF_INET, nullptr, text, sizeof(text)), ERROR_INVALID_PARAMETER);
  expect_refused(inet_ntop(AF_INET, kBad, text, sizeof(text)), ERROR_INVALID_PARAMETER);
  expect_refused(inet_ntop(AF_INET, &four, nullptr, sizeof(text)), ERROR_INVALID_PARAMETER);
  expect_refused(inet_ntop(AF_INET, &four, static_cast<char*>(kBad), sizeof(text)), ERROR_INVALID_PARAMETER);
  EXPECT_STREQ(text, "before");
}

TEST(UnsignedLong, keeps_the_half_that_windows_has) {
  unsigned long wide = ~0UL;
  berth_keep_low_dword(&wide);
  EXPECT_EQ(wide, 0xffffffffUL);
  berth_keep_low_dword(nullptr);
  berth_keep_low_dword(static_cast<unsigned long*>(kBad));
}

}  // namespace
