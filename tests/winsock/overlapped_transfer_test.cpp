// SPDX-License-Identifier: MIT
//
// Overlapped sends, receives and connections between sockets of one machine, and network events.
#include "overlapped.h"

#include <mswsock.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include <berth/winsock/advice.h>

namespace berth::test {
namespace {

WSABUF buffer_of(std::string& text) { return {.len = static_cast<ULONG>(text.size()), .buf = text.data()}; }

class OverlappedTransfer : public ListeningTest {
 protected:
  void connect_pair() {
    connect_to_listener(client_);
    server_ = accept(listener_, nullptr, nullptr);
    EXPECT_NE(server_, INVALID_SOCKET);
  }
  int receive(SOCKET s, std::string& into, OVERLAPPED* overlapped,
              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    WSABUF buffer = buffer_of(into);
    flags_ = 0;
    return WSARecv(s, &buffer, 1, &count_, &flags_, overlapped, routine);
  }
  int transmit(SOCKET s, std::string text, OVERLAPPED* overlapped = nullptr) {
    WSABUF buffer = buffer_of(text);
    return WSASend(s, &buffer, 1, &count_, 0, overlapped, nullptr);
  }

  SOCKET server_ = INVALID_SOCKET;
  DWORD flags_ = 0;
  std::string into_ = std::string(5, '.');
};

TEST_F(OverlappedTransfer, a_receive_pends_until_something_comes) {
  connect_pair();
  tie(server_, port_, 7);
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_TRUE(is_empty(port_));
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.bytes, 5U);
  EXPECT_EQ(told.key, 7U);
  EXPECT_EQ(told.overlapped, &overlapped_);
  EXPECT_EQ(into_, "hello");
}

// A call that frees itself at its end, as servers have them; the sanitizers see who writes to it afterwards.
TEST_F(OverlappedTransfer, nothing_is_told_where_the_end_of_a_call_has_been_taken) {
  struct Kept {
    OVERLAPPED overlapped{};
    DWORD bytes = 0;
    DWORD flags = 0;
    std::array<char, 8> data{};
    WSABUF buffer{.len = 8, .buf = data.data()};
  };
  constexpr int kTimes = 500;
  const SOCKET datagrams = udp();
  ASSERT_EQ(bind_to(datagrams, 5000), 0);
  tie(datagrams, port_, 7);
  std::thread reaper([this] {
    for (int i = 0; i < kTimes; ++i) delete reinterpret_cast<Kept*>(take(port_).overlapped);
  });
  SOCKADDR_IN own = ipv4_name(5000);
  for (int i = 0; i < kTimes; ++i) {
    EXPECT_EQ(sendto(datagrams, "x", 1, 0, as_name(&own), sizeof(own)), 1);
    auto* kept = new Kept;
    EXPECT_EQ(WSARecv(datagrams, &kept->buffer, 1, &kept->bytes, &kept->flags, &kept->overlapped, nullptr),
              0);
  }
  reaper.join();
}

TEST_F(OverlappedTransfer, an_unreachable_port_is_told_as_one_to_a_completion_port) {
  const SOCKET datagrams = udp();
  ASSERT_EQ(bind_to(datagrams, 5000), 0);
  tie(datagrams, port_, 7);
  expect_pending([&] { return receive(datagrams, into_, &overlapped_); });
  SOCKADDR_IN nobody = ipv4_name(5001);
  EXPECT_EQ(sendto(datagrams, "x", 1, 0, as_name(&nobody), sizeof(nobody)), 1);
  const Told told = take(port_);
  EXPECT_FALSE(told.success);
  EXPECT_EQ(told.error, DWORD{ERROR_PORT_UNREACHABLE});
  EXPECT_EQ(told.overlapped, &overlapped_);
  EXPECT_FALSE(WSAGetOverlappedResult(datagrams, &overlapped_, &count_, FALSE, &flags_));
  EXPECT_EQ(WSAGetLastError(), WSAECONNRESET);
}

TEST_F(OverlappedTransfer, a_receive_that_finds_something_returns_0_and_is_told_too) {
  connect_pair();
  tie(server_, port_, 7);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  expect_success(0, [&] { return receive(server_, into_, &overlapped_); });
  EXPECT_EQ(count_, 5U);
  EXPECT_EQ(take(port_).bytes, 5U);
}

TEST_F(OverlappedTransfer, receives_end_in_the_order_in_which_they_began) {
  connect_pair();
  tie(server_, port_, 7);
  OVERLAPPED second = fresh();
  std::string first_half(2, '.');
  std::string second_half(3, '.');
  expect_pending([&] { return receive(server_, first_half, &overlapped_); });
  expect_pending([&] { return receive(server_, second_half, &second); });
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(take(port_).overlapped, &overlapped_);
  EXPECT_EQ(take(port_).overlapped, &second);
  EXPECT_EQ(first_half + second_half, "hello");
}

TEST_F(OverlappedTransfer, events_tell_the_end_and_WSAGetOverlappedResult_the_count) {
  connect_pair();
  overlapped_.hEvent = event_;
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_EQ(send(client_, "abc", 3, 0), 3);
  DWORD bytes = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(server_, &overlapped_, &bytes, TRUE, &flags_));
  EXPECT_EQ(bytes, 3U);
}

