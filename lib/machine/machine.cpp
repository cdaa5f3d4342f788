// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>

#include <algorithm>
#include <vector>

#include <berth/rules/decide.h>
#include <berth/rules/receiver.h>
#include <berth/rules/restart.h>
#include <berth/rules/rulebook.h>
#include <berth/store/memory_storage.h>

#include "persistence.h"

namespace berth {
namespace {

StartError store_error(const StoreError& error) {
  return {.file = error.file, .place = error.place, .found = error.found, .expected = error.expected};
}

// How many times a drawn place for a moving block is tried before its old place is taken again.
constexpr int kPlacesTried = 64;

PortRange default_dynamic_range(const Profile& profile) {
  // Without the rule: the range of Windows before Vista.
  return profile.in_force(Rule::DefaultDynamicRange) ? kDefaultDynamicRange : *PortRange::between(1025, 5000);
}

const std::string* service_named_in(const Request& request) {
  if (const auto* block = std::get_if<request::AddForeignBlock>(&request)) return &block->service;
  if (const auto* listener = std::get_if<request::AddKernelListener>(&request)) return &listener->service;
  return nullptr;
}

// What the system may ask without being a process: everything that is not about a socket.
bool needs_a_process(const Request& request) {
  return std::visit(
      [](const auto& asked) {
        using R = std::decay_t<decltype(asked)>;
        return std::is_same_v<R, request::ExitProcess> || std::is_same_v<R, request::OpenSocket> ||
               std::is_same_v<R, request::Accept> || requires {
          asked.socket;
        };
      },
      request);
}

BoundSocket view_of(const SocketRecord& socket) {
  return {.socket = socket.id,
          .owner = socket.owner,
          .transport = socket.transport,
          .family = socket.family,
          .name = socket.name,
          .ipv6_only = socket.bound_with.ipv6_only,
          .state = socket.state};
}

BoundSocket view_of(const BlockRecord& listener, Family family) {
  return {.socket = {},
          .owner = {},
          .transport = listener.transport,
          .family = family,
          .name = {.address = Address::any(family), .port = listener.range.first()},
          .ipv6_only = true,
          .state = SocketState::Listening};
}

std::vector<SocketId> sockets_of(ProcessId process, const PortPool& pool) {
  std::vector<SocketId> open;
  pool.sockets().each([&](const SocketRecord& socket) {
    if (pool.has_handle(process, socket.id)) open.push_back(socket.id);
  });
  return open;
}

}  // namespace

Machine::Machine(MachineSetup setup, PersistentSet set)
    : Gateway(signs_),
      world_(std::move(setup.world)),
      profile_(std::move(setup.profile)),
      seed_(setup.seed),
      observer_(setup.observer),
      storage_(std::move(setup.storage)),
      set_(std::move(set)),
      dice_(mixed(seed_) ^ set_.boot) {
  signs_.generation = &address_generation_;
}

Result<std::unique_ptr<Machine>, StartError> Machine::start(MachineSetup setup) {
  if (setup.storage == nullptr) setup.storage = std::make_unique<MemoryStorage>();
  auto stored = setup.storage->load();
  if (!stored) return store_error(stored.error());
  const bool first_start = stored->boot == 0;
  PersistentSet set = *stored;
  ++set.boot;
  // The world is tried on a store that ends with the program: a contradiction in it must not reach the real
  // one.
  auto storage = std::exchange(setup.storage, std::make_unique<MemoryStorage>(set));
  auto machine = std::unique_ptr<Machine>(new Machine(std::move(setup), std::move(set)));
  const Guard guard(machine->mutex_);
  machine->pool_ = machine->pool_after_start(machine->set_);
  if (auto error = machine->put_world_in_place(first_start)) return *std::move(error);
  if (const auto error = storage->save(machine->set_)) return store_error(*error);
  machine->storage_ = std::move(storage);
  return machine;
}

// -- requests -------------------------------------------------------------------------------------

Outcome Machine::submit(ProcessId caller, const Request& request) {
  const Guard guard(mutex_);
  return submit_locked(caller, request, PortChoice{Dice(dice_).next()});
}

Outcome Machine::submit(ProcessId caller, const Request& request, PortChoice choice) {
  const Guard guard(mutex_);
  return submit_locked(caller, request, choice);
}

Outcome Machine::submit_locked(ProcessId caller, const Request& request, PortChoice choice) {
  const Outcome outcome = std::holds_alternative<request::ExitProcess>(request)
                              ? exit_process(caller, request, choice)
                              : decide_and_apply(caller, request, choice);
  ++decisions_;
  if (observer_ != nullptr)
    observer_->decided({.number = decisions_,
                        .caller = caller,
                        .request = request,
                        .choice = choice,
                        .outcome = outcome,
                        .state_hash = pool_.state_hash()});
  return outcome;
}

Outcome Machine::decide_and_apply(ProcessId caller, const Request& request, PortChoice choice) {
  return may_ask(caller, request) ? decide_for_caller(caller, request, choice)
                                  : Outcome(HostFailure::ProcessIsNotRunning);
}

Outcome Machine::decide_for_caller(ProcessId caller, const Request& request, PortChoice choice) {
  const std::size_t names = pool_.names_written_down();
  write_names_down(request);
  const Outcome outcome = decide_and_carry_out(caller, request, choice);
  if (!std::holds_alternative<Reply>(outcome)) pool_.forget_names_after(names);
  return outcome;
}

Outcome Machine::decide_and_carry_out(ProcessId caller, const Request& request, PortChoice choice) {
  const Decision decision =
      decide({.pool = pool_, .profile = profile_, .caller = caller, .choice = choice}, request);
  if (!decision) return decision.error();
  if (const auto failure = persist(decision->effects)) return *failure;
  // The dice advance only with a grant, so that a refused or failed request leaves no trace at all.
  dice_.next();
  const bool leads_elsewhere = may_change_receivers(decision->effects, pool_);
  pool_.apply(decision->effects);
  if (ends_a_carrier(request) || leads_elsewhere) addresses_may_have_changed();
  return decision->reply;
}

Outcome Machine::exit_process(ProcessId caller, const Request& request, PortChoice choice) {
  if (!may_ask(caller, request)) return HostFailure::ProcessIsNotRunning;
  for (const SocketId socket : sockets_of(caller, pool_))
    while (pool_.has_handle(caller, socket))
      if (const Outcome closed = decide_and_apply(caller, request::CloseSocket{socket}, choice);
          !std::holds_alternative<Reply>(closed))
        return closed;
  return decide_and_apply(caller, request, choice);
}

bool Machine::may_ask(ProcessId caller, const Request& request) const {
  if (std::holds_alternative<request::StartProcess>(request)) return true;
  if (caller ? pool_.process(caller) == nullptr : needs_a_process(request)) return false;
  const auto* duplicate = std::get_if<request::DuplicateSocket>(&request);
  return duplicate == nullptr || pool_.process(duplicate->into) != nullptr;
}

void Machine::write_names_down(const Request& request) {
  if (const auto* start = std::get_if<request::StartProcess>(&request)) pool_.write_down(start->account);
  if (const auto* service = service_named_in(request)) pool_.write_down(*service);
}

std::optional<HostFailure> Machine::persist(const Effects& effects) {
  if (!concern_the_store(effects, pool_)) return std::nullopt;
  return save(with(set_, effects, pool_));
}

std::optional<HostFailure> Machine::save(PersistentSet set) {
  set.put_in_order();
  if (set == set_) return std::nullopt;
  if (storage_->save(set)) return HostFailure::StoreCannotBeWritten;
  set_ = std::move(set);
  return std::nullopt;
}

ProcessId Machine::start_process(const Identity& identity) {
  const Outcome outcome = submit({}, request::StartProcess{identity.account, identity.kind});
  return std::get<Reply>(outcome).process;
}

// -- start and restart ----------------------------------------------------------------------------

PortPool Machine::pool_after_start(const PersistentSet& set) const {
  PortPool pool({.seed = seed_,
                 .boot = set.boot,
                 .next_serial = set.next_serial,
                 .generations_before = pool_.generations(),
                 .dynamic_range = default_dynamic_range(profile_),
                 .addresses = world_.addresses});
  for (const StoredDynamicRange& range : set.dynamic_ranges)
    pool.apply(effect::SetDynamicRange{range.transport, range.family, range.range, Lifetime::Persistent});
  for (const StoredExclusion& exclusion : set.exclusions)
    pool.apply(effect::AddBlock{block_of(exclusion, pool, profile_)});
  for (const StoredReservation& reservation : set.reservations)
    pool.apply(effect::AddBlock{block_of(reservation, pool, profile_)});
  return pool;
}

std::optional<HostFailure> Machine::restart() {
  const Guard guard(mutex_);
  PersistentSet set = set_;
  ++set.boot;
  if (!profile_.in_force(Rule::PersistentReservationsSurviveARestart)) set.reservations.clear();
  if (const auto failure = save(set)) return failure;
  const PortPool before = std::exchange(pool_, pool_after_start(set_));
  carriers_.clear();
  addresses_may_have_changed();
  if (!profile_.in_force(Rule::ActiveExclusionsEndAtRestart)) keep_active_exclusions(before, pool_);
  dice_ = Dice(mixed(seed_) ^ set_.boot);
  take_service_blocks_again(before);
  if (observer_ != nullptr) observer_->restarted(set_.boot, pool_.state_hash());
  return std::nullopt;
}

void Machine::take_service_blocks_again(const PortPool& before) {
  std::vector<BlockRecord> blocks;
  before.blocks().each([&blocks](const BlockRecord& block) {
    if (block.kind == RecordKind::ForeignBlock || block.kind == RecordKind::KernelListener)
      blocks.push_back(block);
  });
  const bool some_move = profile_.in_force(Rule::StoppingAServiceFreesItsBlocks);
  for (BlockRecord block : blocks) {
    const PortRange old_range = block.range;
    block.service = pool_.write_down(before.name(block.service));
    const PortRange dynamic = pool_.dynamic_range(block.transport, Family::Ipv4);
    const bool moves = some_move && block.placement == Placement::MovesAtRestart;
    for (int tries = 0; moves && tries < kPlacesTried; ++tries) {
      block.range = elsewhere(old_range, dynamic, dice_.next());
      if (is_free(pool_, block)) break;
    }
    if (!is_free(pool_, block)) block.range = old_range;
    if (is_free(pool_, block)) pool_.apply(effect::AddBlock{block});
  }
}

// -- the world ------------------------------------------------------------------------------------

template <class List>
std::optional<StartError> Machine::put_in_place(const List& list, const char* place) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Outcome outcome = decide_and_apply({}, list[i], PortChoice{Dice(dice_).next()});
    if (std::holds_alternative<Reply>(outcome)) continue;
    StartError error{.file = world_.file,
                     .place = std::string("/") + place + "/" + std::to_string(i),
                     .found = "a store that cannot be written",
                     .expected = "a store that can be written"};
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      error.found = "what the rule " + std::string(name_of(refusal->rule)) + " refuses";
      error.expected = std::string(row_of(refusal->rule).sentence);
    }
    return error;
  }
  return std::nullopt;
}

