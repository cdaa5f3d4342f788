// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <berth/scenario/arm.h>

#include <berth/scenario/host.h>
#include <berth/scenario/trace_journal.h>

namespace berth::scenario {

/// Which part of its playings an arm plays.
enum class RunPart : std::uint8_t {
  Whole,          ///< a restart is lacking: the computer belongs to somebody
  BeforeRestart,  ///< what the journal lists at a playing's restart stays, for the second part
  AfterRestart,   ///< a playing begins behind its restart; what the journal lists then stays
};

/// The arm that calls the Windows functions in real processes of a computer that it does not own. It sees
/// codes, never rules; what a playing changes there it takes back when the playing ends, and the journal
/// knows of it until then. One playing at a time.
/// Requires: both outlive the arm.
[[nodiscard]] std::unique_ptr<Arm> make_native_arm(Host& host, TraceJournal& journal,
                                                   RunPart part = RunPart::Whole);

}  // namespace berth::scenario
