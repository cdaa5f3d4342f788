// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <berth/core/address.h>

#include "flow.h"

namespace berth::winsock {

// What another program must know of a socket to go on with it, in words on a line: kind, family, overlapped,
// type, phase, whether it blocks, and its two names with their ports.

/// `flow` may be null: the socket is silent.
[[nodiscard]] std::string words_about(const OpenHandle& open, const Flow* flow, const Flow::Names& names);

/// A socket as the words say, of `process`; its flow, around the host's socket `descriptor`, which is the
/// flow's from now on. Null without a descriptor.
[[nodiscard]] std::shared_ptr<Flow> socket_from_words(const std::string& words, ProcessFace& process,
                                                      SocketId socket, int descriptor, OpenHandle& open);

}  // namespace berth::winsock