std::optional<StartError> Machine::put_in_place(const WorldBoundPort& port) {
  const auto ask = [this](ProcessId caller, const Request& request) BERTH_REQUIRES(mutex_) {
    return decide_and_apply(caller, request, PortChoice{Dice(dice_).next()});
  };
  const auto process =
      std::get<Reply>(ask({}, request::StartProcess{port.identity.account, port.identity.kind})).process;
  const auto socket =
      std::get<Reply>(ask(process, request::OpenSocket{port.transport, port.name.address.family})).socket;
  std::vector<Request> requests;
  if (port.sharing != Sharing::Default)
    requests.emplace_back(request::SetOption{
        socket, port.sharing == Sharing::Reuse ? Option::ReuseAddress : Option::ExclusiveUse, true});
  requests.emplace_back(request::Bind{socket, port.name});
  if (port.listening) requests.emplace_back(request::Listen{socket});
  for (const Request& request : requests) {
    const Outcome outcome = ask(process, request);
    if (const auto* refusal = std::get_if<Refusal>(&outcome))
      return StartError{.file = world_.file,
                        .place = {},
                        .found = "what the rule " + std::string(name_of(refusal->rule)) + " refuses",
                        .expected = std::string(row_of(refusal->rule).sentence)};
  }
  return std::nullopt;
}

