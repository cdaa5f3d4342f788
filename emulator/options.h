// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <berth/core/profile.h>
#include <berth/core/rule.h>
#include <berth/scenario/fixtures.h>
#include <berth/scenario/report.h>
#include <berth/scenario/scenario.h>

namespace berth::emulator {

// Values as a user writes them; each refuses with `BadInput`, and with the nearest name.

[[nodiscard]] Rule rule_from(const std::string& text);
[[nodiscard]] std::int64_t code_from(const std::string& text);
[[nodiscard]] std::vector<scenario::ArmKind> arms_from(const std::vector<std::string>& names);
/// The names of the arms that this build has.
[[nodiscard]] std::vector<std::string> usual_arms();
/// What this command is called with when it is a process of the daemon arm, before the fixtures.
inline constexpr const char* kPlaySteps = "play-steps";
/// The command line of such a process.
[[nodiscard]] std::vector<std::string> daemon_worker(const std::string& fixtures);
/// The name of a profile of the fixtures, or a file.
[[nodiscard]] Profile profile_from(const std::string& text, const scenario::Fixtures& fixtures);
/// The place of `text` among `names`, or a refusal that says what `what` is one of.
[[nodiscard]] std::size_t one_of(const std::string& what, const std::string& text,
                                 const std::vector<std::string_view>& names);

/// The end of a sentence about a name that is none of `names`: what was probably meant, or what there is.
[[nodiscard]] std::string instead_of(const std::string& text, const std::vector<std::string_view>& names,
                                     const std::string& besides = {});

/// Colour when stdout is a terminal that has not asked for none (NO_COLOR).
[[nodiscard]] scenario::Colour colour_of_stdout();
/// Writes `text` to a file, or to stdout where the file is `-`.
void write_file(const std::string& path, const std::string& text);
/// Writes `text` to stdout.
void print(const std::string& text);

}  // namespace berth::emulator
