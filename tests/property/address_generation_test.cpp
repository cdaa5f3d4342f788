// SPDX-License-Identifier: MIT
// Answers about addresses are kept while the address generation stays: it must not stay when one of them
// changes, and should when none does.
#include <berth/machine/machine.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <berth/store/memory_storage.h>
#include <support/desk.h>
#include <support/random_requests.h>

namespace berth {
namespace {

const std::vector<Address> kAddresses = {Address::ipv4(127, 0, 0, 1),     Address::ipv4(127, 0, 0, 2),
                                         Address::any(Family::Ipv4),      *parse_address("::ffff:127.0.0.1"),
                                         Address::loopback(Family::Ipv6), Address::any(Family::Ipv6),
                                         Address::ipv4(192, 168, 1, 10)};

Carrier carrier_at(std::uint64_t number) {
  return {{Address::ipv4(127, 9, 9, 9), static_cast<Port>(1 + number)}};
}
constexpr std::uint64_t kCarriers = 12;

// A machine that random requests meet, and everything that it answers about addresses.
class Played {
 public:
  explicit Played(std::uint64_t seed) : requests_(seed) {
    World world;
    world.addresses = {Address::ipv4(192, 168, 1, 10)};
    auto started = Machine::start({.world = world, .seed = seed});
    EXPECT_TRUE(started) << (started ? "" : to_string(started.error()));
    machine_ = std::move(started).value();
    snapshot_ = machine_->snapshot();
  }

  /// Does one thing more, and compares.
  void step() {
    const Answers before = answers();
    const std::uint64_t generation = machine_->address_generation();
    const std::string done = do_something();
    const bool is_other = answers() != before;
    const bool is_new = machine_->address_generation() != generation;
    changes_ += is_other ? 1 : 0;
    quiet_ += is_new ? 0 : 1;
    EXPECT_TRUE(is_new || !is_other) << done << " led elsewhere under the same generation";
  }
  [[nodiscard]] int changes() const { return changes_; }
  [[nodiscard]] int quiet() const { return quiet_; }

 private:
  /// Who is found, by the question; who is not is not there.
  struct Answers {
    std::map<std::string, Receiver> receivers;
    std::map<std::string, std::optional<CarrierOwner>> owners;
    friend bool operator==(const Answers&, const Answers&) = default;
  };

  Answers answers() {
    machine_->inspect([this](const PortPool& pool) {
      pool.sockets().each([this](const SocketRecord& socket) { ports_.insert(socket.name.port); });
    });
    Answers all;
    for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
      const std::string name = transport == Transport::Tcp ? "tcp " : "udp ";
      for (const Port port : ports_)
        for (const Address& address : kAddresses)
          if (const auto found = machine_->receiver_of(transport, {address, port}); found.socket)
            all.receivers[name + to_string(Endpoint{address, port})] = found;
      for (std::uint64_t i = 0; i < kCarriers; ++i)
        all.owners[name + std::to_string(i)] = machine_->owner_of(transport, carrier_at(i));
    }
    return all;
  }

  std::string do_something() {
    switch (requests_.below(200)) {
      case 0: EXPECT_FALSE(machine_->restart()); return "a restart";
      case 1: snapshot_ = machine_->snapshot(); return "a snapshot";
      case 2: EXPECT_FALSE(machine_->restore(*snapshot_)); return "a way back";
      default: break;
    }
    if (requests_.below(8) == 0) return set_carrier();
    const auto asked = machine_->inspect([this](const PortPool& pool) { return requests_.next(pool); });
    machine_->submit(asked.caller, asked.request);
    return std::string(kRequestNames[asked.request.index()]);
  }
  std::string set_carrier() {
    SocketId socket;
    Endpoint name;
    machine_->inspect([&](const PortPool& pool) {
      pool.sockets().each([&](const SocketRecord& one) {
        if (socket && requests_.below(3) == 0) return;
        socket = one.id;
        name = one.name;
      });
    });
    machine_->set_carrier(socket, carrier_at(requests_.below(kCarriers)), name);
    return "a carrier";
  }

