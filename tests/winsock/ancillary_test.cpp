// SPDX-License-Identifier: MIT
//
// What a datagram brings or takes besides its bytes: the control data of WSARecvMsg and WSASendMsg.
#include <mswsock.h>
#include <ws2tcpip.h>

#include "winsock/face.h"

namespace berth::test {
namespace {

class Ancillary : public FaceTest {
 protected:
  void SetUp() override {
    FaceTest::SetUp();
    receiver_ = udp();
    sender_ = udp();
    GUID id = WSAID_WSARECVMSG;
    DWORD bytes = 0;
    ASSERT_EQ(WSAIoctl(receiver_, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &receive_message_,
                       sizeof(receive_message_), &bytes, nullptr, nullptr),
              0);
    buffer_ = {.len = sizeof(bytes_), .buf = bytes_.data()};
    message_.name = as_name(&from_);
    message_.namelen = sizeof(from_);
    message_.lpBuffers = &buffer_;
    message_.dwBufferCount = 1;
    message_.Control = {.len = sizeof(control_), .buf = control_.data()};
  }

  static void switch_on(SOCKET s, int level, int name) {
    const int on = 1;
    EXPECT_EQ(setsockopt(s, level, name, reinterpret_cast<const char*>(&on), sizeof(on)), 0)
        << WSAGetLastError();
  }
  void bind_receiver(USHORT port, ULONG address) {
    SOCKADDR_IN name = ipv4_name(port, address);
    ASSERT_EQ(bind(receiver_, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
  }
  void send_from(SOCKET s, USHORT port, ULONG to = INADDR_LOOPBACK) {
    SOCKADDR_IN name = ipv4_name(port, to);
    ASSERT_EQ(sendto(s, "hello", 5, 0, as_name(&name), sizeof(name)), 5) << WSAGetLastError();
  }
  int receive(OVERLAPPED* overlapped = nullptr) {
    return receive_message_(receiver_, &message_, &received_, overlapped, nullptr);
  }
  [[nodiscard]] std::optional<IN_PKTINFO> told() const {
    const WSACMSGHDR* piece = WSA_CMSG_FIRSTHDR(&message_);
    if (piece == nullptr || piece->cmsg_level != IPPROTO_IP || piece->cmsg_type != IP_PKTINFO)
      return std::nullopt;
    EXPECT_EQ(piece->cmsg_len, WSA_CMSG_LEN(sizeof(IN_PKTINFO)));
    EXPECT_EQ(WSA_CMSG_NXTHDR(&message_, piece), nullptr);
    IN_PKTINFO information;
    std::memcpy(&information, WSA_CMSG_DATA(piece), sizeof(information));
    return information;
  }
  int send_with(int level, int type, const void* data, std::size_t size) {
    alignas(WSACMSGHDR) std::array<char, 64> control{};
    auto* piece = reinterpret_cast<WSACMSGHDR*>(control.data());
    *piece = {.cmsg_len = WSA_CMSG_LEN(size), .cmsg_level = level, .cmsg_type = type};
    std::memcpy(WSA_CMSG_DATA(piece), data, size);
    return send_with({.len = static_cast<ULONG>(WSA_CMSG_SPACE(size)), .buf = control.data()});
  }
  int send_with(WSABUF control) {
    WSAMSG message{};
    SOCKADDR_IN to = ipv4_name(5000);
    message.name = as_name(&to);
    message.namelen = sizeof(to);
    message.lpBuffers = &buffer_;
    message.dwBufferCount = 1;
    message.Control = control;
    DWORD sent = 0;
    return WSASendMsg(sender_, &message, 0, &sent, nullptr, nullptr);
  }
  int send_from_address(ULONG address) {
    IN_PKTINFO information{};
    information.ipi_addr.s_addr = htonl(address);
    return send_with(IPPROTO_IP, IP_PKTINFO, &information, sizeof(information));
  }

  SOCKET receiver_ = INVALID_SOCKET;
  SOCKET sender_ = INVALID_SOCKET;
  LPFN_WSARECVMSG receive_message_ = nullptr;
  std::array<char, 16> bytes_{};
  alignas(WSACMSGHDR) std::array<char, 64> control_{};
  WSABUF buffer_{};
  SOCKADDR_IN from_{};
  WSAMSG message_{};
  DWORD received_ = 0;
};

TEST_F(Ancillary, a_message_has_no_control_data_that_nobody_asked_for) {
  bind_receiver(5000, INADDR_LOOPBACK);
  send_from(sender_, 5000);
  EXPECT_EQ(receive(), 0) << WSAGetLastError();
  EXPECT_EQ(received_, 5U);
  EXPECT_EQ(message_.Control.len, 0U);
  EXPECT_EQ(message_.dwFlags, 0U);
  EXPECT_EQ(message_.namelen, int{sizeof(SOCKADDR_IN)});
}

TEST_F(Ancillary, the_address_that_a_datagram_came_to_is_told) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, 0x7f000005);
  send_from(sender_, 5000, 0x7f000005);
  EXPECT_EQ(receive(), 0) << WSAGetLastError();
  ASSERT_TRUE(told());
  EXPECT_EQ(ntohl(told()->ipi_addr.s_addr), 0x7f000005U);
  EXPECT_EQ(told()->ipi_ifindex, 1U) << "the loopback interface";
}

TEST_F(Ancillary, on_the_wildcard_it_is_the_loopback_address) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, INADDR_ANY);
  send_from(sender_, 5000);
  EXPECT_EQ(receive(), 0) << WSAGetLastError();
  ASSERT_TRUE(told());
  EXPECT_EQ(ntohl(told()->ipi_addr.s_addr), ULONG{INADDR_LOOPBACK});
}

