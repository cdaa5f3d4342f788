// SPDX-License-Identifier: MIT
//
// How real programs use reservations, each reduced to its calls.
#include "winsock/face.h"

#include <algorithm>

namespace berth::test {
namespace {

class Clients : public FaceTest {};

// -- a QUIC library: one token on one socket for each processor, all on one UDP port ----------------

SOCKET dual_stack_udp(USHORT processor) {
  const SOCKET s = WSASocketW(AF_INET6, SOCK_DGRAM, IPPROTO_UDP, nullptr, 0, WSA_FLAG_OVERLAPPED);
  const int off = 0;
  EXPECT_EQ(setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof(off)), 0);
  DWORD bytes = 0;
  EXPECT_EQ(
      WSAIoctl(s, SIO_CPU_AFFINITY, &processor, sizeof(processor), nullptr, 0, &bytes, nullptr, nullptr), 0);
  return s;
}

int bind_anywhere(SOCKET s, USHORT port) {
  SOCKADDR_IN6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  return bind(s, as_name(&name), sizeof(name));
}

TEST_F(Clients, one_token_serves_a_socket_of_each_processor_on_one_udp_port) {
  std::vector<SOCKET> sockets;
  ULONG64 token = 0;
  for (USHORT processor = 0; processor < 4; ++processor) {
    const SOCKET s = dual_stack_udp(processor);
    if (processor == 0) token = acquired(s, 4433, 1).value().Token.Token;
    ASSERT_EQ(associate(s, token), 0);
    ASSERT_EQ(bind_anywhere(s, 4433), 0) << "processor " << processor << ": " << WSAGetLastError();
    EXPECT_EQ(ntohs([s] {
                SOCKADDR_IN6 name{};
                int length = sizeof(name);
                EXPECT_EQ(getsockname(s, as_name(&name), &length), 0);
                return name.sin6_port;
              }()),
              4433);
    sockets.push_back(s);
  }
  // A second listener of the program finds the port taken.
  const SOCKET second = dual_stack_udp(0);
  EXPECT_EQ(acquired(second, 4433, 1), std::nullopt);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRINUSE);
  // Closing the first one ends the reservation; the others keep their port until they close.
  for (const SOCKET s : sockets) EXPECT_EQ(closesocket(s), 0);
  EXPECT_NE(acquired(second, 4433, 1), std::nullopt);
}

// -- an RPC library: the first port from 600 to 1023 that nobody has, on the socket that connects ----

int reserve_low_port(SOCKET s) {
  for (USHORT port = 600; port < 1024; ++port) {
    const auto granted = acquired(s, port, 1);
    if (granted && associate(s, granted->Token.Token) == 0) return port;
    if (WSAGetLastError() != WSAEADDRINUSE) return -1;
  }
  return -1;
}

TEST_F(Clients, a_low_port_is_acquired_associated_and_connected_from_without_a_bind) {
  const SOCKET server = tcp();
  ASSERT_EQ(bind_to(server, 2049), 0);
  ASSERT_EQ(listen(server, 8), 0);
  ASSERT_EQ(bind_to(tcp(), 600), 0) << "one that is in use";
  for (const int expected : {601, 602, 603}) {
    const SOCKET client = tcp();
    ASSERT_EQ(reserve_low_port(client), expected);
    SOCKADDR_IN name = ipv4_name(2049);
    ASSERT_EQ(connect(client, as_name(&name), sizeof(name)), 0) << WSAGetLastError();
    EXPECT_EQ(port_of(client), expected);
    SOCKADDR_IN peer{};
    int length = sizeof(peer);
    ASSERT_NE(accept(server, as_name(&peer), &length), INVALID_SOCKET);
    EXPECT_EQ(ntohs(peer.sin_port), expected);
  }
}

TEST_F(Clients, no_low_port_is_left_when_all_are_reserved) {
  const SOCKET holder = tcp();
  ASSERT_NE(acquired(holder, 600, 424), std::nullopt);
  EXPECT_EQ(reserve_low_port(tcp()), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRINUSE);
  EXPECT_EQ(closesocket(holder), 0);
  EXPECT_EQ(reserve_low_port(tcp()), 600);
}

// -- a packet library: wildcard blocks on one socket, halved until they fit --------------------------

struct Blocks {
  std::vector<Instance> granted;
  int halvings = 0;
};

Blocks reserve_ports(SOCKET s, int wanted) {
  Blocks blocks;
  int length = wanted;
  while (wanted > 0 && blocks.halvings <= 5 && length > 0) {
    const auto count = static_cast<USHORT>(std::min(length, wanted));
    if (const auto block = acquired(s, 0, count)) {
      blocks.granted.push_back(*block);
      wanted -= block->Reservation.NumberOfPorts;
      continue;
    }
    length = count / 2;
    ++blocks.halvings;
  }
  return blocks;
}

