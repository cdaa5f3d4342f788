// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>

#include <berth/machine/machine.h>
#include <berth/scenario/stage.h>
#include <berth/winsock/attach.h>

#include "guarded_memory.h"

namespace berth::scenario {

/// A stage with a machine of its own; the rules arm plays on it too. Thread-compatible.
class EmulatedStage final : public Stage {
 public:
  static Result<std::unique_ptr<EmulatedStage>, std::string> make(const Scenario& scenario,
                                                                  const Profile& profile);

  [[nodiscard]] std::optional<std::string_view> lacks(const Step&) const override { return std::nullopt; }
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override;
  [[nodiscard]] PortRange dynamic_range(Transport transport, Family family) const override;
  Seen perform(const Step& step, const Names& names) override;
  bool as_process(const std::string& process, const std::function<void()>& make_calls) override;
  [[nodiscard]] std::optional<Refusal> last_refusal() const override;
  [[nodiscard]] std::string why(const Refusal& refusal) const override;
  [[nodiscard]] void* memory(Shape shape, std::span<const std::byte> contents) override {
    return memory_.make(shape, contents);
  }

  /// Submits a request as that process, or as the system itself.
  Outcome submit(const std::string& process, const Request& request);
  /// Empty for the system itself and for a process that is not running.
  [[nodiscard]] ProcessId id_of(const std::string& process) const;
  [[nodiscard]] bool is_running(const std::string& process) const;
  /// What a step of that surface sees of an outcome.
  [[nodiscard]] Seen seen(const Outcome& outcome, Surface surface) const;

 private:
  struct Process {
    ProcessId id;
    int start_ups = 1;
    std::shared_ptr<WindowsProcess> face;  // made when it first calls
  };

  explicit EmulatedStage(std::shared_ptr<Machine> machine) : machine_(std::move(machine)) {}
  Seen start(const ProcessWanted& wanted);
  Seen exit(const std::string& process);
  Seen restart();
  [[nodiscard]] std::string name_of(ProcessId process) const;

  std::shared_ptr<Machine> machine_;
  std::map<std::string, Process> processes_;
  GuardedMemory memory_;
};

}  // namespace berth::scenario
