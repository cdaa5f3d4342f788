// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <cstdlib>

#include "winsock/posix_peer.h"

namespace berth::test {
namespace {

/// A process of a machine whose ports are the host's.
class HostTraffic : public FaceTest {
 protected:
  HostTraffic()
      : on_host_(WindowsProcess::of(
            machine_, machine_->start_process({TokenKind::ElevatedAdministrator, "a"}), 1, Network::Host)),
        attached_to_host_(on_host_) {}

  static SOCKET listening(USHORT port, ULONG address = INADDR_LOOPBACK) {
    const SOCKET s = tcp();
    SOCKADDR_IN name = ipv4_name(port, address);
    EXPECT_EQ(bind(s, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
    EXPECT_EQ(listen(s, 5), 0) << WSAGetLastError();
    return s;
  }

  std::shared_ptr<WindowsProcess> on_host_;
  ScopedProcess attached_to_host_;
};

TEST_F(HostTraffic, a_posix_program_reaches_a_winsock_server) {
  const SOCKET server = listening(0);
  const int client = posix_connect(port_of(server));
  ASSERT_GE(client, 0);
  SOCKADDR_IN from{};
  int size = sizeof(from);
  const SOCKET session = accept(server, as_name(&from), &size);
  ASSERT_NE(session, INVALID_SOCKET) << WSAGetLastError();
  EXPECT_EQ(ntohs(from.sin_port), posix_port_of(client));
  EXPECT_EQ(send(session, "hello", 5, 0), 5);
  EXPECT_EQ(posix_receive(client), "hello");
  posix_close(client);
}

TEST_F(HostTraffic, a_winsock_client_reaches_a_posix_server) {
  const int server = posix_listen();
  const SOCKET client = tcp();
  SOCKADDR_IN to = ipv4_name(posix_port_of(server));
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), 0) << WSAGetLastError();
  EXPECT_EQ(send(client, "hello", 5, 0), 5);
  const int session = posix_accept(server);
  EXPECT_EQ(posix_port_of_peer(session), port_of(client)) << "the model's port is the host's";
  EXPECT_EQ(posix_receive(session), "hello");
  posix_close(session);
  posix_close(server);
}

ULONG address_of(SOCKET s) {
  SOCKADDR_IN name{};
  int size = sizeof(name);
  EXPECT_EQ(getsockname(s, as_name(&name), &size), 0) << WSAGetLastError();
  return ntohl(name.sin_addr.s_addr);
}

TEST_F(HostTraffic, a_connected_socket_shows_the_address_that_its_peer_sees) {
  const SOCKET server = listening(0);
  const SOCKET client = tcp();
  SOCKADDR_IN to = ipv4_name(port_of(server));
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), 0) << WSAGetLastError();
  SOCKADDR_IN peer{};
  int size = sizeof(peer);
  ASSERT_NE(accept(server, as_name(&peer), &size), INVALID_SOCKET) << WSAGetLastError();
  EXPECT_EQ(address_of(client), ntohl(peer.sin_addr.s_addr)) << "what makes a pair of sockets compares them";
  EXPECT_EQ(port_of(client), ntohs(peer.sin_port));
}

TEST_F(HostTraffic, a_datagram_socket_shows_an_address_while_it_is_connected) {
  const SOCKET s = udp();
  SOCKADDR_IN to = ipv4_name(9);
  ASSERT_EQ(connect(s, as_name(&to), sizeof(to)), 0) << WSAGetLastError();
  EXPECT_EQ(address_of(s), ULONG{INADDR_LOOPBACK});
  const USHORT port = port_of(s);
  SOCKADDR_IN nowhere = ipv4_name(0, INADDR_ANY);
  ASSERT_EQ(connect(s, as_name(&nowhere), sizeof(nowhere)), 0) << WSAGetLastError();
  EXPECT_EQ(address_of(s), ULONG{INADDR_ANY});
  EXPECT_EQ(port_of(s), port);
}

TEST_F(HostTraffic, a_port_is_free_when_its_socket_is_closed_although_a_call_has_just_ended) {
  const SOCKET sender = udp();
  USHORT port = 0;
  for (int round = 0; round < 500; ++round) {
    const SOCKET s = udp();
    ASSERT_EQ(bind_to(s, port), 0) << "round " << round << ": " << WSAGetLastError();
    port = port_of(s);
    char byte = 0;
    WSABUF buffer{.len = 1, .buf = &byte};
    OVERLAPPED overlapped{};
    overlapped.hEvent = WSACreateEvent();
    DWORD bytes = 0;
    DWORD flags = 0;
    WSARecv(s, &buffer, 1, nullptr, &flags, &overlapped, nullptr);
    SOCKADDR_IN to = ipv4_name(port);
    EXPECT_EQ(sendto(sender, "x", 1, 0, as_name(&to), sizeof(to)), 1);
    EXPECT_TRUE(WSAGetOverlappedResult(s, &overlapped, &bytes, TRUE, &flags)) << WSAGetLastError();
    EXPECT_EQ(closesocket(s), 0);
    WSACloseEvent(overlapped.hEvent);
  }
}

TEST_F(HostTraffic, a_strangers_port_is_in_use_and_nothing_is_left_behind) {
  const int stranger = posix_listen();
  const USHORT port = posix_port_of(stranger);
  const SOCKET s = tcp();
  WSASetLastError(kNoCode);
  EXPECT_EQ(bind_to(s, port), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRINUSE);
  posix_close(stranger);
  EXPECT_EQ(bind_to(s, port), 0) << "the socket is as it was: " << WSAGetLastError();
}

TEST_F(HostTraffic, a_wildcard_and_a_specific_listener_live_side_by_side) {
  const SOCKET wildcard = listening(0, INADDR_ANY);
  const SOCKET specific = listening(port_of(wildcard));
  const int client = posix_connect(port_of(specific));
  EXPECT_NE(accept(specific, nullptr, nullptr), INVALID_SOCKET) << "B4: the specific one gets the connection";
  posix_close(client);
  const int stranger = posix_bind(port_of(wildcard));
  EXPECT_LT(stranger, 0) << "the sharing is over";
}

TEST_F(HostTraffic, an_automatic_port_that_a_stranger_has_is_passed_over) {
  // Something else of the host may have just the next port, or may have had it a moment ago.
  constexpr int kMostTries = 256;
  USHORT next = 0;
  int stranger = -1;
  for (int tries = 0; stranger < 0 && tries < kMostTries; ++tries) {
    next = static_cast<USHORT>(port_of(listening(0)) + 1);
    stranger = posix_bind(next);
  }
  ASSERT_GE(stranger, 0) << "no port that follows an automatic one is free, up to " << next;
  const SOCKET second = listening(0);
  EXPECT_NE(port_of(second), next);
  posix_close(stranger);
}

TEST_F(HostTraffic, datagrams_cross_both_ways) {
  const SOCKET server = udp();
  ASSERT_EQ(bind_to(server, 0), 0) << WSAGetLastError();
  const SOCKET client = udp();
  SOCKADDR_IN to = ipv4_name(port_of(server));
  ASSERT_EQ(sendto(client, "ping", 4, 0, as_name(&to), sizeof(to)), 4) << WSAGetLastError();
  std::array<char, 16> bytes{};
  SOCKADDR_IN from{};
  int size = sizeof(from);
  ASSERT_EQ(recvfrom(server, bytes.data(), 16, 0, as_name(&from), &size), 4) << WSAGetLastError();
  EXPECT_EQ(ntohs(from.sin_port), port_of(client));
}

}  // namespace
}  // namespace berth::test
