// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/effects.h>
#include <berth/core/port_map.h>
#include <berth/core/records.h>
#include <berth/core/shared_pages.h>

namespace berth {

/// What a pool is born with.
struct PoolBirth {
  std::uint64_t seed = 0;
  std::uint64_t boot = 1;         ///< raised at every restart, so that no token comes back
  std::uint64_t next_serial = 1;  ///< of persistent reservations
  std::uint32_t generations_before =
      0;  ///< `generations()` of the machine's last boot: none of its ids comes back
  PortRange dynamic_range = kDefaultDynamicRange;
  std::vector<Address> addresses = {};  ///< of the machine, besides 127.0.0.0/8, ::1 and the wildcards
};

/// Finds a block by its token. Thread-compatible; allocates only while it grows.
class TokenIndex {
 public:
  [[nodiscard]] BlockId find(Token token) const;
  void insert(Token token, BlockId block);
  void erase(Token token);

 private:
  struct Entry {
    Token token;
    BlockId block;
  };
  [[nodiscard]] std::size_t home_of(Token token) const { return token.value & (entries_.size() - 1); }
  [[nodiscard]] std::size_t place_of(Token token) const;
  void grow();
  std::vector<Entry> entries_ = std::vector<Entry>(64);
  std::size_t used_ = 0;
};

/// The authority that knows who holds which port: the whole state of an emulated machine, as a value.
///
/// It answers questions and applies effects; it never decides. Copies are snapshots: cheap, and sharing what
/// neither has changed. Thread-compatible. Source: WinSock/sio-acquire-port-reservation.md, Remarks.
class PortPool {
 public:
  explicit PortPool(const PoolBirth& birth = {});

  // -- who is there ---------------------------------------------------------------------------------
  [[nodiscard]] const ProcessRecord* process(ProcessId id) const { return processes_.find(id); }
  [[nodiscard]] const SocketRecord* socket(SocketId id) const { return sockets_.find(id); }
  [[nodiscard]] const BlockRecord* block(BlockId id) const { return blocks_.find(id); }
  /// The reservation that `token` names; null for 0 and for what no reservation is called (any more).
  [[nodiscard]] const BlockRecord* reservation_with(Token token) const {
    return token ? blocks_.find(tokens_.find(token)) : nullptr;
  }
  [[nodiscard]] bool has_handle(ProcessId process, SocketId socket) const;
  [[nodiscard]] const Slots<ProcessRecord>& processes() const { return processes_; }
  [[nodiscard]] const Slots<SocketRecord>& sockets() const { return sockets_; }
  [[nodiscard]] const Slots<BlockRecord>& blocks() const { return blocks_; }
  [[nodiscard]] const Slots<HandleRecord>& handles() const { return handles_; }

  // -- who holds which port -------------------------------------------------------------------------
  /// The block of `transport` that covers `port` for one of `families`; null when there is none.
  [[nodiscard]] const BlockRecord* block_that_covers(Transport transport, FamilySet families,
                                                     Port port) const;
  /// The lowest block of that kind which shares a port with `range`; null when there is none.
  [[nodiscard]] const BlockRecord* block_in(Transport transport, FamilySet families, PortRange range,
                                            RecordKind kind) const;
  /// The socket bound last to the lowest bound port of `range`; null when no port of it is bound.
  [[nodiscard]] const SocketRecord* bound_socket_in(Transport transport, PortRange range) const;
  /// The socket bound last to `port`; the others follow by `older_on_port`.
  [[nodiscard]] const SocketRecord* newest_on(Transport transport, Port port) const;
  /// Adds the blocks, or the bound ports, of a transport to a view.
  void add_blocks(HeldPorts& view, Transport transport, FamilySet families) const;
  void add_bound_ports(HeldPorts& view, Transport transport) const;

