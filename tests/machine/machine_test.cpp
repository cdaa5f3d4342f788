// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <berth/store/memory_storage.h>
#include <support/desk.h>
#include <support/random_requests.h>

namespace berth {
namespace {

/// A store that the test still reaches after the machine has taken it.
class SharedStorage final : public Storage {
 public:
  explicit SharedStorage(std::shared_ptr<MemoryStorage> kept) : kept_(std::move(kept)) {}
  Result<PersistentSet, StoreError> load() override { return kept_->load(); }
  std::optional<StoreError> save(const PersistentSet& set) override { return kept_->save(set); }

 private:
  std::shared_ptr<MemoryStorage> kept_;
};

const StoreError kDiskFull{
    .fault = StoreFault::Unreachable, .file = "store", .place = "", .found = "no space", .expected = "space"};

class Machines : public testing::Test {
 protected:
  std::unique_ptr<Machine> start(MachineSetup setup = {}) {
    if (setup.storage == nullptr) setup.storage = std::make_unique<SharedStorage>(store);
    auto started = Machine::start(std::move(setup));
    EXPECT_TRUE(started) << (started ? "" : to_string(started.error()));
    return std::move(started).value();
  }
  static Reply granted(Machine& machine, ProcessId caller, const Request& request) {
    const Outcome outcome = machine.submit(caller, request);
    if (const auto* refusal = std::get_if<Refusal>(&outcome))
      ADD_FAILURE() << "refused by " << name_of(refusal->rule);
    EXPECT_FALSE(std::holds_alternative<HostFailure>(outcome));
    return std::holds_alternative<Reply>(outcome) ? std::get<Reply>(outcome) : Reply{};
  }
  static std::optional<Rule> refusal(Machine& machine, ProcessId caller, const Request& request) {
    const Outcome outcome = machine.submit(caller, request);
    const auto* refused = std::get_if<Refusal>(&outcome);
    return refused == nullptr ? std::nullopt : std::optional(refused->rule);
  }
  static ProcessId administrator(Machine& machine) {
    return machine.start_process({TokenKind::ElevatedAdministrator, "admin"});
  }
  PersistentSet stored() const { return store->load().value(); }
  void fail_saves() { store->fail_saves_with(kDiskFull); }
  void heal() { store->fail_saves_with(std::nullopt); }

