// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <berth/machine/opened_machine.h>
#include <berth/remote/remote_gateway.h>
#include <berth/remote/where.h>

#include "commands.h"

namespace berth::emulator {

/// The files of a machine, as `serve` and `exec` take them.
struct MachineOptions {
  std::string world;
  std::string store;
  std::string profile;
  std::string trace;
  std::uint64_t seed = kUsualSeed;
};

/// Adds --world, --profile, --seed and --trace.
void add_machine_options(CLI::App& command, MachineOptions& options);
/// The machine that they ask for, or a refusal.
[[nodiscard]] std::shared_ptr<OpenedMachine> machine_from(const MachineOptions& options);

/// Where a server is to be found: what --socket says, else BERTH_SOCKET; or a refusal.
[[nodiscard]] remote::Where where_from(const std::string& socket);
/// The first line of a file; or a refusal.
[[nodiscard]] std::string secret_from(const std::string& file);

}  // namespace berth::emulator
