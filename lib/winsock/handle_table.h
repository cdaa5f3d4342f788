// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <berth/core/gateway.h>
#include <berth/core/ids.h>
#include <berth/core/port_range.h>

namespace berth::winsock {

class Flow;
class ProcessFace;

/// What the face itself knows of a socket: what it is to the model, or that the model does not know it.
enum class SocketKind : std::uint8_t { Tcp, Udp, Other };

/// What a handle stands for.
struct OpenHandle {
  ProcessFace* process = nullptr;
  SocketId socket;  ///< empty for a socket that is neither TCP nor UDP
  SocketKind kind = SocketKind::Other;
  Family family{};
  bool overlapped = true;
  int type = 0;  ///< as the program asked for it, for SO_TYPE
  /// What it has once it talks; the table's until the handle is taken, then the taker's. Null: silent so far.
  Flow* flow = nullptr;
};

/// What the program has switched on for a handle, to be read back by getsockopt.
enum class StoredOption : std::uint8_t {
  ReuseAddress,
  ExclusiveUse,
  Ipv6Only,
  Broadcast,
  RandomizePort,
  PortScalability,
  ReuseUnicastPort,
  Listening,
  NotInherited,
};

/// The socket handles of the whole program: each names its process, and so its machine.
///
/// Thread-safe. Looking a handle up takes no lock. A handle that is closed comes back as late as can be: the
/// slots wait their turn.
/// Requires: a process face outlives the calls on its handles.
class HandleTable {
 public:
  static constexpr std::size_t kMostHandles = std::size_t{1} << 20U;

  /// The program's table, which is never destroyed: a thread may still close a socket while the program ends.
  static HandleTable& of_program();
  /// A table of its own, for tests. Requires: `most` is at most kMostHandles.
  constexpr explicit HandleTable(std::size_t most = kMostHandles) : most_(most) {}
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;
  ~HandleTable();

  /// A new handle: never 0, never INVALID_SOCKET, a multiple of four as on Windows. Nothing when as many as
  /// the table holds are open.
  std::optional<std::uintptr_t> insert(const OpenHandle& open);
  /// The same under that number, which is greater than those of all handles so far. False: it cannot be one.
  bool insert_at(std::uintptr_t handle, const OpenHandle& open, std::uint32_t options);
  [[nodiscard]] std::optional<OpenHandle> find(std::uintptr_t handle) const {
    OpenHandle open;
    return find(handle, open) ? std::optional(open) : std::nullopt;
  }
  /// The same in place. False, with nothing useful in `open`: it is no open handle.
  [[nodiscard]] bool find(std::uintptr_t handle, OpenHandle& open) const {
    return find(slot_of(handle), open);
  }
  /// Takes the handle away; of several threads that try, one gets what it stood for. When that has a flow,
  /// the taker ends it with `retire`.
  std::optional<OpenHandle> take(std::uintptr_t handle);
  /// Lets an open handle stand for something else. False: it does not stand for `socket` any more.
  bool replace(std::uintptr_t handle, SocketId socket, const OpenHandle& by);
  /// Waits until no call uses the taken handle's flow any more; its number may then come back.
  /// Requires: whatever sleeps in such a call has been woken.
  void retire(std::uintptr_t handle);
  /// Whether a call is between `enter` and `leave` on the handle, the caller's own included.
  [[nodiscard]] bool has_calls(std::uintptr_t handle) const { return calls_on(handle) != 0; }
  /// How many are. Requires: it is or was a handle.
  [[nodiscard]] std::uint32_t calls_on(std::uintptr_t handle) const;
  /// Gives the handle this flow, unless it has one or was closed meanwhile. Returns what it has now.
  Flow* adopt(std::uintptr_t handle, Flow* flow);
  /// Some handle to that socket of that machine; nothing when this program has none. Looks at every handle.
  [[nodiscard]] std::optional<std::uintptr_t> handle_to(const Gateway& machine, SocketId socket) const;
  /// The handles of `process`, in the order in which their slots come.
  [[nodiscard]] std::vector<std::uintptr_t> handles_of(const ProcessFace* process) const;

  /// Calls `look` with every flow that an open handle has, each kept from ending meanwhile.
  void each_flow(const std::function<void(Flow&)>& look);

  [[nodiscard]] bool is_on(std::uintptr_t handle, StoredOption option) const;
  /// For the other handles of the same flow too, but for NotInherited. Requires: the caller has entered the
  /// handle, or it has no flow.
  void store(std::uintptr_t handle, StoredOption option, bool on);
  /// All of them, to be given to `insert_at`. Requires: it is a handle.
  [[nodiscard]] std::uint32_t options_of(std::uintptr_t handle) const;
  /// Switches on for `to` what is on for `from`, but for NotInherited.
  void copy_options(std::uintptr_t from, std::uintptr_t to);

  /// While a call is between `enter` and `leave`, what a find says of a flow stays true.
  void enter(std::uintptr_t handle) { enter(slot_of(handle)); }
  void leave(std::uintptr_t handle) { leave(slot_of(handle)); }
  class Visit;

  /// Around a fork: no change of the table is then half done in the child.
  void hold_still() { mutex_.lock(); }
  /// In the child of a fork: the calls that were under way are those of threads that stayed with the parent.
  void forget_calls();
  void go_on() { mutex_.unlock(); }