  std::shared_ptr<MemoryStorage> store = std::make_shared<MemoryStorage>();
};

// -- one gate -----------------------------------------------------------------------------------------------

TEST_F(Machines, ThatCannotSaveChangeNothing) {
  const auto machine = start();
  const auto twin = Machine::start().value()->seed();
  EXPECT_EQ(twin, machine->seed());
  const ProcessId admin = administrator(*machine);
  granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  const std::uint64_t hash = machine->state_hash();
  const PersistentSet set = machine->persistent_set();
  const PersistentSet on_disk = stored();
  fail_saves();
  for (const Request& request : std::vector<Request>{
           request::CreatePersistent{Transport::Tcp, {6000, 10}},
           request::DeletePersistent{Transport::Tcp, {5000, 10}},
           request::AddExclusion{Transport::Tcp, {7000, 10}, Lifetime::Persistent},
           request::SetDynamicRange{Transport::Tcp, Family::Ipv4, {50000, 300}, Lifetime::Persistent}}) {
    EXPECT_EQ(machine->submit(admin, request), Outcome(HostFailure::StoreCannotBeWritten));
    EXPECT_EQ(machine->state_hash(), hash) << kRequestNames[request.index()];
    EXPECT_EQ(machine->persistent_set(), set);
    EXPECT_EQ(stored(), on_disk);
  }
  EXPECT_EQ(machine->restart(), HostFailure::StoreCannotBeWritten);
  EXPECT_EQ(machine->state_hash(), hash);
}

TEST_F(Machines, DrawTheSameAfterAFailureOrARefusalAsWithoutIt) {
  const auto next_wildcard = [this](bool trouble) {
    store = std::make_shared<MemoryStorage>();
    const auto machine = start();
    const ProcessId admin = administrator(*machine);
    const SocketId socket = granted(*machine, admin, request::OpenSocket{}).socket;
    if (trouble) {
      fail_saves();
      machine->submit(admin, request::CreatePersistent{Transport::Tcp, {6000, 10}});
      heal();
      refusal(*machine, admin, request::Acquire{socket, {5000, 0}});
      refusal(*machine, {},
              request::StartProcess{"stranger", Launch{.account_kind = AccountKind::StandardUser,
                                                       .manifest = Manifest::RequireAdministrator}});
      refusal(*machine, {}, request::AddForeignBlock{Transport::Tcp, {0, 1}, "Nobody"});
      machine->submit(ProcessId{99}, request::OpenSocket{});
    }
    granted(*machine, admin, request::Acquire{socket, {0, 10}});
    machine->start_process({TokenKind::StandardUser, "bob"});
    return std::pair(granted(*machine, admin, request::Acquire{socket, {0, 10}}), machine->state_hash());
  };
  EXPECT_EQ(next_wildcard(true), next_wildcard(false));
}

TEST_F(Machines, ActiveChangesNeedNoStore) {
  const auto machine = start();
  const ProcessId admin = administrator(*machine);
  fail_saves();
  granted(*machine, admin, request::AddExclusion{Transport::Tcp, {7000, 10}, Lifetime::UntilRestart});
  granted(*machine, admin,
          request::SetDynamicRange{Transport::Tcp, Family::Ipv4, {50000, 300}, Lifetime::UntilRestart});
  granted(*machine, admin, request::DeleteExclusion{Transport::Tcp, {7000, 10}, Lifetime::UntilRestart});
}

TEST_F(Machines, KnowOnlyTheirOwnProcesses) {
  const auto machine = start();
  const Outcome not_running = HostFailure::ProcessIsNotRunning;
  EXPECT_EQ(machine->submit(ProcessId{7}, request::OpenSocket{}), not_running);
  EXPECT_EQ(machine->submit({}, request::OpenSocket{}), not_running);
  EXPECT_EQ(machine->submit({}, request::ExitProcess{}), not_running);
  EXPECT_EQ(machine->submit({}, request::CloseSocket{}), not_running);
  EXPECT_EQ(machine->submit({}, request::Accept{}), not_running);
  const ProcessId process = machine->start_process({});
  const SocketId socket = granted(*machine, process, request::OpenSocket{}).socket;
  EXPECT_EQ(machine->submit(process, request::DuplicateSocket{socket, {}}), not_running);
  EXPECT_EQ(machine->submit(process, request::DuplicateSocket{socket, ProcessId{99}}), not_running);
  granted(*machine, process, request::ExitProcess{});
  EXPECT_EQ(machine->submit(process, request::OpenSocket{}), not_running);
}

TEST_F(Machines, LetTheSystemAskWhatIsAboutNoSocket) {
  const auto machine = start();
  granted(*machine, {}, request::AddForeignBlock{Transport::Tcp, {6000, 10}, "WinNAT"});
  granted(*machine, {}, request::AddKernelListener{Transport::Tcp, 80, "HTTP"});
  granted(*machine, {}, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  granted(*machine, {}, request::StopService{"WinNAT"});
}

// -- exit ---------------------------------------------------------------------------------------------------

TEST_F(Machines, CloseWhatAProcessHasWhenItExits) {
  const auto machine = start();
  const ProcessId server = machine->start_process({});
  const ProcessId heir = machine->start_process({});
  const SocketId anchor = granted(*machine, server, request::OpenSocket{}).socket;
  const SocketId shared = granted(*machine, server, request::OpenSocket{}).socket;
  const Token own = granted(*machine, server, request::Acquire{anchor, {5000, 5}}).token;
  const Token inherited = granted(*machine, server, request::Acquire{shared, {6000, 5}}).token;
  granted(*machine, server, request::DuplicateSocket{anchor, server});
  granted(*machine, server, request::DuplicateSocket{shared, heir});
  granted(*machine, server, request::ExitProcess{});
  machine->inspect([&](const PortPool& pool) {
    EXPECT_EQ(pool.process(server), nullptr);
    EXPECT_EQ(pool.socket(anchor), nullptr);
    EXPECT_EQ(pool.reservation_with(own), nullptr);
    EXPECT_NE(pool.reservation_with(inherited), nullptr) << "until the last handle closes";
  });
  EXPECT_EQ(refusal(*machine, heir,
                    request::Associate{granted(*machine, heir, request::OpenSocket{}).socket, inherited}),
            Rule::RuntimeTokenOfAnotherProcess);
  granted(*machine, heir, request::ExitProcess{});
  machine->inspect([](const PortPool& pool) {
    EXPECT_EQ(pool.sockets().size() + pool.handles().size() + pool.blocks().size() + pool.processes().size(),
              0U);
  });
}

TEST_F(Machines, LetAProcessExitWhoseStoreHasFailed) {
  Profile profile;
  profile.suspended.set(index_of(Rule::ClosedPortReturnsToItsBlock));
  const auto machine = start({.profile = profile});
  const ProcessId admin = administrator(*machine);
  const Token token = granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  const SocketId socket = granted(*machine, admin, request::OpenSocket{}).socket;
  granted(*machine, admin, request::Associate{socket, token});
  granted(*machine, admin, request::Bind{socket, {Address::any(Family::Ipv4), 0}});
  fail_saves();
  granted(*machine, admin, request::ExitProcess{});
}

// -- restart ------------------------------------------------------------------------------------------------

TEST_F(Machines, KeepOverARestartWhatIsPersistent) {
  const auto machine = start();
  const ProcessId admin = administrator(*machine);
  const SocketId socket = granted(*machine, admin, request::OpenSocket{}).socket;
  const Token runtime = granted(*machine, admin, request::Acquire{socket, {4000, 10}}).token;
  const Token persistent =
      granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  granted(*machine, admin, request::AddExclusion{Transport::Tcp, {6000, 10}, Lifetime::Persistent});
  granted(*machine, admin, request::AddExclusion{Transport::Tcp, {7000, 10}, Lifetime::UntilRestart});
  granted(*machine, admin,
          request::SetDynamicRange{Transport::Tcp, Family::Ipv4, {50000, 300}, Lifetime::Persistent});
  granted(*machine, admin,
          request::SetDynamicRange{Transport::Udp, Family::Ipv4, {51000, 300}, Lifetime::UntilRestart});
  const std::uint64_t boot = machine->persistent_set().boot;
  ASSERT_FALSE(machine->restart());
  EXPECT_EQ(machine->persistent_set().boot, boot + 1);
  EXPECT_EQ(machine->submit(admin, request::NameOf{socket}), Outcome(HostFailure::ProcessIsNotRunning));
  machine->inspect([&](const PortPool& pool) {
    EXPECT_EQ(pool.processes().size(), 0U);
    EXPECT_EQ(pool.sockets().size(), 0U);
    EXPECT_EQ(pool.reservation_with(runtime), nullptr);
    EXPECT_EQ(pool.reservation_with(persistent), nullptr) << "tokens are new";
    EXPECT_EQ(pool.dynamic_range(Transport::Tcp, Family::Ipv4), *PortRange::between(50000, 50299));
    EXPECT_EQ(pool.dynamic_range(Transport::Udp, Family::Ipv4), kDefaultDynamicRange);
    EXPECT_NE(pool.block_that_covers(Transport::Tcp, FamilySet::both(), 6000), nullptr);
    EXPECT_EQ(pool.block_that_covers(Transport::Tcp, FamilySet::both(), 7000), nullptr);
    EXPECT_EQ(pool.blocks().size(), 2U);
  });
  const Token again = granted(*machine, {}, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token;
  EXPECT_TRUE(again);
  EXPECT_NE(again, persistent);
}

TEST_F(Machines, GiveNoTokenAndNoIdOfAnEarlierBootAgain) {
  std::set<Token> tokens;
  std::set<ProcessId> processes;
  std::set<SocketId> sockets;
  auto machine = start();
  for (int boot = 0; boot < 10; ++boot) {
    const ProcessId admin = administrator(*machine);
    EXPECT_TRUE(processes.insert(admin).second);
    for (Port port = 5000; port < 5010; ++port) {
      const SocketId socket = granted(*machine, admin, request::OpenSocket{}).socket;
      EXPECT_TRUE(sockets.insert(socket).second);
      EXPECT_TRUE(tokens.insert(granted(*machine, admin, request::Acquire{socket, {port, 1}}).token).second);
    }
    if (boot == 0) granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {6000, 1}});
    EXPECT_TRUE(
        tokens.insert(granted(*machine, {}, request::LookupPersistent{Transport::Tcp, {6000, 1}}).token)
            .second);
    if (boot == 4) {
      // Another program with the same seed on the same store: the ids are its own, the tokens are still new.
      machine = start();
      processes.clear();
      sockets.clear();
    } else {
      ASSERT_FALSE(machine->restart());
    }
  }
}

TEST_F(Machines, KeepTokensOverARestartWhereTheProfileSaysSo) {
  Profile profile;
  profile.tokens_at_restart = choice::TokensAtRestart::Keep;
  auto machine = start({.profile = profile});
  const ProcessId admin = administrator(*machine);
  const Token token = granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {5000, 10}}).token;
  for (int boot = 0; boot < 3; ++boot) {
    ASSERT_FALSE(machine->restart());
    EXPECT_EQ(granted(*machine, {}, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token, token);
  }
  machine = start({.profile = profile});
  EXPECT_EQ(granted(*machine, {}, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token, token);
}

TEST_F(Machines, GiveExclusionsTokensAgainWhereThePersistentCallsSeeThem) {
  Profile profile;
  profile.persistent_calls_see_exclusions = choice::PersistentCallsSeeExclusions::Yes;
  const auto machine = start({.profile = profile});
  granted(*machine, administrator(*machine),
          request::AddExclusion{Transport::Tcp, {5000, 10}, Lifetime::Persistent});
  ASSERT_FALSE(machine->restart());
  EXPECT_TRUE(granted(*machine, {}, request::LookupPersistent{Transport::Tcp, {5000, 10}}).token);
}

TEST_F(Machines, BringBackWhatWasDeletedOnlyUntilTheRestart) {
  const auto machine = start();
  const auto covered = [&](Port port) {
    return machine->inspect([port](const PortPool& pool) {
      return pool.block_that_covers(Transport::Tcp, FamilySet::both(), port) != nullptr;
    });
  };
  granted(*machine, {}, request::AddExclusion{Transport::Tcp, {5000, 10}, Lifetime::Persistent});
  granted(*machine, {}, request::DeleteExclusion{Transport::Tcp, {5000, 10}, Lifetime::UntilRestart});
  EXPECT_FALSE(covered(5000));
  ASSERT_FALSE(machine->restart());
  EXPECT_TRUE(covered(5000));
  // What is put in its place persistently replaces it in the store.
  granted(*machine, {}, request::DeleteExclusion{Transport::Tcp, {5000, 10}, Lifetime::UntilRestart});
  granted(*machine, {}, request::CreatePersistent{Transport::Tcp, {5005, 10}});
  ASSERT_FALSE(machine->restart());
  EXPECT_FALSE(covered(5000));
  EXPECT_TRUE(covered(5014));
}

TEST_F(Machines, FindServicesElsewhereAfterARestartWhenTheyMove) {
  const auto machine = start();
  granted(*machine, {},
          request::AddForeignBlock{Transport::Tcp, {50000, 100}, "WinNAT", Placement::MovesAtRestart});
  granted(*machine, {}, request::AddForeignBlock{Transport::Tcp, {60000, 100}, "HNS", Placement::Fixed});
  granted(*machine, {}, request::AddKernelListener{Transport::Tcp, 80, "HTTP"});
  std::set<Port> starts;
  for (int boot = 0; boot < 8; ++boot) {
    ASSERT_FALSE(machine->restart());
    machine->inspect([&](const PortPool& pool) {
      EXPECT_EQ(pool.blocks().size(), 3U);
      EXPECT_NE(pool.block_that_covers(Transport::Tcp, FamilySet::both(), 80), nullptr);
      EXPECT_EQ(pool.block_that_covers(Transport::Tcp, FamilySet::both(), 60000)->range.first(), 60000);
      pool.blocks().each([&](const BlockRecord& block) {
        if (pool.name(block.service) == "WinNAT") starts.insert(block.range.first());
      });
    });
  }
  EXPECT_GT(starts.size(), 4U);
  granted(*machine, {}, request::StopService{"WinNAT"});
  granted(*machine, {}, request::StopService{"HNS"});
  EXPECT_EQ(machine->inspect([](const PortPool& pool) { return pool.blocks().size(); }), 1U);
}

// -- snapshots ----------------------------------------------------------------------------------------------

TEST_F(Machines, ComeBackToASnapshot) {
  const auto machine = start();
  const ProcessId admin = administrator(*machine);
  const SocketId socket = granted(*machine, admin, request::OpenSocket{}).socket;
  granted(*machine, admin, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  const Snapshot snapshot = machine->snapshot();
  const auto go_on = [&] {
    granted(*machine, admin, request::DeletePersistent{Transport::Tcp, {5000, 10}});
    granted(*machine, admin, request::Acquire{socket, {0, 100}});
    granted(*machine, admin, request::CreatePersistent{Transport::Udp, {9000, 10}});
    return machine->state_hash();
  };
  const std::uint64_t first = go_on();
  EXPECT_EQ(snapshot.state_hash(), snapshot.pool().computed_state_hash())
      << "what came later does not reach it";
  EXPECT_NE(first, snapshot.state_hash());
  ASSERT_FALSE(machine->restore(snapshot));
  EXPECT_EQ(machine->state_hash(), snapshot.state_hash());
  EXPECT_EQ(stored().reservations.size(), 1U) << "the store came back too";
  EXPECT_EQ(stored().reservations[0].range, *PortRange::between(5000, 5009));
  EXPECT_EQ(go_on(), first) << "and so did the dice";
}

TEST_F(Machines, StayWhereTheyAreWhenASnapshotCannotBeStored) {
  const auto machine = start();
  const Snapshot snapshot = machine->snapshot();
  granted(*machine, {}, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  const std::uint64_t hash = machine->state_hash();
  fail_saves();
  EXPECT_EQ(machine->restore(snapshot), HostFailure::StoreCannotBeWritten);
  EXPECT_EQ(machine->state_hash(), hash);
  EXPECT_EQ(machine->persistent_set().reservations.size(), 1U);
}

TEST_F(Machines, KeepEverySnapshotOfALongRunIntact) {
  const auto machine = start();
  RandomRequests requests(3);
  std::vector<std::pair<Snapshot, std::uint64_t>> snapshots;
  for (int step = 0; step < 2000; ++step) {
    const auto asked = machine->inspect([&](const PortPool& pool) { return requests.next(pool); });
    machine->submit(asked.caller, asked.request);
    if (step % 50 == 0) snapshots.emplace_back(machine->snapshot(), machine->state_hash());
    ASSERT_TRUE(machine->inspect(
        [](const PortPool& pool) { return pool.computed_state_hash() == pool.state_hash(); }));
  }
  for (const auto& [snapshot, hash] : snapshots) EXPECT_EQ(snapshot.pool().computed_state_hash(), hash);
}

// -- the store at the start ---------------------------------------------------------------------------------

TEST_F(Machines, WriteTheirStoreOnceAndLast) {
  World world;
  world.exclusions.push_back({Transport::Tcp, {5000, 10}});
  world.persistent_reservations.push_back({Transport::Tcp, {5005, 10}});
  const auto refused = Machine::start({.world = world, .storage = std::make_unique<SharedStorage>(store)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().place, "/persistent_reservations/0");
  EXPECT_EQ(stored(), PersistentSet{}) << "a world that contradicts itself leaves the store alone";
  world.persistent_reservations[0].block.start = 6000;
  start({.world = world});
  EXPECT_EQ(stored().exclusions.size(), 1U) << "and the next start is the first one";
  EXPECT_EQ(stored().reservations.size(), 1U);
  EXPECT_EQ(stored().boot, 1U);
}

TEST_F(Machines, TakeWhatIsPersistentInAWorldOnlyAtTheirFirstStart) {
  World world;
  world.exclusions.push_back({Transport::Tcp, {5000, 10}});
  granted(*start({.world = world}), {}, request::DeleteExclusion{Transport::Tcp, {5000, 10}});
  start({.world = world});
  EXPECT_TRUE(stored().exclusions.empty());
  EXPECT_EQ(stored().boot, 2U);
}

TEST_F(Machines, DoNotStartOnAStoreThatCannotBeWritten) {
  fail_saves();
  const auto refused = Machine::start({.storage = std::make_unique<SharedStorage>(store)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().found, "no space");
}

}  // namespace
}  // namespace berth
