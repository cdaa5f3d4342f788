// SPDX-License-Identifier: MIT
#include <berth/core/port_pool.h>

#include <algorithm>

#include <berth/core/port_choice.h>

namespace berth {
namespace {

constexpr std::size_t index_of(Transport transport) { return static_cast<std::size_t>(transport); }
constexpr std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }

template <class Visit>
void each_family(FamilySet families, Visit&& visit) {
  if (families.ipv4) visit(Family::Ipv4);
  if (families.ipv6) visit(Family::Ipv6);
}

}  // namespace

Token token_for(std::uint64_t seed, std::uint64_t boot, std::uint64_t counter) {
  // 24 bits of boots and 40 bits of reservations a boot: neither half can reach into the other in practice.
  const std::uint64_t plain = (boot << 40U) | (counter & 0xff'ffff'ffffU);
  return Token{mixed(plain ^ mixed(seed))};
}

// -- TokenIndex: open addressing with linear probing; tokens are mixed already and hash as themselves
// ----------

std::size_t TokenIndex::place_of(Token token) const {
  std::size_t place = home_of(token);
  while (entries_[place].token && entries_[place].token != token) place = (place + 1) & (entries_.size() - 1);
  return place;
}

BlockId TokenIndex::find(Token token) const { return token ? entries_[place_of(token)].block : BlockId{}; }

void TokenIndex::insert(Token token, BlockId block) {
  if (2 * (used_ + 1) > entries_.size()) grow();
  entries_[place_of(token)] = {.token = token, .block = block};
  ++used_;
}

void TokenIndex::erase(Token token) {
  std::size_t hole = place_of(token);
  if (!entries_[hole].token) return;
  --used_;
  // Moves later entries of the same run back into the hole, so that no search stops too early.
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t place = (hole + 1) & mask; entries_[place].token; place = (place + 1) & mask) {
    const std::size_t distance_home = (place - home_of(entries_[place].token)) & mask;
    const std::size_t distance_hole = (place - hole) & mask;
    if (distance_home < distance_hole) continue;
    entries_[hole] = entries_[place];
    hole = place;
  }
  entries_[hole] = {};
}

void TokenIndex::grow() {
  std::vector<Entry> old(2 * entries_.size());
  old.swap(entries_);
  for (const Entry& entry : old)
    if (entry.token) entries_[place_of(entry.token)] = entry;
}

// -- PortPool: questions --------------------------------------------------------------------------

PortPool::PortPool(const PoolBirth& birth)
    : seed_(birth.seed),
      boot_(birth.boot),
      next_serial_(birth.next_serial),
      processes_(birth.generations_before),
      sockets_(birth.generations_before),
      handles_(birth.generations_before),
      blocks_(birth.generations_before) {
  for (const Address& address : birth.addresses) addresses_.push_back(address.unmapped());
  Dice dice(mixed(birth.seed) + birth.boot);
  for (std::size_t transport = 0; transport < kTransports; ++transport) {
    for (std::size_t family = 0; family < kFamilies; ++family) {
      const PortRange range = birth.dynamic_range;
      dynamic_ranges_[transport][family] = range;
      last_automatic_ports_[transport][family] =
          static_cast<Port>(range.first() + dice.next() % range.count());
    }
  }
}

bool PortPool::has_handle(ProcessId process, SocketId socket) const {
  const SocketRecord* record = sockets_.find(socket);
  if (record == nullptr) return false;
  if (record->owner == process) return record->owner_handles != 0;
  if (record->handles == record->owner_handles) return false;
  bool found = false;
  handles_.each(
      [&](const HandleRecord& handle) { found |= handle.process == process && handle.socket == socket; });
  return found;
}

const BlockRecord* PortPool::block_that_covers(Transport transport, FamilySet families, Port port) const {
  const BlockRecord* found = nullptr;
  each_family(families, [&](Family family) {
    if (found == nullptr) found = blocks_.find(block_maps_[index_of(transport)][index_of(family)].at(port));
  });
  return found;
}