TEST_F(OverlappedTransfer, the_end_of_the_stream_is_a_receive_of_no_bytes) {
  connect_pair();
  tie(server_, port_, 7);
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_EQ(shutdown(client_, SD_SEND), 0);
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.bytes, 0U);
}

TEST_F(OverlappedTransfer, D7_a_reset_by_the_peer_is_a_name_that_was_deleted) {
  connect_pair();
  tie(server_, port_, 7);
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  const LINGER reset{1, 0};
  EXPECT_EQ(setsockopt(client_, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&reset), sizeof(reset)),
            0);
  EXPECT_EQ(closesocket(client_), 0);
  const Told told = take(port_);
  EXPECT_FALSE(told.success);
  EXPECT_EQ(told.error, DWORD{ERROR_NETNAME_DELETED});
  DWORD bytes = 0;
  EXPECT_FALSE(WSAGetOverlappedResult(server_, &overlapped_, &bytes, FALSE, &flags_));
  EXPECT_EQ(WSAGetLastError(), WSAECONNRESET);
}

TEST_F(OverlappedTransfer, D7_closing_its_own_socket_aborts_what_pends) {
  connect_pair();
  tie(server_, port_, 7);
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_EQ(closesocket(server_), 0);
  const Told told = take(port_);
  EXPECT_FALSE(told.success);
  EXPECT_EQ(told.error, DWORD{ERROR_OPERATION_ABORTED});
  EXPECT_EQ(told.key, 7U);
  EXPECT_EQ(told.overlapped, &overlapped_);
}

TEST_F(OverlappedTransfer, CancelIoEx_leaves_the_bytes_to_the_next_receive) {
  connect_pair();
  tie(server_, port_, 7);
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_TRUE(CancelIoEx(handle_of(server_), &overlapped_));
  EXPECT_EQ(take(port_).error, DWORD{ERROR_OPERATION_ABORTED});
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(recv(server_, into_.data(), 5, 0), 5);
}

TEST_F(OverlappedTransfer, the_end_of_the_thread_cancels_a_receive) {
  connect_pair();
  overlapped_.hEvent = event_;
  std::thread other([&] { expect_pending([&] { return receive(server_, into_, &overlapped_); }); });
  other.join();
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(status_of(overlapped_), 0xc0000120U);
}

TEST_F(OverlappedTransfer, a_send_ends_when_all_its_bytes_are_on_their_way) {
  connect_pair();
  tie(client_, port_, 7);
  constexpr std::size_t kMany = 16U << 20U;
  std::string many(kMany, 'x');
  WSABUF buffer = buffer_of(many);
  expect_pending([&] { return WSASend(client_, &buffer, 1, &count_, 0, &overlapped_, nullptr); });
  std::string some(1U << 16U, '.');
  std::size_t received = 0;
  while (received < kMany) {
    const int now = recv(server_, some.data(), static_cast<int>(some.size()), 0);
    ASSERT_GT(now, 0);
    received += static_cast<std::size_t>(now);
  }
  EXPECT_EQ(take(port_).bytes, kMany);
}

