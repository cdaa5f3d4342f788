// SPDX-License-Identifier: MIT
#include <berth/store/memory_storage.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/set_text.h"
#include "store/sets.h"

namespace berth {
namespace {

using test::new_set;
using test::old_set;
using test::range;
using testing::HasSubstr;

std::string contradiction(const PersistentSet& set) {
  const auto found = contradiction_in(set);
  return found ? found->place + ": " + found->found : "none";
}

StoreError error_in(std::string_view text) {
  const auto set = set_in("home.json", text);
  return set ? StoreError{} : set.error();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(PersistentSet, WhatAMachineWritesDoesNotContradictItself) {
  EXPECT_EQ(contradiction({}), "none");
  EXPECT_EQ(contradiction(old_set()), "none");
  EXPECT_EQ(contradiction(new_set()), "none");
}

TEST(PersistentSet, OverlappingBlocksContradictEachOther) {
  PersistentSet set = old_set();
  set.exclusions[0].range = range(5009, 5020);
  EXPECT_EQ(contradiction(set), "/exclusions/0: a block that overlaps /reservations/0");
  set.exclusions[0].transport = Transport::Udp;
  EXPECT_EQ(contradiction(set), "none");
}

TEST(PersistentSet, SerialsAreUniqueAndAlreadyGiven) {
  PersistentSet set = old_set();
  set.reservations[1].serial = 2;
  EXPECT_EQ(contradiction(set), "/reservations/1/serial: the serial 2 a second time");
  set.reservations[1].serial = set.next_serial;
  EXPECT_EQ(contradiction(set), "/reservations/1/serial: the serial 5");
  set.reservations[1].serial = 0;
  EXPECT_EQ(contradiction(set), "/reservations/1/serial: the serial 0");
}

TEST(PersistentSet, ADynamicRangeIsSetOnce) {
  PersistentSet set = old_set();
  set.dynamic_ranges.push_back({Transport::Tcp, Family::Ipv4, range(50000, 50255)});
  EXPECT_EQ(contradiction(set), "/dynamic_ranges/1: a second range");
}

TEST(PersistentSet, OrderIsPartOfTheForm) {
  PersistentSet set = old_set();
  std::swap(set.reservations[0], set.reservations[1]);
  EXPECT_THAT(contradiction(set), HasSubstr("/reservations/1"));
  set.put_in_order();
  EXPECT_EQ(set, old_set());
}

TEST(SetText, IsTheSameBytesEverywhere) {
  EXPECT_EQ(text_of(old_set()), R"({
  "berth_store": 1,
  "checksum": "0x587bc1000fc8eb54",
  "boot": 3,
  "next_serial": 5,
  "reservations": [
    {"transport":"tcp","start":5000,"count":10,"serial":2},
    {"transport":"udp","start":5000,"count":1,"serial":4}
  ],
  "exclusions": [
    {"transport":"tcp","start":6000,"count":10}
  ],
  "dynamic_ranges": [
    {"transport":"tcp","family":"ipv4","start":40000,"count":10000}
  ]
}
)");
}

TEST(SetText, ReadsBack) {
  EXPECT_EQ(*set_in("home.json", text_of({})), PersistentSet{});
  EXPECT_EQ(*set_in("home.json", text_of(old_set())), old_set());
}

PersistentSet set_of_single_ports(std::uint32_t step) {
  PersistentSet set;
  set.boot = ~std::uint64_t{0};
  for (const Transport transport : {Transport::Tcp, Transport::Udp})
    for (std::uint32_t port = 1; port <= kLastPort; port += step)
      set.reservations.push_back({transport, range(port, port), set.next_serial++});
  return set;
}

TEST(SetText, TheLargestSetTakesHalfOfWhatIsRead) {
  EXPECT_LT(text_of(set_of_single_ports(1)).size(), kMostStoreBytes / 2);
}

TEST(SetText, ThousandsOfRecordsReadBack) {
  const PersistentSet set = set_of_single_ports(16);
  EXPECT_TRUE(*set_in("home.json", text_of(set)) == set);
}

TEST(SetText, LayoutDoesNotCount) {
  std::string text = text_of(old_set());
  std::erase(text, '\n');
  EXPECT_EQ(*set_in("home.json", "\n " + text + "\r\n"), old_set());
}

/// What a byte may become: each of its bits flipped, or another letter that JSON or a store knows.
std::string others_than(char letter) {
  std::string others = " \n\"{}[],:-0123456789abcdefx";
  for (unsigned bit = 0; bit < 8; ++bit)
    others += static_cast<char>(static_cast<unsigned char>(letter) ^ (1U << bit));
  std::erase(others, letter);
  return others;
}

TEST(SetText, AnyOneChangedByteIsToldUnlessItIsLayout) {
  const std::string text = text_of(old_set());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : others_than(text[at])) {
      std::string changed = text;
      changed[at] = other;
      const auto set = set_in("home.json", changed);
      if (!set) continue;
      EXPECT_EQ(*set, old_set()) << "byte " << at;
      EXPECT_THAT(std::string(" \n\r\t"), HasSubstr(std::string(1, other))) << "byte " << at;
    }
  }
}