const BlockRecord* PortPool::block_in(Transport transport, FamilySet families, PortRange range,
                                      RecordKind kind) const {
  const BlockRecord* lowest = nullptr;
  each_family(families, [&](Family family) {
    const auto& map = block_maps_[index_of(transport)][index_of(family)];
    HeldPorts held;
    held.include(map);
    for (auto rest = std::optional(range); rest;) {
      const auto port = held.first_held(*rest);
      if (!port) return;
      const BlockRecord* block = blocks_.find(map.at(*port));
      if (block->kind == kind) {
        if (lowest == nullptr || block->range.first() < lowest->range.first()) lowest = block;
        return;
      }
      rest = PortRange::between(block->range.last() + 1U, range.last());
    }
  });
  return lowest;
}

const SocketRecord* PortPool::bound_socket_in(Transport transport, PortRange range) const {
  HeldPorts held;
  held.include(bound_ports_[index_of(transport)]);
  const auto port = held.first_held(range);
  return port ? newest_on(transport, *port) : nullptr;
}

const SocketRecord* PortPool::newest_on(Transport transport, Port port) const {
  return sockets_.find(bound_ports_[index_of(transport)].at(port));
}

void PortPool::add_blocks(HeldPorts& view, Transport transport, FamilySet families) const {
  each_family(families,
              [&](Family family) { view.include(block_maps_[index_of(transport)][index_of(family)]); });
}

void PortPool::add_bound_ports(HeldPorts& view, Transport transport) const {
  view.include(bound_ports_[index_of(transport)]);
}

PortRange PortPool::dynamic_range(Transport transport, Family family) const {
  return dynamic_ranges_[index_of(transport)][index_of(family)];
}

Port PortPool::last_automatic_port(Transport transport, Family family) const {
  return last_automatic_ports_[index_of(transport)][index_of(family)];
}

bool PortPool::is_local(const Address& address) const {
  const Address plain = address.unmapped();
  return plain.has_only_zeros() || plain.is_loopback() ||
         std::ranges::find(addresses_, plain) != addresses_.end();
}

Token PortPool::next_token() const { return token_for(seed_, boot_, counter_of_next_token()); }

std::uint32_t PortPool::generations() const {
  return std::max(
      {processes_.generations(), sockets_.generations(), handles_.generations(), blocks_.generations()});
}

std::uint64_t PortPool::counter_of_next_token() const {
  // One counter in 2^64 has the token 0, which names nothing; it is passed over.
  return token_for(seed_, boot_, tokens_given_ + 1) ? tokens_given_ + 1 : tokens_given_ + 2;
}

NameId PortPool::write_down(std::string_view name) {
  if (const NameId known = number_of(name)) return known;
  names_.emplace_back(name);
  return NameId{static_cast<std::uint32_t>(names_.size())};
}

NameId PortPool::number_of(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) return {};
  return NameId{static_cast<std::uint32_t>(found - names_.begin() + 1)};
}

std::string_view PortPool::name(NameId id) const { return id ? std::string_view(names_[id.value - 1]) : ""; }

// -- PortPool: effects ----------------------------------------------------------------------------

void PortPool::apply(const Effects& effects) {
  for (const OneEffect& effect : effects.list()) apply(effect);
}