TEST_F(OverlappedTransfer, bytes_are_gathered_and_scattered) {
  connect_pair();
  std::string first = "he";
  std::string second = "llo";
  WSABUF out[] = {buffer_of(first), buffer_of(second)};
  expect_success(kNoCode, [&] { return WSASend(client_, out, 2, &count_, 0, nullptr, nullptr); });
  EXPECT_EQ(count_, 5U);
  std::string three(3, '.');
  std::string two(2, '.');
  WSABUF in[] = {buffer_of(three), buffer_of(two)};
  flags_ = MSG_WAITALL;
  EXPECT_EQ(WSARecv(server_, in, 2, &count_, &flags_, nullptr, nullptr), 0);
  EXPECT_EQ(three + two, "hello");
  EXPECT_EQ(flags_, 0U);
}

TEST_F(OverlappedTransfer, a_receive_for_all_waits_for_all) {
  connect_pair();
  tie(server_, port_, 7);
  WSABUF buffer = buffer_of(into_);
  flags_ = MSG_WAITALL;
  expect_pending([&] { return WSARecv(server_, &buffer, 1, &count_, &flags_, &overlapped_, nullptr); });
  EXPECT_EQ(send(client_, "he", 2, 0), 2);
  EXPECT_EQ(send(client_, "llo", 3, 0), 3);
  EXPECT_EQ(take(port_).bytes, 5U);
  EXPECT_EQ(into_, "hello");
}

TEST_F(OverlappedTransfer, a_receive_of_no_bytes_tells_that_there_are_some) {
  connect_pair();
  tie(server_, port_, 7);
  WSABUF nothing{0, nullptr};
  expect_pending([&] { return WSARecv(server_, &nothing, 1, &count_, &flags_, &overlapped_, nullptr); });
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(take(port_).bytes, 0U);
  EXPECT_EQ(recv(server_, into_.data(), 5, 0), 5);
}

TEST_F(OverlappedTransfer, bad_arguments_have_their_codes) {
  connect_pair();
  WSABUF buffer = buffer_of(into_);
  expect_failure(WSAEFAULT, [&] { return WSARecv(server_, &buffer, 1, nullptr, &flags_, nullptr, nullptr); });
  expect_failure(WSAEFAULT, [&] { return WSARecv(server_, &buffer, 1, &count_, nullptr, nullptr, nullptr); });
  expect_failure(WSAEFAULT, [&] { return WSARecv(server_, nullptr, 1, &count_, &flags_, nullptr, nullptr); });
  expect_failure(WSAEINVAL, [&] { return WSARecv(server_, &buffer, 0, &count_, &flags_, nullptr, nullptr); });
  expect_failure(WSAEFAULT, [&] { return WSASend(server_, nullptr, 1, &count_, 0, nullptr, nullptr); });
  expect_failure(WSAEFAULT, [&] { return WSASend(server_, &buffer, 1, nullptr, 0, nullptr, nullptr); });
  expect_failure(WSAENOTSOCK, [&] { return WSASend(0, nullptr, 1, nullptr, 0, nullptr, nullptr); });
  const SOCKET apart = tcp();
  EXPECT_EQ(WSASend(apart, &buffer, 1, &count_, 0, &overlapped_, nullptr), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTCONN);
}

TEST_F(OverlappedTransfer, datagrams_tell_who_sent_them_when_they_come) {
  const SOCKET receiver = udp();
  const SOCKET sender = udp();
  EXPECT_EQ(bind_to(receiver, 5000), 0);
  tie(receiver, port_, 7);
  SOCKADDR_IN from{};
  int length = sizeof(from);
  WSABUF buffer = buffer_of(into_);
  expect_pending([&] {
    return WSARecvFrom(receiver, &buffer, 1, &count_, &flags_, as_name(&from), &length, &overlapped_,
                       nullptr);
  });
  SOCKADDR_IN to = ipv4_name(5000);
  std::string text = "datagram";
  WSABUF out = buffer_of(text);
  EXPECT_EQ(WSASendTo(sender, &out, 1, &count_, 0, as_name(&to), sizeof(to), nullptr, nullptr), 0);
  const Told told = take(port_);
  EXPECT_EQ(told.error, DWORD{ERROR_MORE_DATA}) << "it was too long";
  EXPECT_EQ(told.bytes, 5U);
  EXPECT_EQ(into_, "datag");
  EXPECT_EQ(ntohs(from.sin_port), port_of(sender));
  DWORD bytes = 0;
  EXPECT_FALSE(WSAGetOverlappedResult(receiver, &overlapped_, &bytes, FALSE, &flags_));
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
  EXPECT_EQ(flags_, DWORD{MSG_PARTIAL});
}