TEST(SetText, ATextThatWasCutIsTold) {
  const std::string text = text_of(old_set());
  const std::size_t last_brace = text.rfind('}');
  for (std::size_t length = 0; length <= last_brace; ++length)
    EXPECT_FALSE(set_in("home.json", text.substr(0, length))) << length;
  EXPECT_EQ(error_in(text.substr(0, 100)).fault, StoreFault::Damaged);
  EXPECT_EQ(error_in("").fault, StoreFault::Damaged);
}

TEST(SetText, ADamagedStoreTellsWhereItIsDamaged) {
  const auto told = [](std::string_view from, std::string_view to) {
    const StoreError error = error_in(replaced(text_of(old_set()), from, to));
    EXPECT_EQ(error.fault, StoreFault::Damaged);
    return to_string(error);
  };
  EXPECT_EQ(told("\"boot\": 3", "\"boot\": -3"),
            "home.json: at /boot: found the number -3, expected a whole number, 0 to 18446744073709551615");
  EXPECT_THAT(told("\"count\":10,", "\"count\":65535,"),
              HasSubstr("at /reservations/0: found a block of 65535 from 5000"));
  EXPECT_THAT(told("\"start\":6000", "\"start\":6001"), HasSubstr("at /checksum: found the checksum \"0x"));
  EXPECT_THAT(told("\"exclusions\"", "\"exclusion\""),
              HasSubstr("found no key \"exclusions\" but \"exclusion\""));
  EXPECT_THAT(told("\"boot\"", "\"more\": 1, \"boot\""), HasSubstr("at /more: found the unknown key"));
}

TEST(SetText, ASetThatContradictsItselfIsDamagedEvenWithItsChecksum) {
  PersistentSet set = old_set();
  set.next_serial = 4;
  const StoreError error = error_in(text_of(set));
  EXPECT_EQ(error.fault, StoreFault::Damaged);
  EXPECT_EQ(to_string(error),
            "home.json: at /reservations/1/serial: found the serial 4, expected 1 or more, below 4");
}

TEST(SetText, ANewerVersionIsCalledThatWhateverItHolds) {
  const StoreError error = error_in(R"({"berth_store": 2, "boots": {"count": 1}})");
  EXPECT_EQ(error.fault, StoreFault::NewerVersion);
  EXPECT_EQ(to_string(error),
            "home.json: at /berth_store: found version 2, expected version 1 or an earlier one");
}

TEST(SetText, WhatIsNoStoreIsCalledForeign) {
  for (const char* text : {"{}", "[]", "7", R"({"boot": 1})", "hello", "\xff\xfe", "<xml/>"})
    EXPECT_EQ(error_in(text).fault, StoreFault::Foreign) << text;
}

TEST(MemoryStorage, KeepsWhatWasSavedLast) {
  MemoryStorage storage;
  EXPECT_EQ(*storage.load(), PersistentSet{});
  EXPECT_FALSE(storage.save(old_set()));
  EXPECT_FALSE(storage.save(new_set()));
  EXPECT_EQ(*storage.load(), new_set());
}

TEST(MemoryStorage, AFailedSaveChangesNothing) {
  MemoryStorage storage(old_set());
  storage.fail_saves_with(StoreError{
      .fault = StoreFault::Unreachable, .file = "memory", .place = "", .found = "x", .expected = "y"});
  EXPECT_TRUE(storage.save(new_set()));
  EXPECT_EQ(*storage.load(), old_set());
  storage.fail_saves_with(std::nullopt);
  EXPECT_FALSE(storage.save(new_set()));
}

TEST(MemoryStorage, DoesNotTakeASetThatContradictsItself) {
  MemoryStorage storage(old_set());
  PersistentSet set = new_set();
  set.exclusions[0].range = range(5000, 5000);
  EXPECT_EQ(storage.save(set)->fault, StoreFault::Damaged);
  EXPECT_EQ(*storage.load(), old_set());
}

}  // namespace
}  // namespace berth