  RandomRequests requests_;
  std::unique_ptr<Machine> machine_;
  std::optional<Snapshot> snapshot_;
  std::set<Port> ports_;
  int changes_ = 0;
  int quiet_ = 0;
};

TEST(AddressGeneration, IsAnotherWheneverAnAnswerIs) {
  int changes = 0;
  int quiet = 0;
  for (const std::uint64_t seed : seeds(8)) {
    SCOPED_TRACE("BERTH_TEST_SEED=" + std::to_string(seed));
    Played played(seed);
    for (int step = 0; step < 500 && !testing::Test::HasFailure(); ++step) played.step();
    changes += played.changes();
    quiet += played.quiet();
  }
  EXPECT_GT(changes, 300);
  EXPECT_GT(quiet, 1000);
}

/// A machine whose store can fail, and what is needed to ask it.
class OneMachine : public testing::Test {
 protected:
  Reply granted(const Request& request) {
    const Outcome outcome = machine->submit(me, request);
    EXPECT_TRUE(std::holds_alternative<Reply>(outcome)) << kRequestNames[request.index()];
    return std::holds_alternative<Reply>(outcome) ? std::get<Reply>(outcome) : Reply{};
  }
  SocketId opened(Transport transport = Transport::Tcp) {
    return granted(request::OpenSocket{transport, Family::Ipv4}).socket;
  }
  template <class Act>
  bool changes_with(Act&& act) {
    const std::uint64_t before = machine->address_generation();
    act();
    return machine->address_generation() != before;
  }
  bool changes_with_granted(const Request& request) {
    return changes_with([&] { granted(request); });
  }