std::optional<StartError> Machine::put_world_in_place(bool first_start) {
  if (auto error = put_in_place(world_.foreign_blocks, "foreign_blocks")) return error;
  if (auto error = put_in_place(world_.kernel_listeners, "kernel_listeners")) return error;
  if (first_start) {
    if (auto error = put_in_place(world_.dynamic_ranges, "dynamic_ranges")) return error;
    if (auto error = put_in_place(world_.exclusions, "exclusions")) return error;
    if (auto error = put_in_place(world_.persistent_reservations, "persistent_reservations")) return error;
  }
  for (std::size_t i = 0; i < world_.bound_ports.size(); ++i) {
    if (auto error = put_in_place(world_.bound_ports[i])) {
      error->place = "/bound_ports/" + std::to_string(i);
      return error;
    }
  }
  return std::nullopt;
}

// -- how bytes find their way ---------------------------------------------------------------------

void Machine::set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) {
  const Guard guard(mutex_);
  const SocketRecord* record = pool_.socket(socket);
  if (record == nullptr) return;
  carriers_.set(record->transport, socket, carrier, name);
  addresses_may_have_changed();
}

Receiver Machine::receiver_of(Transport transport, const Endpoint& to) const {
  const Guard guard(mutex_);
  Receiver receiver{.address_is_local = pool_.is_local(to.address), .socket = {}, .carrier = {}};
  if (const SocketRecord* socket = berth::receiver_of(pool_, transport, to)) {
    receiver.socket = socket->id;
    receiver.carrier = carriers_.of(socket->id);
  }
  return receiver;
}

