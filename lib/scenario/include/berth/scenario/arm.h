// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/address.h>
#include <berth/core/profile.h>
#include <berth/core/result.h>
#include <berth/scenario/names.h>
#include <berth/scenario/scenario.h>

namespace berth::scenario {

/// What was seen when a step was performed: a value.
struct Seen {
  enum class Kind : std::uint8_t {
    Succeeded,
    Refused,
    Failed,  ///< the host or the arm failed: nothing was learned
  };
  Kind kind = Kind::Succeeded;
  std::int64_t code = 0;     ///< 0 after a success
  std::optional<Rule> rule;  ///< that refused, where the arm can see it
  std::string because;       ///< the record that decided and its owner, in words; empty when there is none
  std::string failure;       ///< why it failed
  std::vector<std::string> complaints;  ///< what a call did that no call does

  std::optional<std::uint64_t> socket;
  std::optional<Endpoint> name;
  std::optional<RequestedBlock> block;
  std::optional<Token> token;
  std::optional<std::uint32_t> count;
  std::optional<bool> count_untouched;
  std::optional<bool> output_untouched;
  std::optional<bool> token_untouched;
  std::optional<bool> option;
  std::optional<WinsockVersion> negotiated;

  static Seen failed(std::string why);
};

/// One playing of one scenario in one arm, from its world on. Thread-compatible.
class Performance {
 public:
  Performance() = default;
  Performance(const Performance&) = delete;
  Performance& operator=(const Performance&) = delete;
  virtual ~Performance() = default;

  /// Disjoint runs of ports, one for each that is wanted, or why there are none.
  virtual Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) = 0;
  /// Performs one step. Requires: the arm lacks nothing for it, and `names` has values for its expressions.
  virtual Seen perform(const Step& step, const Names& names) = 0;
  [[nodiscard]] virtual PortRange dynamic_range(Transport transport, Family family) const = 0;
};

/// A way to play scenarios. Thread-safe.
class Arm {
 public:
  Arm() = default;
  Arm(const Arm&) = delete;
  Arm& operator=(const Arm&) = delete;
  virtual ~Arm() = default;

  [[nodiscard]] virtual ArmKind kind() const = 0;
  [[nodiscard]] std::string_view name() const { return kArmNames[static_cast<std::size_t>(kind())]; }
  /// What the step needs and the arm has not; nothing when it has all.
  [[nodiscard]] virtual std::optional<std::string> lacks(const Step& step) const = 0;
  /// The same for a process that runs from the beginning.
  [[nodiscard]] virtual std::optional<std::string> lacks(const ProcessWanted& process) const = 0;
  /// The same for the scenario as a whole: its world, its profile, its accounts.
  [[nodiscard]] virtual std::optional<std::string> lacks(const Scenario&) const { return std::nullopt; }
  /// Puts the scenario's world in place and starts its processes; else why that failed.
  virtual Result<std::unique_ptr<Performance>, std::string> begin(const Scenario& scenario,
                                                                  const Profile& profile) const = 0;
};

/// The arm that turns steps into requests to a machine of its own.
[[nodiscard]] std::unique_ptr<Arm> make_rules_arm();
/// The arm that calls the Windows functions, on an emulated machine of its own. Not on Windows.
[[nodiscard]] std::unique_ptr<Arm> make_winsock_arm();

/// The arms that play on an emulated machine, as far as this build has them.
[[nodiscard]] std::span<const ArmKind> emulated_arms();
/// Requires: `kind` is one of `emulated_arms()`, or of Daemon where `daemon_worker` is the command line of a
/// process of it.
[[nodiscard]] std::unique_ptr<Arm> make_arm(ArmKind kind, std::vector<std::string> daemon_worker = {});

}  // namespace berth::scenario