TEST_F(OverlappedTransfer, a_fault_holds_a_receive) {
  connect_pair();
  tie(server_, port_, 7);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  ScopedFault hold(FaultPoint::Receive, FaultAction::hold());
  expect_pending([&] { return receive(server_, into_, &overlapped_); });
  EXPECT_TRUE(is_empty(port_));
  EXPECT_TRUE(hold.let_go());
  EXPECT_EQ(take(port_).bytes, 5U);
}

// -- servers ----------------------------------------------------------------------------------------

// Echoes what comes by routines alone, in one thread.
struct Echo {
  OVERLAPPED overlapped{};
  SOCKET socket = INVALID_SOCKET;
  std::string bytes = std::string(64, '.');
  bool is_over = false;

  void begin() {
    WSABUF buffer = buffer_of(bytes);
    DWORD flags = 0;
    overlapped = {};
    EXPECT_TRUE(WSARecv(socket, &buffer, 1, nullptr, &flags, &overlapped, came) == 0 ||
                WSAGetLastError() == WSA_IO_PENDING);
  }
  static void CALLBACK came(DWORD, DWORD size, LPWSAOVERLAPPED overlapped, DWORD) {
    auto* echo = reinterpret_cast<Echo*>(overlapped);
    echo->is_over = size == 0;
    if (echo->is_over) return;
    EXPECT_EQ(send(echo->socket, echo->bytes.data(), static_cast<int>(size), 0), static_cast<int>(size));
    echo->begin();
  }
};

TEST_F(OverlappedTransfer, a_server_may_live_by_routines_alone) {
  connect_pair();
  Echo echo{.overlapped = {}, .socket = server_};
  echo.begin();
  std::thread program([&] {
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(send(client_, "hello", 5, 0), 5);
      EXPECT_EQ(recv(client_, into_.data(), 5, MSG_WAITALL), 5);
    }
    shutdown(client_, SD_SEND);
  });
  while (!echo.is_over && SleepEx(kSoon, TRUE) == WAIT_IO_COMPLETION) {
  }
  EXPECT_TRUE(echo.is_over);
  program.join();
}

TEST_F(OverlappedTransfer, one_port_serves_hundreds_of_connections) {
  constexpr std::size_t kConnections = 300;
  struct Connection {
    OVERLAPPED overlapped{};
    SOCKET client = INVALID_SOCKET;
    SOCKET server = INVALID_SOCKET;
    char byte = 0;
  };
  std::vector<Connection> all(kConnections);
  SOCKADDR_IN name = ipv4_name(80);
  for (std::size_t i = 0; i < kConnections; ++i) {
    all[i].client = tcp();
    ASSERT_EQ(connect(all[i].client, as_name(&name), sizeof(name)), 0);
    all[i].server = accept(listener_, nullptr, nullptr);
    tie(all[i].server, port_, i);
    WSABUF buffer{1, &all[i].byte};
    ASSERT_EQ(WSARecv(all[i].server, &buffer, 1, nullptr, &flags_, &all[i].overlapped, nullptr),
              SOCKET_ERROR);
  }
  std::thread program([&] {
    for (const Connection& one : all) EXPECT_EQ(send(one.client, "x", 1, 0), 1);
  });
  std::vector<bool> seen(kConnections);
  for (std::size_t i = 0; i < kConnections; ++i) {
    const Told told = take(port_);
    ASSERT_TRUE(told.success);
    EXPECT_EQ(told.overlapped, &all[told.key].overlapped);
    EXPECT_FALSE(seen[told.key]);
    seen[told.key] = true;
    EXPECT_EQ(all[told.key].byte, 'x');
  }
  program.join();
}

// -- AcceptEx and ConnectEx -------------------------------------------------------------------------

class ConnectionsEx : public OverlappedTransfer {
 protected:
  static constexpr DWORD kRoom = sizeof(SOCKADDR_IN) + 16;
  BOOL accept_into(SOCKET s, DWORD data) {
    return accept_ex_(listener_, s, buffer_.data(), data, kRoom, kRoom, &count_, &overlapped_);
  }
  void expect_code(int code, BOOL answer) {
    EXPECT_FALSE(answer);
    EXPECT_EQ(WSAGetLastError(), code);
  }

