// SPDX-License-Identifier: MIT
// A machine on a store whose every system call fails in turn, or that becomes unwritable and recovers.
#include <berth/machine/machine.h>
#include <berth/store/file_storage.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/counted_files.h"
#include "store/page_cache.h"

namespace berth {
namespace {

using test::CountedFiles;
using test::Disk;
using test::PageCacheFiles;

/// Nothing when the store cannot be opened or the machine does not start on it.
std::unique_ptr<Machine> machine_on(FileSystem& files) {
  auto storage = FileStorage::open("home.json", files);
  if (!storage) return nullptr;
  auto machine = Machine::start({.storage = std::move(storage).value()});
  return machine ? std::move(machine).value() : nullptr;
}

/// What a restart brings back, but for the count of the starts.
PersistentSet without_boot(PersistentSet set) {
  set.boot = 0;
  return set;
}

PersistentSet set_found_on(const Disk& disk) {
  PageCacheFiles files(disk);
  const auto machine = machine_on(files);
  EXPECT_NE(machine, nullptr);
  return machine ? without_boot(machine->persistent_set()) : PersistentSet{};
}

/// Changes of every kind that the store keeps.
std::vector<Request> persistent_changes() {
  return {request::CreatePersistent{Transport::Tcp, {5000, 10}},
          request::AddExclusion{Transport::Tcp, {7000, 10}, Lifetime::Persistent},
          request::SetDynamicRange{Transport::Udp, Family::Ipv4, {50000, 300}, Lifetime::Persistent},
          request::DeletePersistent{Transport::Tcp, {5000, 10}},
          request::CreatePersistent{Transport::Udp, {6000, 1}},
          request::DeleteExclusion{Transport::Tcp, {7000, 10}, Lifetime::Persistent}};
}

/// Asks for each change; one that fails has changed nothing, in the machine or its store. Gives the set that
/// was acknowledged last.
PersistentSet make_changes(Machine& machine, int& failures) {
  for (const Request& change : persistent_changes()) {
    const std::uint64_t hash = machine.state_hash();
    const PersistentSet set = machine.persistent_set();
    const Outcome outcome = machine.submit({}, change);
    if (!std::holds_alternative<HostFailure>(outcome)) continue;
    ++failures;
    EXPECT_EQ(outcome, Outcome(HostFailure::StoreCannotBeWritten));
    EXPECT_EQ(machine.state_hash(), hash);
    EXPECT_EQ(machine.persistent_set(), set);
  }
  return without_boot(machine.persistent_set());
}

int calls_of_a_life() {
  PageCacheFiles memory;
  CountedFiles files(memory);
  int failures = 0;
  make_changes(*machine_on(files), failures);
  EXPECT_EQ(failures, 0);
  return files.calls();
}

void fail_call(CountedFiles& files, int wrong, int error) {
  files.before_each([=](int call, const std::string&) -> std::optional<SystemError> {
    if (call == wrong) return SystemError{error};
    return std::nullopt;
  });
}

TEST(StoreTrouble, OneFailedCallCostsNothingThatWasAcknowledged) {
  const int calls = calls_of_a_life();
  int failures = 0;
  for (int wrong = 1; wrong <= calls; ++wrong) {
    PageCacheFiles memory;
    CountedFiles files(memory);
    fail_call(files, wrong, ENOSPC);
    PersistentSet acknowledged;
    if (auto machine = machine_on(files)) acknowledged = make_changes(*machine, failures);
    ASSERT_EQ(set_found_on(memory.disk()), acknowledged) << "call " << wrong;
    for (const Disk& disk : memory.disk().after_power_cut())
      ASSERT_EQ(set_found_on(disk), acknowledged) << "call " << wrong;
  }
  EXPECT_GT(failures, calls / 2);
}

TEST(StoreTrouble, AStoreThatBecomesUnwritableStopsOnlyWhatItWouldKeep) {
  PageCacheFiles memory;
  CountedFiles files(memory);
  auto machine = machine_on(files);
  ASSERT_NE(machine, nullptr);
  const ProcessId process = machine->start_process({TokenKind::ElevatedAdministrator, "admin"});
  const auto ask = [&](const Request& request) { return machine->submit(process, request); };
  const Outcome kept = ask(request::CreatePersistent{Transport::Tcp, {9000, 10}});
  ASSERT_TRUE(std::holds_alternative<Reply>(kept));

  files.before_each([](int, const std::string&) -> std::optional<SystemError> { return SystemError{EROFS}; });
  int failures = 0;
  make_changes(*machine, failures);
  EXPECT_EQ(failures, 4) << "the two deletions find nothing";
  EXPECT_EQ(machine->restart(), HostFailure::StoreCannotBeWritten);
  const auto socket = std::get<Reply>(ask(request::OpenSocket{})).socket;
  for (const Request& request : std::vector<Request>{
           request::Acquire{socket, {4000, 10}}, request::LookupPersistent{Transport::Tcp, {9000, 10}},
           request::AddExclusion{Transport::Tcp, {8000, 10}, Lifetime::UntilRestart},
           request::CloseSocket{socket}})
    EXPECT_TRUE(std::holds_alternative<Reply>(ask(request))) << kRequestNames[request.index()];

  files.before_each({});
  const PersistentSet acknowledged = make_changes(*machine, failures);
  EXPECT_EQ(failures, 4) << "it can be written again";
  EXPECT_EQ(acknowledged.reservations.size(), 2U);
  machine.reset();
  EXPECT_EQ(set_found_on(memory.disk()), acknowledged);
}

TEST(StoreTrouble, ADamagedStoreStartsNoMachineAndTheNextStartAFreshOne) {
  PageCacheFiles files(Disk::with("home.json", "{\"berth_store\": 1, \"checksum\""));
  auto storage = FileStorage::open("home.json", files);
  ASSERT_TRUE(storage);
  const auto refused = Machine::start({.storage = std::move(storage).value()});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().expected.find("kept as home.json.damaged"), std::string::npos);
  EXPECT_TRUE(files.disk().seen().contains("home.json.damaged"));
  const auto machine = machine_on(files);
  ASSERT_NE(machine, nullptr);
  EXPECT_EQ(machine->persistent_set().boot, 1U);
}

}  // namespace
}  // namespace berth
