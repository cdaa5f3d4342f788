// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include <berth/machine/machine.h>
#include <berth/scenario/scenario.h>

namespace berth::scenario {

/// Disjoint runs of ports of a machine that nobody holds, one for each that is wanted, or why there are none.
[[nodiscard]] Result<std::vector<RequestedBlock>, std::string> pick_ports(
    const Machine& machine, std::span<const PortsWanted> wanted);

}  // namespace berth::scenario
