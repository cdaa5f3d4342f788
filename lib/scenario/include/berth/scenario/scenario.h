// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/profile.h>
#include <berth/core/result.h>
#include <berth/document/document_error.h>
#include <berth/machine/world.h>
#include <berth/scenario/step.h>

namespace berth::scenario {

class Fixtures;

/// Where a run of ports is looked for.
enum class Where : std::uint8_t { OutsideDynamic, Dynamic, Low };
inline constexpr std::array<std::string_view, 3> kWhereNames = {"outside_dynamic", "dynamic", "low"};

/// A run of ports that a scenario wants under a name.
struct PortsWanted {
  std::string name;
  std::uint16_t count = 1;
  Where where = Where::OutsideDynamic;
  std::optional<Port> at;  ///< a literal place
  friend bool operator==(const PortsWanted&, const PortsWanted&) = default;
};

/// The arms by which scenarios are played.
enum class ArmKind : std::uint8_t { Rules, Winsock, Native, Daemon };
inline constexpr std::array<std::string_view, 4> kArmNames = {"rules", "winsock", "native", "daemon"};
[[nodiscard]] constexpr std::string_view name_of(ArmKind arm) {
  return kArmNames[static_cast<std::size_t>(arm)];
}

/// An arm in which a scenario is known to come out otherwise.
struct KnownDeviation {
  ArmKind arm{};
  std::string reason;
  friend bool operator==(const KnownDeviation&, const KnownDeviation&) = default;
};

/// A scenario: a fully checked value. Every name is defined before it is used, every switch has all its
/// positions.
struct Scenario {
  std::string file;  ///< where it was read from
  std::string title;
  std::vector<Rule> rules;
  std::string source;
  World world;
  std::optional<Profile> profile;       ///< it is about this reading alone
  std::vector<std::size_t> switches;    ///< in `switches()`
  std::vector<SwitchPosition> assumes;  ///< it holds only where the profile has each of these
  std::vector<ArmKind> arms;            ///< empty: all
  std::optional<KnownDeviation> known_deviation;
  std::vector<PortsWanted> ports;
  std::vector<ProcessWanted> processes;
  std::vector<Step> steps;
};

/// What a scenario may be made of.
inline constexpr std::size_t kMostSteps = 100'000;
inline constexpr std::size_t kMostNames = 10'000;

/// Reads a scenario from JSON text; `file` is named in errors. The worlds and profiles that it names are read
/// from `fixtures`. An error leaves nothing behind but itself.
[[nodiscard]] Result<Scenario, DocumentError> parse_scenario(const std::string& file, std::string_view text,
                                                             const Fixtures& fixtures);
/// The same for a file on disk.
[[nodiscard]] Result<Scenario, DocumentError> load_scenario(const std::string& path,
                                                            const Fixtures& fixtures);

}  // namespace berth::scenario
