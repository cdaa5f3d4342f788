// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include <support/desk.h>
#include <support/random_requests.h>

namespace berth {
namespace {

std::unique_ptr<Machine> machine(std::uint64_t seed, const Profile& profile = {}) {
  auto started = Machine::start({.profile = profile, .seed = seed});
  EXPECT_TRUE(started) << (started ? "" : to_string(started.error()));
  return std::move(started).value();
}

void expect_blocks_apart(const PortPool& pool) {
  std::array<std::vector<PortRange>, kTransports> blocks;
  pool.blocks().each([&](const BlockRecord& block) {
    auto& others = blocks[static_cast<std::size_t>(block.transport)];
    for (const PortRange other : others) EXPECT_FALSE(other.overlaps(block.range));
    others.push_back(block.range);
  });
}

void expect_maps_to_match_blocks(const PortPool& pool) {
  pool.blocks().each([&](const BlockRecord& block) {
    for (const Port port : {block.range.first(), block.range.last()})
      EXPECT_EQ(pool.block_that_covers(block.transport, block.families, port), &block);
    if (block.token) {
      EXPECT_EQ(pool.reservation_with(block.token), &block);
    }
  });
}

// Every bound socket is on the chain of its port, and nothing else is.
void expect_bound_ports_to_match_sockets(const PortPool& pool) {
  std::size_t bound = 0;
  std::array<std::set<Port>, kTransports> ports;
  pool.sockets().each([&](const SocketRecord& socket) {
    if (!socket.is_bound()) return;
    ++bound;
    ports[static_cast<std::size_t>(socket.transport)].insert(socket.name.port);
    EXPECT_NE(socket.name.port, 0);
  });
  std::size_t chained = 0;
  for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
    HeldPorts held;
    pool.add_bound_ports(held, transport);
    std::size_t bits = 0;
    for (std::size_t word = 0; word < 1024; ++word)
      bits += static_cast<std::size_t>(std::popcount(held.word(word)));
    EXPECT_EQ(bits, ports[static_cast<std::size_t>(transport)].size());
    for (const Port port : ports[static_cast<std::size_t>(transport)]) {
      SocketId newer;
      for (const SocketRecord* socket = pool.newest_on(transport, port); socket != nullptr;
           socket = pool.socket(socket->older_on_port)) {
        EXPECT_EQ(socket->newer_on_port, newer);
        EXPECT_EQ(socket->name.port, port);
        newer = socket->id;
        ++chained;
      }
    }
  }
  EXPECT_EQ(chained, bound);
}

void expect_handles_to_match_sockets(const PortPool& pool) {
  std::map<SocketId, std::uint32_t> foreign;
  pool.handles().each([&](const HandleRecord& handle) {
    ++foreign[handle.socket];
    EXPECT_NE(pool.process(handle.process), nullptr);
  });
  pool.sockets().each([&](const SocketRecord& socket) {
    EXPECT_EQ(socket.handles, socket.owner_handles + foreign[socket.id]);
    EXPECT_NE(socket.handles, 0U);
    foreign.erase(socket.id);
  });
  EXPECT_TRUE(foreign.empty() || foreign.size() == 0U);
}

void expect_runtime_reservations_to_have_anchors(const PortPool& pool) {
  pool.blocks().each([&](const BlockRecord& block) {
    if (block.kind != RecordKind::RuntimeReservation) return;
    ASSERT_NE(pool.socket(block.anchor), nullptr);
    bool found = false;
    for (const BlockRecord* sister = pool.block(pool.socket(block.anchor)->first_block); sister != nullptr;
         sister = pool.block(sister->next_of_anchor))
      found |= sister == &block;
    EXPECT_TRUE(found);
  });
}

void expect_invariants(const PortPool& pool) {
  expect_blocks_apart(pool);
  expect_maps_to_match_blocks(pool);
  expect_bound_ports_to_match_sockets(pool);
  expect_handles_to_match_sockets(pool);
  expect_runtime_reservations_to_have_anchors(pool);
}

void expect_store_to_match_pool(const Machine& played) {
  const PersistentSet set = played.persistent_set();
  EXPECT_FALSE(contradiction_in(set));
  std::size_t kept = 0;
  played.inspect([&](const PortPool& pool) {
    pool.blocks().each([&](const BlockRecord& block) {
      if (block.kind == RecordKind::PersistentReservation) ++kept;
    });
  });
  EXPECT_EQ(set.reservations.size(), kept);
}

// What one answer must look like, whatever was asked.
class Watch {
 public:
  explicit Watch(std::unique_ptr<Machine> played) : played_(std::move(played)) {}

