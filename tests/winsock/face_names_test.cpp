// SPDX-License-Identifier: MIT
#include "winsock/face.h"

namespace berth::test {
namespace {

class Names : public FaceTest {
 protected:
  static SOCKET tcp6() { return socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP); }
  SOCKET socket_ = tcp();
};

TEST_F(Names, bind_sets_last_error_0_and_getsockname_tells_the_port) {
  expect_success(0, [this] { return bind_to(socket_, 5000); });
  SOCKADDR_IN name;
  std::memset(static_cast<void*>(&name), 0x5a, sizeof(name));
  int length = sizeof(name) + 100;
  expect_success(kNoCode, [&] { return getsockname(socket_, as_name(&name), &length); });
  EXPECT_EQ(length, int{sizeof(name)});
  EXPECT_EQ(name.sin_family, AF_INET);
  EXPECT_EQ(ntohs(name.sin_port), 5000);
  EXPECT_EQ(ntohl(name.sin_addr.s_addr), INADDR_LOOPBACK);
  for (const char zero : name.sin_zero) EXPECT_EQ(zero, 0);
}

TEST_F(Names, port_0_becomes_a_dynamic_port) {
  ASSERT_EQ(bind_to(socket_, 0), 0);
  EXPECT_GE(port_of(socket_), 49152);
}

TEST_F(Names, of_ipv6_come_back_as_they_were_given) {
  const SOCKET s = tcp6();
  SOCKADDR_IN6 name = ipv6_name(5000);
  ASSERT_EQ(bind(s, as_name(&name), sizeof(name)), 0);
  SOCKADDR_IN6 found{};
  int length = sizeof(found);
  ASSERT_EQ(getsockname(s, as_name(&found), &length), 0);
  EXPECT_EQ(std::memcmp(&found, &name, sizeof(name)), 0);
}

TEST_F(Names, c1_a_name_that_is_missing_or_short_is_a_fault) {
  SOCKADDR_IN name = ipv4_name(5000);
  const auto fails = [this](const void* place, int length) {
    expect_failure(WSAEFAULT, [&] { return bind(socket_, static_cast<const sockaddr*>(place), length); });
    EXPECT_EQ(last_rule(), Rule::NameIsUnusable);
  };
  fails(nullptr, 0);
  fails(nullptr, sizeof(name));
  for (const int length : {0, 1, 2, int{sizeof(name)} - 1, -1, INT32_MIN}) fails(&name, length);
}

TEST_F(Names, c1_an_unknown_family_is_not_supported_and_a_short_name_comes_first) {
  SOCKADDR_IN name = ipv4_name(5000);
  name.sin_family = 0xdead;
  expect_failure(WSAEAFNOSUPPORT, [&] { return bind(socket_, as_name(&name), sizeof(name)); });
  expect_failure(WSAEFAULT, [&] { return bind(socket_, as_name(&name), sizeof(name) - 1); });
}

TEST_F(Names, of_another_family_are_a_fault) {
  SOCKADDR_IN6 six = ipv6_name(5000);
  expect_failure(WSAEFAULT, [&] { return bind(socket_, as_name(&six), sizeof(six)); });
  const SOCKET s = tcp6();
  SOCKADDR_STORAGE four{};
  const SOCKADDR_IN name = ipv4_name(5000);
  std::memcpy(&four, &name, sizeof(name));
  expect_failure(WSAEFAULT, [&] { return bind(s, as_name(&four), sizeof(four)); });
}

TEST_F(Names, c1_an_address_of_another_machine_is_not_available) {
  SOCKADDR_IN name = ipv4_name(5000, 0x08080808);
  expect_failure(WSAEADDRNOTAVAIL, [&] { return bind(socket_, as_name(&name), sizeof(name)); });
}

TEST_F(Names, c2_a_second_bind_is_invalid_and_a_second_socket_is_in_the_way) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  expect_failure(WSAEINVAL, [this] { return bind_to(socket_, 5001); });
  const SOCKET other = tcp();
  expect_failure(WSAEADDRINUSE, [other] { return bind_to(other, 5000); });
}

TEST_F(Names, c3_before_bind_there_is_none) {
  SOCKADDR_IN name = ipv4_name(7);
  const SOCKADDR_IN before = name;
  int length = sizeof(name);
  expect_failure(WSAEINVAL, [&] { return getsockname(socket_, as_name(&name), &length); });
  EXPECT_EQ(last_rule(), Rule::SocketHasNoName);
  EXPECT_EQ(std::memcmp(&name, &before, sizeof(name)), 0);
  EXPECT_EQ(length, int{sizeof(name)});
}

