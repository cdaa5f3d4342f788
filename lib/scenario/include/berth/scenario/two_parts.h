// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <berth/scenario/evidence.h>
#include <berth/scenario/host.h>
#include <berth/scenario/trace_journal.h>

namespace berth::scenario {

// Some facts show themselves only when the computer is restarted, and a program cannot do that. So a run may
// have two parts: the first plays every scenario with a restart up to it and leaves on disk how far it came,
// somebody restarts the computer, and the second plays the rest. What the first part made stays there in
// between; the journal lists it.

/// A playing that waits for the restart.
struct WaitingPlaying {
  PlayEvidence so_far;
  Names names;  ///< what they stand for
};

/// What the first part leaves for the second. A value.
struct FirstPart {
  std::string build;                   ///< the system and its build
  std::vector<PlayEvidence> finished;  ///< that came to a verdict without a restart
  std::vector<WaitingPlaying> waiting;
};

/// The first part. When it is broken off, or nothing can wait, `waiting` is empty and nothing stays; an error
/// says why it cannot begin.
[[nodiscard]] Result<FirstPart, std::string> play_before_restart(const std::vector<Scenario>& suite,
                                                                 Host& host, TraceJournal& journal,
                                                                 const GatherOptions& options);
/// Why the second part must not begin: the computer was not restarted, or is another. Nothing when it may.
[[nodiscard]] std::optional<std::string> objection_to_second_part(const FirstPart& first, const Host& host);
/// The second part: what both came to. It takes everything back that the journal lists; what resists stays
/// listed. Requires: there is no objection to it.
[[nodiscard]] Evidence play_after_restart(const std::vector<Scenario>& suite, Host& host,
                                          TraceJournal& journal, const FirstPart& first,
                                          const GatherOptions& options);

/// A report in which the playings of `later` take the place of the same ones.
[[nodiscard]] Evidence with_playings_of(const Evidence& later, Evidence report);

/// The first part as a file, and back.
[[nodiscard]] std::string first_part_text(const FirstPart& first);
[[nodiscard]] Result<FirstPart, DocumentError> parse_first_part(const std::string& file,
                                                                std::string_view text);

}  // namespace berth::scenario
