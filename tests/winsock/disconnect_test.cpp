// SPDX-License-Identifier: MIT
//
// DisconnectEx, and sockets that are used again.
#include "overlapped.h"

#include <mswsock.h>

#include <string>

namespace berth::test {
namespace {

class Disconnect : public ListeningTest {
 protected:
  void accept_into(SOCKET s) {
    constexpr DWORD kRoom = sizeof(SOCKADDR_IN) + 16;
    expect_begun(accept_ex_(listener_, s, buffer_.data(), 0, kRoom, kRoom, &count_, &accepting_));
  }
  // The end of the call that was given this structure.
  int ended(SOCKET s, OVERLAPPED& overlapped) {
    DWORD flags = 0;
    return WSAGetOverlappedResult(s, &overlapped, &count_, TRUE, &flags) ? 0 : WSAGetLastError();
  }
  void expect_code(int code, BOOL answer) {
    EXPECT_FALSE(answer);
    EXPECT_EQ(WSAGetLastError(), code);
  }
  static std::string received(SOCKET s) {
    std::string all;
    char part[4096];
    for (int size = recv(s, part, sizeof(part), 0); size > 0; size = recv(s, part, sizeof(part), 0))
      all.append(part, static_cast<std::size_t>(size));
    return all;
  }
  static void expect_talk(SOCKET from, SOCKET to) {
    char byte = 0;
    EXPECT_EQ(send(from, "x", 1, 0), 1);
    EXPECT_EQ(recv(to, &byte, 1, 0), 1);
    EXPECT_EQ(byte, 'x');
  }