TEST_F(Names, c3_a_short_buffer_is_a_fault_and_stays_as_it_is) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  SOCKADDR_IN name = ipv4_name(7);
  const SOCKADDR_IN before = name;
  for (const int given : {int{sizeof(name)} - 1, 0, -1}) {
    int length = given;
    expect_failure(WSAEFAULT, [&] { return getsockname(socket_, as_name(&name), &length); });
    EXPECT_EQ(length, given);
    EXPECT_EQ(std::memcmp(&name, &before, sizeof(name)), 0);
  }
}

TEST_F(Names, c4_an_old_ipv6_name_is_a_fault_and_a_bogus_scope_is_not_available) {
  const SOCKET s = tcp6();
  SOCKADDR_IN6 name = ipv6_name(5000);
  expect_failure(WSAEFAULT, [&] { return bind(s, as_name(&name), 24); });
  name.sin6_scope_id = 0xdead;
  expect_failure(WSAEADDRNOTAVAIL, [&] { return bind(s, as_name(&name), sizeof(name)); });
  name.sin6_scope_id = 0;
  ASSERT_EQ(bind(s, as_name(&name), sizeof(name)), 0);
  name.sin6_scope_id = 0xdead;
  expect_failure(WSAEINVAL, [&] { return bind(s, as_name(&name), sizeof(name)); });
}

TEST_F(Names, in_bad_memory_are_a_fault) {
  const SOCKADDR_IN name = ipv4_name(5000);
  const BadMemory bad(name);
  for (void* place : bad.unreadable()) {
    expect_failure(WSAEFAULT, [&] { return bind(socket_, as_name(place), sizeof(name)); });
    expect_failure(WSAEFAULT, [&] { return bind(socket_, as_name(place), INT32_MAX); });
  }
  EXPECT_EQ(bind(socket_, as_name(bad.unwritable().back()), sizeof(name)), 0) << "read-only is enough";
  int length = sizeof(name);
  for (void* place : bad.unwritable())
    expect_failure(WSAEFAULT, [&] { return getsockname(socket_, as_name(place), &length); });
  EXPECT_TRUE(bad.is_intact());
  EXPECT_EQ(length, int{sizeof(name)});
}

TEST_F(Names, lengths_in_bad_memory_are_a_fault) {
  ASSERT_EQ(bind_to(socket_, 5000), 0);
  SOCKADDR_IN name = ipv4_name(7);
  const SOCKADDR_IN before = name;
  const int length = sizeof(name);
  const BadMemory bad(length);
  for (void* place : bad.unwritable())
    expect_failure(WSAEFAULT, [&] { return getsockname(socket_, as_name(&name), static_cast<int*>(place)); });
  EXPECT_EQ(std::memcmp(&name, &before, sizeof(name)), 0);
}

TEST_F(Names, may_lie_at_odd_addresses) {
  Odd<SOCKADDR_IN> name(ipv4_name(5000));
  ASSERT_EQ(bind(socket_, as_name(name.get()), sizeof(SOCKADDR_IN)), 0);
  Odd<SOCKADDR_IN> found;
  Odd<int> length(sizeof(SOCKADDR_IN));
  ASSERT_EQ(getsockname(socket_, as_name(found.get()), length.get()), 0);
  EXPECT_EQ(ntohs(found.value().sin_port), 5000);

  const SOCKET s = tcp6();
  Odd<SOCKADDR_IN6> six(ipv6_name(5001));
  ASSERT_EQ(bind(s, as_name(six.get()), sizeof(SOCKADDR_IN6)), 0);
  Odd<SOCKADDR_IN6> found_six;
  Odd<int> room(sizeof(SOCKADDR_IN6));
  ASSERT_EQ(getsockname(s, as_name(found_six.get()), room.get()), 0);
  EXPECT_EQ(ntohs(found_six.value().sin6_port), 5001);
}

TEST_F(Names, of_an_associated_socket_come_from_its_block) {
  const Instance block = acquired(socket_, 40000, 2).value();
  const SOCKET user = tcp();
  ASSERT_EQ(associate(user, block.Token.Token), 0);
  expect_failure(WSAEADDRNOTAVAIL, [user] { return bind_to(user, 40002); });
  ASSERT_EQ(bind_to(user, 0), 0);
  EXPECT_EQ(port_of(user), 40000);
  const SOCKET stranger = tcp();
  expect_failure(WSAEACCES, [stranger] { return bind_to(stranger, 40001); });
}

}  // namespace
}  // namespace berth::test
