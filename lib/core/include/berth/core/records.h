// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include <berth/core/address.h>
#include <berth/core/identity.h>
#include <berth/core/ids.h>
#include <berth/core/port_range.h>
#include <berth/core/request.h>

namespace berth {

/// What can hold a port. With the request that asks for it, the kind decides the answer: `rules/sharing.h`.
enum class RecordKind : std::uint8_t {
  RuntimeReservation,
  PersistentReservation,
  AdministeredExclusion,
  ForeignBlock,    ///< held by a service of the system, such as WinNAT
  KernelListener,  ///< a port on which the kernel itself listens, such as http.sys
  BoundSocket,
};
inline constexpr std::size_t kRecordKinds = 6;
inline constexpr std::array<std::string_view, kRecordKinds> kRecordKindNames = {
    "runtime reservation", "persistent reservation", "administered exclusion",
    "foreign block",       "kernel listener",        "bound socket"};

/// The families whose ports something takes.
struct FamilySet {
  bool ipv4 = true;
  bool ipv6 = true;
  static constexpr FamilySet both() { return {}; }
  static constexpr FamilySet only(Family family) {
    return {.ipv4 = family == Family::Ipv4, .ipv6 = family == Family::Ipv6};
  }
  [[nodiscard]] constexpr bool meets(FamilySet other) const {
    return (ipv4 && other.ipv4) || (ipv6 && other.ipv6);
  }
  friend constexpr bool operator==(const FamilySet&, const FamilySet&) = default;
};

/// A process of the emulated machine.
struct ProcessRecord {
  ProcessId id;
  NameId account;
  TokenKind token{};
  bool elevated = false;  ///< the effective token holds Administrators, enabled (ID-12)
  friend bool operator==(const ProcessRecord&, const ProcessRecord&) = default;
};

/// A block of ports that is held by something other than a bound socket. Blocks never overlap (POOL-09).
struct BlockRecord {
  BlockId id;
  RecordKind kind{};
  Transport transport{};
  FamilySet families;
  PortRange range;
  Token token;             ///< of a reservation; else empty
  ProcessId owner;         ///< who acquired or created it; empty for the system and after a restart
  NameId service;          ///< of a foreign block or kernel listener
  SocketId anchor;         ///< the acquiring socket of a runtime reservation
  BlockId next_of_anchor;  ///< the acquiring socket's next reservation
  Lifetime lifetime = Lifetime::UntilRestart;
  Placement placement = Placement::Fixed;
  std::uint64_t serial = 0;  ///< of a persistent reservation: its number in the store
};

/// The life of a socket; `may_become` says which state may follow which.
enum class SocketState : std::uint8_t {
  Open,
  Bound,
  Listening,
  Accepted,  ///< made by accept; its connection is active
  Ended,     ///< made by accept; its connection is no longer active
};

/// How a socket asks to share its address. The two options exclude one another.
enum class Sharing : std::uint8_t { Default, Reuse, Exclusive };

struct SocketOptions {
  Sharing sharing = Sharing::Default;
  bool ipv6_only = false;
  bool broadcast = false;
  bool randomize_port = false;
  bool port_scalability = false;
  bool reuse_unicast_port = false;
  friend constexpr bool operator==(const SocketOptions&, const SocketOptions&) = default;
};

struct SocketRecord {
  SocketId id;
  ProcessId owner;  ///< who opened it; a duplicate does not change that (LIFE-03)
  NameId account;   ///< of the owner
  Transport transport{};
  Family family{};
  SocketState state = SocketState::Open;
  SocketOptions options;                   ///< as they are set now
  SocketOptions bound_with;                ///< as they were when it was bound (MTX-11)
  std::optional<std::uint16_t> processor;  ///< SIO_CPU_AFFINITY
  Token association;                       ///< empty: not associated
  Endpoint name;                           ///< once bound
  BlockId first_block;                     ///< of the reservations acquired on it
  std::uint32_t handles = 1;               ///< of all processes
  std::uint32_t owner_handles = 1;         ///< of the owner alone
  SocketId older_on_port;                  ///< its neighbours among the sockets bound to its port
  SocketId newer_on_port;

  [[nodiscard]] bool is_bound() const { return state != SocketState::Open; }
};

/// A handle to a socket that another process than its owner holds.
struct HandleRecord {
  Id<struct HandleKind, std::uint64_t> id;
  ProcessId process;
  SocketId socket;
};

// What makes two records different states of a machine: all but the links that follow from others.
[[nodiscard]] std::uint64_t hash_of(const BlockRecord& record);
[[nodiscard]] std::uint64_t hash_of(const SocketRecord& record);
[[nodiscard]] std::uint64_t hash_of(const HandleRecord& record);
[[nodiscard]] std::uint64_t hash_of(const ProcessRecord& record);

/// A socket in one state may be in these states next; anything else is a bug.
[[nodiscard]] constexpr bool may_become(SocketState from, SocketState to) {
  switch (from) {
    case SocketState::Open: return to == SocketState::Bound;
    case SocketState::Bound: return to == SocketState::Listening;
    case SocketState::Listening: return to == SocketState::Listening;  // listening twice is harmless
    case SocketState::Accepted: return to == SocketState::Ended;
    case SocketState::Ended:
      return to == SocketState::Ended;  // a connection ends once; being told twice changes nothing
  }
  return false;
}
static_assert(!may_become(SocketState::Open, SocketState::Listening), "listen needs a bound socket (BND-26)");
static_assert(!may_become(SocketState::Bound, SocketState::Bound), "a socket is bound once (BND-14)");

}  // namespace berth
