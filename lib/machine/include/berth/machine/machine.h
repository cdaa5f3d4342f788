// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <berth/core/gateway.h>
#include <berth/core/port_pool.h>
#include <berth/machine/carriers.h>
#include <berth/machine/guarded.h>
#include <berth/machine/observer.h>
#include <berth/machine/world.h>
#include <berth/store/persistent_set.h>
#include <berth/store/storage.h>

namespace berth {

/// The seed of a machine that is not given one.
inline constexpr std::uint64_t kUsualSeed = 20'081'111;

/// How a machine is made.
struct MachineSetup {
  World world = {};
  Profile profile = {};
  std::uint64_t seed = kUsualSeed;
  std::unique_ptr<Storage> storage = nullptr;  ///< null: the store ends with the machine
  Observer* observer = nullptr;                ///< outlives the machine
};

/// The state of a machine at one moment: a value that shares what has not changed since.
class Snapshot {
 public:
  [[nodiscard]] std::uint64_t state_hash() const { return pool_.state_hash(); }
  [[nodiscard]] const PortPool& pool() const { return pool_; }

 private:
  friend class Machine;
  Snapshot(PortPool pool, PersistentSet set, std::uint64_t dice)
      : pool_(std::move(pool)), set_(std::move(set)), dice_(dice) {}
  PortPool pool_;
  PersistentSet set_;
  std::uint64_t dice_;
};

/// An emulated Windows computer: processes, sockets, reservations and the store that outlives a restart.
///
/// Thread-safe; every request is decided, persisted, applied and observed under one lock. The same setup and
/// the same requests give the same answers and the same state, byte for byte, on every compiler.
class Machine final : public Gateway {
 public:
  /// Starts a machine: reads its store, raises the boot number in it and puts the world in place.
  ///
  /// Fails when the store cannot be read or written, or when the world contradicts itself or what is stored;
  /// the store then holds what it held. It is written once, when everything else has succeeded.
  static Result<std::unique_ptr<Machine>, StartError> start(MachineSetup setup = {});

  /// See `Gateway`. ExitProcess closes each handle of the caller first, in the order of the pool's records.
  Outcome submit(ProcessId caller, const Request& request) override;
  /// The same with a choice that was drawn before: how a journal is played again.
  Outcome submit(ProcessId caller, const Request& request, PortChoice choice);
  [[nodiscard]] const Profile& profile() const override { return profile_; }

  void set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) override;
  [[nodiscard]] Receiver receiver_of(Transport transport, const Endpoint& to) const override;
  [[nodiscard]] std::optional<CarrierOwner> owner_of(Transport transport,
                                                     const Carrier& carrier) const override;
  [[nodiscard]] Computer computer() const override;
  [[nodiscard]] std::vector<BoundSocket> bound_sockets() const override;

  /// A process of this identity. Requires: the machine's store, if it writes one, can be reached (it is not
  /// asked).
  ProcessId start_process(const Identity& identity);

  /// Switches the machine off and on: processes, sockets, runtime reservations and active changes are gone,
  /// persistent ones are back, tokens are new, services have taken their blocks again (PER-12, PER-13,
  /// NETSH-02, NETSH-12). A failure of the store leaves the machine as it was.
  [[nodiscard]] std::optional<HostFailure> restart();

  /// The state now, to come back to or to look at.
  [[nodiscard]] Snapshot snapshot() const;
  /// Makes `snapshot` the state again. What its store holds is written too; a failure leaves the machine as
  /// it was. Requires: `snapshot` was taken of this machine.
  [[nodiscard]] std::optional<HostFailure> restore(const Snapshot& snapshot);

  /// See `PortPool::state_hash`.
  [[nodiscard]] std::uint64_t state_hash() const;
  /// What a restart would bring back.
  [[nodiscard]] PersistentSet persistent_set() const;
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] Uac uac() const { return world_.uac; }

  /// What `look(pool)` makes of the state, under the lock: `look` is quick and does not call the machine.
  template <class Look>
  auto inspect(Look&& look) const {
    const Guard guard(mutex_);
    return std::forward<Look>(look)(std::as_const(pool_));
  }

 private:
  Machine(MachineSetup setup, PersistentSet set);

  Outcome submit_locked(ProcessId caller, const Request& request, PortChoice choice) BERTH_REQUIRES(mutex_);
  Outcome decide_and_apply(ProcessId caller, const Request& request, PortChoice choice)
      BERTH_REQUIRES(mutex_);
  Outcome decide_for_caller(ProcessId caller, const Request& request, PortChoice choice)
      BERTH_REQUIRES(mutex_);
  Outcome exit_process(ProcessId caller, const Request& request, PortChoice choice) BERTH_REQUIRES(mutex_);
  [[nodiscard]] bool may_ask(ProcessId caller, const Request& request) const BERTH_REQUIRES(mutex_);
  [[nodiscard]] std::optional<HostFailure> persist(const Effects& effects) BERTH_REQUIRES(mutex_);
  [[nodiscard]] std::optional<HostFailure> save(PersistentSet set) BERTH_REQUIRES(mutex_);
  void write_names_down(const Request& request) BERTH_REQUIRES(mutex_);
  [[nodiscard]] PortPool pool_after_start(const PersistentSet& set) const BERTH_REQUIRES(mutex_);
  Outcome decide_and_carry_out(ProcessId caller, const Request& request, PortChoice choice)
      BERTH_REQUIRES(mutex_);
  [[nodiscard]] std::optional<StartError> put_world_in_place(bool first_start) BERTH_REQUIRES(mutex_);
  template <class List>
  [[nodiscard]] std::optional<StartError> put_in_place(const List& list, const char* place)
      BERTH_REQUIRES(mutex_);
  [[nodiscard]] std::optional<StartError> put_in_place(const WorldBoundPort& port) BERTH_REQUIRES(mutex_);
  bool ends_a_carrier(const Request& granted) BERTH_REQUIRES(mutex_);
  void addresses_may_have_changed() { address_generation_.fetch_add(1, std::memory_order_release); }
  void take_service_blocks_again(const PortPool& before) BERTH_REQUIRES(mutex_);

  const World world_;
  const Profile profile_;
  const std::uint64_t seed_;
  Observer* const observer_;
  mutable Mutex mutex_;
  std::unique_ptr<Storage> storage_ BERTH_GUARDED_BY(mutex_);
  PortPool pool_ BERTH_GUARDED_BY(mutex_);
  PersistentSet set_ BERTH_GUARDED_BY(mutex_);
  Dice dice_ BERTH_GUARDED_BY(mutex_);
  std::uint64_t decisions_ BERTH_GUARDED_BY(mutex_) = 0;
  Carriers carriers_ BERTH_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> address_generation_ = 0;
  Signs signs_;
};

}  // namespace berth