  void accept_the_client() {
    tie(listener_, port_, 7);
    expect_code(ERROR_IO_PENDING, accept_into(accepted_, 0));
    SOCKADDR_IN name = ipv4_name(80);
    EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), 0);
    EXPECT_TRUE(take(port_).success);
  }
  // The code, 0 when it worked; the name is in `name_`.
  int name_of(SOCKET s, int (*function)(SOCKET, sockaddr*, int*)) {
    int size = sizeof(name_);
    return function(s, as_name(&name_), &size) == 0 ? 0 : WSAGetLastError();
  }
  void expect_no_context(SOCKET s) {
    EXPECT_EQ(name_of(s, getpeername), WSAENOTCONN);
    expect_code(WSAENOTCONN, shutdown(s, SD_SEND) == 0);
    EXPECT_EQ(last_advice().value().kind, AdviceKind::ConnectionLacksContext);
    EXPECT_EQ(send(s, "x", 1, 0), 1) << "bytes move";
  }
  void expect_context(SOCKET s) {
    EXPECT_EQ(name_of(s, getpeername), 0);
    EXPECT_EQ(shutdown(s, SD_SEND), 0);
  }

  SOCKADDR_IN name_{};
  const LPFN_ACCEPTEX accept_ex_ = extension<LPFN_ACCEPTEX>(listener_, WSAID_ACCEPTEX);
  const LPFN_CONNECTEX connect_ex_ = extension<LPFN_CONNECTEX>(listener_, WSAID_CONNECTEX);
  const SOCKET accepted_ = tcp();
  std::string buffer_ = std::string(256, '\0');
};

TEST_F(ConnectionsEx, AcceptEx_pends_and_gives_the_connection_to_the_socket) {
  tie(listener_, port_, 7);
  expect_code(ERROR_IO_PENDING, accept_into(accepted_, 0));
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), 0);
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.overlapped, &overlapped_);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(recv(accepted_, into_.data(), 5, MSG_WAITALL), 5);
  EXPECT_EQ(into_, "hello");

  const auto names = extension<LPFN_GETACCEPTEXSOCKADDRS>(listener_, WSAID_GETACCEPTEXSOCKADDRS);
  sockaddr* local = nullptr;
  sockaddr* remote = nullptr;
  int local_size = 0;
  int remote_size = 0;
  names(buffer_.data(), 0, kRoom, kRoom, &local, &local_size, &remote, &remote_size);
  EXPECT_EQ(ntohs(reinterpret_cast<SOCKADDR_IN*>(local)->sin_port), 80);
  EXPECT_EQ(ntohs(reinterpret_cast<SOCKADDR_IN*>(remote)->sin_port), port_of(client_));
  EXPECT_EQ(remote_size, int{sizeof(SOCKADDR_IN)});
}

TEST_F(ConnectionsEx, AcceptEx_leaves_a_connection_without_context) {
  accept_the_client();
  expect_no_context(accepted_);
  EXPECT_EQ(name_of(accepted_, getsockname), WSAEINVAL);
  const SOCKET listener = listener_;
  EXPECT_EQ(setsockopt(accepted_, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                       reinterpret_cast<const char*>(&listener), sizeof(listener)),
            0);
  EXPECT_EQ(name_of(accepted_, getsockname), 0);
  EXPECT_EQ(ntohs(name_.sin_port), 80);
  expect_context(accepted_);
}

TEST_F(ConnectionsEx, ConnectEx_leaves_a_connection_without_context) {
  SOCKADDR_IN any = ipv4_name(700);
  any.sin_addr.s_addr = htonl(INADDR_ANY);
  EXPECT_EQ(bind(client_, as_name(&any), sizeof(any)), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN name = ipv4_name(80);
  expect_begun(connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
  EXPECT_TRUE(take(port_).success);
  expect_no_context(client_);
  EXPECT_EQ(name_of(client_, getsockname), 0);
  EXPECT_EQ(name_.sin_addr.s_addr, htonl(INADDR_ANY)) << "what bind said";
  EXPECT_EQ(setsockopt(client_, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0), 0);
  EXPECT_EQ(name_of(client_, getsockname), 0);
  EXPECT_EQ(name_.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
  expect_context(client_);
}

TEST_F(ConnectionsEx, a_connection_attempt_that_failed_leaves_the_next_one_its_context) {
  EXPECT_EQ(bind_to(client_, 700), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN nobody = ipv4_name(81);
  expect_begun(connect_ex_(client_, as_name(&nobody), sizeof(nobody), nullptr, 0, &count_, &overlapped_));
  EXPECT_FALSE(take(port_).success);
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), 0);
  expect_context(client_);
}

TEST_F(ConnectionsEx, AcceptEx_waits_for_the_first_bytes_when_it_is_to_receive_some) {
  tie(listener_, port_, 7);
  tie(accepted_, port_, 8);
  expect_code(ERROR_IO_PENDING, accept_into(accepted_, 64));
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), 0);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.bytes, 5U);
  EXPECT_EQ(told.key, 7U);
  EXPECT_EQ(buffer_.substr(0, 5), "hello");
  expect_pending([&] { return receive(accepted_, into_, &overlapped_); });
  EXPECT_EQ(send(client_, "again", 5, 0), 5);
  EXPECT_EQ(take(port_).key, 8U) << "the port that the socket had before the connection";
}