void PortPool::apply(const OneEffect& effect) {
  struct Applier {
    PortPool& pool;
    void operator()(std::monostate) const {}
    void operator()(const effect::AddProcess& e) const { pool.processes_.insert(e.process); }
    void operator()(const effect::RemoveProcess& e) const { pool.processes_.erase(e.process); }
    void operator()(const effect::AddHandle& e) const { pool.add_handle(e.socket, e.process); }
    void operator()(const effect::DropHandle& e) const { pool.drop_handle(e.socket, e.process); }
    void operator()(const effect::SetOptions& e) const {
      pool.sockets_.update(e.socket, [&](SocketRecord& socket) { socket.options = e.options; });
    }
    void operator()(const effect::SetProcessor& e) const {
      pool.sockets_.update(e.socket, [&](SocketRecord& socket) { socket.processor = e.processor; });
    }
    void operator()(const effect::SetAssociation& e) const {
      pool.sockets_.update(e.socket, [&](SocketRecord& socket) { socket.association = e.token; });
    }
    void operator()(const effect::RemoveBlock& e) const { pool.remove_block(e.block); }
    void operator()(const effect::RemoveBlocksOf& e) const { pool.remove_blocks_of(e.socket); }
    void operator()(const effect::RemoveBlocksOfService& e) const {
      pool.remove_blocks_of_service(e.service);
    }
    void operator()(const effect::SetDynamicRange& e) const {
      if (e.at_once) pool.dynamic_ranges_[index_of(e.transport)][index_of(e.family)] = e.range;
    }
    void operator()(const effect::AdvanceSequence& e) const {
      pool.last_automatic_ports_[index_of(e.transport)][index_of(e.family)] = e.last;
    }
    void operator()(const effect::AddSocket& e) const { pool.carry_out(e); }
    void operator()(const effect::BindSocket& e) const { pool.carry_out(e); }
    void operator()(const effect::UnbindSocket& e) const { pool.carry_out(e); }
    void operator()(const effect::AddBlock& e) const { pool.carry_out(e); }
    void operator()(const effect::SetState& e) const { pool.carry_out(e); }
  };
  std::visit(Applier{*this}, effect);
}

void PortPool::carry_out(const effect::AddSocket& effect) {
  SocketRecord socket = effect.socket;
  if (socket.is_bound()) {
    socket.older_on_port = put_on_port(socket, sockets_.next_id());
    socket.newer_on_port = {};
  }
  sockets_.insert(socket);
}

void PortPool::carry_out(const effect::BindSocket& effect) {
  sockets_.update(effect.socket, [&](SocketRecord& socket) {
    assert(may_become(socket.state, SocketState::Bound));
    socket.state = SocketState::Bound;
    socket.name = effect.name;
    socket.bound_with = socket.options;
    socket.older_on_port = put_on_port(socket, socket.id);
    socket.newer_on_port = {};
  });
}

void PortPool::carry_out(const effect::UnbindSocket& effect) {
  const SocketRecord& record = *sockets_.find(effect.socket);
  assert(record.state == SocketState::Bound);
  let_port_go(record);
  sockets_.update(effect.socket, [](SocketRecord& socket) {
    socket.state = SocketState::Open;
    socket.name = {};
    socket.bound_with = {};
    socket.older_on_port = {};
    socket.newer_on_port = {};
  });
}

void PortPool::carry_out(const effect::SetState& effect) {
  sockets_.update(effect.socket, [&](SocketRecord& socket) {
    assert(may_become(socket.state, effect.state));
    socket.state = effect.state;
  });
}

void PortPool::carry_out(const effect::AddBlock& effect) {
  BlockRecord block = effect.block;
  if (block.anchor) block.next_of_anchor = sockets_.find(block.anchor)->first_block;
  const BlockId id = blocks_.insert(block);
  if (block.token) {
    if (block.token == next_token()) tokens_given_ = counter_of_next_token();
    tokens_.insert(block.token, id);
  }
  if (block.serial >= next_serial_) next_serial_ = block.serial + 1;
  if (block.anchor) sockets_.relink(block.anchor, [&](SocketRecord& socket) { socket.first_block = id; });
  put_into_maps(block, id);
}

void PortPool::add_handle(SocketId socket, ProcessId process) {
  const bool is_owner = sockets_.find(socket)->owner == process;
  sockets_.update(socket, [&](SocketRecord& record) {
    ++record.handles;
    if (is_owner) ++record.owner_handles;
  });
  if (!is_owner) handles_.insert(HandleRecord{.id = {}, .process = process, .socket = socket});
}

