// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>
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
  // Copies the effects that are there; the other places are worth nothing and many bytes.
  Effects(const Effects& other) : count_(other.count_) {
    std::copy_n(other.effects_.begin(), count_, effects_.begin());
  }
  Effects& operator=(const Effects& other) {
    count_ = other.count_;
    std::copy_n(other.effects_.begin(), count_, effects_.begin());
    return *this;
  }
  ~Effects() = default;

  /// Requires: there is room; no decision has more than `kMost` effects.
  void add(const OneEffect& effect) {
    assert(count_ < kMost);
    effects_[count_++] = effect;
  }
  [[nodiscard]] std::span<const OneEffect> list() const { return std::span(effects_).first(count_); }

 private:
  static constexpr std::size_t kMost = 4;
  std::array<OneEffect, kMost> effects_{};
  std::size_t count_ = 0;
};

/// The request is granted: what changes and what the caller is told.
struct Grant {
  Effects effects;
  Reply reply;
};

using Decision = Result<Grant, Refusal>;

}  // namespace berth