  const SOCKET server_ = tcp();
  const LPFN_ACCEPTEX accept_ex_ = extension<LPFN_ACCEPTEX>(listener_, WSAID_ACCEPTEX);
  const LPFN_CONNECTEX connect_ex_ = extension<LPFN_CONNECTEX>(listener_, WSAID_CONNECTEX);
  const LPFN_DISCONNECTEX disconnect_ex_ = extension<LPFN_DISCONNECTEX>(listener_, WSAID_DISCONNECTEX);
  OVERLAPPED accepting_ = fresh(event_);
  OVERLAPPED disconnecting_ = fresh(WSACreateEvent());
  std::string buffer_ = std::string(256, '\0');
};

TEST_F(Disconnect, ends_the_connection_and_the_socket_is_good_for_closing) {
  connect_to_listener(client_);
  const SOCKET server = accept(listener_, nullptr, nullptr);
  EXPECT_EQ(send(client_, "last", 4, 0), 4);
  EXPECT_TRUE(disconnect_ex_(client_, nullptr, 0, 0)) << WSAGetLastError();
  EXPECT_EQ(received(server), "last");
  EXPECT_EQ(send(client_, "x", 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAESHUTDOWN);
  expect_code(WSAENOTCONN, disconnect_ex_(client_, nullptr, 0, 0));
}

TEST_F(Disconnect, an_accepted_socket_accepts_again_and_again) {
  tie(server_, port_, 7);
  int descriptors = 0;
  for (int turn = 0; turn < 5; ++turn) {
    accept_into(server_);
    const SOCKET client = tcp();
    connect_to_listener(client);
    EXPECT_EQ(ended(listener_, accepting_), 0);
    expect_talk(client, server_);
    OVERLAPPED disconnecting{};
    expect_code(ERROR_IO_PENDING, disconnect_ex_(server_, &disconnecting, TF_REUSE_SOCKET, 0));
    EXPECT_EQ(received(client), "");
    EXPECT_EQ(closesocket(client), 0);
    const Told told = take(port_);
    EXPECT_TRUE(told.success);
    EXPECT_EQ(told.key, 7U) << "the port that the socket has, whatever connection it carries";
    EXPECT_EQ(told.overlapped, &disconnecting);
    EXPECT_EQ(port_of(server_), 0) << "not bound any more";
    if (turn == 1) descriptors = open_descriptors();
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_F(Disconnect, a_socket_that_connected_keeps_its_port_and_its_reservation) {
  const auto block = acquired(client_, kStart, 2);
  ASSERT_TRUE(block);
  EXPECT_EQ(associate(client_, block->Token.Token), 0);
  EXPECT_EQ(bind_to(client_, 0), 0);
  const USHORT port = port_of(client_);
  EXPECT_EQ(port / 2, kStart / 2);
  for (int turn = 0; turn < 3; ++turn) {
    SOCKADDR_IN name = ipv4_name(80);
    OVERLAPPED connecting = fresh(event_);
    expect_begun(connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &connecting));
    EXPECT_EQ(ended(client_, connecting), 0);
    const SOCKET server = accept(listener_, nullptr, nullptr);
    expect_talk(client_, server);
    EXPECT_EQ(closesocket(server), 0);
    EXPECT_TRUE(disconnect_ex_(client_, nullptr, TF_REUSE_SOCKET, 0)) << WSAGetLastError();
    EXPECT_EQ(port_of(client_), port);
    EXPECT_TRUE(port_is_reserved());
  }
  EXPECT_EQ(send(client_, "x", 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTCONN);
}

TEST_F(Disconnect, waits_for_the_peer_and_throws_away_what_it_sends) {
  accept_into(server_);
  connect_to_listener(client_);
  EXPECT_EQ(ended(listener_, accepting_), 0);
  expect_code(ERROR_IO_PENDING, disconnect_ex_(server_, &disconnecting_, TF_REUSE_SOCKET, 0));
  EXPECT_EQ(send(client_, "too late", 8, 0), 8);
  EXPECT_EQ(WaitForSingleObject(disconnecting_.hEvent, 20), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(shutdown(client_, SD_SEND), 0);
  EXPECT_EQ(ended(server_, disconnecting_), 0);
  EXPECT_EQ(count_, 0U);
}

TEST_F(Disconnect, that_waits_can_be_cancelled_and_begun_again) {
  accept_into(server_);
  connect_to_listener(client_);
  EXPECT_EQ(ended(listener_, accepting_), 0);
  expect_code(ERROR_IO_PENDING, disconnect_ex_(server_, &disconnecting_, TF_REUSE_SOCKET, 0));
  EXPECT_TRUE(CancelIoEx(handle_of(server_), &disconnecting_));
  EXPECT_EQ(ended(server_, disconnecting_), WSA_OPERATION_ABORTED);
  expect_code(WSAENOTCONN, disconnect_ex_(server_, &disconnecting_, 0, 0));
  EXPECT_EQ(closesocket(client_), 0);
  expect_begun(disconnect_ex_(server_, &disconnecting_, TF_REUSE_SOCKET, 0));
  EXPECT_EQ(ended(server_, disconnecting_), 0);
}

TEST_F(Disconnect, comes_after_what_is_still_to_be_sent) {
  connect_to_listener(client_);
  const SOCKET server = accept(listener_, nullptr, nullptr);
  std::string much(8'000'000, 'm');
  WSABUF buffer{.len = static_cast<ULONG>(much.size()), .buf = much.data()};
  expect_pending([&] { return WSASend(client_, &buffer, 1, nullptr, 0, &overlapped_, nullptr); });
  expect_code(ERROR_IO_PENDING, disconnect_ex_(client_, &disconnecting_, TF_REUSE_SOCKET, 0));
  EXPECT_EQ(received(server).size(), much.size());
  EXPECT_EQ(closesocket(server), 0);
  EXPECT_EQ(ended(client_, disconnecting_), 0);
}

TEST_F(Disconnect, that_is_held_has_told_the_peer_nothing) {
  connect_to_listener(client_);
  const SOCKET server = accept(listener_, nullptr, nullptr);
  ScopedFault hold(FaultPoint::Close, FaultAction::hold());
  expect_code(ERROR_IO_PENDING, disconnect_ex_(client_, &disconnecting_, 0, 0));
  expect_talk(client_, server);
  EXPECT_TRUE(hold.let_go());
  EXPECT_EQ(ended(client_, disconnecting_), 0);
  EXPECT_EQ(received(server), "");
}

TEST_F(Disconnect, refuses_what_it_cannot_end) {
  expect_code(WSAENOTSOCK, disconnect_ex_(INVALID_SOCKET, nullptr, 0, 0));
  expect_code(WSAENOTCONN, disconnect_ex_(client_, nullptr, 0, 0));
  expect_code(WSAENOTCONN, disconnect_ex_(listener_, nullptr, TF_REUSE_SOCKET, 0));
  connect_to_listener(client_);
  expect_code(WSAEINVAL, disconnect_ex_(client_, nullptr, TF_DISCONNECT, 0));
  expect_code(WSAEINVAL, disconnect_ex_(client_, nullptr, 0, 1));
  expect_code(WSAEINVAL, disconnect_ex_(udp(), nullptr, 0, 0));
  const BadMemory bad(overlapped_);
  for (void* place : bad.unwritable())
    if (place != nullptr)
      expect_code(WSAEFAULT, disconnect_ex_(client_, static_cast<OVERLAPPED*>(place), 0, 0));
  EXPECT_TRUE(disconnect_ex_(client_, nullptr, 0, 0)) << "it is still connected";
}

}  // namespace
}  // namespace berth::test