void PortPool::drop_handle(SocketId socket, ProcessId process) {
  const bool is_owner = sockets_.find(socket)->owner == process;
  if (!is_owner) {
    HandleRecord found;
    handles_.each([&](const HandleRecord& handle) {
      if (handle.process == process && handle.socket == socket) found = handle;
    });
    handles_.erase(found.id);
  }
  if (sockets_.find(socket)->handles == 1) return end_socket(socket);
  sockets_.update(socket, [&](SocketRecord& record) {
    --record.handles;
    if (is_owner) --record.owner_handles;
  });
}

void PortPool::end_socket(SocketId socket) {
  const SocketRecord record = *sockets_.find(socket);
  if (record.is_bound()) let_port_go(record);
  sockets_.erase(socket);
}

SocketId PortPool::put_on_port(const SocketRecord& socket, SocketId id) {
  PortMap<SocketId>& holders = bound_ports_[index_of(socket.transport)];
  const SocketId older = holders.at(socket.name.port);
  if (older) sockets_.relink(older, [&](SocketRecord& neighbour) { neighbour.newer_on_port = id; });
  holders.set(socket.name.port, id);
  return older;
}

void PortPool::let_port_go(const SocketRecord& socket) {
  if (socket.older_on_port)
    sockets_.relink(socket.older_on_port,
                    [&](SocketRecord& older) { older.newer_on_port = socket.newer_on_port; });
  if (socket.newer_on_port) {
    sockets_.update(socket.newer_on_port,
                    [&](SocketRecord& newer) { newer.older_on_port = socket.older_on_port; });
  } else {
    bound_ports_[index_of(socket.transport)].set(socket.name.port, socket.older_on_port);
  }
}

void PortPool::remove_block(BlockId id) {
  const BlockRecord block = *blocks_.find(id);
  put_into_maps(block, BlockId{});
  if (block.token) tokens_.erase(block.token);
  if (const SocketRecord* anchor = sockets_.find(block.anchor)) {
    if (anchor->first_block == id) {
      sockets_.relink(block.anchor, [&](SocketRecord& socket) { socket.first_block = block.next_of_anchor; });
    } else {
      BlockId before = anchor->first_block;
      while (blocks_.find(before)->next_of_anchor != id) before = blocks_.find(before)->next_of_anchor;
      blocks_.update(before, [&](BlockRecord& sister) { sister.next_of_anchor = block.next_of_anchor; });
    }
  }
  blocks_.erase(id);
}

void PortPool::remove_blocks_of(SocketId socket) {
  while (const BlockId first = sockets_.find(socket)->first_block) remove_block(first);
}

void PortPool::remove_blocks_of_service(NameId service) {
  std::vector<BlockId> found;
  blocks_.each([&](const BlockRecord& block) {
    if (block.service == service) found.push_back(block.id);
  });
  for (const BlockId block : found) remove_block(block);
}

void PortPool::put_into_maps(const BlockRecord& block, BlockId holder) {
  each_family(block.families, [&](Family family) {
    block_maps_[index_of(block.transport)][index_of(family)].set(block.range, holder);
  });
}

// -- PortPool: the hash ---------------------------------------------------------------------------

std::uint64_t PortPool::records_hash() const {
  return processes_.hash() + sockets_.hash() + handles_.hash() + blocks_.hash();
}

std::uint64_t PortPool::computed_state_hash() const {
  return hash_with(processes_.computed_hash() + sockets_.computed_hash() + handles_.computed_hash() +
                   blocks_.computed_hash());
}

std::uint64_t PortPool::hash_with(std::uint64_t records) const {
  std::uint64_t hash = mixed(records + seed_);
  const auto add = [&hash](std::uint64_t value) { hash = mixed(hash + value + 0x9e3779b97f4a7c15U); };
  add(boot_);
  add(tokens_given_);
  add(next_serial_);
  for (std::size_t transport = 0; transport < kTransports; ++transport) {
    for (std::size_t family = 0; family < kFamilies; ++family) {
      const PortRange range = dynamic_ranges_[transport][family];
      add((std::uint64_t{range.first()} << 32U) | (std::uint64_t{range.last()} << 16U) |
          last_automatic_ports_[transport][family]);
    }
  }
  return hash;
}

}  // namespace berth
