// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <berth/core/address.h>
#include <berth/core/port_choice.h>

namespace berth {
namespace {

// What is read, and how RFC 5952 writes it.
constexpr std::pair<const char*, const char*> kForms[] = {
    {"127.0.0.1", "127.0.0.1"},
    {"255.255.255.255", "255.255.255.255"},
    {"0.0.0.0", "0.0.0.0"},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"2001:db8::1", "2001:db8::1"},
    {"2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one zero group is not shortened
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longest run is
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of equal runs is
    {"0:0:1:0:0:0:0:0", "0:0:1::"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
    {"::FFFF:a00:1", "::ffff:10.0.0.1"},
    {"::ffff:0.0.0.0", "::ffff:0.0.0.0"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"fd00::10", "fd00::10"},
};

TEST(Address, IsWrittenInTheFormOfRfc5952) {
  for (const auto& [read, written] : kForms) {
    const auto address = parse_address(read);
    ASSERT_TRUE(address) << read;
    EXPECT_EQ(to_string(*address), written) << read;
  }
}

TEST(Address, ThatIsNoneIsNotRead) {
  for (const char* text : {"",
                           " ",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "1.2.3.-4",
                           "1..3.4",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "a.b.c.d",
                           "1.2.3.4:80",
                           ":",
                           ":::",
                           "1:",
                           ":1",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2:3:4:5:6:7:8",
                           "12345::",
                           "g::",
                           "::1%1",
                           "[::1]",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "::1.2.3.4:5",
                           "1.2.3.4::",
                           "::+1",
                           "::0x1",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "localhost",
                           "0001.2.3.4",
                           "+1.2.3.4"})
    EXPECT_FALSE(parse_address(text)) << '"' << text << '"';
}

TEST(Address, ComesBackFromItsText) {
  Dice dice(1);
  for (int round = 0; round < 20000; ++round) {
    Address address{.family = dice.next() % 2 == 0 ? Family::Ipv4 : Family::Ipv6, .bytes = {}};
    // Many zero groups, so that every shape of "::" comes up.
    const std::size_t bytes = address.family == Family::Ipv4 ? 4 : 16;
    for (std::size_t i = 0; i < bytes; i += 2) {
      const std::uint64_t drawn = dice.next();
      if (drawn % 3 == 0) continue;
      address.bytes[i] = static_cast<std::uint8_t>(drawn >> 8U);
      address.bytes[i + 1] = static_cast<std::uint8_t>(drawn >> 16U);
    }
    EXPECT_EQ(parse_address(to_string(address)), address) << to_string(address);
  }
}

TEST(Address, IsAWildcardInThreeForms) {
  EXPECT_TRUE(parse_address("0.0.0.0")->is_wildcard());
  EXPECT_TRUE(parse_address("::")->is_wildcard());
  EXPECT_TRUE(parse_address("::ffff:0.0.0.0")->is_wildcard());
  EXPECT_FALSE(parse_address("::1")->is_wildcard());
  EXPECT_FALSE(parse_address("::ffff:0.0.0.1")->is_wildcard());
}

TEST(Address, IsALoopbackAddressInThreeForms) {
  for (const char* loopback : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.2"})
    EXPECT_TRUE(parse_address(loopback)->is_loopback()) << loopback;
  for (const char* other : {"126.0.0.1", "128.0.0.1", "0.0.0.0", "::", "::2", "7f00::1", "::ffff:10.0.0.127"})
    EXPECT_FALSE(parse_address(other)->is_loopback()) << other;
}

TEST(Address, HasNamesForThoseOfEachFamily) {
  EXPECT_EQ(Address::any(Family::Ipv4), *parse_address("0.0.0.0"));
  EXPECT_EQ(Address::any(Family::Ipv6), *parse_address("::"));
  EXPECT_EQ(Address::loopback(Family::Ipv4), *parse_address("127.0.0.1"));
  EXPECT_EQ(Address::loopback(Family::Ipv6), *parse_address("::1"));
}

TEST(Address, BehindAMappedOneIsAnIpv4Address) {
  EXPECT_EQ(parse_address("::ffff:10.1.2.3")->unmapped(), Address::ipv4(10, 1, 2, 3));
  EXPECT_EQ(parse_address("::1")->unmapped(), *parse_address("::1"));
  EXPECT_EQ(parse_address("10.1.2.3")->unmapped(), Address::ipv4(10, 1, 2, 3));
  EXPECT_FALSE(parse_address("::fffe:10.1.2.3")->is_ipv4_mapped());
  EXPECT_FALSE(parse_address("255.255.10.1")->is_ipv4_mapped());
  EXPECT_TRUE(parse_address("::ffff:255.255.255.255")->is_limited_broadcast());
  EXPECT_FALSE(parse_address("255.255.255.254")->is_limited_broadcast());
}

TEST(Endpoint, HasItsIpv6AddressInBrackets) {
  EXPECT_EQ(to_string(Endpoint{Address::ipv4(127, 0, 0, 1), 80}), "127.0.0.1:80");
  EXPECT_EQ(to_string(Endpoint{Address::loopback(Family::Ipv6), 80}), "[::1]:80");
}

}  // namespace
}  // namespace berth
