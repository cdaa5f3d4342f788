// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <mswsockdef.h>

#include <set>

#include "winsock/socket_codes.h"

namespace berth::test {
namespace {

using winsock::Standing;

class ControlCodes : public FaceTest {
 protected:
  struct Answer {
    int result = 0;
    DWORD count = kUntouched;
    int code = 0;
  };
  static constexpr DWORD kUntouched = 0xdeadbeef;

  static Answer control(SOCKET s, DWORD code, const void* in, DWORD in_size, void* out, DWORD out_size) {
    Answer answer;
    WSASetLastError(kNoCode);
    answer.result =
        WSAIoctl(s, code, const_cast<void*>(in), in_size, out, out_size, &answer.count, nullptr, nullptr);
    answer.code = WSAGetLastError();
    return answer;
  }
  template <class Input>
  static Answer give(SOCKET s, DWORD code, const Input& input) {
    return control(s, code, &input, sizeof(input), nullptr, 0);
  }
  template <class Output>
  static Answer take(SOCKET s, DWORD code, Output& output) {
    return control(s, code, nullptr, 0, &output, sizeof(output));
  }
  static void expect_answer(const Answer& answer, int code, DWORD count) {
    EXPECT_EQ(answer.result, code == 0 ? 0 : SOCKET_ERROR);
    EXPECT_EQ(answer.code, code);
    EXPECT_EQ(answer.count, count);
  }
  static DWORD option(SOCKET s, int level, int name) {
    DWORD value = kUntouched;
    int size = sizeof(value);
    EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0);
    return value;
  }
};

// The codes that the tests below reach, and those of other tests. A code of the table that is in none of the
// lists fails a test.
const std::set<DWORD>& codes_with_a_test() {
  static const std::set<DWORD> all = {
      // face_ioctl_test.cpp, overlapped_codes_test.cpp
      SIO_ACQUIRE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION,
      SIO_CPU_AFFINITY, SIO_GET_EXTENSION_FUNCTION_POINTER, static_cast<DWORD>(FIONBIO), FIONREAD, SIOCATMARK,
      // below
      SIO_KEEPALIVE_VALS, SIO_UDP_CONNRESET, SIO_BASE_HANDLE, SIO_BSP_HANDLE, SIO_BSP_HANDLE_SELECT,
      SIO_BSP_HANDLE_POLL, SIO_ADDRESS_LIST_QUERY, SIO_ROUTING_INTERFACE_QUERY, SIO_GET_INTERFACE_LIST,
      SIO_GET_BROADCAST_ADDRESS, SIO_FLUSH};
  return all;
}

TEST_F(ControlCodes, that_are_simulated_have_a_test) {
  for (const auto& code : winsock::socket_codes())
    EXPECT_EQ(codes_with_a_test().contains(code.row.code), code.standing == Standing::Simulated) << code.text;
}

TEST_F(ControlCodes, that_are_refused_are_not_supported) {
  const SOCKET s = udp();
  for (const auto& code : winsock::socket_codes()) {
    if (code.standing != Standing::Refused) continue;
    SCOPED_TRACE(code.text);
    char bytes[64] = {};
    expect_answer(control(s, code.row.code, bytes, sizeof(bytes), bytes, sizeof(bytes)), WSAEOPNOTSUPP, 0);
  }
}

TEST_F(ControlCodes, that_are_stored_succeed_and_are_kept) {
  const SOCKET s = udp();
  for (const auto& code : winsock::socket_codes()) {
    if (code.standing != Standing::Stored) continue;
    SCOPED_TRACE(code.text);
    const int value = 1;
    expect_answer(give(s, code.row.code, value), 0, 0);
    const auto open = winsock::HandleTable::of_program().find(s);
    ASSERT_TRUE(open && open->flow != nullptr);
    const auto key = winsock::OptionValues::key_of(-1, static_cast<int>(code.row.code));
    EXPECT_EQ(open->flow->options.find(key), 1);
  }
}

TEST_F(ControlCodes, a8_a10_keep_a_connection_alive) {
  const SOCKET s = tcp();
  const tcp_keepalive asked{.onoff = 1, .keepalivetime = 30000, .keepaliveinterval = 2000};
  expect_answer(give(s, SIO_KEEPALIVE_VALS, asked), 0, 0);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_KEEPALIVE), 1U);
  EXPECT_EQ(option(s, IPPROTO_TCP, TCP_KEEPIDLE), 30U);
  EXPECT_EQ(option(s, IPPROTO_TCP, TCP_KEEPINTVL), 2U);
  expect_answer(give(s, SIO_KEEPALIVE_VALS, tcp_keepalive{}), 0, 0);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_KEEPALIVE), 0U);
  expect_answer(control(s, SIO_KEEPALIVE_VALS, &asked, 0, nullptr, 0), WSAEFAULT, 0);
  expect_answer(control(s, SIO_KEEPALIVE_VALS, nullptr, sizeof(asked), nullptr, 0), WSAEFAULT, 0);
  expect_answer(control(s, SIO_KEEPALIVE_VALS, &asked, sizeof(asked) - 1, nullptr, 0), WSAEFAULT, 0);
}

