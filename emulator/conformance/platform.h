// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include <berth/scenario/fixtures.h>
#include <berth/scenario/host.h>

namespace berth::conformance {

/// What a user may ask of the computer that is played on.
struct HostWanted {
  std::string profile = "default";  ///< of the stand-in for Windows
  std::string store;                ///< file of its persistent store; empty: in memory
  bool elevated = true;             ///< whether the stand-in's user is elevated
};

/// This computer: Windows, or a stand-in; else why there is none. Requires: `fixtures` outlives it.
[[nodiscard]] Result<std::unique_ptr<scenario::Host>, std::string> make_host(
    const HostWanted& wanted, const scenario::Fixtures& fixtures);

/// The lines that the runner tells this process, which is one of its workers.
[[nodiscard]] std::unique_ptr<scenario::Channel> channel_to_runner();
/// Calls a persistent function once, and returns when it does.
void try_persistent_functions();

/// From here on Ctrl-C, and whatever else asks the program to end, only sets what `was_asked_to_stop` says.
void stop_politely();
[[nodiscard]] bool was_asked_to_stop();

}  // namespace berth::conformance
