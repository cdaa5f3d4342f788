// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <berth/scenario/arm.h>

namespace berth::scenario {

/// The arm that lets real processes call the Windows functions, on a machine that is served to them. `worker`
/// is the command line of such a process: a program that calls `run_daemon_worker`. Not on Windows.
[[nodiscard]] std::unique_ptr<Arm> make_daemon_arm(std::vector<std::string> worker);

/// What such a program does: plays steps of the scenarios that it is told on its standard input, a socket,
/// until that ends. `fixtures` is the folder of the worlds and profiles that they name. Its exit code.
[[nodiscard]] int run_daemon_worker(const std::string& fixtures);

}  // namespace berth::scenario
