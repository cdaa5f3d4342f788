// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>

#include <berth/scenario/stage.h>

namespace berth::scenario {

/// Makes the Windows call of a step on the calling thread, as the process that it is, and says what came of
/// it.
///
/// The one runner of every arm that calls Windows functions: emulated in this process or in another one, and
/// real. Requires: the step is a Windows function, and `names` has values for its expressions.
[[nodiscard]] Seen make_windows_call(CallSite& site, const Step& step, const Names& names);

/// Calls WSAStartup that often; the first code that is not 0, or 0.
[[nodiscard]] int start_winsock(int times);
/// Closes these sockets as far as they are open, and calls WSACleanup until it fails.
void forget_winsock(const std::set<std::uint64_t>& sockets);

}  // namespace berth::scenario