TEST_F(ConnectionsEx, AcceptEx_is_cancelled_with_either_socket) {
  tie(listener_, port_, 7);
  expect_code(ERROR_IO_PENDING, accept_into(accepted_, 0));
  EXPECT_EQ(closesocket(accepted_), 0);
  EXPECT_EQ(take(port_).error, DWORD{ERROR_OPERATION_ABORTED});
  expect_code(ERROR_IO_PENDING, accept_into(tcp(), 0));
  EXPECT_EQ(closesocket(listener_), 0);
  EXPECT_EQ(take(port_).error, DWORD{ERROR_OPERATION_ABORTED});
}

TEST_F(ConnectionsEx, AcceptEx_refuses_what_it_cannot_use) {
  expect_code(WSAENOTSOCK, accept_into(INVALID_SOCKET, 0));
  expect_code(WSAENOTSOCK, accept_ex_(0, accepted_, nullptr, 0, 0, 0, nullptr, nullptr));
  expect_code(ERROR_INVALID_PARAMETER,
              accept_ex_(listener_, accepted_, buffer_.data(), 0, kRoom, kRoom, &count_, nullptr));
  expect_code(WSAEFAULT,
              accept_ex_(listener_, accepted_, buffer_.data(), 0, kRoom, 0, &count_, &overlapped_));
  expect_code(WSAEINVAL,
              accept_ex_(client_, accepted_, buffer_.data(), 0, kRoom, kRoom, &count_, &overlapped_));
  EXPECT_EQ(bind_to(accepted_, 81), 0);
  expect_code(WSAEINVAL, accept_into(accepted_, 0));
}

TEST_F(ConnectionsEx, an_accept_that_blocks_goes_on_beside_AcceptEx) {
  accept_the_client();
  SOCKADDR_IN name = ipv4_name(80);
  std::thread other([&] { EXPECT_NE(accept(listener_, nullptr, nullptr), INVALID_SOCKET); });
  EXPECT_EQ(connect(tcp(), as_name(&name), sizeof(name)), 0);
  other.join();
}

