// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <variant>

#include <berth/core/records.h>
#include <berth/core/refusal.h>

namespace berth {

/// What a granted request changes, one structure per change. `PortPool::apply` carries them out and cannot
/// fail.
namespace effect {

struct AddProcess {
  ProcessRecord process;
};
struct RemoveProcess {
  ProcessId process;
};
struct AddSocket {
  SocketRecord socket;
};
struct AddHandle {
  SocketId socket;
  ProcessId process;
};
/// Takes one handle away, and the socket with its last one.
struct DropHandle {
  SocketId socket;
  ProcessId process;
};
struct SetOptions {
  SocketId socket;
  SocketOptions options;
};
struct SetProcessor {
  SocketId socket;
  std::uint16_t processor = 0;
};
struct SetAssociation {
  SocketId socket;
  Token token;
};
struct BindSocket {
  SocketId socket;
  Endpoint name;
};
/// Lets the port of a bound socket go.
struct UnbindSocket {
  SocketId socket;
};
struct SetState {
  SocketId socket;
  SocketState state{};
};
struct AddBlock {
  BlockRecord block;
};
/// `lifetime` says whether the persistent store forgets the block too.
struct RemoveBlock {
  BlockId block;
  Lifetime lifetime = Lifetime::Persistent;
};
/// Ends every reservation that was acquired on this socket.
struct RemoveBlocksOf {
  SocketId socket;
};
/// Ends every block of this service.
struct RemoveBlocksOfService {
  NameId service;
};
struct SetDynamicRange {
  Transport transport{};
  Family family{};
  PortRange range;
  Lifetime lifetime{};
  bool at_once = true;
};
/// The next automatic port of this pool is looked for after `last`.
struct AdvanceSequence {
  Transport transport{};
  Family family{};
  Port last = 0;
};

}  // namespace effect

using OneEffect =
    std::variant<std::monostate, effect::AddProcess, effect::RemoveProcess, effect::AddSocket,
                 effect::AddHandle, effect::DropHandle, effect::SetOptions, effect::SetProcessor,
                 effect::SetAssociation, effect::BindSocket, effect::UnbindSocket, effect::SetState,
                 effect::AddBlock, effect::RemoveBlock, effect::RemoveBlocksOf, effect::RemoveBlocksOfService,
                 effect::SetDynamicRange, effect::AdvanceSequence>;

/// The few effects of one decision, in the order in which they are applied. A value that never allocates.
class Effects {
 public:
  Effects() = default;
  Effects(const Effects& other) : count_(other.count_) {
    std::uninitialized_copy_n(other.first(), count_, first());
  }
  Effects& operator=(const Effects& other) {
    count_ = other.count_;
    std::uninitialized_copy_n(other.first(), count_, first());
    return *this;
  }
  ~Effects() = default;

  /// Requires: there is room; no decision has more than `kMost` effects.
  void add(const OneEffect& effect) {
    assert(count_ < kMost);
    std::construct_at(first() + count_, effect);
    ++count_;
  }
  [[nodiscard]] std::span<const OneEffect> list() const { return {first(), count_}; }

 private:
  static constexpr std::size_t kMost = 4;
  // Nothing is made of a place before an effect comes: filling them would cost more than most decisions.
  union Places {
    Places() {}  // NOLINT(modernize-use-equals-default): of such a union it would be deleted
    OneEffect list[kMost];
  };
  static_assert(std::is_trivially_destructible_v<OneEffect> && std::is_trivially_copyable_v<OneEffect>);

  OneEffect* first() { return places_.list; }
  [[nodiscard]] const OneEffect* first() const { return places_.list; }

  Places places_;
  std::size_t count_ = 0;
};

/// The request is granted: what changes and what the caller is told.
struct Grant {
  Effects effects;
  Reply reply;
};

using Decision = Result<Grant, Refusal>;

}  // namespace berth
