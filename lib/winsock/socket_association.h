// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "handle_table.h"
#include "objects.h"

namespace berth::winsock {

/// Packets of calls on `socket` go to `port` with `key` from now on, for as long as the socket lives. False:
/// last error is ERROR_INVALID_PARAMETER when it has a port already, ERROR_INVALID_HANDLE when it is no
/// socket.
bool associate_socket(std::uintptr_t socket, std::shared_ptr<CompletionPort> port, std::uintptr_t key);

/// What SetFileCompletionNotificationModes says, for as long as the socket lives; modes are only ever added.
/// False, with last error ERROR_INVALID_HANDLE, when it is no socket.
bool add_notification_modes(std::uintptr_t socket, std::uint8_t modes);

/// Where the ends of a socket's overlapped calls are told.
struct Association {
  SocketId socket;                       ///< whose it is: the handle may be another socket's later
  std::shared_ptr<CompletionPort> port;  ///< null: no port
  std::uintptr_t key = 0;
  std::uint8_t modes = 0;
};

/// An empty one when nothing was said of this socket.
[[nodiscard]] Association association_of(std::uintptr_t handle, SocketId socket);
/// The handle is closed.
void forget_association(std::uintptr_t handle);
/// Around a fork: no change is then half done in the child.
void hold_associations_still();
void let_associations_go_on();
/// The handle stands for another socket now, which keeps the association.
void move_association(std::uintptr_t handle, SocketId from, SocketId to);

}  // namespace berth::winsock