  std::unique_ptr<Machine> machine = std::move(Machine::start()).value();
  ProcessId me = machine->start_process({TokenKind::ElevatedAdministrator, "admin"});
};

TEST_F(OneMachine, KeepsItsAddressGenerationWhereNothingLeadsElsewhere) {
  const SocketId bound = opened();
  granted(request::Bind{bound, {Address::any(Family::Ipv4), 80}});
  granted(request::Listen{bound});
  const SocketId socket = opened();
  const std::uint64_t before = machine->address_generation();
  const Token token = granted(request::Acquire{socket, {6000, 10}}).token;
  const SocketId other = opened();
  granted(request::Associate{other, token});
  granted(request::Release{socket, token});
  granted(request::NameOf{bound});
  granted(request::SetOption{bound, Option::Broadcast, true});
  granted(request::SetOption{socket, Option::ReuseAddress, true});
  granted(request::Listen{bound});
  granted(request::StartProcess{"bob", TokenKind::StandardUser});
  granted(request::DuplicateSocket{bound, me});
  granted(request::CloseSocket{bound});  // the other handle is still there
  granted(request::CreatePersistent{Transport::Tcp, {7000, 10}});
  granted(request::LookupPersistent{Transport::Tcp, {7000, 10}});
  granted(request::DeletePersistent{Transport::Tcp, {7000, 10}});
  granted(request::AddExclusion{Transport::Tcp, {7000, 10}, Lifetime::Persistent});
  granted(request::DeleteExclusion{Transport::Tcp, {7000, 10}, Lifetime::Persistent});
  granted(request::SetDynamicRange{Transport::Tcp, Family::Ipv4, {50000, 300}, Lifetime::Persistent});
  granted(request::AddForeignBlock{Transport::Tcp, {9000, 10}, "WinNAT"});
  granted(request::StopService{"WinNAT"});
  EXPECT_EQ(machine->address_generation(), before);
}

TEST_F(OneMachine, KeepsItsAddressGenerationWithARefusalAndAFailure) {
  auto storage = std::make_unique<MemoryStorage>();
  MemoryStorage& store = *storage;
  machine = std::move(Machine::start({.storage = std::move(storage)})).value();
  me = machine->start_process({TokenKind::ElevatedAdministrator, "admin"});
  const SocketId bound = opened();
  granted(request::Bind{bound, {Address::any(Family::Ipv4), 80}});
  const SocketId socket = opened();
  const std::uint64_t before = machine->address_generation();
  const auto is_refused = [this](const Request& request) {
    return std::holds_alternative<Refusal>(machine->submit(me, request));
  };
  EXPECT_TRUE(is_refused(request::Bind{socket, {Address::any(Family::Ipv4), 80}}));
  EXPECT_TRUE(is_refused(request::Listen{socket}));
  EXPECT_TRUE(is_refused(request::CloseSocket{SocketId{12345}}));
  store.fail_saves_with(StoreError{
      .fault = StoreFault::Unreachable, .file = "store", .place = "", .found = "no space", .expected = "it"});
  EXPECT_EQ(machine->submit(me, request::CreatePersistent{Transport::Tcp, {7000, 10}}),
            Outcome(HostFailure::StoreCannotBeWritten));
  EXPECT_TRUE(machine->restart());
  EXPECT_EQ(machine->address_generation(), before);
}

TEST_F(OneMachine, GivesNoSocketTheCarrierOfOneThatNeverWas) {
  const Snapshot before = machine->snapshot();
  const SocketId undone = opened();
  machine->set_carrier(undone, carrier_at(1), {Address::ipv4(127, 0, 0, 1), 80});
  EXPECT_FALSE(machine->restore(before));
  EXPECT_EQ(opened(), undone);
  EXPECT_FALSE(machine->owner_of(Transport::Tcp, carrier_at(1)));
}

TEST_F(OneMachine, KnowsWhoWasBehindACarrierUntilAnotherIs) {
  const Endpoint name{Address::ipv4(127, 0, 0, 1), 80};
  const SocketId first = opened();
  machine->set_carrier(first, carrier_at(1), name);
  machine->submit(me, request::CloseSocket{first});
  EXPECT_EQ(machine->owner_of(Transport::Tcp, carrier_at(1)), (CarrierOwner{first, name}));
  EXPECT_FALSE(machine->owner_of(Transport::Udp, carrier_at(1)));
  const SocketId second = opened();
  machine->set_carrier(second, carrier_at(1), name);
  EXPECT_EQ(machine->owner_of(Transport::Tcp, carrier_at(1))->socket, second);
  machine->set_carrier(second, carrier_at(2), name);
  EXPECT_EQ(machine->owner_of(Transport::Tcp, carrier_at(1))->socket, second);
}

TEST_F(OneMachine, ForgetsWhoWasBehindACarrierWhenManyHaveCome) {
  const Endpoint name{Address::ipv4(127, 0, 0, 1), 80};
  const auto carrier = [](std::size_t number) { return carrier_at(1000 + number); };
  for (std::size_t i = 0; i < Carriers::kMostGivenUp + 2; ++i) {
    const SocketId socket = opened();
    machine->set_carrier(socket, carrier(i), name);
    machine->submit(me, request::CloseSocket{socket});
  }
  EXPECT_FALSE(machine->owner_of(Transport::Tcp, carrier(0)));
  EXPECT_FALSE(machine->owner_of(Transport::Tcp, carrier(1)));
  EXPECT_TRUE(machine->owner_of(Transport::Tcp, carrier(2)));
}

TEST_F(OneMachine, ChangesItsAddressGenerationWithWhatLeadsElsewhere) {
  const SocketId socket = opened();
  EXPECT_TRUE(changes_with_granted(request::Bind{socket, {Address::any(Family::Ipv4), 80}}));
  EXPECT_TRUE(changes_with_granted(request::Listen{socket}));
  const Endpoint name{Address::ipv4(127, 0, 0, 1), 80};
  EXPECT_TRUE(changes_with([&] { machine->set_carrier(socket, carrier_at(1), name); }));
  EXPECT_FALSE(changes_with([&] { machine->set_carrier(SocketId{12345}, carrier_at(2), name); }));
  EXPECT_TRUE(changes_with_granted(request::Accept{socket, name.address}));
  EXPECT_TRUE(changes_with_granted(request::CloseSocket{socket}));
  const SocketId datagrams = opened(Transport::Udp);
  EXPECT_TRUE(changes_with_granted(request::ImplicitBind{datagrams}));
  EXPECT_TRUE(changes_with_granted(request::TakeBindBack{datagrams}));
  machine->set_carrier(datagrams, carrier_at(1), name);
  EXPECT_TRUE(changes_with_granted(request::CloseSocket{datagrams})) << "an unbound one with a carrier";
  granted(request::ImplicitBind{opened(Transport::Udp)});
  EXPECT_TRUE(changes_with_granted(request::ExitProcess{}));
  EXPECT_TRUE(changes_with([&] { EXPECT_FALSE(machine->restart()); }));
}

}  // namespace
}  // namespace berth
