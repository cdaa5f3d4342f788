// SPDX-License-Identifier: MIT
#include "winsock/face.h"

namespace berth::test {
namespace {

class Options : public FaceTest {
 protected:
  static int set(SOCKET s, int level, int name, int value, int length = sizeof(int)) {
    return setsockopt(s, level, name, reinterpret_cast<const char*>(&value), length);
  }
  static int get(SOCKET s, int level, int name) {
    int value = -1;
    int length = sizeof(value) + 12;
    EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &length), 0);
    EXPECT_EQ(length, int{sizeof(value)});
    return value;
  }
  SOCKET socket_ = tcp();
};

constexpr int kSwitches[] = {SO_REUSEADDR,      SO_EXCLUSIVEADDRUSE, SO_BROADCAST,
                             SO_RANDOMIZE_PORT, SO_PORT_SCALABILITY, SO_REUSE_UNICASTPORT};

TEST_F(Options, come_back_as_they_were_set) {
  for (const int name : kSwitches) {
    SCOPED_TRACE(name);
    EXPECT_EQ(get(socket_, SOL_SOCKET, name), 0);
    expect_success(kNoCode, [&] { return set(socket_, SOL_SOCKET, name, 42); });
    EXPECT_EQ(get(socket_, SOL_SOCKET, name), 1);
    EXPECT_EQ(set(socket_, SOL_SOCKET, name, 0), 0);
    EXPECT_EQ(get(socket_, SOL_SOCKET, name), 0);
  }
}

TEST_F(Options, belong_to_one_socket) {
  ASSERT_EQ(set(socket_, SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT_EQ(get(tcp(), SOL_SOCKET, SO_REUSEADDR), 0);
}

TEST_F(Options, b7_reuse_and_exclusive_use_exclude_one_another) {
  for (const auto& [first, second] :
       {std::pair(SO_REUSEADDR, SO_EXCLUSIVEADDRUSE), std::pair(SO_EXCLUSIVEADDRUSE, SO_REUSEADDR)}) {
    const SOCKET s = tcp();
    ASSERT_EQ(set(s, SOL_SOCKET, first, 1), 0);
    expect_failure(WSAEINVAL, [&, option = second] { return set(s, SOL_SOCKET, option, 1); });
    EXPECT_EQ(get(s, SOL_SOCKET, first), 1);
    EXPECT_EQ(get(s, SOL_SOCKET, second), 0);
    EXPECT_EQ(set(s, SOL_SOCKET, second, 0), 0) << "switching off what is off";
    EXPECT_EQ(get(s, SOL_SOCKET, first), 1);
    EXPECT_EQ(set(s, SOL_SOCKET, first, 0), 0);
    EXPECT_EQ(set(s, SOL_SOCKET, second, 1), 0);
    EXPECT_EQ(get(s, SOL_SOCKET, second), 1);
  }
}

TEST_F(Options, ipv6_only_is_on_until_it_is_switched_off_and_is_for_ipv6) {
  const SOCKET six = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
  EXPECT_EQ(get(six, IPPROTO_IPV6, IPV6_V6ONLY), 1);
  EXPECT_EQ(set(six, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
  EXPECT_EQ(get(six, IPPROTO_IPV6, IPV6_V6ONLY), 0);
  expect_failure(WSAENOPROTOOPT, [&] { return set(socket_, IPPROTO_IPV6, IPV6_V6ONLY, 0); });
}

TEST_F(Options, tell_about_the_socket) {
  EXPECT_EQ(get(socket_, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
  EXPECT_EQ(get(udp(), SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
  EXPECT_EQ(get(socket_, SOL_SOCKET, SO_ERROR), 0);
  EXPECT_EQ(get(socket_, SOL_SOCKET, SO_ACCEPTCONN), 0);
  ASSERT_EQ(bind_to(socket_, 0), 0);
  ASSERT_EQ(listen(socket_, 1), 0);
  EXPECT_EQ(get(socket_, SOL_SOCKET, SO_ACCEPTCONN), 1);
}

TEST_F(Options, that_tell_cannot_be_set_and_others_are_unknown) {
  for (const int name : {SO_ACCEPTCONN, SO_TYPE, 0x7777})
    expect_failure(WSAENOPROTOOPT, [&] { return set(socket_, SOL_SOCKET, name, 1); });
  int value = 7;
  int length = sizeof(value);
  expect_failure(WSAENOPROTOOPT, [&] {
    return getsockopt(socket_, SOL_SOCKET, 0x7777, reinterpret_cast<char*>(&value), &length);
  });
  EXPECT_EQ(value, 7);
}

TEST_F(Options, of_an_unknown_level_are_invalid) {
  int value = 7;
  int length = sizeof(value);
  for (const int level : {-1, 0x7777, 1}) {
    expect_failure(WSAEINVAL, [&] { return set(socket_, level, SO_REUSEADDR, 1); });
    expect_failure(WSAEINVAL, [&] {
      return getsockopt(socket_, level, SO_REUSEADDR, reinterpret_cast<char*>(&value), &length);
    });
  }
}

TEST_F(Options, some_come_before_bind) {
  ASSERT_EQ(bind_to(socket_, 0), 0);
  for (const int name : {SO_RANDOMIZE_PORT, SO_PORT_SCALABILITY, SO_REUSE_UNICASTPORT}) {
    expect_failure(WSAEINVAL, [&] { return set(socket_, SOL_SOCKET, name, 1); });
    EXPECT_EQ(get(socket_, SOL_SOCKET, name), 0);
  }
}

TEST_F(Options, need_a_value_of_four_bytes) {
  for (const int length : {3, 1, 0, -1, INT32_MIN})
    expect_failure(WSAEFAULT, [&] { return set(socket_, SOL_SOCKET, SO_REUSEADDR, 1, length); });
  EXPECT_EQ(set(socket_, SOL_SOCKET, SO_REUSEADDR, 1, 400), 0) << "a longer value is accepted";
  int value = 7;
  for (const int given : {3, 0, -1}) {
    int length = given;
    expect_failure(WSAEFAULT, [&] {
      return getsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(&value), &length);
    });
    EXPECT_EQ(length, given);
    EXPECT_EQ(value, 7);
  }
}

TEST_F(Options, in_bad_memory_are_a_fault) {
  const int value = 1;
  const BadMemory bad(value);
  for (void* place : bad.unreadable())
    expect_failure(WSAEFAULT, [&] {
      return setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, static_cast<char*>(place), sizeof(value));
    });
  EXPECT_EQ(get(socket_, SOL_SOCKET, SO_REUSEADDR), 0);
  for (void* place : bad.unwritable()) {
    int length = sizeof(value);
    expect_failure(WSAEFAULT, [&] {
      return getsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, static_cast<char*>(place), &length);
    });
    EXPECT_EQ(length, int{sizeof(value)});
  }
}

TEST_F(Options, with_a_length_in_bad_memory_are_a_fault) {
  const int size = sizeof(int);
  const BadMemory bad(size);
  for (void* place : bad.unwritable()) {
    int value = 7;
    expect_failure(WSAEFAULT, [&] {
      return getsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(&value),
                        static_cast<int*>(place));
    });
    EXPECT_EQ(value, 7);
  }
}

TEST_F(Options, may_lie_at_odd_addresses) {
  Odd<int> value(1);
  ASSERT_EQ(setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(value.get()), sizeof(int)),
            0);
  Odd<int> found;
  Odd<int> length(sizeof(int));
  ASSERT_EQ(getsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(found.get()), length.get()),
            0);
  EXPECT_EQ(found.value(), 1);
}

}  // namespace
}  // namespace berth::test
