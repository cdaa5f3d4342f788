// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <berth/core/ids.h>
#include <berth/core/port_choice.h>
#include <berth/core/shared_pages.h>

namespace berth {

struct Note {
  Id<struct NoteKind, std::uint64_t> id;
  std::uint64_t text = 0;
};
std::uint64_t hash_of(const Note& note) { return mixed(mixed(note.id.value) + note.text); }

namespace {

using NoteId = decltype(Note::id);

TEST(SharedPage, IsNothingUntilItIsWritten) {
  SharedPage<int> page;
  EXPECT_EQ(page.get(), nullptr);
  page.writable() = 5;
  EXPECT_EQ(*page.get(), 5);
}

TEST(SharedPage, IsSharedByCopiesUntilOneOfThemWrites) {
  SharedPage<int> one;
  one.writable() = 1;
  SharedPage<int> two = one;
  EXPECT_EQ(one.get(), two.get());
  two.writable() = 2;
  EXPECT_EQ(*one.get(), 1);
  EXPECT_EQ(*two.get(), 2);
  const int* alone = one.get();
  one.writable() = 3;
  EXPECT_EQ(one.get(), alone) << "a page that nobody shares is written in place";
}

TEST(SharedPage, OutlivesTheOneThatMadeIt) {
  SharedPage<int> copy;
  {
    SharedPage<int> first;
    first.writable() = 7;
    copy = first;
    SharedPage<int> moved = std::move(first);
    EXPECT_EQ(*moved.get(), 7);
  }
  EXPECT_EQ(*copy.get(), 7);
  copy = SharedPage<int>();
  EXPECT_EQ(copy.get(), nullptr);
}

TEST(SharedPage, MayLiveAndDieOnSeveralThreads) {
  SharedPage<std::uint64_t> page;
  page.writable() = 1;
  std::vector<std::jthread> threads;
  for (std::uint64_t number = 0; number < 4; ++number)
    threads.emplace_back([copy = page, number]() mutable {
      for (std::uint64_t round = 0; round < 1000; ++round) {
        SharedPage<std::uint64_t> own = copy;
        own.writable() = number;
        EXPECT_EQ(*own.get(), number);
        EXPECT_EQ(*copy.get(), 1U);
      }
    });
  threads.clear();
  EXPECT_EQ(*page.get(), 1U);
}

TEST(Slots, FindWhatWasInsertedAndNothingElse) {
  Slots<Note> slots;
  const NoteId announced = slots.next_id();
  const NoteId id = slots.insert({.id = {}, .text = 7});
  EXPECT_EQ(id, announced);
  EXPECT_TRUE(id);
  ASSERT_NE(slots.find(id), nullptr);
  EXPECT_EQ(slots.find(id)->text, 7U);
  EXPECT_EQ(slots.find(NoteId{}), nullptr);
  EXPECT_EQ(slots.find(NoteId{id.value + 1}), nullptr);
  EXPECT_EQ(slots.find(NoteId{id.value + (std::uint64_t{1} << 32U)}), nullptr);
  EXPECT_EQ(slots.find(NoteId{~std::uint64_t{0}}), nullptr);
  EXPECT_EQ(slots.find(NoteId{std::uint64_t{1} << 32U}), nullptr);
}

TEST(Slots, NeverGiveAnIdTwice) {
  Slots<Note> slots;
  std::set<NoteId> given;
  std::vector<NoteId> open;
  Dice dice(5);
  for (int step = 0; step < 20000; ++step) {
    if (open.empty() || dice.next() % 2 == 0) {
      const NoteId id = slots.insert({.id = {}, .text = dice.next()});
      EXPECT_TRUE(given.insert(id).second);
      open.push_back(id);
    } else {
      const std::size_t which = dice.next() % open.size();
      slots.erase(open[which]);
      EXPECT_EQ(slots.find(open[which]), nullptr);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }
}

TEST(Slots, ThatFollowOthersGiveNoneOfTheirIds) {
  std::set<NoteId> given;
  std::uint32_t before = 0;
  Dice dice(8);
  for (int boot = 0; boot < 20; ++boot) {
    Slots<Note> slots(before);
    for (int step = 0; step < 50; ++step) {
      const NoteId id = slots.insert({});
      EXPECT_TRUE(given.insert(id).second);
      if (dice.next() % 3 != 0) slots.erase(id);
    }
    for (const NoteId old : given) EXPECT_TRUE(slots.find(old) == nullptr || slots.find(old)->id == old);
    before = slots.generations();
  }
}

TEST(Slots, CopiesDoNotSeeEachOthersChanges) {
  Slots<Note> slots;
  const NoteId kept = slots.insert({.id = {}, .text = 1});
  const NoteId erased = slots.insert({.id = {}, .text = 2});
  const Slots<Note> snapshot = slots;
  const std::uint64_t hash = slots.hash();
  slots.erase(erased);
  slots.update(kept, [](Note& note) { note.text = 9; });
  const NoteId added = slots.insert({.id = {}, .text = 3});
  EXPECT_EQ(snapshot.hash(), hash);
  EXPECT_EQ(snapshot.computed_hash(), hash);
  EXPECT_EQ(snapshot.find(kept)->text, 1U);
  EXPECT_EQ(snapshot.find(erased)->text, 2U);
  EXPECT_EQ(snapshot.find(added), nullptr);
  EXPECT_EQ(snapshot.size(), 2U);
}

TEST(Slots, AgreeWithAMapAndKeepTheirHash) {
  Slots<Note> slots;
  std::map<NoteId, std::uint64_t> reference;
  Dice dice(6);
  for (int step = 0; step < 5000; ++step) {
    const std::uint64_t drawn = dice.next();
    if (reference.empty() || drawn % 3 == 0) {
      reference[slots.insert({.id = {}, .text = drawn})] = drawn;
    } else {
      auto it = reference.begin();
      std::advance(it, static_cast<std::ptrdiff_t>(drawn % reference.size()));
      if (drawn % 3 == 1) {
        slots.update(it->first, [&](Note& note) { note.text = drawn; });
        it->second = drawn;
      } else {
        slots.erase(it->first);
        reference.erase(it);
      }
    }
    ASSERT_EQ(slots.size(), reference.size());
    ASSERT_EQ(slots.hash(), slots.computed_hash());
  }
  std::size_t seen = 0;
  slots.each([&](const Note& note) {
    ++seen;
    EXPECT_EQ(reference.at(note.id), note.text);
  });
  EXPECT_EQ(seen, reference.size());
}

TEST(Slots, WithDifferentIdsToComeHaveDifferentHashes) {
  Slots<Note> slots;
  const NoteId one = slots.insert({});
  const NoteId two = slots.insert({});
  Slots<Note> other = slots;
  slots.erase(one);
  slots.erase(two);
  other.erase(two);
  other.erase(one);
  EXPECT_NE(slots.next_id(), other.next_id());
  EXPECT_NE(slots.hash(), other.hash());
}

}  // namespace
}  // namespace berth
