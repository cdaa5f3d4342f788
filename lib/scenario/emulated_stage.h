// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>

#include <berth/machine/machine.h>
#include <berth/scenario/stage.h>

namespace berth::scenario {

/// A machine of its own in the scenario's world, with its processes, for an arm to play on.
/// Thread-compatible.
class EmulatedStage {
 public:
  struct Process {
    ProcessId id;
    int start_ups = 1;
  };

  static Result<EmulatedStage, std::string> make(const Scenario& scenario, const Profile& profile);

  /// The same without its processes, which start elsewhere.
  static Result<EmulatedStage, std::string> make_empty(const Scenario& scenario, const Profile& profile);
  /// A process that has started, or has ended, elsewhere.
  void add_process(const std::string& name, ProcessId id) { processes_[name] = {.id = id}; }
  void remove_process(const std::string& name) { processes_.erase(name); }
  /// What is asked of the machine to start a process of the scenario.
  [[nodiscard]] request::StartProcess start_request(const ProcessWanted& wanted) const;

  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted);
  [[nodiscard]] PortRange dynamic_range(Transport transport, Family family) const;
  /// Performs a step that is not a Windows function: start, exit, restart, netsh, services.
  Seen perform(const Step& step, const Names& names);
  /// The record that decided and its owner, in words.
  [[nodiscard]] std::string why(const Refusal& refusal) const;

  /// Submits a request as that process, or as the system itself.
  Outcome submit(const std::string& process, const Request& request);
  /// Empty for the system itself and for a process that is not running.
  [[nodiscard]] ProcessId id_of(const std::string& process) const;
  [[nodiscard]] bool is_running(const std::string& process) const;
  /// Those that are running, by name.
  [[nodiscard]] const std::map<std::string, Process>& processes() const { return processes_; }
  [[nodiscard]] const std::shared_ptr<Machine>& machine() const { return machine_; }
  /// What a step of that surface sees of an outcome.
  [[nodiscard]] Seen seen(const Outcome& outcome, Surface surface) const;

 private:
  explicit EmulatedStage(std::shared_ptr<Machine> machine) : machine_(std::move(machine)) {}
  Seen start(const ProcessWanted& wanted);
  Seen exit(const std::string& process);
  Seen restart();
  [[nodiscard]] std::string name_of(ProcessId process) const;

  std::shared_ptr<Machine> machine_;
  std::map<std::string, Process> processes_;
};

}  // namespace berth::scenario
