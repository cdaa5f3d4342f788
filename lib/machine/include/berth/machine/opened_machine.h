// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <berth/core/result.h>
#include <berth/machine/journal.h>
#include <berth/machine/machine.h>
#include <berth/machine/world.h>

namespace berth {

/// The files that make a machine.
struct MachineFiles {
  LoadedWorld world;
  std::optional<std::string> store_path;  ///< before the one that the world names; none of both: in memory
  std::uint64_t seed = kUsualSeed;
  Journal::Write trace;  ///< empty: nobody wants it
};

/// A machine and what watches it, which lives as long.
struct OpenedMachine {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Machine> machine;
};

/// Opens the store and starts a machine; the error is one line that says what was wrong and what would be
/// right, and leaves the store as it was.
[[nodiscard]] Result<std::shared_ptr<OpenedMachine>, std::string> open_machine(const MachineFiles& files);

}  // namespace berth
