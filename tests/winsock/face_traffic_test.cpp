// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <chrono>
#include <thread>

namespace berth::test {
namespace {

using std::chrono::milliseconds;

class Traffic : public FaceTest {
 protected:
  static SOCKET listening(USHORT port, ULONG address = INADDR_LOOPBACK) {
    const SOCKET s = tcp();
    SOCKADDR_IN name = ipv4_name(port, address);
    EXPECT_EQ(bind(s, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
    EXPECT_EQ(listen(s, SOMAXCONN), 0) << WSAGetLastError();
    return s;
  }
  static int connect_to(SOCKET s, USHORT port, ULONG address = INADDR_LOOPBACK) {
    SOCKADDR_IN name = ipv4_name(port, address);
    return connect(s, as_name(&name), sizeof(name));
  }
  static SOCKET connected(USHORT port) {
    const SOCKET s = tcp();
    EXPECT_EQ(connect_to(s, port), 0) << WSAGetLastError();
    return s;
  }
  static SOCKET receiving(USHORT port) {
    const SOCKET s = udp();
    EXPECT_EQ(bind_to(s, port), 0) << WSAGetLastError();
    return s;
  }
  static int send_to(SOCKET s, const std::string& text, USHORT port) {
    SOCKADDR_IN name = ipv4_name(port);
    return sendto(s, text.data(), static_cast<int>(text.size()), 0, as_name(&name), sizeof(name));
  }
  static std::string received(SOCKET s) {
    std::array<char, 256> bytes{};
    const int count = recv(s, bytes.data(), int{sizeof(bytes)}, 0);
    return count < 0 ? "error " + std::to_string(WSAGetLastError())
                     : std::string(bytes.data(), static_cast<std::size_t>(count));
  }
  static int send_text(SOCKET s, const std::string& text) {
    return send(s, text.data(), static_cast<int>(text.size()), 0);
  }
  static void set_mode(SOCKET s, bool blocks) {
    u_long on = blocks ? 0 : 1;
    EXPECT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  }
  static SOCKADDR_IN peer_of(SOCKET s) {
    SOCKADDR_IN name{};
    int size = sizeof(name);
    EXPECT_EQ(getpeername(s, as_name(&name), &size), 0) << WSAGetLastError();
    return name;
  }
  // A pointer that is NULL means no name to some functions, so that is left out.
  template <class Object, class Try>
  static void for_each_bad(Try&& attempt) {
    const BadMemory bad(Object{});
    for (void* place : bad.unreadable())
      if (place != nullptr) attempt(place);
  }
  template <class Call>
  static void expect_code(int code, Call&& call) {
    WSASetLastError(kNoCode);
    EXPECT_EQ(static_cast<int>(call()), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), code);
  }
};

TEST_F(Traffic, a_connection_is_accepted_whose_client_has_gone) {
  const SOCKET server = listening(80);
  const SOCKET client = connected(80);
  const USHORT port = port_of(client);
  EXPECT_EQ(send_text(client, "and gone"), 8);
  EXPECT_EQ(closesocket(client), 0);
  SOCKADDR_IN from{};
  int size = sizeof(from);
  const SOCKET session = accept(server, as_name(&from), &size);
  ASSERT_NE(session, INVALID_SOCKET) << WSAGetLastError();
  EXPECT_EQ(ntohs(from.sin_port), port);
  EXPECT_EQ(received(session), "and gone");
  EXPECT_EQ(received(session), "");
}

TEST_F(Traffic, a_datagram_arrives_whose_sender_has_gone) {
  const SOCKET receiver = receiving(5000);
  const SOCKET sender = receiving(6000);
  EXPECT_EQ(send_to(sender, "and gone", 5000), 8);
  EXPECT_EQ(closesocket(sender), 0);
  std::array<char, 16> bytes{};
  SOCKADDR_IN from{};
  int size = sizeof(from);
  EXPECT_EQ(recvfrom(receiver, bytes.data(), int{sizeof(bytes)}, 0, as_name(&from), &size), 8);
  EXPECT_EQ(ntohs(from.sin_port), 6000);
}

TEST_F(Traffic, a_dual_stack_socket_answers_an_ipv4_sender_under_its_mapped_address) {
  const SOCKET server = socket(AF_INET6, SOCK_DGRAM, 0);
  const int off = 0;
  ASSERT_EQ(setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof(off)),
            0);
  SOCKADDR_IN6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(5000);
  ASSERT_EQ(bind(server, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
  const SOCKET client = udp();
  EXPECT_EQ(send_to(client, "ping", 5000), 4);
  std::array<char, 16> bytes{};
  SOCKADDR_IN6 from{};
  int size = sizeof(from);
  EXPECT_EQ(recvfrom(server, bytes.data(), int{sizeof(bytes)}, 0, as_name(&from), &size), 4);
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&from.sin6_addr));
  EXPECT_EQ(sendto(server, "pong", 4, 0, as_name(&from), size), 4) << WSAGetLastError();
  EXPECT_EQ(received(client), "pong");
}

TEST_F(Traffic, a_connected_datagram_socket_talks_from_the_address_that_it_is_connected_to) {
  constexpr ULONG kOwnAddress = 0xc0a8010a;  // of the default world
  const SOCKET server = udp();
  SOCKADDR_IN name = ipv4_name(5000, INADDR_ANY);
  ASSERT_EQ(bind(server, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
  const SOCKET client = udp();
  const auto own_address = [client] {
    SOCKADDR_IN own{};
    int size = sizeof(own);
    EXPECT_EQ(getsockname(client, as_name(&own), &size), 0) << WSAGetLastError();
    return ntohl(own.sin_addr.s_addr);
  };
  for (const ULONG address : {kOwnAddress, ULONG{INADDR_LOOPBACK}}) {
    ASSERT_EQ(connect_to(client, 5000, address), 0) << WSAGetLastError();
    EXPECT_EQ(own_address(), address);
    EXPECT_EQ(send_text(client, "ping"), 4);
    std::array<char, 16> bytes{};
    SOCKADDR_IN from{};
    int size = sizeof(from);
    EXPECT_EQ(recvfrom(server, bytes.data(), int{sizeof(bytes)}, 0, as_name(&from), &size), 4);
    EXPECT_EQ(ntohl(from.sin_addr.s_addr), address);
    EXPECT_EQ(sendto(server, "pong", 4, 0, as_name(&from), size), 4) << WSAGetLastError();
    EXPECT_EQ(received(client), "pong");
  }
  ASSERT_EQ(connect_to(client, 0, INADDR_ANY), 0) << "no more connected: " << WSAGetLastError();
  EXPECT_EQ(own_address(), ULONG{INADDR_ANY});
}

TEST_F(Traffic, an_answer_comes_from_the_address_that_was_written_to) {
  const SOCKET server = udp();
  SOCKADDR_IN name = ipv4_name(5000, INADDR_ANY);
  ASSERT_EQ(bind(server, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
  const SOCKET client = udp();
  for (const ULONG address : {0xc0a8010aU, 0x7f000005U, ULONG{INADDR_LOOPBACK}, 0xc0a8010aU}) {
    SOCKADDR_IN to = ipv4_name(5000, address);
    std::array<char, 16> bytes{};
    SOCKADDR_IN from{};
    int size = sizeof(from);
    ASSERT_EQ(sendto(client, "ping", 4, 0, as_name(&to), sizeof(to)), 4) << WSAGetLastError();
    ASSERT_EQ(recvfrom(server, bytes.data(), int{sizeof(bytes)}, 0, as_name(&from), &size), 4);
    ASSERT_EQ(sendto(server, "pong", 4, 0, as_name(&from), size), 4) << WSAGetLastError();
    ASSERT_EQ(recvfrom(client, bytes.data(), int{sizeof(bytes)}, 0, as_name(&from), &size), 4);
    EXPECT_EQ(ntohl(from.sin_addr.s_addr), address);
    EXPECT_EQ(ntohs(from.sin_port), 5000);
  }
}

TEST_F(Traffic, a_socket_of_ipv6_alone_reaches_no_ipv4_address) {
  const SOCKET server = listening(80);
  SOCKADDR_IN6 mapped{};
  mapped.sin6_family = AF_INET6;
  mapped.sin6_port = htons(80);
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr), 1);
  const auto ipv6 = [](int type) { return socket(AF_INET6, type, 0); };
  expect_code(WSAEADDRNOTAVAIL, [&] { return connect(ipv6(SOCK_STREAM), as_name(&mapped), sizeof(mapped)); });
  expect_code(WSAEADDRNOTAVAIL, [&] { return connect(ipv6(SOCK_DGRAM), as_name(&mapped), sizeof(mapped)); });
  expect_code(WSAEADDRNOTAVAIL,
              [&] { return sendto(ipv6(SOCK_DGRAM), "x", 1, 0, as_name(&mapped), sizeof(mapped)); });

  const SOCKET quick = ipv6(SOCK_STREAM);
  set_mode(quick, false);
  expect_code(WSAEWOULDBLOCK, [&] { return connect(quick, as_name(&mapped), sizeof(mapped)); });
  WSAPOLLFD poll{.fd = quick, .events = POLLOUT, .revents = 0};
  ASSERT_EQ(WSAPoll(&poll, 1, 1000), 1);
  int code = 0;
  int size = sizeof(code);
  ASSERT_EQ(getsockopt(quick, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size), 0);
  EXPECT_EQ(code, WSAEADDRNOTAVAIL);

  const SOCKET both = ipv6(SOCK_STREAM);
  const int off = 0;
  ASSERT_EQ(setsockopt(both, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof(off)), 0);
  EXPECT_EQ(connect(both, as_name(&mapped), sizeof(mapped)), 0) << WSAGetLastError();
  EXPECT_NE(accept(server, nullptr, nullptr), INVALID_SOCKET);
}

TEST_F(Traffic, the_end_of_a_stream_is_no_event_to_read_for_a_poll) {
  const SOCKET server = listening(80);
  const SOCKET client = connected(80);
  const SOCKET session = accept(server, nullptr, nullptr);
  const auto polled = [session](SHORT events) {
    WSAPOLLFD poll{.fd = session, .events = events, .revents = 0};
    EXPECT_EQ(WSAPoll(&poll, 1, 1000), 1);
    return int{poll.revents};
  };
  EXPECT_EQ(polled(POLLIN | POLLOUT), POLLWRNORM);
  EXPECT_EQ(send_text(client, "last"), 4);
  EXPECT_EQ(shutdown(client, SD_SEND), 0);
  EXPECT_EQ(polled(POLLIN), POLLRDNORM | POLLHUP) << "bytes, and the end behind them";
  EXPECT_EQ(received(session), "last");
  EXPECT_EQ(polled(POLLIN), POLLHUP);
  EXPECT_EQ(polled(POLLIN | POLLOUT), POLLHUP | POLLWRNORM);
  EXPECT_EQ(received(session), "");
}

TEST_F(Traffic, a_poll_of_what_is_no_socket_leaves_the_last_error) {
  WSASetLastError(kNoCode);
  WSAPOLLFD poll{.fd = 0x7ffffffc, .events = POLLIN, .revents = 0};
  EXPECT_EQ(WSAPoll(&poll, 1, 1000), 1);
  EXPECT_EQ(poll.revents, POLLNVAL);
  EXPECT_EQ(WSAGetLastError(), kNoCode);
}

TEST_F(Traffic, a_listener_whose_backlog_is_full_refuses_after_a_while) {
  const SOCKET server = tcp();
  ASSERT_EQ(bind_to(server, 80), 0);
  ASSERT_EQ(listen(server, 1), 0);
  SOCKADDR_IN name = ipv4_name(80);
  const auto writable = [](SOCKET s, int most) {
    WSAPOLLFD poll{.fd = s, .events = POLLOUT, .revents = 0};
    return WSAPoll(&poll, 1, most) == 1;
  };
  SOCKET waiting = INVALID_SOCKET;
  for (int i = 0; i < 16 && waiting == INVALID_SOCKET; ++i) {
    const SOCKET client = tcp();
    set_mode(client, false);
    expect_code(WSAEWOULDBLOCK, [&] { return connect(client, as_name(&name), sizeof(name)); });
    if (!writable(client, 100)) waiting = client;
  }
  ASSERT_NE(waiting, INVALID_SOCKET) << "the backlog is never full";
  ASSERT_TRUE(writable(waiting, 30'000));
  int code = 0;
  int size = sizeof(code);
  ASSERT_EQ(getsockopt(waiting, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size), 0);
  EXPECT_EQ(code, WSAECONNREFUSED);
}

TEST_F(Traffic, a_connection_carries_bytes_both_ways_and_knows_both_names) {
  const SOCKET server = listening(80);
  const SOCKET client = connected(80);
  SOCKADDR_IN from{};
  int size = sizeof(from);
  const SOCKET session = accept(server, as_name(&from), &size);
  ASSERT_NE(session, INVALID_SOCKET) << WSAGetLastError();
  EXPECT_EQ(ntohs(from.sin_port), port_of(client));
  EXPECT_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
  EXPECT_EQ(ntohs(peer_of(client).sin_port), 80);
  EXPECT_EQ(port_of(session), 80);
  EXPECT_EQ(send_text(client, "question"), 8);
  EXPECT_EQ(received(session), "question");
  EXPECT_EQ(send_text(session, "answer"), 6);
  EXPECT_EQ(received(client), "answer");
  EXPECT_EQ(shutdown(client, SD_SEND), 0);
  EXPECT_EQ(received(session), "");
  EXPECT_EQ(send_text(session, "late"), 4) << "only one half is closed";
  EXPECT_EQ(received(client), "late");
  expect_code(WSAESHUTDOWN, [&] { return send_text(client, "x"); });
}

TEST_F(Traffic, the_client_gets_a_port_that_the_model_chose) {
  listening(80);
  const SOCKET client = connected(80);
  const USHORT port = port_of(client);
  EXPECT_GE(port, 49152);
  const SOCKET other = tcp();
  SOCKADDR_IN any = ipv4_name(port, INADDR_ANY);
  expect_code(WSAEADDRINUSE, [&] { return bind(other, as_name(&any), sizeof(any)); });
}

TEST_F(Traffic, nobody_listens_nobody_answers) {
  const SOCKET client = tcp();
  expect_code(WSAECONNREFUSED, [&] { return connect_to(client, 81); });
  listening(81);
  EXPECT_EQ(connect_to(client, 81), 0) << "the socket may try again: " << WSAGetLastError();
  expect_code(WSAEISCONN, [&] { return connect_to(client, 81); });
}

TEST_F(Traffic, addresses_of_other_machines_cannot_be_reached) {
  expect_code(WSAENETUNREACH, [&] { return connect_to(tcp(), 80, 0x08080808); });
  expect_code(WSAEADDRNOTAVAIL, [&] { return connect_to(tcp(), 80, INADDR_ANY); });
  expect_code(WSAEADDRNOTAVAIL, [&] { return connect_to(tcp(), 0); });
}

TEST_F(Traffic, a_bound_socket_that_does_not_listen_refuses) {
  const SOCKET quiet = tcp();
  ASSERT_EQ(bind_to(quiet, 82), 0);
  expect_code(WSAECONNREFUSED, [&] { return connect_to(tcp(), 82); });
}

TEST_F(Traffic, what_is_not_connected_sends_and_receives_nothing) {
  const SOCKET s = tcp();
  char byte = 0;
  expect_code(WSAENOTCONN, [&] { return send(s, &byte, 1, 0); });
  expect_code(WSAENOTCONN, [&] { return recv(s, &byte, 1, 0); });
  expect_code(WSAENOTCONN, [&] { return shutdown(s, SD_BOTH); });
  SOCKADDR_IN name{};
  int size = sizeof(name);
  expect_code(WSAENOTCONN, [&] { return getpeername(s, as_name(&name), &size); });
  expect_code(WSAEINVAL, [&] { return static_cast<int>(accept(s, nullptr, nullptr)); });
  expect_code(WSAENOTCONN, [&] { return send(udp(), &byte, 1, 0); });
  expect_code(WSAEINVAL, [&] { return recv(udp(), &byte, 1, 0); });
}

TEST_F(Traffic, datagrams_find_a_socket_that_has_never_talked) {
  const SOCKET server = receiving(53);
  const SOCKET client = udp();
  EXPECT_EQ(send_to(client, "question", 53), 8) << WSAGetLastError();
  std::array<char, 64> bytes{};
  SOCKADDR_IN from{};
  int size = sizeof(from);
  ASSERT_EQ(recvfrom(server, bytes.data(), 64, 0, as_name(&from), &size), 8) << WSAGetLastError();
  EXPECT_EQ(ntohs(from.sin_port), port_of(client));
  EXPECT_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
  EXPECT_EQ(sendto(server, "answer", 6, 0, as_name(&from), size), 6);
  EXPECT_EQ(received(client), "answer");
}

TEST_F(Traffic, a_datagram_that_is_too_long_for_the_buffer_is_cut) {
  const SOCKET server = receiving(53);
  const SOCKET client = udp();
  send_to(client, "0123456789", 53);
  send_to(client, "next", 53);
  std::array<char, 4> bytes{};
  expect_code(WSAEMSGSIZE, [&] { return recv(server, bytes.data(), 4, 0); });
  EXPECT_EQ(std::string(bytes.data(), 4), "0123");
  EXPECT_EQ(received(server), "next");
}

TEST_F(Traffic, a_connected_datagram_socket_hears_its_peer_alone) {
  const SOCKET peer = receiving(53);
  const SOCKET stranger = udp();
  const SOCKET s = receiving(54);
  ASSERT_EQ(connect_to(s, 53), 0);
  send_to(stranger, "stranger", 54);
  send_to(peer, "peer", 54);
  EXPECT_EQ(received(s), "peer");
  EXPECT_EQ(send_text(s, "hello"), 5);
  EXPECT_EQ(received(peer), "hello");
}

TEST_F(Traffic, an_unreachable_port_is_told_to_the_next_receive) {
  const SOCKET s = receiving(55);
  EXPECT_EQ(send_to(s, "anyone?", 56), 7);
  EXPECT_EQ(send_to(s, "anyone?", 56), 7) << "a send does not tell it: " << WSAGetLastError();
  expect_code(WSAECONNRESET, [&] {
    char byte = 0;
    return recv(s, &byte, 1, 0);
  });
}

TEST_F(Traffic, a_socket_that_does_not_block_says_so) {
  const SOCKET server = listening(80);
  set_mode(server, false);
  expect_code(WSAEWOULDBLOCK, [&] { return static_cast<int>(accept(server, nullptr, nullptr)); });
  const SOCKET client = tcp();
  set_mode(client, false);
  expect_code(WSAEWOULDBLOCK, [&] { return connect_to(client, 80); });
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(client, &writable);
  timeval second{1, 0};
  EXPECT_EQ(select(0, nullptr, &writable, nullptr, &second), 1);
  EXPECT_TRUE(FD_ISSET(client, &writable));
  const SOCKET session = accept(server, nullptr, nullptr);
  ASSERT_NE(session, INVALID_SOCKET);
  expect_code(WSAEWOULDBLOCK, [&] {
    char byte = 0;
    return recv(session, &byte, 1, 0);
  });
  expect_code(WSAEISCONN, [&] { return connect_to(client, 80); });
}

TEST_F(Traffic, a_refused_connection_is_an_exception_of_select) {
  const SOCKET client = tcp();
  set_mode(client, false);
  expect_code(WSAEWOULDBLOCK, [&] { return connect_to(client, 83); });
  fd_set writable;
  fd_set excepting;
  FD_ZERO(&writable);
  FD_ZERO(&excepting);
  FD_SET(client, &writable);
  FD_SET(client, &excepting);
  timeval second{1, 0};
  EXPECT_EQ(select(0, nullptr, &writable, &excepting, &second), 1);
  EXPECT_FALSE(FD_ISSET(client, &writable));
  EXPECT_TRUE(FD_ISSET(client, &excepting));
  int error = 0;
  int size = sizeof(error);
  EXPECT_EQ(getsockopt(client, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size), 0);
  EXPECT_EQ(error, WSAECONNREFUSED);
}

TEST_F(Traffic, select_checks_its_sets) {
  timeval none{0, 0};
  fd_set set;
  FD_ZERO(&set);
  expect_code(WSAEINVAL, [&] { return select(0, nullptr, nullptr, nullptr, &none); });
  expect_code(WSAEINVAL, [&] { return select(0, &set, nullptr, nullptr, &none); });
  FD_SET(INVALID_SOCKET, &set);
  expect_code(WSAENOTSOCK, [&] { return select(0, &set, nullptr, nullptr, &none); });
  FD_ZERO(&set);
  FD_SET(tcp(), &set);
  EXPECT_EQ(select(0, &set, nullptr, nullptr, &none), 0);
  EXPECT_EQ(set.fd_count, 0U);
}

TEST_F(Traffic, poll_tells_each_socket_apart) {
  const SOCKET server = receiving(53);
  const SOCKET client = udp();
  std::array<WSAPOLLFD, 3> all{{{server, POLLIN, 0}, {client, POLLOUT, 0}, {SOCKET{12}, POLLIN, 0}}};
  EXPECT_EQ(WSAPoll(all.data(), 3, -1), 2);
  EXPECT_EQ(all[0].revents, 0);
  EXPECT_EQ(all[1].revents, POLLWRNORM);
  EXPECT_EQ(all[2].revents, POLLNVAL);
  send_to(client, "x", 53);
  EXPECT_EQ(WSAPoll(all.data(), 1, 1000), 1);
  EXPECT_EQ(all[0].revents, POLLRDNORM);
}

TEST_F(Traffic, closing_wakes_who_accepts_or_receives) {
  const SOCKET server = listening(80);
  const SOCKET datagrams = receiving(53);
  const SOCKET client = connected(80);
  const auto ends_when_closed = [this](SOCKET s, auto call) {
    int code = 0;
    std::thread sleeper([&, process = process_] {
      const ScopedProcess attached(process);
      call();
      code = WSAGetLastError();
    });
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_EQ(closesocket(s), 0);
    sleeper.join();
    return code;
  };
  ASSERT_NE(accept(server, nullptr, nullptr), INVALID_SOCKET);
  EXPECT_EQ(ends_when_closed(server, [server] { accept(server, nullptr, nullptr); }), WSAEINTR);
  EXPECT_EQ(ends_when_closed(datagrams, [datagrams] { received(datagrams); }), WSAEINTR);
  EXPECT_EQ(ends_when_closed(client, [client] { received(client); }), WSAEINTR);
}

TEST_F(Traffic, b4_b5_the_specific_listener_gets_the_connection) {
  for (const bool wildcard_first : {true, false}) {
    const USHORT port = wildcard_first ? 90 : 91;
    const SOCKET first = listening(port, wildcard_first ? INADDR_ANY : INADDR_LOOPBACK);
    const SOCKET second = listening(port, wildcard_first ? INADDR_LOOPBACK : INADDR_ANY);
    const SOCKET specific = wildcard_first ? second : first;
    const SOCKET wildcard = wildcard_first ? first : second;
    connected(port);
    set_mode(wildcard, false);
    EXPECT_EQ(accept(wildcard, nullptr, nullptr), INVALID_SOCKET);
    EXPECT_NE(accept(specific, nullptr, nullptr), INVALID_SOCKET);
  }
}

TEST_F(Traffic, two_machines_serve_the_same_port_and_never_meet) {
  const auto other_machine = started_machine();
  const auto other =
      WindowsProcess::of(other_machine, other_machine->start_process({TokenKind::StandardUser, "bob"}), 1);
  listening(80);
  {
    const ScopedProcess attached(other);
    expect_code(WSAECONNREFUSED, [&] { return connect_to(tcp(), 80); });
    const SOCKET server = listening(80);
    connected(80);
    EXPECT_NE(accept(server, nullptr, nullptr), INVALID_SOCKET);
  }
}

TEST_F(Traffic, ipv6_and_dual_stack) {
  const SOCKET server = socket(AF_INET6, SOCK_STREAM, 0);
  int off = 0;
  ASSERT_EQ(setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof(off)),
            0);
  SOCKADDR_IN6 any = ipv6_name(8080);
  any.sin6_addr = in6addr_any;
  ASSERT_EQ(bind(server, as_name(&any), sizeof(any)), 0);
  ASSERT_EQ(listen(server, 5), 0);
  const SOCKET ipv4 = connected(8080);
  const SOCKET ipv6 = socket(AF_INET6, SOCK_STREAM, 0);
  SOCKADDR_IN6 to = ipv6_name(8080);
  ASSERT_EQ(connect(ipv6, as_name(&to), sizeof(to)), 0) << WSAGetLastError();
  SOCKADDR_IN6 from{};
  int size = sizeof(from);
  ASSERT_NE(accept(server, as_name(&from), &size), INVALID_SOCKET) << WSAGetLastError();
  EXPECT_EQ(from.sin6_addr.s6_words[5], 0xffff) << "an IPv4 peer is a mapped one";
  EXPECT_EQ(ntohs(from.sin6_port), port_of(ipv4));
  ASSERT_NE(accept(server, as_name(&from), &size), INVALID_SOCKET);
  EXPECT_EQ(std::memcmp(&from.sin6_addr, &in6addr_loopback, 16), 0);
}

TEST_F(Traffic, a_reset_is_a_reset) {
  const SOCKET server = listening(80);
  const SOCKET client = connected(80);
  const SOCKET session = accept(server, nullptr, nullptr);
  const LINGER hard{1, 0};
  ASSERT_EQ(setsockopt(client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof(hard)), 0)
      << WSAGetLastError();
  closesocket(client);
  expect_code(WSAECONNRESET, [&] {
    char byte = 0;
    return recv(session, &byte, 1, 0);
  });
}

TEST_F(Traffic, connect_draws_from_the_reservation) {
  listening(80);
  const SOCKET holder = tcp();
  const auto block = acquired(holder, 0, 4);
  ASSERT_TRUE(block);
  const SOCKET client = tcp();
  ASSERT_EQ(associate(client, block->Token.Token), 0);
  ASSERT_EQ(connect_to(client, 80), 0) << WSAGetLastError();
  const USHORT start = ntohs(block->Reservation.StartPort);
  EXPECT_GE(port_of(client), start);
  EXPECT_LT(port_of(client), start + 4);
}

TEST_F(Traffic, bad_memory_is_a_code_and_leaks_no_descriptor) {
  const SOCKET server = listening(80);
  const SOCKET client = connected(80);
  const SOCKET session = accept(server, nullptr, nullptr);
  send_text(client, "xy");
  const int descriptors = open_descriptors();
  const SOCKET fresh = tcp();
  for_each_bad<char[2]>([&](void* place) {
    expect_code(WSAEFAULT, [&] { return send(client, static_cast<char*>(place), 2, 0); });
    expect_code(WSAEFAULT,
                [&] { return recv(session, static_cast<char*>(place), 2, MSG_PEEK | MSG_WAITALL); });
  });
  for_each_bad<SOCKADDR_IN>([&](void* place) {
    expect_code(WSAEFAULT, [&] { return connect(fresh, as_name(place), sizeof(SOCKADDR_IN)); });
  });
  for_each_bad<WSAPOLLFD>([&](void* place) {
    expect_code(WSAEFAULT, [&] { return WSAPoll(static_cast<LPWSAPOLLFD>(place), 1, 0); });
  });
  for_each_bad<u_long>([&](void* place) {
    expect_code(WSAEFAULT, [&] { return ioctlsocket(client, FIONREAD, static_cast<u_long*>(place)); });
  });
  for_each_bad<int>([&](void* place) {
    SOCKADDR_IN name{};
    expect_code(WSAEFAULT,
                [&] { return static_cast<int>(accept(server, as_name(&name), static_cast<int*>(place))); });
  });
  EXPECT_EQ(open_descriptors(), descriptors + 1) << "the fresh socket's own";
  EXPECT_EQ(received(session), "xy");
}

}  // namespace
}  // namespace berth::test