TEST_F(ConnectionsEx, ConnectEx_connects_and_sends) {
  EXPECT_EQ(bind_to(client_, 0), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN name = ipv4_name(80);
  std::string text = "hello";
  const BOOL at_once =
      connect_ex_(client_, as_name(&name), sizeof(name), text.data(), 5, &count_, &overlapped_);
  EXPECT_TRUE(at_once || WSAGetLastError() == ERROR_IO_PENDING);
  const Told told = take(port_);
  EXPECT_TRUE(told.success);
  EXPECT_EQ(told.bytes, 5U);
  server_ = accept(listener_, nullptr, nullptr);
  EXPECT_EQ(recv(server_, into_.data(), 5, MSG_WAITALL), 5);
  EXPECT_EQ(into_, "hello");
}

TEST_F(ConnectionsEx, ConnectEx_tells_late_that_nobody_listens) {
  EXPECT_EQ(bind_to(client_, 0), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN name = ipv4_name(99);
  expect_code(ERROR_IO_PENDING,
              connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
  EXPECT_EQ(take(port_).error, DWORD{ERROR_CONNECTION_REFUSED});
}

TEST_F(ConnectionsEx, ConnectEx_that_is_held_has_not_reached_the_listener) {
  EXPECT_EQ(bind_to(client_, 0), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN name = ipv4_name(80);
  ScopedFault hold(FaultPoint::Connect, FaultAction::hold());
  expect_code(ERROR_IO_PENDING,
              connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
  WSAPOLLFD entry{.fd = listener_, .events = POLLRDNORM, .revents = 0};
  EXPECT_EQ(WSAPoll(&entry, 1, 0), 0);
  int size = sizeof(name);
  EXPECT_EQ(getpeername(client_, as_name(&name), &size), SOCKET_ERROR) << "not connected";
  EXPECT_TRUE(hold.let_go());
  EXPECT_TRUE(take(port_).success);
  server_ = accept(listener_, nullptr, nullptr);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(recv(server_, into_.data(), 5, MSG_WAITALL), 5);
}

TEST_F(ConnectionsEx, ConnectEx_that_is_cancelled_while_held_never_connects) {
  EXPECT_EQ(bind_to(client_, 0), 0);
  tie(client_, port_, 7);
  SOCKADDR_IN name = ipv4_name(80);
  const ScopedFault hold(FaultPoint::Connect, FaultAction::hold());
  expect_code(ERROR_IO_PENDING,
              connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
  EXPECT_TRUE(CancelIoEx(handle_of(client_), &overlapped_));
  EXPECT_EQ(take(port_).error, DWORD{ERROR_OPERATION_ABORTED});
  WSAPOLLFD entry{.fd = listener_, .events = POLLRDNORM, .revents = 0};
  EXPECT_EQ(WSAPoll(&entry, 1, 0), 0);
}

TEST_F(ConnectionsEx, ConnectEx_wants_a_bound_socket_and_a_structure) {
  SOCKADDR_IN name = ipv4_name(80);
  expect_code(WSAEINVAL,
              connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
  expect_code(ERROR_INVALID_PARAMETER,
              connect_ex_(client_, as_name(&name), sizeof(name), nullptr, 0, &count_, nullptr));
  expect_code(WSAENOTSOCK,
              connect_ex_(INVALID_SOCKET, as_name(&name), sizeof(name), nullptr, 0, &count_, &overlapped_));
}

TEST_F(ConnectionsEx, A15_a_function_that_nobody_knows_is_invalid_and_touches_nothing) {
  GUID id{1, 2, 3, {}};
  void* function = nullptr;
  tie(client_, port_, 7);
  expect_failure(WSAEINVAL, [&] {
    return WSAIoctl(client_, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &function, sizeof(function),
                    &count_, &overlapped_, nullptr);
  });
  EXPECT_EQ(overlapped_.Internal, 0x5eedU);
  EXPECT_TRUE(is_empty(port_));
}

// -- WSAEventSelect ---------------------------------------------------------------------------------

class NetworkEvents : public OverlappedTransfer {
 protected:
  long wait_for_events(SOCKET s) {
    EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
    EXPECT_EQ(WSAEnumNetworkEvents(s, event_, &events_), 0);
    return events_.lNetworkEvents;
  }
  bool is_set() const { return WaitForSingleObject(event_, 0) == WAIT_OBJECT_0; }
  WSANETWORKEVENTS events_{};
};

TEST_F(NetworkEvents, FD_READ_is_told_once_and_again_after_a_receive) {
  connect_pair();
  EXPECT_EQ(WSAEventSelect(server_, event_, FD_READ), 0);
  EXPECT_FALSE(is_set());
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(wait_for_events(server_), FD_READ);
  EXPECT_FALSE(is_set()) << "not again before a receive";
  EXPECT_EQ(recv(server_, into_.data(), 2, 0), 2);
  EXPECT_EQ(wait_for_events(server_), FD_READ) << "something is left";
  EXPECT_EQ(recv(server_, into_.data(), 3, 0), 3);
  EXPECT_FALSE(is_set());
  EXPECT_EQ(recv(server_, into_.data(), 3, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
}

TEST_F(NetworkEvents, FD_CLOSE_is_told_when_everything_was_read) {
  connect_pair();
  EXPECT_EQ(WSAEventSelect(server_, event_, FD_READ | FD_CLOSE), 0);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(shutdown(client_, SD_SEND), 0);
  EXPECT_EQ(wait_for_events(server_), FD_READ);
  EXPECT_EQ(recv(server_, into_.data(), 5, 0), 5);
  EXPECT_EQ(wait_for_events(server_), FD_CLOSE);
  EXPECT_EQ(events_.iErrorCode[FD_CLOSE_BIT], 0);
}

TEST_F(NetworkEvents, FD_ACCEPT_is_told_again_after_an_accept_and_the_new_socket_inherits) {
  EXPECT_EQ(WSAEventSelect(listener_, event_, FD_ACCEPT | FD_READ), 0);
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), 0);
  EXPECT_EQ(connect(tcp(), as_name(&name), sizeof(name)), 0);
  EXPECT_EQ(wait_for_events(listener_), FD_ACCEPT);
  server_ = accept(listener_, nullptr, nullptr);
  ASSERT_NE(server_, INVALID_SOCKET);
  EXPECT_EQ(wait_for_events(listener_), FD_ACCEPT);
  EXPECT_NE(accept(listener_, nullptr, nullptr), INVALID_SOCKET);
  EXPECT_EQ(send(client_, "hello", 5, 0), 5);
  EXPECT_EQ(wait_for_events(server_), FD_READ);
}

TEST_F(NetworkEvents, FD_CONNECT_tells_of_a_connection_and_FD_WRITE_that_it_takes_bytes) {
  EXPECT_EQ(WSAEventSelect(client_, event_, FD_CONNECT | FD_WRITE), 0);
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  long seen = 0;
  while ((seen & (FD_CONNECT | FD_WRITE)) != (FD_CONNECT | FD_WRITE)) {
    const long now = wait_for_events(client_);
    ASSERT_NE(now, 0);
    seen |= now;
    EXPECT_EQ(events_.iErrorCode[FD_CONNECT_BIT], 0);
  }
  EXPECT_FALSE(is_set());
}

TEST_F(NetworkEvents, FD_CONNECT_tells_why_a_connection_failed) {
  EXPECT_EQ(WSAEventSelect(client_, event_, FD_CONNECT), 0);
  SOCKADDR_IN name = ipv4_name(99);
  EXPECT_EQ(connect(client_, as_name(&name), sizeof(name)), SOCKET_ERROR);
  if (WSAGetLastError() == WSAEWOULDBLOCK) {
    EXPECT_EQ(wait_for_events(client_), FD_CONNECT);
    EXPECT_EQ(events_.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
  }
}

TEST_F(NetworkEvents, FD_WRITE_is_told_again_after_a_send_that_would_have_blocked) {
  connect_pair();
  EXPECT_EQ(WSAEventSelect(client_, event_, FD_WRITE), 0);
  EXPECT_EQ(wait_for_events(client_), FD_WRITE);
  std::string some(1U << 20U, 'x');
  while (send(client_, some.data(), static_cast<int>(some.size()), 0) > 0) {
  }
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  EXPECT_FALSE(is_set());
  std::thread reader([&] {
    std::string into(1U << 20U, '.');
    while (recv(server_, into.data(), static_cast<int>(into.size()), 0) > 0) {
    }
  });
  EXPECT_EQ(wait_for_events(client_), FD_WRITE);
  EXPECT_EQ(shutdown(client_, SD_SEND), 0);
  reader.join();
}

TEST_F(NetworkEvents, A17_a_socket_with_events_does_not_block) {
  EXPECT_EQ(WSAEventSelect(client_, event_, FD_READ), 0);
  u_long off = 0;
  expect_failure(WSAEINVAL, [&] { return ioctlsocket(client_, FIONBIO, &off); });
  expect_failure(WSAEINVAL, [&] {
    return WSAIoctl(client_, static_cast<DWORD>(FIONBIO), &off, sizeof(off), nullptr, 0, &count_, nullptr,
                    nullptr);
  });
  EXPECT_EQ(count_, 0U);
  EXPECT_EQ(WSAEventSelect(client_, nullptr, 0), 0);
  EXPECT_EQ(ioctlsocket(client_, FIONBIO, &off), 0);
}

TEST_F(NetworkEvents, bad_arguments_have_their_codes) {
  expect_failure(WSAENOTSOCK, [&] { return WSAEventSelect(INVALID_SOCKET, event_, FD_READ); });
  EXPECT_EQ(WSAEventSelect(client_, nullptr, FD_READ), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
  EXPECT_EQ(WSAEnumNetworkEvents(client_, nullptr, nullptr), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

}  // namespace
}  // namespace berth::test
