// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <berth/core/ids.h>
#include <berth/traffic/descriptor.h>

#include "process_face.h"

namespace berth::winsock {

// What the child of a fork leaves to the program that takes its place by an exec: its connection to the
// machine, and the host's sockets behind its handles. A list of them goes along, a nameless file of memory
// that only the process with the same number reads. It is made at the fork, for nothing of ours runs at an
// exec: what the child opens afterwards is not left to anybody.

/// A handle that was left to this program.
struct LeftHandle {
  std::uintptr_t handle = 0;
  SocketId socket;            ///< empty for one that is neither TCP nor UDP
  std::uint32_t options = 0;  ///< as HandleTable::options_of tells
  int host = -1;              ///< which of the host's sockets it has; -1: it was silent
  std::string words;          ///< as `words_about` tells
};

struct Inheritance {
  traffic::Descriptor connection;
  std::vector<LeftHandle> handles;             ///< by their numbers
  std::map<int, traffic::Descriptor> of_host;  ///< the host's sockets, which several handles may share
};

/// In the child of a fork: lets an exec leave open what an inheritance is made of, and makes the list, which
/// lasts as long as what is returned. Without the handles that WSA_FLAG_NO_HANDLE_INHERIT or
/// SetHandleInformation keeps back. `machine`: where it is. Asks nobody: the machine cannot answer now.
[[nodiscard]] traffic::Descriptor leave_to_successor(int connection, const std::string& machine);

/// What the program in whose place this one is has left to it; nothing when it left nothing for that machine.
/// What has come here by accident, and was left to another process, is closed.
[[nodiscard]] std::optional<Inheritance> take_inheritance(const std::string& machine);

/// Opens the handles under their old numbers, but for those to sockets that the machine did not give to
/// `process`. Requires: this program has no handle yet.
void open_left_handles(ProcessFace& process, Inheritance& inheritance);

}  // namespace berth::winsock
