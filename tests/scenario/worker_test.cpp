// SPDX-License-Identifier: MIT
// What the runner and its workers tell one another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/scenario/trace_journal.h>
#include <berth/scenario/worker.h>

#include "scenario/suite.h"
#include "scenario/wire.h"
#include "support/temporary_folder.h"

namespace berth::test {
namespace {

using scenario::Names;
using scenario::Seen;
using scenario::Trace;
using testing::HasSubstr;

TEST(Wire, NamesReadBackAsTheyWereWritten) {
  Names names;
  names.set("$block", RequestedBlock{.start = 5000, .count = 3});
  names.set("$p", Port{80});
  names.set("$t", Token{0xffff'ffff'ffff'fff1});
  names.set("$s",
            scenario::SocketValue{.handle = 0x1234, .transport = Transport::Udp, .family = Family::Ipv6});
  const std::string text = line_of(scenario::json_of(names));
  const auto back = read_document("names", text, scenario::names_at);
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(line_of(scenario::json_of(*back)), text);
  EXPECT_THAT(text, HasSubstr(R"("$t":{"token":"0xfffffffffffffff1"})"));
}

TEST(Wire, WhatWasSeenReadsBackAsItWasWritten) {
  Seen seen;
  seen.kind = Seen::Kind::Refused;
  seen.code = 10013;
  seen.rule = Rule::BlockIsEmpty;
  seen.because = "a block";
  seen.complaints = {"it returned 7"};
  seen.socket = 0x77;
  seen.name = Endpoint{.address = Address::loopback(Family::Ipv6), .port = 81};
  seen.block = RequestedBlock{.start = 1, .count = 2};
  seen.token = Token{9};
  seen.count = 16;
  seen.count_untouched = false;
  seen.output_untouched = true;
  seen.token_untouched = true;
  seen.option = true;
  seen.negotiated = scenario::WinsockVersion{.major = 1, .minor = 1};
  const std::string text = line_of(scenario::json_of(seen));
  const auto back = read_document("seen", text, scenario::seen_at);
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(line_of(scenario::json_of(*back)), text);
  EXPECT_EQ(back->name, seen.name);
  EXPECT_EQ(back->negotiated, seen.negotiated);
}

scenario::WorkerSetup setup() {
  return {.load = [](const std::string& file) { return load_scenario(file, fixtures()); },
          .last_refusal = {}};
}

TEST(Worker, AnswersNonsenseWithAnError) {
  scenario::StepServer server(setup());
  EXPECT_THAT(server.answer("}"), HasSubstr(R"({"error":"a line of the runner:)"));
  EXPECT_THAT(server.answer(R"({"step":0,"names":{}})"), HasSubstr("there is no such step"));
  EXPECT_THAT(server.answer(R"({"begin":"no such file.json","start_ups":1})"), HasSubstr("error"));
}

/// Nobody at the other end.
class DeadChannel final : public scenario::Channel {
 public:
  bool send(const std::string&) override { return true; }
  std::optional<std::string> receive() override { return std::nullopt; }
};

TEST(Worker, ThatDoesNotAnswerHasFailed) {
  scenario::Worker worker(std::make_unique<DeadChannel>());
  const auto& one = suite().front();
  const Seen seen = worker.perform(one.steps.front(), Names{});
  EXPECT_EQ(seen.kind, Seen::Kind::Failed);
  EXPECT_THAT(seen.failure, HasSubstr("has ended or does not answer"));
  EXPECT_FALSE(worker.is_there());
}

// -- the journal ------------------------------------------------------------------------------------------

constexpr Trace kBlock{.kind = Trace::Kind::PersistentReservation,
                       .transport = Transport::Udp,
                       .family = Family::Ipv4,
                       .block = {.start = 5000, .count = 2},
                       .store = Lifetime::Persistent};

std::unique_ptr<scenario::TraceJournal> journal_in(const std::string& path) {
  auto journal = scenario::TraceJournal::open(path);
  EXPECT_TRUE(journal) << journal.error();
  return journal ? std::move(journal).value() : nullptr;
}

TEST(TraceJournal, KnowsInTheNextRunWhatWasNotedAndNotStruck) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal";
  Trace exclusion = kBlock;
  exclusion.kind = Trace::Kind::Exclusion;
  exclusion.store = Lifetime::UntilRestart;
  {
    const auto journal = journal_in(path);
    const auto struck = journal->note(kBlock);
    ASSERT_TRUE(struck);
    ASSERT_TRUE(journal->note(exclusion));
    journal->strike(*struck);
  }
  const auto entries = journal_in(path)->open_entries();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].second, exclusion);
}

TEST(TraceJournal, OverlooksALineThatACrashCutShort) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal";
  ASSERT_TRUE(journal_in(path)->note(kBlock));
  std::ofstream(path, std::ios::app | std::ios::binary) << R"({"note":1,"kind":"excl)";
  const auto journal = journal_in(path);
  EXPECT_EQ(journal->open_entries().size(), 1U);
  ASSERT_TRUE(journal->note(kBlock));
  EXPECT_EQ(journal_in(path)->open_entries().size(), 2U);
}

TEST(TraceJournal, IsGoneWhenThereIsNothingToTakeBack) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal";
  {
    const auto journal = journal_in(path);
    const auto entry = journal->note(kBlock);
    ASSERT_TRUE(entry);
    EXPECT_TRUE(std::filesystem::exists(path));
    journal->strike(*entry);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TraceJournal, ThatCannotBeWrittenIsAnError) {
  const TemporaryFolder folder;
  EXPECT_FALSE(scenario::TraceJournal::open(folder / "no such folder/journal"));
}

}  // namespace
}  // namespace berth::test