TEST_F(ControlCodes, a8_an_overlapped_keepalive_leaves_the_count_alone) {
  const SOCKET s = tcp();
  tcp_keepalive asked{.onoff = 1, .keepalivetime = 30000, .keepaliveinterval = 2000};
  DWORD count = kUntouched;
  OVERLAPPED overlapped{};
  EXPECT_EQ(WSAIoctl(s, SIO_KEEPALIVE_VALS, &asked, sizeof(asked), nullptr, 0, &count, &overlapped, nullptr),
            0);
  EXPECT_EQ(count, kUntouched);
  EXPECT_EQ(overlapped.Internal, 0U);
  EXPECT_EQ(option(s, IPPROTO_TCP, TCP_KEEPIDLE), 30U);
}

TEST_F(ControlCodes, the_base_of_a_socket_is_the_socket) {
  const SOCKET s = tcp();
  constexpr DWORD kCodes[] = {SIO_BASE_HANDLE, SIO_BSP_HANDLE, SIO_BSP_HANDLE_SELECT, SIO_BSP_HANDLE_POLL};
  for (const DWORD code : kCodes) {
    SOCKET base = 0;
    expect_answer(take(s, code, base), 0, sizeof(base));
    EXPECT_EQ(base, s);
    expect_answer(control(s, code, nullptr, 0, &base, sizeof(base) - 1), WSAEFAULT, 0);
  }
}

TEST_F(ControlCodes, a3_the_base_handle_is_not_supported_overlapped) {
  const SOCKET s = tcp();
  SOCKET base = 0;
  DWORD count = kUntouched;
  OVERLAPPED overlapped{};
  EXPECT_EQ(WSAIoctl(s, SIO_BASE_HANDLE, nullptr, 0, &base, sizeof(base), &count, &overlapped, nullptr),
            SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  EXPECT_EQ(count, kUntouched);
  EXPECT_EQ(static_cast<DWORD>(overlapped.Internal), 0xC00000BBU);
}

// What the next receive tells of a datagram that met a port where nobody is.
int told_of_an_unreachable_port(bool is_switched_off) {
  const SOCKET s = udp();
  EXPECT_EQ(bind_to(s, 0), 0);
  BOOL reports = is_switched_off ? FALSE : TRUE;
  DWORD count = 0;
  EXPECT_EQ(WSAIoctl(s, SIO_UDP_CONNRESET, &reports, sizeof(reports), nullptr, 0, &count, nullptr, nullptr),
            0);
  SOCKADDR_IN nobody = ipv4_name(9);
  EXPECT_EQ(sendto(s, "x", 1, 0, as_name(&nobody), sizeof(nobody)), 1);
  const DWORD soon = 30;
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&soon), sizeof(soon));
  char byte = 0;
  EXPECT_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
  return WSAGetLastError();
}

TEST_F(ControlCodes, unreachable_ports_are_told_unless_that_is_switched_off) {
  EXPECT_EQ(told_of_an_unreachable_port(false), WSAECONNRESET);
  EXPECT_EQ(told_of_an_unreachable_port(true), WSAETIMEDOUT);
}

TEST_F(ControlCodes, a12_the_machines_addresses_are_a_list_of_the_sockets_family) {
  for (const int family : {AF_INET, AF_INET6}) {
    SCOPED_TRACE(family);
    const SOCKET s = socket(family, SOCK_DGRAM, IPPROTO_UDP);
    alignas(SOCKET_ADDRESS_LIST) char bytes[512] = {};
    const Answer answer = control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, bytes, sizeof(bytes));
    ASSERT_EQ(answer.result, 0) << answer.code;
    const auto* list = reinterpret_cast<const SOCKET_ADDRESS_LIST*>(bytes);
    ASSERT_EQ(list->iAddressCount, 1);
    EXPECT_EQ(list->Address[0].lpSockaddr->sa_family, family);
    if (family == AF_INET) {
      const auto* name = reinterpret_cast<const SOCKADDR_IN*>(list->Address[0].lpSockaddr);
      EXPECT_EQ(ntohl(name->sin_addr.s_addr), 0xc0a8010aU) << "192.168.1.10";
    }
    expect_answer(control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, nullptr, 0), WSAEFAULT, answer.count);
    expect_answer(control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, bytes, 8), WSAEFAULT, answer.count);
    expect_answer(control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, bytes, 1), WSAEINVAL, 0);
  }
}

