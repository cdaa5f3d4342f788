// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <berth/scenario/suite.h>

namespace berth::scenario {

/// Whether text may carry the colours of a terminal.
enum class Colour : std::uint8_t { Without, With };

/// A table of verdicts by rule, what differs or is unknown, and counts by verdict, provenance and time.
[[nodiscard]] std::string table_text(const std::vector<Scenario>& suite, const SuiteReport& report,
                                     Colour colour);
/// The report for other programs.
[[nodiscard]] std::string json_text(const std::vector<Scenario>& suite, const SuiteReport& report);
/// The report as JUnit writes it, one test case per playing.
[[nodiscard]] std::string junit_text(const std::vector<Scenario>& suite, const SuiteReport& report);
/// The report in the Test Anything Protocol.
[[nodiscard]] std::string tap_text(const std::vector<Scenario>& suite, const SuiteReport& report);

/// What the suite came to in a few lines of Markdown, without times: the README's conformance status.
[[nodiscard]] std::string status_text(const std::vector<Scenario>& suite, const SuiteReport& report);

/// One playing, step by step: who, what, what came back, the rule that decided, its sentence and source, the
/// record and its owner.
[[nodiscard]] std::string story_text(const Scenario& scenario, ArmKind arm, const PlayReport& report,
                                     Colour colour);

}  // namespace berth::scenario
