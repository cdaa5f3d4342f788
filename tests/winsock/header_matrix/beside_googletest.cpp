// SPDX-License-Identifier: MIT
#if defined(ORDER_LAST)
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#endif
#include "order.h"
#if !defined(ORDER_LAST)
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#endif

namespace {

TEST(BesideGoogleTest, byte_order) { EXPECT_THAT(htons(5000), testing::Eq(0x8813)); }

TEST(BesideGoogleTest, last_error) {
  WSASetLastError(WSAEADDRINUSE);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRINUSE);
}

TEST(BesideGoogleTest, a_socket) {
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  EXPECT_NE(s, INVALID_SOCKET);
  EXPECT_EQ(closesocket(s), 0);
  EXPECT_EQ(WSACleanup(), 0);
}

}  // namespace
