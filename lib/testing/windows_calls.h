// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include <berth/core/port_range.h>

// The Windows functions that the kit itself calls. Their headers and GoogleTest's do not meet in a source.
namespace berth::testing {

[[nodiscard]] int windows_last_error();

/// The port that a SOCKET is bound to; nothing when it is not, or is no socket. Leaves the last error alone.
[[nodiscard]] std::optional<Port> port_of_socket(std::uintptr_t socket);

}  // namespace berth::testing