TEST_F(Ancillary, a_dual_stack_socket_is_told_ipv6_addresses_unless_it_asks_for_ipv4) {
  const SOCKET both = socket(AF_INET6, SOCK_DGRAM, 0);
  const int off = 0;
  ASSERT_EQ(setsockopt(both, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof(off)), 0);
  switch_on(both, IPPROTO_IPV6, IPV6_PKTINFO);
  SOCKADDR_IN6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(5000);
  ASSERT_EQ(bind(both, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
  send_from(sender_, 5000);
  SOCKADDR_IN6 from{};
  message_.name = as_name(&from);
  message_.namelen = sizeof(from);
  receiver_ = both;
  EXPECT_EQ(receive(), 0) << WSAGetLastError();
  const WSACMSGHDR* piece = WSA_CMSG_FIRSTHDR(&message_);
  ASSERT_NE(piece, nullptr);
  EXPECT_EQ(piece->cmsg_level, IPPROTO_IPV6);
  EXPECT_EQ(piece->cmsg_type, IPV6_PKTINFO);
  IN6_PKTINFO information;
  std::memcpy(&information, WSA_CMSG_DATA(piece), sizeof(information));
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&information.ipi6_addr));
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  message_.Control.len = sizeof(control_);
  send_from(sender_, 5000);
  EXPECT_EQ(receive(), 0) << WSAGetLastError();
  EXPECT_TRUE(told());
}

TEST_F(Ancillary, control_data_that_does_not_fit_is_missing_and_told_so) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, INADDR_LOOPBACK);
  send_from(sender_, 5000);
  message_.Control.len = static_cast<ULONG>(WSA_CMSG_LEN(sizeof(IN_PKTINFO)) - 1);
  EXPECT_EQ(receive(), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
  EXPECT_EQ(message_.dwFlags, ULONG{MSG_CTRUNC});
  EXPECT_EQ(message_.Control.len, 0U);
  EXPECT_EQ(received_, 5U);
}

TEST_F(Ancillary, a_datagram_that_does_not_fit_says_so_and_has_its_control_data) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, INADDR_LOOPBACK);
  send_from(sender_, 5000);
  buffer_.len = 2;
  EXPECT_EQ(receive(), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
  EXPECT_EQ(message_.dwFlags, ULONG{MSG_TRUNC});
  EXPECT_TRUE(told());
}

TEST_F(Ancillary, an_overlapped_receive_tells_it_at_its_end) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, INADDR_LOOPBACK);
  OVERLAPPED overlapped{};
  overlapped.hEvent = WSACreateEvent();
  EXPECT_EQ(receive(&overlapped), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  send_from(sender_, 5000);
  DWORD bytes = 0;
  DWORD flags = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(receiver_, &overlapped, &bytes, TRUE, &flags)) << WSAGetLastError();
  EXPECT_EQ(bytes, 5U);
  ASSERT_TRUE(told());
  EXPECT_EQ(ntohl(told()->ipi_addr.s_addr), ULONG{INADDR_LOOPBACK});
  WSACloseEvent(overlapped.hEvent);
}

TEST_F(Ancillary, bad_control_memory_is_missing_control_data) {
  switch_on(receiver_, IPPROTO_IP, IP_PKTINFO);
  bind_receiver(5000, INADDR_LOOPBACK);
  const BadMemory bad(IN_PKTINFO{});
  for (void* place : bad.unwritable()) {
    send_from(sender_, 5000);
    message_.Control = {.len = 64, .buf = static_cast<char*>(place)};
    EXPECT_EQ(receive(), SOCKET_ERROR);
    EXPECT_EQ(message_.dwFlags, ULONG{MSG_CTRUNC});
  }
}

TEST_F(Ancillary, an_address_to_send_from_is_one_of_the_machine) {
  bind_receiver(5000, INADDR_LOOPBACK);
  EXPECT_EQ(send_from_address(INADDR_LOOPBACK), 0) << WSAGetLastError();
  EXPECT_EQ(receive(), 0);
  EXPECT_EQ(send_from_address(INADDR_ANY), 0) << "any of them";
  EXPECT_EQ(send_from_address(0x08080808), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
}

TEST_F(Ancillary, other_control_data_is_not_sent) {
  bind_receiver(5000, INADDR_LOOPBACK);
  const int value = 1;
  EXPECT_EQ(send_with(IPPROTO_IP, IP_TOS, &value, sizeof(value)), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEOPNOTSUPP);
  EXPECT_EQ(send_with(IPPROTO_IP, IP_PKTINFO, &value, sizeof(value)), SOCKET_ERROR) << "too short";
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
}

TEST_F(Ancillary, a_control_buffer_that_is_no_list_of_pieces_is_refused) {
  const auto refused_with = [&](WSABUF control) {
    EXPECT_EQ(send_with(control), SOCKET_ERROR);
    return WSAGetLastError();
  };
  alignas(WSACMSGHDR) std::array<char, 64> control{};
  EXPECT_EQ(refused_with({.len = 7, .buf = control.data()}), WSAEINVAL);
  EXPECT_EQ(refused_with({.len = 64, .buf = control.data()}), WSAEINVAL) << "a piece without a length";
  reinterpret_cast<WSACMSGHDR*>(control.data())->cmsg_len = 65;
  EXPECT_EQ(refused_with({.len = 64, .buf = control.data()}), WSAEINVAL) << "a piece that does not end";
  const BadMemory bad(IN_PKTINFO{});
  for (void* place : bad.unreadable())
    EXPECT_EQ(refused_with({.len = 64, .buf = static_cast<char*>(place)}), WSAEFAULT);
}

}  // namespace
}  // namespace berth::test
