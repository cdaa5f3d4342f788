// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <berth/core/gateway.h>
#include <berth/core/ids.h>
#include <berth/core/result.h>
#include <berth/winsock/attach.h>

#include "inheritance.h"

namespace berth::winsock {

/// A machine and the process on it that a program is.
struct EmbeddedMachine {
  std::shared_ptr<Gateway> machine;
  ProcessId process;
  Network network = Network::Isolated;
  /// Calls what it is given once the machine is gone, on another thread; empty for one that cannot go.
  std::function<void(std::function<void()>)> when_gone;
  /// What the program before this one has left to it, with whose connection it goes on.
  Inheritance inheritance;
};

/// The machine that the environment of the program asks for, with the program as a process on it; or one line
/// that says which setting is wrong and what would be right.
///
/// Reads BERTH_SOCKET (with BERTH_SECRET_FILE), or BERTH_WORLD, BERTH_STORE, BERTH_SEED and BERTH_TRACE; and
/// BERTH_IDENTITY and BERTH_NETWORK.
[[nodiscard]] Result<EmbeddedMachine, std::string> make_embedded_machine();

/// For who registers with pthread_atfork: what he registers afterwards comes first before a fork, while such
/// a machine still answers.
void watch_forks_of_served_machines();

}  // namespace berth::winsock
