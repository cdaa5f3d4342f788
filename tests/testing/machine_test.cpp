// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <gtest/gtest-spi.h>

#include <future>
#include <stdexcept>
#include <thread>

#include <berth/testing.h>

namespace berth::test {
namespace {

using berth::testing::Leak;
using berth::testing::MachineOptions;
using berth::testing::tcp;
using Pc = berth::testing::Machine;

const Identity kAdministrator{TokenKind::ElevatedAdministrator, "alice"};

SOCKET tcp_socket() { return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP); }
MachineOptions started(Identity identity = {}) {
  MachineOptions options;
  options.identity = std::move(identity);
  options.start_ups = 1;
  return options;
}

TEST(KitMachine, is_where_the_test_lives) {
  Pc pc(started());
  EXPECT_EQ(process_of_this_thread(), pc.process());
  const SOCKET s = tcp_socket();
  EXPECT_EQ(bind_to(s, 5000), 0);
  EXPECT_EQ(closesocket(s), 0);
}

TEST(KitMachine, is_fresh) {
  for (int round = 0; round < 2; ++round) {
    Pc pc(started(kAdministrator));
    ULONG64 token = 0;
    EXPECT_EQ(CreatePersistentTcpPortReservation(htons(5000), 20, &token), ULONG{NO_ERROR});
    pc.allow_leaks();
  }
}

TEST(KitMachine, has_worker_threads_of_the_server_under_test) {
  Pc pc(started());
  const SOCKET s = tcp_socket();
  std::thread([s] {
    EXPECT_EQ(bind_to(s, 5000), 0);
    const SOCKET another = tcp_socket();
    EXPECT_EQ(bind_to(another, 5000), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAEADDRINUSE);
    EXPECT_EQ(closesocket(another), 0);
  }).join();
  EXPECT_EQ(pc.last_refusal().value().rule, Rule::AddressInUse);
  EXPECT_EQ(closesocket(s), 0);
}

TEST(KitMachine, is_one_of_several_and_the_newest_counts) {
  Pc old_pc(started());
  const SOCKET old_socket = tcp_socket();
  EXPECT_EQ(bind_to(old_socket, 5000), 0);
  {
    Pc new_pc(started());
    const SOCKET s = tcp_socket();
    EXPECT_EQ(bind_to(s, 5000), 0) << "another computer";
    EXPECT_EQ(bind_to(old_socket, 5001), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK) << "another process's handle";
    EXPECT_EQ(new_pc.last_refusal().value().rule, Rule::NotASocket);
    EXPECT_EQ(old_pc.last_refusal(), std::nullopt);
    EXPECT_EQ(std::async(std::launch::async, process_of_this_thread).get(), new_pc.process());
    EXPECT_EQ(closesocket(s), 0);
  }
  EXPECT_EQ(process_of_this_thread(), old_pc.process());
  EXPECT_EQ(std::async(std::launch::async, process_of_this_thread).get(), old_pc.process());
  EXPECT_EQ(closesocket(old_socket), 0);
}

TEST(KitMachine, starts_with_the_programs_own_start_ups) {
  const auto is_started = [] {
    const SOCKET s = tcp_socket();
    if (s != INVALID_SOCKET) closesocket(s);
    return s != INVALID_SOCKET;
  };
  {
    Pc pc;
    EXPECT_FALSE(is_started());
    EXPECT_EQ(WSAGetLastError(), WSANOTINITIALISED);
  }
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  {
    Pc pc;
    EXPECT_TRUE(is_started());
    const ScopedProcess as_another(pc.start_process());
    EXPECT_FALSE(is_started());
  }
  EXPECT_EQ(WSACleanup(), 0) << "of the program itself";
}

TEST(KitMachine, has_processes_with_identities) {
  Pc pc(started());
  ULONG64 token = 0;
  EXPECT_EQ(CreatePersistentTcpPortReservation(htons(5000), 20, &token), ULONG{ERROR_ACCESS_DENIED});
  const ScopedProcess as_administrator(pc.start_process(kAdministrator, 1));
  EXPECT_EQ(CreatePersistentTcpPortReservation(htons(5000), 20, &token), ULONG{NO_ERROR});
  EXPECT_EQ(DeletePersistentTcpPortReservation(htons(5000), 20), ULONG{NO_ERROR});
}

TEST(KitMachine, ends_processes_with_their_sockets_and_reservations) {
  Pc pc(started());
  const auto other = pc.start_process({}, 1);
  {
    const ScopedProcess as_the_other(other);
    ASSERT_TRUE(acquired(tcp_socket(), 5000, 20));
  }
  EXPECT_NE(pc.emulated().inspect([](const PortPool& pool) { return pool.blocks().size(); }), 0U);
  pc.end_process(other);
  EXPECT_EQ(pc.emulated().inspect([](const PortPool& pool) { return pool.blocks().size(); }), 0U);
}

TEST(KitMachine, restarts) {
  Pc pc(started(kAdministrator));
  ULONG64 before = 0;
  ASSERT_EQ(CreatePersistentTcpPortReservation(htons(5000), 20, &before), ULONG{NO_ERROR});
  const SOCKET s = tcp_socket();
  ASSERT_TRUE(acquired(s, 6000, 20));
  pc.restart();
  EXPECT_EQ(closesocket(s), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  const SOCKET again = tcp_socket();
  EXPECT_TRUE(acquired(again, 6000, 20)) << "runtime reservations are gone";
  ULONG64 after = 0;
  EXPECT_EQ(LookupPersistentTcpPortReservation(htons(5000), 20, &after), ULONG{NO_ERROR});
  EXPECT_NE(after, before);
  EXPECT_EQ(DeletePersistentTcpPortReservation(htons(5000), 20), ULONG{NO_ERROR});
  EXPECT_EQ(closesocket(again), 0);
}

TEST(KitMachine, is_given_what_a_computer_has) {
  Pc pc(started());
  const SOCKET s = tcp_socket();
  const auto rule_of_bind = [&](USHORT port) {
    EXPECT_EQ(bind_to(s, port), SOCKET_ERROR);
    return pc.last_refusal().value().rule;
  };
  pc.add_foreign_block(tcp, {50000, 100}, "winnat");
  EXPECT_EQ(rule_of_bind(50010), Rule::PortHeldByForeignBlock);
  pc.add_kernel_listener(tcp, 80, "http.sys");
  EXPECT_EQ(rule_of_bind(80), Rule::PortHeldByKernelListener);
  pc.remove_service("http.sys");
  pc.remove_service("winnat");
  pc.add_exclusion(tcp, {6000, 10});
  EXPECT_FALSE(acquired(s, 6005, 1));
  EXPECT_EQ(pc.last_refusal().value().rule, Rule::BlockOverlapsExclusion);
  pc.remove_exclusion(tcp, {6000, 10});
  EXPECT_TRUE(acquired(s, 6005, 1));
  pc.set_dynamic_range(tcp, Family::Ipv4, {20000, 1000});
  EXPECT_EQ(bind_to(s, 0), 0);
  EXPECT_EQ(port_of(s) / 1000, 20);
  EXPECT_EQ(closesocket(s), 0);
}

TEST(KitMachine, says_what_it_was_refused) {
  Pc pc(started());
  pc.add_exclusion(tcp, {6000, 10});
  EXPECT_NONFATAL_FAILURE(pc.add_foreign_block(tcp, {6005, 10}, "winnat"),
                          "the machine refuses AddForeignBlock: BlockOverlapsExclusion: ");
}

TEST(KitMachine, does_not_begin_in_a_world_that_contradicts_itself) {
  MachineOptions options;
  options.world.foreign_blocks.push_back({Transport::Tcp, {.start = 0, .count = 0}, "winnat"});
  EXPECT_THROW(Pc pc(options), std::invalid_argument);
  EXPECT_EQ(std::async(std::launch::async, process_of_this_thread).get(), process_of_this_thread());
}

// -- seeds ----------------------------------------------------------------------------------------

TEST(KitSeed, is_shown_with_a_failure) {
  EXPECT_NONFATAL_FAILURE(
      {
        MachineOptions options = started();
        options.seed = 4711;
        Pc pc(options);
        ADD_FAILURE() << "of the test";
      },
      "berth: this machine's seed is 4711");
}

TEST(KitSeed, is_the_environments_unless_the_test_has_one) {
  EXPECT_EQ(Pc().seed(), kUsualSeed);
  ASSERT_EQ(setenv("BERTH_SEED", "99", 1), 0);
  EXPECT_EQ(Pc().seed(), 99U);
  MachineOptions options;
  options.seed = 7;
  EXPECT_EQ(Pc(options).seed(), 7U);
  ASSERT_EQ(setenv("BERTH_SEED", "many", 1), 0);
  EXPECT_THROW(Pc(), std::invalid_argument);
  ASSERT_EQ(unsetenv("BERTH_SEED"), 0);
}

TEST(KitSeed, decides_what_is_left_to_chance) {
  const auto wildcard_block_with = [](std::uint64_t seed) {
    MachineOptions options = started();
    options.seed = seed;
    Pc pc(options);
    const SOCKET s = tcp_socket();
    const USHORT start = acquired(s, 0, 10).value().Reservation.StartPort;
    closesocket(s);
    return start;
  };
  EXPECT_EQ(wildcard_block_with(1), wildcard_block_with(1));
  EXPECT_NE(wildcard_block_with(1), wildcard_block_with(2));
}

// -- leaks ----------------------------------------------------------------------------------------

TEST(KitLeaks, a_socket_that_is_left_is_named_with_its_owner) {
  EXPECT_NONFATAL_FAILURE(
      {
        Pc pc(started());
        ASSERT_EQ(bind_to(tcp_socket(), 5000), 0);
      },
      "tcp socket bound to 127.0.0.1:5000 of user (filtered-administrator)");
  EXPECT_NONFATAL_FAILURE(
      {
        Pc pc(started());
        const ScopedProcess as_alice(pc.start_process(kAdministrator, 1));
        ASSERT_NE(tcp_socket(), INVALID_SOCKET);
      },
      "tcp socket that is not bound of alice (elevated-administrator)");
}

TEST(KitLeaks, a_persistent_reservation_that_is_left_is_named_even_after_a_restart) {
  EXPECT_NONFATAL_FAILURE(
      {
        Pc pc(started(kAdministrator));
        ULONG64 token = 0;
        ASSERT_EQ(CreatePersistentUdpPortReservation(htons(5000), 20, &token), ULONG{NO_ERROR});
        pc.restart();
      },
      "persistent reservation udp 5000-5019 of ");
}

TEST(KitLeaks, a_call_that_nobody_let_go_is_told) {
  EXPECT_NONFATAL_FAILURE(
      {
        Pc pc(started());
        std::thread held;
        {
          const ScopedFault fault = pc.fault(FaultPoint::Socket, FaultAction::hold());
          held = std::thread([] { EXPECT_EQ(tcp_socket(), INVALID_SOCKET); });
          EXPECT_TRUE(fault.wait_until_held(1, std::chrono::seconds(10)));
        }
        held.join();
      },
      "calls that nobody let go before their fault ended: 1");
}

TEST(KitLeaks, a_worker_thread_that_still_waits_is_woken) {
  int code = 0;
  std::thread worker;
  {
    Pc pc(started());
    pc.forgive(Leak::Sockets);
    const SOCKET s = tcp_socket();
    ASSERT_EQ(bind_to(s, 5000), 0);
    ASSERT_EQ(listen(s, 1), 0);
    std::promise<void> ready;
    worker = std::thread([&code, &ready, s] {
      ready.set_value();
      EXPECT_EQ(accept(s, nullptr, nullptr), INVALID_SOCKET);
      code = WSAGetLastError();
    });
    ready.get_future().wait();
  }
  worker.join();
  EXPECT_TRUE(code == WSAEINTR || code == WSAENOTSOCK || code == WSANOTINITIALISED) << code;
}

TEST(KitLeaks, of_the_world_are_not_the_tests) {
  MachineOptions options = started();
  options.world.bound_ports.push_back({.transport = Transport::Tcp,
                                       .name = {.address = Address::any(Family::Ipv4), .port = 135},
                                       .identity = {TokenKind::LocalSystem, "system"}});
  options.world.persistent_reservations.push_back({Transport::Tcp, {.start = 5000, .count = 20}});
  Pc pc(options);
  pc.restart();
}

TEST(KitLeaks, are_forgiven_when_the_test_says_so) {
  const auto leave_both = [] {
    ULONG64 token = 0;
    EXPECT_NE(tcp_socket(), INVALID_SOCKET);
    EXPECT_EQ(CreatePersistentTcpPortReservation(htons(5000), 20, &token), ULONG{NO_ERROR});
  };
  {
    Pc pc(started(kAdministrator));
    leave_both();
    pc.allow_leaks();
  }
  EXPECT_NONFATAL_FAILURE(
      {
        Pc pc(started(kAdministrator));
        leave_both();
        pc.forgive(Leak::Sockets);
      },
      "persistent reservation tcp 5000-5019 of alice");
}

// -- faults ---------------------------------------------------------------------------------------

TEST(KitFaults, strike_the_test_and_its_worker_threads) {
  Pc pc(started());
  const ScopedFault fault = pc.fault(FaultPoint::Socket, FaultAction::network_down(), When::first(2));
  EXPECT_EQ(tcp_socket(), INVALID_SOCKET);
  EXPECT_EQ(std::async(std::launch::async, tcp_socket).get(), INVALID_SOCKET);
  EXPECT_EQ(fault.struck(), 2U);
  EXPECT_EQ(closesocket(tcp_socket()), 0);
}

TEST(KitFaults, by_chance_follow_the_machines_seed) {
  const auto strikes_with = [](std::uint64_t seed) {
    MachineOptions options = started();
    options.seed = seed;
    Pc pc(options);
    const ScopedFault fault = pc.fault(FaultPoint::Socket, FaultAction::exhaust(), pc.chance(0.5));
    std::string strikes;
    for (int i = 0; i < 64; ++i) {
      const SOCKET s = tcp_socket();
      strikes += s == INVALID_SOCKET ? 'x' : '.';
      if (s != INVALID_SOCKET) closesocket(s);
    }
    return strikes;
  };
  EXPECT_EQ(strikes_with(1), strikes_with(1));
  EXPECT_NE(strikes_with(1), strikes_with(2));
}

}  // namespace
}  // namespace berth::test
