// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <mswsockdef.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <utility>

#include "winsock/socket_codes.h"

namespace berth::test {
namespace {

using winsock::Access;
using winsock::Form;
using winsock::SocketOption;
using winsock::Sockets;
using winsock::Standing;

int set(SOCKET s, int level, int name, int value) {
  return setsockopt(s, level, name, reinterpret_cast<const char*>(&value), sizeof(value));
}
int value_of(SOCKET s, int level, int name) {
  int value = -7;
  int size = sizeof(value);
  EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0) << WSAGetLastError();
  return value;
}

class SocketOptions : public FaceTest {
 protected:
  /// A socket that has the option.
  static SOCKET one_for(const SocketOption& option) {
    switch (option.sockets) {
      case Sockets::All:
      case Sockets::Tcp: return tcp();
      case Sockets::Udp: return udp();
      case Sockets::Ipv6: return socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    }
    return INVALID_SOCKET;
  }
  struct Pair {
    SOCKET client;
    SOCKET session;
  };
  static SOCKET listening(USHORT port) {
    const SOCKET server = tcp();
    EXPECT_EQ(bind_to(server, port), 0);
    EXPECT_EQ(listen(server, 4), 0);
    return server;
  }
  static SOCKET connected(USHORT port) {
    const SOCKET client = tcp();
    SOCKADDR_IN to = ipv4_name(port);
    EXPECT_EQ(connect(client, as_name(&to), sizeof(to)), 0) << WSAGetLastError();
    return client;
  }
  static Pair connection(USHORT port) {
    const SOCKET server = listening(port);
    const SOCKET client = connected(port);
    return {client, accept(server, nullptr, nullptr)};
  }
};

// The options whose difference a test shows: below, in face_options_test.cpp, face_sockets_test.cpp,
// face_traffic_test.cpp and the scenarios of the suite.
const std::set<std::pair<int, int>>& options_with_a_test() {
  static const std::set<std::pair<int, int>> all = {{SOL_SOCKET, SO_ACCEPTCONN},
                                                    {SOL_SOCKET, SO_REUSEADDR},
                                                    {SOL_SOCKET, SO_EXCLUSIVEADDRUSE},
                                                    {SOL_SOCKET, SO_BROADCAST},
                                                    {SOL_SOCKET, SO_LINGER},
                                                    {SOL_SOCKET, SO_DONTLINGER},
                                                    {SOL_SOCKET, SO_OOBINLINE},
                                                    {SOL_SOCKET, SO_SNDBUF},
                                                    {SOL_SOCKET, SO_RCVBUF},
                                                    {SOL_SOCKET, SO_SNDTIMEO},
                                                    {SOL_SOCKET, SO_RCVTIMEO},
                                                    {SOL_SOCKET, SO_ERROR},
                                                    {SOL_SOCKET, SO_TYPE},
                                                    {SOL_SOCKET, SO_MAX_MSG_SIZE},
                                                    {SOL_SOCKET, SO_RANDOMIZE_PORT},
                                                    {SOL_SOCKET, SO_PORT_SCALABILITY},
                                                    {SOL_SOCKET, SO_REUSE_UNICASTPORT},
                                                    {SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT},
                                                    {SOL_SOCKET, SO_CONNECT_TIME},
                                                    {SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT},
                                                    {SOL_SOCKET, SO_PROTOCOL_INFOA},
                                                    {SOL_SOCKET, SO_PROTOCOL_INFOW},
                                                    {SOL_SOCKET, SO_BSP_STATE},
                                                    {IPPROTO_UDP, UDP_SEND_MSG_SIZE},
                                                    {IPPROTO_IPV6, IPV6_V6ONLY},
                                                    // In ancillary_test.cpp:
                                                    {IPPROTO_IP, IP_PKTINFO},
                                                    {IPPROTO_IPV6, IPV6_PKTINFO}};
  return all;
}

TEST_F(SocketOptions, that_are_simulated_have_a_test) {
  for (const SocketOption& option : winsock::socket_options())
    EXPECT_EQ(options_with_a_test().contains({option.level, option.name}),
              option.standing == Standing::Simulated)
        << option.text;
}

TEST_F(SocketOptions, that_are_stored_are_read_back) {
  for (const SocketOption& option : winsock::socket_options()) {
    if (option.standing != Standing::Stored) continue;
    SCOPED_TRACE(option.text);
    const SOCKET s = one_for(option);
    EXPECT_EQ(value_of(s, option.level, option.name), option.initial);
    const bool is_number = option.form == Form::Number;
    const bool takes_a_level = option.level == IPPROTO_IPV6 && option.name == IPV6_PROTECTION_LEVEL;
    const int other = takes_a_level                 ? PROTECTION_LEVEL_RESTRICTED
                      : option.least == option.most ? option.initial
                      : is_number                   ? (option.initial == 1 ? 2 : 1)
                                                    : 1 - option.initial;
    if (option.access == Access::Get) {
      EXPECT_EQ(set(s, option.level, option.name, other), SOCKET_ERROR);
      EXPECT_EQ(WSAGetLastError(), WSAENOPROTOOPT);
      continue;
    }
    EXPECT_EQ(set(s, option.level, option.name, other), 0) << WSAGetLastError();
    EXPECT_EQ(value_of(s, option.level, option.name), other);
    if (is_number && option.most < INT32_MAX) {
      EXPECT_EQ(set(s, option.level, option.name, static_cast<int>(option.most) + 1), SOCKET_ERROR);
      EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
      EXPECT_EQ(value_of(s, option.level, option.name), other);
    }
  }
}

TEST_F(SocketOptions, that_are_refused_are_unknown) {
  for (const SocketOption& option : winsock::socket_options()) {
    if (option.standing != Standing::Refused) continue;
    SCOPED_TRACE(option.text);
    const SOCKET s = one_for(option);
    char value[64] = {};
    int size = sizeof(value);
    expect_failure(WSAENOPROTOOPT,
                   [&] { return setsockopt(s, option.level, option.name, value, sizeof(value)); });
    expect_failure(WSAENOPROTOOPT, [&] { return getsockopt(s, option.level, option.name, value, &size); });
  }
}

TEST_F(SocketOptions, belong_to_their_kind_of_socket) {
  for (const SocketOption& option : winsock::socket_options()) {
    if (option.sockets == Sockets::All) continue;
    SCOPED_TRACE(option.text);
    const SOCKET s = option.sockets == Sockets::Tcp ? udp() : tcp();
    expect_failure(WSAENOPROTOOPT, [&] { return set(s, option.level, option.name, 1); });
  }
}

TEST_F(SocketOptions, a_receive_ends_after_its_timeout) {
  const auto [client, session] = connection(80);
  ASSERT_EQ(set(client, SOL_SOCKET, SO_RCVTIMEO, 20), 0);
  char byte = 0;
  EXPECT_EQ(recv(client, &byte, 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAETIMEDOUT);
  ASSERT_EQ(set(client, SOL_SOCKET, SO_RCVTIMEO, 0), 0);
  ASSERT_EQ(send(session, "x", 1, 0), 1);
  EXPECT_EQ(recv(client, &byte, 1, 0), 1);
}

TEST_F(SocketOptions, a_send_ends_after_its_timeout_when_the_buffers_are_full) {
  const auto [client, session] = connection(80);
  static_cast<void>(session);
  ASSERT_EQ(set(client, SOL_SOCKET, SO_SNDTIMEO, 20), 0);
  const std::vector<char> bytes(1 << 20);
  int sent = 0;
  for (int i = 0; i < 64 && sent != SOCKET_ERROR; ++i)
    sent = send(client, bytes.data(), static_cast<int>(bytes.size()), 0);
  EXPECT_EQ(sent, SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAETIMEDOUT);
}

// How many bytes a connection takes that nobody reads.
int bytes_until_full(SOCKET client) {
  u_long on = 1;
  EXPECT_EQ(ioctlsocket(client, FIONBIO, &on), 0);
  const std::vector<char> bytes(4096);
  int all = 0;
  for (int sent = 0; sent >= 0; all += sent > 0 ? sent : 0)
    sent = send(client, bytes.data(), static_cast<int>(bytes.size()), 0);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  return all;
}

TEST_F(SocketOptions, buffers_bound_what_is_on_its_way) {
  const int usual = bytes_until_full(connection(80).client);
  const SOCKET server = tcp();
  ASSERT_EQ(set(server, SOL_SOCKET, SO_RCVBUF, 4096), 0);
  ASSERT_EQ(bind_to(server, 81), 0);
  ASSERT_EQ(listen(server, 4), 0);
  const int with_small_receiver = bytes_until_full(connected(81));
  EXPECT_LT(with_small_receiver, usual);
  const SOCKET client = tcp();
  ASSERT_EQ(set(client, SOL_SOCKET, SO_SNDBUF, 4096), 0);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_SNDBUF), 4096);
  SOCKADDR_IN to = ipv4_name(81);
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), 0);
  EXPECT_LT(bytes_until_full(client), with_small_receiver);
}

