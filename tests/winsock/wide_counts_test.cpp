// SPDX-License-Identifier: MIT
// Programs whose DWORD is an unsigned long: the same on Windows, wider here.
#include "winsock/overlapped.h"

#include <mswsock.h>

namespace berth::test {
namespace {

constexpr unsigned long kGarbage = 0xa5a5a5a5a5a5a5a5;

class WideCounts : public FaceTest {
 protected:
  WideCounts() : server_(udp()), client_(udp()) {
    EXPECT_EQ(bind_to(server_, 53), 0);
    to_ = ipv4_name(53);
  }
  SOCKET server_;
  SOCKET client_;
  SOCKADDR_IN to_{};
  std::array<char, 16> bytes_{};
};

TEST_F(WideCounts, of_ioctlsocket) {
  unsigned long on = 1;
  EXPECT_EQ(ioctlsocket(server_, FIONBIO, &on), 0);
  unsigned long available = kGarbage;
  EXPECT_EQ(ioctlsocket(server_, FIONREAD, &available), 0);
  EXPECT_EQ(available, 0UL);
}

TEST_F(WideCounts, of_scattered_sends_and_receives) {
  WSABUF out{4, bytes_.data()};
  unsigned long sent = kGarbage;
  ASSERT_EQ(WSASendTo(client_, &out, 1, &sent, 0, as_name(&to_), sizeof(to_), nullptr, nullptr), 0)
      << WSAGetLastError();
  EXPECT_EQ(sent, 4UL);
  WSABUF in{16, bytes_.data()};
  unsigned long received = kGarbage;
  unsigned long flags = 0;
  ASSERT_EQ(WSARecv(server_, &in, 1, &received, &flags, nullptr, nullptr), 0) << WSAGetLastError();
  EXPECT_EQ(received, 4UL);
  EXPECT_EQ(flags, 0UL);
}

TEST_F(WideCounts, may_be_of_one_kind_each) {
  WSABUF out{4, bytes_.data()};
  DWORD sent = 0;
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(WSASendTo(client_, &out, 1, &sent, 0, as_name(&to_), sizeof(to_), nullptr, nullptr), 0);
  WSABUF in{16, bytes_.data()};
  unsigned long wide = kGarbage;
  DWORD narrow = 0;
  DWORD narrow_flags = 0;
  unsigned long wide_flags = 0;
  EXPECT_EQ(WSARecv(server_, &in, 1, &wide, &narrow_flags, nullptr, nullptr), 0);
  EXPECT_EQ(wide, 4UL);
  EXPECT_EQ(WSARecv(server_, &in, 1, &narrow, &wide_flags, nullptr, nullptr), 0);
  EXPECT_EQ(narrow, 4U);
  SOCKADDR_IN from{};
  int size = sizeof(from);
  wide = kGarbage;
  EXPECT_EQ(WSARecvFrom(server_, &in, 1, &wide, &wide_flags, as_name(&from), &size, nullptr, nullptr), 0);
  EXPECT_EQ(wide, 4UL);
}

TEST_F(WideCounts, of_messages_handles_and_tables) {
  WSABUF out{4, bytes_.data()};
  WSAMSG message{};
  message.name = as_name(&to_);
  message.namelen = sizeof(to_);
  message.lpBuffers = &out;
  message.dwBufferCount = 1;
  unsigned long wide = kGarbage;
  ASSERT_EQ(WSASendMsg(client_, &message, 0, &wide, nullptr, nullptr), 0) << WSAGetLastError();
  EXPECT_EQ(wide, 4UL);
  wide = kGarbage;
  EXPECT_TRUE(GetHandleInformation(reinterpret_cast<HANDLE>(client_), &wide));
  EXPECT_EQ(wide, 1UL);
  unsigned long size = 0;
  EXPECT_EQ(GetUdpTable(nullptr, &size, FALSE), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_GE(size, sizeof(DWORD) + sizeof(MIB_UDPROW));
  size = 0;
  EXPECT_EQ(GetTcpTable(nullptr, &size, FALSE), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(WSASendMsg(client_, &message, 0, NULL, nullptr, nullptr), SOCKET_ERROR) << "NULL is no template";
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

class WideCountsOfConnections : public ListeningTest {};

TEST_F(WideCountsOfConnections, of_AcceptEx_and_ConnectEx) {
  constexpr DWORD kRoom = sizeof(SOCKADDR_IN) + 16;
  const SOCKET server = tcp();
  std::array<char, 2 * kRoom> names{};
  overlapped_ = fresh(WSACreateEvent());
  unsigned long received = kGarbage;
  EXPECT_FALSE(AcceptEx(listener_, server, names.data(), 0, kRoom, kRoom, &received, &overlapped_));
  EXPECT_EQ(WSAGetLastError(), ERROR_IO_PENDING);
  EXPECT_EQ(received >> 32U, 0U) << "nothing that a program compares is left behind the 32 bits";
  ASSERT_EQ(bind_to(client_, 0), 0);
  SOCKADDR_IN to = ipv4_name(80);
  char byte = 'x';
  OVERLAPPED connecting = fresh(event_);
  unsigned long sent = kGarbage;
  expect_begun(ConnectEx(client_, as_name(&to), sizeof(to), &byte, 1, &sent, &connecting));
  EXPECT_EQ(sent >> 32U, 0U);
  DWORD flags = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(client_, &connecting, &count_, TRUE, &flags)) << WSAGetLastError();
  EXPECT_EQ(count_, 1U);
  EXPECT_FALSE(AcceptEx(listener_, server, names.data(), 0, kRoom, kRoom, NULL, nullptr)) << "NULL is none";
  EXPECT_EQ(WSAGetLastError(), ERROR_INVALID_PARAMETER);
  // It writes to `names`, which are this function's.
  EXPECT_TRUE(WSAGetOverlappedResult(listener_, &overlapped_, &count_, TRUE, &flags)) << WSAGetLastError();
  WSACloseEvent(overlapped_.hEvent);
}

}  // namespace
}  // namespace berth::test
