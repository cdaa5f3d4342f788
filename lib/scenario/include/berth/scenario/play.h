// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <berth/scenario/arm.h>

namespace berth::scenario {

/// What came of playing a scenario, from the best to the worst.
enum class Verdict : std::uint8_t {
  NotApplicable,  ///< the arm lacks what it needs, or it is for other arms
  Agrees,
  Unknown,  ///< the host or the arm failed: nothing was learned
  Differs,
};
inline constexpr std::array<std::string_view, 4> kVerdictNames = {"not applicable", "agrees", "unknown",
                                                                  "differs"};
[[nodiscard]] constexpr std::string_view name_of(Verdict verdict) {
  return kVerdictNames[static_cast<std::size_t>(verdict)];
}

/// One step as it was played.
struct StepReport {
  std::size_t number = 0;  ///< in the scenario
  bool skipped = false;    ///< by its `when`
  Expected expected;
  Seen seen;
  std::vector<std::string> differences;  ///< one sentence each
};

/// One playing of one scenario.
struct PlayReport {
  Verdict verdict{};
  std::string reason;  ///< what is missing or failed; the first difference; why an announced deviation fails
  bool known_deviation = false;   ///< it differs as announced, and so agrees
  std::vector<StepReport> steps;  ///< up to the first that did not come out as expected
};

/// What a playing needs and has not: by its arm, by the profile, or because it names other arms. Nothing when
/// it can be played.
[[nodiscard]] std::optional<std::string> lack_of(const Scenario& scenario, const Arm& arm,
                                                 const Profile& profile);

/// Plays a scenario from its world on. Where the scenario names a profile, that takes the place of `profile`.
[[nodiscard]] PlayReport play(const Scenario& scenario, const Arm& arm, const Profile& profile);

/// The step at which the machine goes off and on; null when there is none, or more than one, or when it is
/// played under some positions alone.
[[nodiscard]] const Step* restart_of(const Scenario& scenario);

/// A playing of which the arm has played all up to its restart, and that step too.
struct HalfPlayed {
  PlayReport report;  ///< it waits for the rest when it agrees
  Names names;        ///< what they stand for so far
};
/// Plays a scenario up to its restart.
/// Requires: `restart_of(scenario)`, and an arm that does not lack it.
[[nodiscard]] HalfPlayed play_until_restart(const Scenario& scenario, const Arm& arm, const Profile& profile);
/// Plays the steps behind its restart; `names` are what the first half gave. The report has these steps
/// alone. Requires: the same, and an arm whose playings begin behind a restart.
[[nodiscard]] PlayReport play_after_restart(const Scenario& scenario, const Arm& arm, const Profile& profile,
                                            Names names);

/// Why a scenario does not hold under `profile` in any arm: it assumes another position, or Windows has not
/// what it calls. Nothing when it does.
[[nodiscard]] std::optional<std::string> ruled_out_by(const Scenario& scenario, const Profile& profile);

/// `profile` with every combination of the positions of the switches that the scenario names; `profile` alone
/// when it names none, or so many that the combinations are past counting: then each switch is turned by
/// itself.
[[nodiscard]] std::vector<Profile> all_positions(const Scenario& scenario, const Profile& profile);

/// True when the scenario still agrees in `arm` while `suspended` is out of force. A scenario that is about
/// the rule does not.
[[nodiscard]] bool agrees_without(const Scenario& scenario, const Arm& arm, const Profile& profile,
                                  Rule suspended);

/// The positions of `switches` in `profile`, for people: `release_while_bound=refused`.
[[nodiscard]] std::string positions_text(const Scenario& scenario, const Profile& profile);

}  // namespace berth::scenario