// The ioctlsocket page: TRUE when no urgent data waits to be read.
TEST_F(SocketOptions, the_mark_tells_whether_urgent_data_waits) {
  for (const int inlined : {0, 1}) {
    const auto [client, session] = connection(static_cast<USHORT>(80 + inlined));
    const auto no_urgent_data_waits = [s = session] {
      u_long answer = 7;
      EXPECT_EQ(ioctlsocket(s, static_cast<long>(SIOCATMARK), &answer), 0) << WSAGetLastError();
      return answer == TRUE;
    };
    std::array<char, 8> bytes{};
    EXPECT_TRUE(no_urgent_data_waits());
    ASSERT_EQ(set(session, SOL_SOCKET, SO_OOBINLINE, inlined), 0);
    ASSERT_EQ(send(client, "ab!", 3, MSG_OOB), 3);
    WSAPOLLFD poll{.fd = session, .events = POLLIN, .revents = 0};
    ASSERT_EQ(WSAPoll(&poll, 1, 1000), 1);
    EXPECT_FALSE(no_urgent_data_waits());
    EXPECT_EQ(recv(session, bytes.data(), 8, 0), 2) << "urgent data is never received with what precedes it";
    EXPECT_EQ(no_urgent_data_waits(), inlined == 1) << "in the stream: nothing precedes the mark any more";
    EXPECT_EQ(recv(session, bytes.data(), 8, inlined == 1 ? 0 : MSG_OOB), 1);
    EXPECT_EQ(bytes[0], '!');
    EXPECT_TRUE(no_urgent_data_waits());
  }
}