  void ask(const RandomRequests::Asked& asked) {
    const Snapshot before = played_->snapshot();
    const bool knew_token = std::holds_alternative<request::LookupPersistent>(asked.request);
    const Outcome outcome = played_->submit(asked.caller, asked.request);
    const Snapshot after = played_->snapshot();
    EXPECT_EQ(after.pool().computed_state_hash(), after.state_hash());
    if (const auto* reply = std::get_if<Reply>(&outcome)) {
      ++granted_;
      if (reply->token && !knew_token) {
        EXPECT_TRUE(tokens_.insert(reply->token).second) << "a token was given twice";
      }
      expect_choice_outside_blocks(before.pool(), asked, *reply);
    } else {
      ++refused_;
      EXPECT_EQ(after.state_hash(), before.state_hash()) << "a refusal changed the state";
    }
  }
  void restart() { EXPECT_FALSE(played_->restart()); }
  [[nodiscard]] const Machine& played() const { return *played_; }
  [[nodiscard]] int granted() const { return granted_; }
  [[nodiscard]] int refused() const { return refused_; }

 private:
  static void expect_choice_outside_blocks(const PortPool& before, const RandomRequests::Asked& asked,
                                           const Reply& reply) {
    const auto* bind = std::get_if<request::Bind>(&asked.request);
    if (bind == nullptr || bind->name.port != 0) return;
    const SocketRecord* socket = before.socket(bind->socket);
    if (socket->association) {
      EXPECT_TRUE(before.reservation_with(socket->association)->range.contains(reply.name.port));
    } else {
      EXPECT_EQ(before.block_that_covers(socket->transport, FamilySet::both(), reply.name.port), nullptr);
      if (!socket->options.port_scalability) {
        EXPECT_EQ(before.newest_on(socket->transport, reply.name.port), nullptr);
      }
    }
  }

  std::unique_ptr<Machine> played_;
  std::set<Token> tokens_;
  int granted_ = 0;
  int refused_ = 0;
};

TEST(AnySequenceOfRequests, KeepsTheInvariants) {
  int granted = 0;
  int refused = 0;
  for (const std::uint64_t seed : seeds(30)) {
    SCOPED_TRACE("BERTH_TEST_SEED=" + std::to_string(seed));
    Watch watch(machine(seed));
    RandomRequests requests(seed);
    for (int step = 0; step < 1500; ++step) {
      watch.ask(watch.played().inspect([&](const PortPool& pool) { return requests.next(pool); }));
      if (requests.below(400) == 0) watch.restart();
      if (step % 10 == 0) {
        watch.played().inspect(expect_invariants);
        expect_store_to_match_pool(watch.played());
      }
      if (testing::Test::HasFailure()) return;
    }
    granted += watch.granted();
    refused += watch.refused();
  }
  // The generator is worth its name only when both happen often.
  EXPECT_GT(granted, refused / 3);
  EXPECT_GT(refused, granted / 10);
}

// Whatever a profile says, the machine stands: no crash, and the kept hash is the computed one.
void expect_to_stand(const Profile& profile, std::uint64_t seed, int steps) {
  const auto played = machine(seed, profile);
  RandomRequests requests(seed);
  for (int step = 0; step < steps; ++step) {
    const auto asked = played->inspect([&](const PortPool& pool) { return requests.next(pool); });
    const std::uint64_t before = played->state_hash();
    const Outcome outcome = played->submit(asked.caller, asked.request);
    if (!std::holds_alternative<Reply>(outcome)) {
      ASSERT_EQ(played->state_hash(), before);
    }
    if (step % 500 == 499) {
      ASSERT_FALSE(played->restart());
    }
    if (step % 20 == 0) {
      ASSERT_TRUE(played->inspect(
          [](const PortPool& pool) { return pool.computed_state_hash() == pool.state_hash(); }));
    }
  }
}

TEST(AnySequenceOfRequests, IsAnsweredUnderEveryPositionOfEverySwitch) {
  for (const Switch& one : switches()) {
    for (std::size_t position = 1; position < one.positions.size(); ++position) {
      SCOPED_TRACE(std::string(one.name) + "=" + std::string(one.positions[position]));
      Profile profile;
      one.set(profile, position);
      for (const std::uint64_t seed : seeds(2)) expect_to_stand(profile, seed, 2000);
    }
  }
}

TEST(AnySequenceOfRequests, IsAnsweredWithoutAnyOneRule) {
  for (std::size_t i = 0; i < kRuleCount; ++i) {
    SCOPED_TRACE("without " + std::string(name_of(static_cast<Rule>(i))));
    Profile profile;
    profile.suspended.set(i);
    for (const std::uint64_t seed : seeds(2)) expect_to_stand(profile, seed, 1500);
  }
}

}  // namespace
}  // namespace berth