  // -- settings -------------------------------------------------------------------------------------
  [[nodiscard]] PortRange dynamic_range(Transport transport, Family family) const;
  /// The automatic port that was given last in that pool, or where the seed puts the first.
  [[nodiscard]] Port last_automatic_port(Transport transport, Family family) const;
  [[nodiscard]] bool is_local(const Address& address) const;
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] std::uint64_t boot() const { return boot_; }

  // -- names that come next -------------------------------------------------------------------------
  [[nodiscard]] Token next_token() const;
  [[nodiscard]] std::uint64_t next_serial() const { return next_serial_; }
  [[nodiscard]] ProcessId next_process() const { return processes_.next_id(); }
  [[nodiscard]] SocketId next_socket() const { return sockets_.next_id(); }
  /// What the pool of the next boot must be told, so that it gives none of this one's ids again.
  [[nodiscard]] std::uint32_t generations() const;

  /// Writes `name` down and says under which number; the same name has the same number. Never part of the
  /// hash.
  NameId write_down(std::string_view name);
  /// The number of a name that is written down; empty when it is not.
  [[nodiscard]] NameId number_of(std::string_view name) const;
  [[nodiscard]] std::string_view name(NameId id) const;
  [[nodiscard]] std::size_t names_written_down() const { return names_.size(); }
  /// Forgets all but the first `count` names. Requires: no record has one of the others.
  void forget_names_after(std::size_t count) { names_.resize(std::min(count, names_.size())); }

  /// Carries out what a decision about this very pool granted. Cannot fail.
  void apply(const Effects& effects);
  void apply(const OneEffect& effect);

  /// A number that two pools share when, and practically only when, they are the same state. Kept as it
  /// changes.
  [[nodiscard]] std::uint64_t state_hash() const { return hash_with(records_hash()); }
  /// The same number, computed from every record.
  [[nodiscard]] std::uint64_t computed_state_hash() const;

 private:
  template <class T>
  using PerPool = std::array<std::array<T, kFamilies>, kTransports>;

  void carry_out(const effect::AddSocket& effect);
  void carry_out(const effect::BindSocket& effect);
  void carry_out(const effect::UnbindSocket& effect);
  void carry_out(const effect::AddBlock& effect);
  void carry_out(const effect::SetState& effect);
  void add_handle(SocketId socket, ProcessId process);
  void drop_handle(SocketId socket, ProcessId process);
  void end_socket(SocketId socket);
  // Makes `id` the newest socket on the port of `socket`'s name; the one that was so before.
  SocketId put_on_port(const SocketRecord& socket, SocketId id);
  void let_port_go(const SocketRecord& socket);
  void remove_block(BlockId id);
  void remove_blocks_of(SocketId socket);
  void remove_blocks_of_service(NameId service);
  void put_into_maps(const BlockRecord& block, BlockId holder);
  [[nodiscard]] std::uint64_t counter_of_next_token() const;
  [[nodiscard]] std::uint64_t records_hash() const;
  [[nodiscard]] std::uint64_t hash_with(std::uint64_t records) const;

  std::uint64_t seed_;
  std::uint64_t boot_;
  std::uint64_t next_serial_;
  std::uint64_t tokens_given_ = 0;
  PerPool<PortRange> dynamic_ranges_;
  PerPool<Port> last_automatic_ports_;
  std::vector<Address> addresses_;
  std::vector<std::string> names_;
  Slots<ProcessRecord> processes_;
  Slots<SocketRecord> sockets_;
  Slots<HandleRecord> handles_;
  Slots<BlockRecord> blocks_;
  TokenIndex tokens_;
  PerPool<PortMap<BlockId>> block_maps_;
  std::array<PortMap<SocketId>, kTransports> bound_ports_;
};

/// The token of that counter of that boot: one to one for a seed, so none is given twice (ACQ-21).
/// Nothing for the one counter whose token would be 0.
[[nodiscard]] Token token_for(std::uint64_t seed, std::uint64_t boot, std::uint64_t counter);

}  // namespace berth
