// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <berth/core/address.h>

#include "use.h"

namespace berth::winsock {

// How connections begin. Codes are Winsock's; 0: it worked.

/// Why a stream cannot move bytes now: 0 when it is connected. Looks at the host when it is still connecting.
[[nodiscard]] int connection_problem(Flow& flow);

/// Whether AcceptEx or ConnectEx has made the connection and the program has not given the socket its context
/// since; advises it then. `function`: that wants to know.
[[nodiscard]] bool lacks_context(Use& use, const char* function);

/// Brings a connection attempt to its end if the host has: 0 connected, WSAEWOULDBLOCK not yet, else why it
/// failed; the socket may then try again.
[[nodiscard]] int connection_outcome(Flow& flow);

/// Why a connection to `to` cannot begin now: 0 when it can.
[[nodiscard]] int obstacle_to_connection(Flow& flow, const Endpoint& to);

/// Connects to `to` in the socket's own mode: WSAEWOULDBLOCK when that does not block and it has only begun.
/// SOCKET_ERROR is returned and the last error set when it does not succeed.
int connect_to(Use& use, const Endpoint& to);
/// The same without ever blocking. Sets no last error but by a refusal of the model: -1 is returned then.
[[nodiscard]] int begin_connection(Use& use, const Endpoint& to);

/// Takes the next connection of one that is known on this machine, in the socket's own mode, first those that
/// were put off; the code when there is none. Not `waits`: without blocking, where the host's socket never
/// does.
[[nodiscard]] int next_arrival(Flow& listener, Arrival& arrival, bool waits = true);
/// A new socket of the caller for an arrival, with a handle. Nothing: the call has failed, and the connection
/// was closed.
[[nodiscard]] std::optional<SOCKET> admit(Use& listener, const Arrival& arrival);

}  // namespace berth::winsock