TEST_F(ControlCodes, a14_a_route_starts_at_an_address_of_the_machine) {
  const SOCKET s = udp();
  SOCKADDR_IN to = ipv4_name(0);
  SOCKADDR_IN from{};
  const auto ask = [&] {
    return control(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof(to), &from, sizeof(from));
  };
  expect_answer(ask(), 0, sizeof(from));
  EXPECT_EQ(ntohl(from.sin_addr.s_addr), INADDR_LOOPBACK);
  to = ipv4_name(0, 0x08080808);
  expect_answer(ask(), 0, sizeof(from));
  EXPECT_EQ(ntohl(from.sin_addr.s_addr), 0xc0a8010aU) << "192.168.1.10";
  to = ipv4_name(0, INADDR_ANY);
  EXPECT_EQ(ask().code, WSAENETUNREACH);
  to = ipv4_name(0);
  expect_answer(control(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof(to) - 1, &from, sizeof(from)), WSAEINVAL,
                kUntouched);
  expect_answer(control(s, SIO_ROUTING_INTERFACE_QUERY, nullptr, sizeof(to), &from, sizeof(from)), WSAEINVAL,
                kUntouched);
  expect_answer(control(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof(to), nullptr, sizeof(from)), WSAEFAULT,
                sizeof(from));
  expect_answer(control(s, SIO_ROUTING_INTERFACE_QUERY, &to, sizeof(to), &from, 1), WSAEFAULT, sizeof(from));
  to.sin_family = AF_INET6;
  expect_answer(ask(), WSAEAFNOSUPPORT, kUntouched);
}

TEST_F(ControlCodes, a12_interfaces_are_the_loopback_and_the_machines_own) {
  const SOCKET s = udp();
  INTERFACE_INFO list[8] = {};
  const Answer answer = take(s, SIO_GET_INTERFACE_LIST, list);
  expect_answer(answer, 0, 2 * sizeof(INTERFACE_INFO));
  EXPECT_EQ(ntohl(list[0].iiAddress.AddressIn.sin_addr.s_addr), INADDR_LOOPBACK);
  EXPECT_NE(list[0].iiFlags & IFF_LOOPBACK, 0U);
  EXPECT_EQ(ntohl(list[1].iiAddress.AddressIn.sin_addr.s_addr), 0xc0a8010aU);
  expect_answer(control(s, SIO_GET_INTERFACE_LIST, nullptr, 0, list, sizeof(INTERFACE_INFO)), WSAEFAULT, 0);
}

TEST_F(ControlCodes, a9_a13_interfaces_are_told_later_when_the_call_is_overlapped) {
  const SOCKET s = udp();
  INTERFACE_INFO list[8] = {};
  const auto ask = [&](DWORD size, OVERLAPPED& overlapped) {
    DWORD count = kUntouched;
    EXPECT_EQ(WSAIoctl(s, SIO_GET_INTERFACE_LIST, nullptr, 0, list, size, &count, &overlapped, nullptr),
              SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
    EXPECT_EQ(count, kUntouched);
  };
  OVERLAPPED good{};
  ask(sizeof(list), good);
  EXPECT_EQ(good.Internal, 0U);
  EXPECT_EQ(good.InternalHigh, 2 * sizeof(INTERFACE_INFO));
  OVERLAPPED small{};
  ask(sizeof(INTERFACE_INFO), small);
  EXPECT_EQ(static_cast<DWORD>(small.Internal), 0xC0000023U);
}

TEST_F(ControlCodes, the_broadcast_address_is_for_ipv4_datagrams) {
  SOCKADDR_IN name{};
  expect_answer(take(udp(), SIO_GET_BROADCAST_ADDRESS, name), 0, sizeof(name));
  EXPECT_EQ(name.sin_addr.s_addr, INADDR_BROADCAST);
  expect_answer(take(tcp(), SIO_GET_BROADCAST_ADDRESS, name), WSAENOPROTOOPT, 0);
  expect_answer(take(socket(AF_INET6, SOCK_DGRAM, 0), SIO_GET_BROADCAST_ADDRESS, name), WSAENOPROTOOPT, 0);
}

TEST_F(ControlCodes, flush_ends_what_is_held) {
  const SOCKET s = tcp();
  const auto held = pc_.fault(FaultPoint::Acquire, FaultAction::hold());
  INET_PORT_RANGE range{0, 4};
  INET_PORT_RESERVATION_INSTANCE instance{};
  DWORD count = 0;
  OVERLAPPED overlapped{};
  ASSERT_EQ(WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &instance, sizeof(instance),
                     &count, &overlapped, nullptr),
            SOCKET_ERROR);
  ASSERT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  expect_answer(control(s, SIO_FLUSH, nullptr, 0, nullptr, 0), 0, 0);
  EXPECT_EQ(static_cast<DWORD>(overlapped.Internal), 0xC0000120U) << "cancelled";
}

TEST_F(ControlCodes, in_bad_memory_are_a_fault) {
  const SOCKET s = udp();
  const SOCKADDR_IN name{};
  const BadMemory bad(name);
  for (void* place : bad.unwritable())
    expect_failure(WSAEFAULT, [&] {
      DWORD count = 0;
      return WSAIoctl(s, SIO_GET_BROADCAST_ADDRESS, nullptr, 0, place, sizeof(name), &count, nullptr,
                      nullptr);
    });
  const BOOL on = 1;
  const BadMemory bad_switch(on);
  ASSERT_EQ(give(s, SIO_UDP_CONNRESET, on).result, 0);
  for (void* place : bad_switch.unreadable())
    expect_failure(WSAEFAULT, [&] {
      DWORD count = 0;
      return WSAIoctl(s, SIO_UDP_CONNRESET, place, sizeof(on), nullptr, 0, &count, nullptr, nullptr);
    });
}

}  // namespace
}  // namespace berth::test
