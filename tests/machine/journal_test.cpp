// SPDX-License-Identifier: MIT
#include <berth/machine/journal.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include <berth/store/memory_storage.h>
#include <support/random_requests.h>

namespace berth {
namespace {

struct Played {
  std::string journal;
  std::uint64_t state_hash = 0;
};

World world() {
  World world;
  world.foreign_blocks = {{Transport::Tcp, {50100, 50}, "WinNAT", Placement::MovesAtRestart}};
  world.exclusions = {{Transport::Tcp, {5060, 10}}};
  return world;
}

// A machine that is played with for a while, on a store that was used before.
Played play(std::uint64_t seed, int steps, const Profile& profile = {}) {
  PersistentSet stored;
  stored.boot = seed % 3;
  Played played;
  Journal journal(world(), profile, seed, stored, [&](const std::string& line) { played.journal += line; });
  auto machine = std::move(Machine::start({.world = world(),
                                           .profile = profile,
                                           .seed = seed,
                                           .storage = std::make_unique<MemoryStorage>(stored),
                                           .observer = &journal}))
                     .value();
  RandomRequests requests(seed);
  for (int step = 0; step < steps; ++step) {
    const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
    machine->submit(asked.caller, asked.request);
    if (requests.below(40) == 0) static_cast<void>(machine->restart());
  }
  played.state_hash = machine->state_hash();
  return played;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

TEST(Journal, PlaysAgainToTheSameState) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Played played = play(seed, 300);
    const auto again = replay("j.jsonl", played.journal);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->state_hash, played.state_hash);
    EXPECT_EQ(again->decisions, 300U);
    EXPECT_EQ(again->decisions + again->restarts + 1, lines_of(played.journal).size());
  }
}

TEST(Journal, OfTheSameSeedIsTheSameBytes) { EXPECT_EQ(play(4, 200).journal, play(4, 200).journal); }

TEST(Journal, HoldsTheProfileToo) {
  Profile profile;
  profile.wildcard_placement = choice::WildcardPlacement::FirstFit;
  profile.suspended.set(index_of(Rule::AutomaticPortsComeInSequence));
  profile.codes.push_back({.rule = Rule::AddressInUse, .winsock = 1, .win32 = {}});
  const Played played = play(5, 300, profile);
  const auto again = replay("j.jsonl", played.journal);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->state_hash, played.state_hash);
}

TEST(Journal, TellsTheLineWhoseAnswerOrStateIsAnother) {
  const std::vector<std::string> lines = lines_of(play(6, 30).journal);
  for (std::size_t line = 1; line < lines.size(); ++line) {
    auto changed = lines;
    const std::size_t hash = changed[line].find(R"("hash":"0x)") + 10;
    changed[line][hash] = changed[line][hash] == '1' ? '2' : '1';
    const auto again = replay("j.jsonl", joined(changed));
    // A host failure is not played again: there is nothing to compare.
    if (lines[line].find(R"("failed")") != std::string::npos) continue;
    ASSERT_FALSE(again) << lines[line];
    EXPECT_EQ(again.error().place, "line " + std::to_string(line + 1));
    EXPECT_EQ(again.error().file, "j.jsonl");
  }
}

TEST(Journal, TellsALineThatIsMissingOrTwice) {
  const std::vector<std::string> lines = lines_of(play(7, 30).journal);
  for (std::size_t line = 1; line + 1 < lines.size(); ++line) {
    auto without = lines;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(line));
    EXPECT_FALSE(replay("j.jsonl", joined(without))) << lines[line];
    auto twice = lines;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(line), lines[line]);
    EXPECT_FALSE(replay("j.jsonl", joined(twice))) << lines[line];
  }
}

// What a changed byte can leave unnoticed is what changes nothing: a drawn number that nothing was drawn
// with, a name that no rule looks at.
TEST(Journal, WithAnyByteChangedIsRefusedOrTheSame) {
  const Played played = play(8, 12);
  for (std::size_t at = 0; at < played.journal.size(); ++at) {
    for (const char byte : {'0', '"', '\n'}) {
      std::string changed = played.journal;
      changed[at] = byte;
      const auto again = replay("j.jsonl", changed);
      if (again) {
        EXPECT_EQ(again->state_hash, played.state_hash) << at;
      } else {
        EXPECT_FALSE(again.error().place.empty()) << to_string(again.error());
      }
    }
  }
}

TEST(Journal, ThatIsNoneIsRefused) {
  for (const char* text :
       {"", "\n", "{}", "[]", "nonsense", R"({"berth_journal": 2})", R"({"berth_journal": 1})"})
    EXPECT_FALSE(replay("j.jsonl", text)) << text;
  EXPECT_FALSE(replay("j.jsonl", std::string(1000000, '[')));
  EXPECT_FALSE(replay("j.jsonl", std::string(std::size_t{20} << 20U, ' ')));
  std::string header = lines_of(play(1, 0).journal)[0];
  EXPECT_TRUE(replay("j.jsonl", header));
  EXPECT_FALSE(replay("j.jsonl", header + "\n{}"));
  EXPECT_FALSE(replay("j.jsonl", header + "\n" + std::string(100000, '[')));
}

}  // namespace
}  // namespace berth