TEST_F(SocketOptions, urgent_data_stands_in_the_stream_when_it_is_asked_for) {
  for (const int inlined : {0, 1}) {
    const auto [client, session] = connection(static_cast<USHORT>(80 + inlined));
    ASSERT_EQ(set(session, SOL_SOCKET, SO_OOBINLINE, inlined), 0);
    ASSERT_EQ(send(client, "u", 1, MSG_OOB), 1);
    ASSERT_EQ(send(client, "x", 1, 0), 1);
    char text[2] = {};
    EXPECT_EQ(recv(session, text, 1, 0), 1);
    EXPECT_EQ(text[0], inlined != 0 ? 'u' : 'x');
  }
}

TEST_F(SocketOptions, not_to_linger_undoes_the_reset) {
  const auto [client, session] = connection(80);
  const LINGER hard{1, 0};
  ASSERT_EQ(setsockopt(client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof(hard)), 0);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_DONTLINGER), 0);
  ASSERT_EQ(set(client, SOL_SOCKET, SO_DONTLINGER, 1), 0);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_DONTLINGER), 1);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_LINGER), 0);
  closesocket(client);
  char byte = 0;
  EXPECT_EQ(recv(session, &byte, 1, 0), 0) << "a graceful end";
}

TEST_F(SocketOptions, the_error_of_an_attempt_is_told_once) {
  const SOCKET client = tcp();
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(client, FIONBIO, &on), 0);
  SOCKADDR_IN to = ipv4_name(99);
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), SOCKET_ERROR);
  WSAPOLLFD poll{.fd = client, .events = POLLOUT, .revents = 0};
  WSAPoll(&poll, 1, 1000);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
  EXPECT_EQ(value_of(client, SOL_SOCKET, SO_ERROR), 0);
}

TEST_F(SocketOptions, broadcast_is_refused_with_another_code_when_it_is_allowed) {
  const SOCKET s = udp();
  SOCKADDR_IN all = ipv4_name(9, INADDR_BROADCAST);
  const auto code = [&] {
    EXPECT_EQ(sendto(s, "x", 1, 0, as_name(&all), sizeof(all)), SOCKET_ERROR);
    return WSAGetLastError();
  };
  EXPECT_EQ(code(), WSAEACCES);
  ASSERT_EQ(set(s, SOL_SOCKET, SO_BROADCAST, 1), 0);
  EXPECT_EQ(code(), WSAEOPNOTSUPP);
}

