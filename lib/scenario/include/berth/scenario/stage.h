// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <berth/core/refusal.h>
#include <berth/scenario/arm.h>

namespace berth::scenario {

/// What a plain Windows call needs of the place where it is made, beside Windows. Thread-compatible.
class CallSite {
 public:
  CallSite() = default;
  CallSite(const CallSite&) = delete;
  CallSite& operator=(const CallSite&) = delete;
  virtual ~CallSite() = default;

  /// The rule and record of the refusal that the calling thread saw last; nothing where rules cannot be seen.
  [[nodiscard]] virtual std::optional<Refusal> last_refusal() const = 0;
  /// The record that decided and its owner, in words.
  [[nodiscard]] virtual std::string why(const Refusal& refusal) const = 0;
  /// Memory of that shape that begins with `contents`, as far as the shape lets it; it lives as long as the
  /// site.
  [[nodiscard]] virtual void* memory(Shape shape, std::span<const std::byte> contents) = 0;
};

/// Where the plain Windows calls of an arm are made in this process: everything about a playing that no
/// Windows function does. Thread-compatible.
class Stage : public CallSite {
 public:
  /// What the step needs and the stage has not.
  [[nodiscard]] virtual std::optional<std::string_view> lacks(const Step& step) const = 0;
  virtual Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) = 0;
  [[nodiscard]] virtual PortRange dynamic_range(Transport transport, Family family) const = 0;

  /// Performs a step that is not a Windows function: start, exit, restart, netsh, services.
  virtual Seen perform(const Step& step, const Names& names) = 0;
  /// Calls `make_calls` as that process does; false when no such process is running.
  virtual bool as_process(const std::string& process, const std::function<void()>& make_calls) = 0;
};

/// A stage with a machine of its own, in the scenario's world and with its processes; else why there is none.
[[nodiscard]] Result<std::unique_ptr<Stage>, std::string> make_emulated_stage(const Scenario& scenario,
                                                                              const Profile& profile);

}  // namespace berth::scenario
