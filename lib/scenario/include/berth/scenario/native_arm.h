// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <berth/scenario/arm.h>

#include <berth/scenario/host.h>
#include <berth/scenario/trace_journal.h>

namespace berth::scenario {

/// The arm that calls the Windows functions in real processes of a computer that it does not own. It sees
/// codes, never rules; what a playing changes there it takes back when the playing ends, and the journal
/// knows of it until then. One playing at a time.
/// Requires: both outlive the arm.
[[nodiscard]] std::unique_ptr<Arm> make_native_arm(Host& host, TraceJournal& journal);

}  // namespace berth::scenario