TEST_F(Clients, wildcard_blocks_are_halved_until_they_fit) {
  // Every 512th port is taken: no run is longer than 511.
  std::vector<SOCKET> in_the_way;
  for (USHORT port = 49152; port >= 49152; port = static_cast<USHORT>(port + 512)) {
    in_the_way.push_back(udp());
    ASSERT_EQ(bind_to(in_the_way.back(), port), 0);
  }
  const SOCKET s = udp();
  const Blocks blocks = reserve_ports(s, 4096);
  EXPECT_EQ(blocks.halvings, 4) << "4096, 2048, 1024, 512, 256";
  ASSERT_EQ(blocks.granted.size(), 16U);
  std::vector<USHORT> starts;
  for (const Instance& block : blocks.granted) {
    EXPECT_EQ(block.Reservation.NumberOfPorts, 256);
    starts.push_back(ntohs(block.Reservation.StartPort));
  }
  std::ranges::sort(starts);
  for (std::size_t at = 1; at < starts.size(); ++at) EXPECT_GE(starts[at] - starts[at - 1], 256);
  EXPECT_GE(starts.front(), 49152);
}

TEST_F(Clients, five_halvings_are_the_end_and_closing_the_socket_gives_all_back) {
  ASSERT_TRUE(std::holds_alternative<Reply>(machine_->submit(
      {}, request::AddForeignBlock{Transport::Udp, {49152, 16384}, "winnat", Placement::Fixed})));
  const SOCKET none = udp();
  const Blocks nothing = reserve_ports(none, 1024);
  EXPECT_EQ(nothing.halvings, 6);
  EXPECT_TRUE(nothing.granted.empty());
  const std::uint64_t before = machine_->state_hash();
  const SOCKET s = tcp();
  EXPECT_EQ(reserve_ports(s, 4096).granted.size(), 1U);
  EXPECT_NE(machine_->state_hash(), before);
  EXPECT_EQ(closesocket(s), 0);
  EXPECT_NE(acquired(tcp(), 49152, 16384), std::nullopt) << "nothing of it is left";
}

// -- a diagnosis script: ten blocks of 64 on one socket of no type -----------------------------------

TEST_F(Clients, ten_blocks_of_64_hang_on_a_socket_of_type_0) {
  const SOCKET s = socket(AF_INET, 0, 0);
  ASSERT_NE(s, INVALID_SOCKET);
  std::vector<USHORT> starts;
  for (int block = 0; block < 10; ++block) {
    const auto granted = acquired(s, 0, 64);
    ASSERT_TRUE(granted) << block << ": " << WSAGetLastError();
    starts.push_back(ntohs(granted->Reservation.StartPort));
  }
  std::ranges::sort(starts);
  for (std::size_t at = 1; at < starts.size(); ++at) EXPECT_GE(starts[at] - starts[at - 1], 64);
  EXPECT_EQ(closesocket(s), 0);
}

TEST_F(Clients, the_script_counts_how_many_blocks_an_exhausted_computer_still_has) {
  ASSERT_TRUE(std::holds_alternative<Reply>(machine_->submit(
      {}, request::AddForeignBlock{Transport::Tcp, {49152 + 200, 16384 - 200}, "hns", Placement::Fixed})));
  const SOCKET s = socket(AF_INET, 0, 0);
  int granted = 0;
  for (int block = 0; block < 10; ++block) granted += acquired(s, 0, 64) ? 1 : 0;
  EXPECT_EQ(granted, 3) << "200 ports hold three blocks of 64";
}

// -- a filter driver's helper: look up, create what is missing, delete what may be gone --------------

struct Persistent {
  const char* name;
  ULONG (*create)(USHORT, USHORT, PULONG64);
  ULONG (*look_up)(USHORT, USHORT, PULONG64);
  ULONG (*remove)(USHORT, USHORT);
};

ULONG ensure(const Persistent& functions, USHORT port, USHORT count, ULONG64* token) {
  const ULONG code = functions.look_up(htons(port), count, token);
  return code == ERROR_NOT_FOUND ? functions.create(htons(port), count, token) : code;
}

bool forget(const Persistent& functions, USHORT port, USHORT count) {
  const ULONG code = functions.remove(htons(port), count);
  return code == NO_ERROR || code == ERROR_NOT_FOUND;
}

TEST_F(Clients, persistent_reservations_are_ensured_and_forgotten_any_number_of_times) {
  const Persistent both[] = {{"tcp", CreatePersistentTcpPortReservation, LookupPersistentTcpPortReservation,
                              DeletePersistentTcpPortReservation},
                             {"udp", CreatePersistentUdpPortReservation, LookupPersistentUdpPortReservation,
                              DeletePersistentUdpPortReservation}};
  for (const Persistent& functions : both) {
    ULONG64 first = 0;
    ULONG64 again = 0;
    EXPECT_TRUE(forget(functions, 5000, 20)) << functions.name;
    EXPECT_EQ(ensure(functions, 5000, 20, &first), static_cast<ULONG>(NO_ERROR));
    EXPECT_EQ(ensure(functions, 5000, 20, &again), static_cast<ULONG>(NO_ERROR));
    EXPECT_EQ(first, again);
    EXPECT_NE(first, 0U);
    EXPECT_TRUE(forget(functions, 5000, 20));
    EXPECT_TRUE(forget(functions, 5000, 20));
    EXPECT_EQ(functions.look_up(htons(5000), 20, &again), static_cast<ULONG>(ERROR_NOT_FOUND));
  }
}

}  // namespace
}  // namespace berth::test
