// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "fault_plan.h"
#include "operation.h"
#include "use.h"

namespace berth::winsock {

/// Makes an overlapped call pend for as long as `fault` holds or delays it; then it goes on, as its own
/// process, and ends. Cancelled, the machine never sees it.
void hold_operation(const std::shared_ptr<Operation>& operation, const std::shared_ptr<Fault>& fault,
                    std::function<Completion(Use&)> go_on);

}  // namespace berth::winsock
