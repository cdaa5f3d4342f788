// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <berth/winsock/advice.h>
#include <berth/winsock/attach.h>

#include "fault_plan.h"
#include "fork.h"

namespace berth::winsock {

/// What a socket needs of the process that made it, also when that process' face is gone and another process
/// has a duplicate.
class ProcessHome {
 public:
  ProcessHome(std::shared_ptr<Gateway> machine, ProcessId process, Network network)
      : machine_(std::move(machine)), process_(process), network_(network) {}
  [[nodiscard]] Gateway& machine() const { return *machine_; }
  [[nodiscard]] ProcessId id() const { return process_; }
  [[nodiscard]] Network network() const { return network_; }

 private:
  std::shared_ptr<Gateway> machine_;
  ProcessId process_;
  Network network_;
};

struct Upcalls;  // what the client of our provider offers it: upcalls.h

/// One emulated process as the Windows functions see it.
///
/// Thread-safe. Its start-up count is the one of WSAStartup; its handles stand in the program's table. After
/// a fork it stays with the parent, unless the machine is a shared one: two copies of a machine would go
/// different ways.
class ProcessFace final : public WindowsProcess, public std::enable_shared_from_this<ProcessFace> {
 public:
  ProcessFace(std::shared_ptr<Gateway> machine, ProcessId process, int start_ups,
              Network network = Network::Isolated);
  ~ProcessFace() override;

  [[nodiscard]] ProcessId id() const override { return process_; }
  [[nodiscard]] Gateway& machine() const override { return *machine_; }

  [[nodiscard]] Network network() const { return network_; }
  [[nodiscard]] ProcessHome home() const { return {machine_, process_, network_}; }

  /// A shared machine knows a forked child as a process of its own.
  [[nodiscard]] bool is_of_this_program() const {
    return forks_before_ == forks_counted() || machine_->is_shared();
  }
  [[nodiscard]] bool is_started() const { return start_ups_.load(std::memory_order_acquire) > 0; }
  void start_up() { start_ups_.fetch_add(1, std::memory_order_acq_rel); }
  /// Takes one start-up back. Nothing when there was none, else how many are left.
  std::optional<int> clean_up();
  [[nodiscard]] int start_ups() const { return start_ups_.load(std::memory_order_acquire); }

  [[nodiscard]] FaultPlan& faults() const { return *faults_; }
  /// For a fault that outlives the process.
  [[nodiscard]] std::shared_ptr<FaultPlan> shared_faults() const { return faults_; }

  void take_advice(Advice advice) {
    const std::lock_guard guard(mutex_);
    advice_ = std::move(advice);
  }
  [[nodiscard]] std::optional<Advice> advice() const {
    const std::lock_guard guard(mutex_);
    return advice_;
  }

  /// Of the last WSPStartup; null before it.
  [[nodiscard]] std::shared_ptr<const Upcalls> upcalls() const {
    const std::lock_guard guard(mutex_);
    return upcalls_;
  }
  void set_upcalls(std::shared_ptr<const Upcalls> upcalls) {
    const std::lock_guard guard(mutex_);
    upcalls_ = std::move(upcalls);
  }

 private:
  const std::shared_ptr<Gateway> machine_;
  const ProcessId process_;
  const Network network_;
  const unsigned forks_before_ = forks_so_far();
  std::atomic<int> start_ups_;
  const std::shared_ptr<FaultPlan> faults_ = std::make_shared<FaultPlan>();
  mutable std::mutex mutex_;  // guards what follows
  std::optional<Advice> advice_;
  std::shared_ptr<const Upcalls> upcalls_;
};

/// What `attached_process` tells; only attach.cpp changes it.
extern constinit thread_local ProcessFace* process_attached_to;

/// The process that the calling thread was attached to; null when it was not.
[[nodiscard]] inline ProcessFace* attached_process() { return process_attached_to; }
/// The same, for a thread that is to be attached to it too.
[[nodiscard]] std::shared_ptr<WindowsProcess> shared_attached_process();

/// The process that threads are which were attached to none and use no handle: of the newest ScopedHome that
/// lives; null when none does.
[[nodiscard]] std::shared_ptr<ProcessFace> home_process();

/// A process of that machine which lives, by the number that GetCurrentProcessId tells in it; null when there
/// is none.
[[nodiscard]] std::shared_ptr<ProcessFace> process_of_number(const Gateway& machine, std::uint32_t number);

/// The process of the program's embedded machine, which is made at the first call; null when the settings in
/// the environment are wrong, which is told once on stderr.
[[nodiscard]] ProcessFace* embedded_process();
/// The same, but null when no call has made it yet.
[[nodiscard]] ProcessFace* embedded_process_so_far();

}  // namespace berth::winsock