 private:
  struct Slot;
  static void enter(Slot* slot);
  static void leave(Slot* slot);
  static bool find(const Slot* slot, OpenHandle& open);
  static void put_option(std::atomic<std::uint32_t>& options, StoredOption option, bool on);
  static constexpr std::size_t kPerChunk = 1024;
  static constexpr std::size_t kChunks = kMostHandles / kPerChunk;
  static constexpr std::size_t kNone = ~std::size_t{0};
  // A reader takes a copy between two looks at `version`, which is odd while the handle is open.
  struct Slot {
    std::atomic<std::uint32_t> version{0};
    std::atomic<std::uint32_t> options{0};
    std::atomic<ProcessFace*> process{nullptr};
    std::atomic<std::uint64_t> socket{0};
    std::atomic<std::uint32_t> shape{0};
    std::atomic<std::uint32_t> calls{0};  // that are between enter and leave
    std::atomic<Flow*> flow{nullptr};
    std::size_t next_free = kNone;
  };
  using Chunk = std::array<Slot, kPerChunk>;

  static constexpr std::uintptr_t handle_at(std::size_t index) { return 4 * (index + 64); }
  static constexpr std::size_t index_at(std::uintptr_t handle) { return handle / 4 - 64; }
  // Null for a number that is no handle's.
  [[nodiscard]] Slot* slot_of(std::uintptr_t handle) const {
    const std::size_t index = index_at(handle);
    if (handle % 4 != 0 || index >= kMostHandles) return nullptr;  // a small handle's index wraps round
    Chunk* chunk = chunks_[index / kPerChunk].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &(*chunk)[index % kPerChunk];
  }
  [[nodiscard]] std::optional<std::size_t> free_slot();
  std::size_t new_slot();
  void open_slot(std::size_t index, const OpenHandle& open, std::uint32_t options);
  void give_back(std::size_t index);
  // Kind, family, overlapped and type in one word, so that a reader takes them together.
  static std::uint32_t shape_of(const OpenHandle& open) {
    return static_cast<std::uint32_t>(open.kind) | (static_cast<std::uint32_t>(open.family) << 2U) |
           (static_cast<std::uint32_t>(open.overlapped) << 3U) |
           (static_cast<std::uint32_t>(open.type & 0xff) << 8U);
  }
  static void put_shape(OpenHandle& open, std::uint32_t shape) {
    open.kind = static_cast<SocketKind>(shape & 3U);
    open.family = static_cast<Family>((shape >> 2U) & 1U);
    open.overlapped = ((shape >> 3U) & 1U) != 0;
    open.type = static_cast<int>(shape >> 8U);
  }

  union OfProgram;
  static OfProgram of_program_;

  const std::size_t most_;
  std::array<std::atomic<Chunk*>, kChunks> chunks_{};
  std::mutex mutex_;  // guards what follows, and every change of a slot's version
  std::size_t used_ = 0;
  std::size_t first_free_ = kNone;
  std::size_t last_free_ = kNone;
  std::size_t free_slots_ = 0;
};

union HandleTable::OfProgram {
  constexpr OfProgram() : table() {}
  OfProgram(const OfProgram&) = delete;
  OfProgram& operator=(const OfProgram&) = delete;
  // NOLINTNEXTLINE(modernize-use-equals-default): of such a union it would be deleted
  ~OfProgram() {
    // The table stays.
  }
  HandleTable table;
};

// Every call of the program comes by here, so these are not called but compiled in.

inline HandleTable& HandleTable::of_program() { return of_program_.table; }

inline bool HandleTable::find(const Slot* slot, OpenHandle& open) {
  if (slot == nullptr) return false;
  const std::uint32_t before = slot->version.load(std::memory_order_acquire);
  if (before % 2 == 0) return false;
  // Acquire, so that the second look at the version cannot come before them.
  open.process = slot->process.load(std::memory_order_acquire);
  open.socket = SocketId{slot->socket.load(std::memory_order_acquire)};
  put_shape(open, slot->shape.load(std::memory_order_acquire));
  open.flow = slot->flow.load(std::memory_order_acquire);
  return slot->version.load(std::memory_order_relaxed) == before;
}

inline void HandleTable::enter(Slot* slot) {
  if (slot != nullptr) slot->calls.fetch_add(1, std::memory_order_seq_cst);
}

inline void HandleTable::leave(Slot* slot) {
  if (slot == nullptr) return;
  const bool was_last = slot->calls.fetch_sub(1, std::memory_order_seq_cst) == 1;
  // An open handle has nobody waiting for its calls to end.
  if (was_last && slot->version.load(std::memory_order_seq_cst) % 2 == 0) slot->calls.notify_all();
}

/// Enters a handle's place in the program's table, and leaves it at the end.
class HandleTable::Visit {
 public:
  explicit Visit(std::uintptr_t handle) : slot_(of_program().slot_of(handle)) { enter(slot_); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { leave(slot_); }
  [[nodiscard]] bool find(OpenHandle& open) const { return HandleTable::find(slot_, open); }

 private:
  Slot* const slot_;
};

}  // namespace berth::winsock
