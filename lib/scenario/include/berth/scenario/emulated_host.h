// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <berth/scenario/fixtures.h>
#include <berth/scenario/host.h>

namespace berth::scenario {

/// How a stand-in for Windows is.
struct EmulatedHostSetup {
  Profile profile;
  bool elevated = true;             ///< whether the arm is run by an elevated administrator
  std::string store;                ///< file of its persistent store; empty: in memory
  std::function<void()> each_call;  ///< called before and after whatever changes the machine
};

/// An emulated machine that plays Windows: one machine for all playings, whose state lives on between them.
/// Not on Windows. Requires: `fixtures` outlives the host.
[[nodiscard]] Result<std::unique_ptr<Host>, std::string> make_emulated_host(EmulatedHostSetup setup,
                                                                            const Fixtures& fixtures);

}  // namespace berth::scenario