bool Machine::ends_a_carrier(const Request& granted) {
  const auto* close = std::get_if<request::CloseSocket>(&granted);
  return close != nullptr && pool_.socket(close->socket) == nullptr && carriers_.end(close->socket);
}

std::optional<CarrierOwner> Machine::owner_of(Transport transport, const Carrier& carrier) const {
  const Guard guard(mutex_);
  return carriers_.owner_of(transport, carrier);
}

// -- looking --------------------------------------------------------------------------------------

Computer Machine::computer() const { return {.host_name = world_.host_name, .addresses = world_.addresses}; }

std::vector<BoundSocket> Machine::bound_sockets() const {
  const Guard guard(mutex_);
  std::vector<BoundSocket> bound;
  pool_.sockets().each([&bound](const SocketRecord& socket) {
    if (socket.is_bound()) bound.push_back(view_of(socket));
  });
  pool_.blocks().each([&bound](const BlockRecord& block) {
    if (block.kind != RecordKind::KernelListener) return;
    if (block.families.ipv4) bound.push_back(view_of(block, Family::Ipv4));
    if (block.families.ipv6) bound.push_back(view_of(block, Family::Ipv6));
  });
  return bound;
}

Snapshot Machine::snapshot() const {
  const Guard guard(mutex_);
  return {pool_, set_, dice_.state()};
}

std::optional<HostFailure> Machine::restore(const Snapshot& snapshot) {
  const Guard guard(mutex_);
  if (const auto failure = save(snapshot.set_)) return failure;
  pool_ = snapshot.pool_;
  carriers_.sweep([this](SocketId id) BERTH_REQUIRES(mutex_) { return pool_.socket(id) != nullptr; });
  addresses_may_have_changed();
  dice_ = Dice(snapshot.dice_);
  return std::nullopt;
}

std::uint64_t Machine::state_hash() const {
  const Guard guard(mutex_);
  return pool_.state_hash();
}

PersistentSet Machine::persistent_set() const {
  const Guard guard(mutex_);
  return set_;
}

}  // namespace berth
