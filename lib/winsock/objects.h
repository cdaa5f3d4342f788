// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "kernel_object.h"
#include "thread_context.h"

namespace berth::winsock {

enum class Reset : std::uint8_t { ByHand, Automatically };

class Event final : public KernelObject {
 public:
  Event(Reset reset, bool is_set) : reset_(reset), is_set_(is_set) {}

  void set();
  void reset();
  /// Ends the waits that a set would end, and is not set afterwards.
  void pulse();
  [[nodiscard]] bool is_set() const;

 private:
  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;

  const Reset reset_;
  bool is_set_;
};

class Semaphore final : public KernelObject {
 public:
  /// Requires: 0 <= `count` <= `most`, 0 < `most`.
  Semaphore(std::int32_t count, std::int32_t most) : count_(count), most_(most) {}

  /// The count before; nothing, with nothing changed, when it would pass its maximum.
  std::optional<std::int32_t> release(std::int32_t more);

 private:
  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;

  std::int32_t count_;
  const std::int32_t most_;
};

class Mutex final : public KernelObject {
 public:
  ~Mutex() override;

  /// Makes the calling thread the owner. Requires: nobody is.
  void own();
  /// False when the calling thread is not the owner.
  bool release();

 private:
  friend class ThreadContext;

  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;
  // Under the dispatcher's lock.
  void abandon();
  void let_go();

  ThreadContext* owner_ = nullptr;
  std::uint32_t depth_ = 0;
  bool is_abandoned_ = false;
};

/// The emulated process itself, which never ends while somebody can ask.
class ProcessObject final : public KernelObject {
 private:
  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;
};

/// What a completion port tells of one finished call.
struct Packet {
  std::uintptr_t key = 0;
  void* overlapped = nullptr;
  std::uint32_t bytes = 0;
  std::int32_t status = 0;  ///< an NTSTATUS
};

/// Packets leave in the order in which they came; of the threads that wait, the last one is served first.
/// The number of threads that may run at once is not limited.
class CompletionPort final : public KernelObject {
 public:
  void post(const Packet& packet);

  struct Received {
    WaitOutcome::Kind kind = WaitOutcome::Kind::TimedOut;
    std::vector<Packet> packets;
  };
  /// Up to `most` packets, at least one. Abandoned when the port's last handle is closed.
  /// Requires: `port` is not null, 0 < `most`.
  static Received receive(const std::shared_ptr<CompletionPort>& port, std::size_t most, Timeout timeout,
                          bool alertable);

  [[nodiscard]] bool can_be_waited_for() const override { return false; }
  void no_handle_is_left() override;

 private:
  [[nodiscard]] bool is_ready_for(const ThreadContext& thread) const override;
  Taken take(ThreadContext& thread) override;
  [[nodiscard]] bool serves_the_last_comer_first() const override { return true; }

  std::deque<Packet> packets_;
  bool is_closed_ = false;
};

/// The handles of the program that are no sockets: multiples of four from 0x10000000 on, which no socket has.
///
/// Thread-safe. A value that is closed comes back as late as can be.
class ObjectTable {
 public:
  static constexpr std::uintptr_t kFirst = 0x10000000;
  static constexpr std::uintptr_t kLast = 0xfffffffc - 0x1000;

  /// The program's; never destroyed.
  static ObjectTable& of_program();

  std::uintptr_t insert(std::shared_ptr<KernelObject> object);
  [[nodiscard]] std::shared_ptr<KernelObject> find(std::uintptr_t handle) const;
  /// False when it is no open handle.
  bool close(std::uintptr_t handle);

  /// The flags of SetHandleInformation; nothing, and false, when it is no open handle.
  [[nodiscard]] std::optional<std::uint32_t> flags(std::uintptr_t handle) const;
  bool set_flags(std::uintptr_t handle, std::uint32_t flags);

  [[nodiscard]] std::size_t open_handles() const;

  /// Around a fork: no change of the table is then half done in the child.
  void hold_still() { mutex_.lock(); }
  void go_on() { mutex_.unlock(); }

 private:
  struct Entry {
    std::shared_ptr<KernelObject> object;
    std::uint32_t flags = 0;
  };

  ObjectTable() = default;

  mutable std::mutex mutex_;
  std::unordered_map<std::uintptr_t, Entry> entries_;
  std::uintptr_t next_ = kFirst;
};

/// What `handle` stands for; null when it is closed, or of another kind.
template <class Object>
[[nodiscard]] std::shared_ptr<Object> find_object(std::uintptr_t handle) {
  return std::dynamic_pointer_cast<Object>(ObjectTable::of_program().find(handle));
}
[[nodiscard]] inline std::shared_ptr<Event> find_event(std::uintptr_t handle) {
  return find_object<Event>(handle);
}
[[nodiscard]] inline std::shared_ptr<CompletionPort> find_port(std::uintptr_t handle) {
  return find_object<CompletionPort>(handle);
}

}  // namespace berth::winsock
