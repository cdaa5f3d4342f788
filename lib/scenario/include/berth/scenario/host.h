// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <berth/scenario/arm.h>

#include <berth/scenario/worker.h>

namespace berth::scenario {

/// Something that a playing changed and that outlives it: it must be taken back.
struct Trace {
  enum class Kind : std::uint8_t { PersistentReservation, Exclusion, DynamicRange, BootMark };
  Kind kind{};
  Transport transport{};
  Family family{};       ///< of a dynamic range
  RequestedBlock block;  ///< what was made; of a dynamic range: what was there before
  Lifetime store = Lifetime::Persistent;
  friend bool operator==(const Trace&, const Trace&) = default;
};

/// One thing that was found out about the computer.
struct Probe {
  std::string name;
  std::string answer;
  friend bool operator==(const Probe&, const Probe&) = default;
};

/// The computer on which the native arm plays: Windows, or an emulated machine that stands in for it. What it
/// cannot do it says with the name of the probe that failed. Thread-compatible.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// The system and its build, as a rule's source names it: `Windows 11 Pro 10.0.22631`.
  [[nodiscard]] virtual std::string build() const = 0;
  /// What was found out before anything was played.
  [[nodiscard]] virtual std::vector<Probe> probes() const = 0;

  /// Why no process can have that identity here.
  [[nodiscard]] virtual std::optional<std::string> lacks(const Identity& identity) const = 0;
  /// Why nobody can change exclusions and dynamic ranges here.
  [[nodiscard]] virtual std::optional<std::string> lacks_netsh() const = 0;
  /// Why the persistent functions cannot be called here.
  [[nodiscard]] virtual std::optional<std::string> lacks_persistent_functions() const = 0;

  /// Why no port can be reserved here at all: a Windows before Vista, or what stands in for Windows.
  [[nodiscard]] virtual std::optional<std::string> lacks_port_reservations() const = 0;
  /// Why no playing can go on here after the computer was restarted.
  [[nodiscard]] virtual std::optional<std::string> lacks_restart() const = 0;
  /// Leaves a mark that goes when the computer is restarted, or is taken back, and at no other time. False
  /// when it cannot be left. Requires: no lack of a restart.
  virtual bool mark_this_boot() = 0;
  /// False only when it is certain that the mark is gone.
  [[nodiscard]] virtual bool is_boot_marked() const = 0;
  /// True when sockets can be bound to that address here.
  [[nodiscard]] virtual bool has_address(const Address& address) const = 0;

  /// A process of that identity that serves steps; else why there is none.
  virtual Result<std::unique_ptr<Channel>, std::string> start(const Identity& identity) = 0;
  /// Disjoint runs of ports that are free; else why there are none.
  virtual Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) = 0;
  [[nodiscard]] virtual PortRange dynamic_range(Transport transport, Family family) const = 0;

  /// What netsh does when that identity calls it; nobody: the administrator who runs the arm.
  virtual Seen add_exclusion(const std::optional<Identity>& as, const request::AddExclusion& wanted) = 0;
  virtual Seen delete_exclusion(const std::optional<Identity>& as,
                                const request::DeleteExclusion& wanted) = 0;
  virtual Seen set_dynamic_range(const std::optional<Identity>& as,
                                 const request::SetDynamicRange& wanted) = 0;
  /// Takes something back that a playing left; what is not there any more is no failure. False when it may
  /// still be there.
  virtual bool take_back(const Trace& trace) = 0;
};

}  // namespace berth::scenario