TEST_F(SocketOptions, the_longest_message_can_be_sent_and_a_longer_one_not) {
  const SOCKET s = udp();
  ASSERT_EQ(bind_to(s, 700), 0);
  const int longest = value_of(s, SOL_SOCKET, SO_MAX_MSG_SIZE);
  const std::vector<char> bytes(static_cast<std::size_t>(longest) + 1);
  SOCKADDR_IN to = ipv4_name(700);
  EXPECT_EQ(sendto(s, bytes.data(), longest, 0, as_name(&to), sizeof(to)), longest);
  EXPECT_EQ(sendto(s, bytes.data(), longest + 1, 0, as_name(&to), sizeof(to)), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEMSGSIZE);
}

TEST_F(SocketOptions, a_message_goes_out_in_pieces_of_the_size_that_is_set) {
  const SOCKET s = udp();
  ASSERT_EQ(bind_to(s, 700), 0);
  ASSERT_EQ(set(s, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 4), 0);
  SOCKADDR_IN to = ipv4_name(700);
  ASSERT_EQ(sendto(s, "0123456789", 10, 0, as_name(&to), sizeof(to)), 10);
  char text[16] = {};
  EXPECT_EQ(recv(s, text, sizeof(text), 0), 4);
  EXPECT_EQ(recv(s, text, sizeof(text), 0), 4);
  EXPECT_EQ(recv(s, text, sizeof(text), 0), 2);
}

TEST_F(SocketOptions, the_time_of_a_connection_counts_from_its_beginning) {
  EXPECT_EQ(value_of(tcp(), SOL_SOCKET, SO_CONNECT_TIME), -1);
  EXPECT_EQ(value_of(connection(80).client, SOL_SOCKET, SO_CONNECT_TIME), 0);
}

USHORT port_told(const SOCKET_ADDRESS& address) {
  SOCKADDR_IN name{};
  EXPECT_EQ(address.iSockaddrLength, int{sizeof(name)});
  std::memcpy(&name, address.lpSockaddr, sizeof(name));
  return ntohs(name.sin_port);
}

TEST_F(SocketOptions, the_state_of_a_socket_has_both_of_its_names) {
  struct {
    CSADDR_INFO info;
    char names[2 * sizeof(SOCKADDR_IN)];
  } place{};
  auto* at = reinterpret_cast<char*>(&place);
  const auto ask = [&](SOCKET s, int size) {
    EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_BSP_STATE, at, &size), 0) << WSAGetLastError();
    return size;
  };
  const SOCKET s = tcp();
  EXPECT_EQ(ask(s, sizeof(CSADDR_INFO)), int{sizeof(CSADDR_INFO)});
  EXPECT_EQ(place.info.LocalAddr.lpSockaddr, nullptr);
  EXPECT_EQ(place.info.iSocketType, SOCK_STREAM);
  EXPECT_EQ(place.info.iProtocol, IPPROTO_TCP);
  ASSERT_EQ(bind_to(s, 700), 0);
  EXPECT_EQ(ask(s, sizeof(place)), int{sizeof(CSADDR_INFO) + sizeof(SOCKADDR_IN)});
  EXPECT_EQ(port_told(place.info.LocalAddr), 700);
  EXPECT_EQ(place.info.RemoteAddr.iSockaddrLength, 0);
  const Pair both = connection(80);
  EXPECT_EQ(ask(both.client, sizeof(place)), int{sizeof(place)});
  EXPECT_EQ(port_told(place.info.LocalAddr), port_of(both.client));
  EXPECT_EQ(port_told(place.info.RemoteAddr), 80);
  int short_by_one = sizeof(place) - 1;
  expect_failure(WSAEFAULT,
                 [&] { return getsockopt(both.client, SOL_SOCKET, SO_BSP_STATE, at, &short_by_one); });
}

TEST_F(SocketOptions, the_context_of_a_connection_needs_one) {
  const SOCKET s = tcp();
  ASSERT_EQ(set(s, SOL_SOCKET, SO_KEEPALIVE, 1), 0) << "an option that needs a socket of the host";
  expect_failure(WSAENOTCONN,
                 [&] { return setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0); });
  EXPECT_EQ(setsockopt(connection(80).client, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0), 0);
}

TEST_F(SocketOptions, of_a_listener_are_its_sessions_too) {
  const SOCKET server = listening(80);
  ASSERT_EQ(set(server, SOL_SOCKET, SO_RCVTIMEO, 20), 0);
  const SOCKET client = connected(80);
  const SOCKET session = accept(server, nullptr, nullptr);
  EXPECT_EQ(value_of(session, SOL_SOCKET, SO_RCVTIMEO), 20);
  char byte = 0;
  EXPECT_EQ(recv(session, &byte, 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAETIMEDOUT);
  // What AcceptEx' caller does.
  ASSERT_EQ(set(server, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  EXPECT_EQ(value_of(session, SOL_SOCKET, SO_KEEPALIVE), 0);
  const auto name = SO_UPDATE_ACCEPT_CONTEXT;
  ASSERT_EQ(setsockopt(session, SOL_SOCKET, name, reinterpret_cast<const char*>(&server), sizeof(server)), 0);
  EXPECT_EQ(value_of(session, SOL_SOCKET, SO_KEEPALIVE), 1);
  expect_failure(WSAEINVAL, [&] {
    return setsockopt(session, SOL_SOCKET, name, reinterpret_cast<const char*>(&client), sizeof(client));
  });
}

TEST_F(SocketOptions, the_protocol_of_a_socket_is_the_catalogs) {
  const SOCKET s = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  WSAPROTOCOL_INFOA narrow{};
  int size = sizeof(narrow);
  ASSERT_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, reinterpret_cast<char*>(&narrow), &size), 0);
  EXPECT_EQ(size, int{sizeof(narrow)});
  EXPECT_EQ(narrow.iAddressFamily, AF_INET6);
  EXPECT_EQ(narrow.iProtocol, IPPROTO_UDP);
  WSAPROTOCOL_INFOW wide{};
  size = sizeof(wide) - 1;
  expect_failure(WSAEFAULT, [&] {
    return getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&wide), &size);
  });
  size = sizeof(wide);
  ASSERT_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&wide), &size), 0);
  EXPECT_EQ(wide.dwCatalogEntryId, narrow.dwCatalogEntryId);
}

TEST_F(SocketOptions, nodelay_may_be_one_byte) {
  const SOCKET s = tcp();
  const char on = 1;
  EXPECT_EQ(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, 1), 0);
  EXPECT_EQ(value_of(s, IPPROTO_TCP, TCP_NODELAY), 1);
}

// -- the list in the documents --------------------------------------------------------------------

const char* level_name(int level) {
  switch (level) {
    case SOL_SOCKET: return "SOL_SOCKET";
    case IPPROTO_TCP: return "IPPROTO_TCP";
    case IPPROTO_UDP: return "IPPROTO_UDP";
    case IPPROTO_IP: return "IPPROTO_IP";
    default: return "IPPROTO_IPV6";
  }
}

const char* access_name(Access access) {
  return access == Access::GetAndSet ? "get, set" : access == Access::Get ? "get" : "set";
}

const char* sockets_name(Sockets sockets) {
  switch (sockets) {
    case Sockets::All: return "all";
    case Sockets::Tcp: return "TCP";
    case Sockets::Udp: return "UDP";
    case Sockets::Ipv6: return "IPv6";
  }
  return "";
}

std::string list_of_options() {
  std::ostringstream text;
  text << "<!-- SPDX-License-Identifier: MIT -->\n# Socket options and control codes\n\n"
          "Generated from `lib/winsock/option_table.cpp` and `socket_codes.cpp`; a test fails when it is "
          "stale, and\n`BERTH_WRITE_DOCS=1 berth_winsock_test --gtest_filter='*list_of_options*'` writes it "
          "anew.\n\n"
          "- **simulated**: a result or the traffic is another one\n"
          "- **stored**: it is kept and read back; the last column says what is lost\n"
          "- **refused**: it fails, a socket option with WSAENOPROTOOPT, a control code with WSAEOPNOTSUPP, "
          "as "
          "does whatever\n  is not listed\n\n"
          "## Socket options\n\n| level | option | sockets | access | worth | what to know |\n"
          "| - | - | - | - | - | - |\n";
  for (const SocketOption& option : winsock::socket_options())
    text << "| " << level_name(option.level) << " | " << option.text << " | " << sockets_name(option.sockets)
         << " | " << access_name(option.access) << " | " << winsock::name_of(option.standing) << " | "
         << option.note << " |\n";
  text << "\n## Control codes\n\n| code | worth | what to know |\n| - | - | - |\n";
  for (const auto& code : winsock::socket_codes())
    text << "| " << code.text << " | " << winsock::name_of(code.standing) << " | " << code.note << " |\n";
  return text.str();
}

TEST(Documents, the_list_of_options_is_up_to_date) {
  const std::string path = std::string(BERTH_SOURCE_DIR) + "/docs/options.md";
  if (std::getenv("BERTH_WRITE_DOCS") != nullptr) std::ofstream(path) << list_of_options();
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, list_of_options());
}

}  // namespace
}  // namespace berth::test
