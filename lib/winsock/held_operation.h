// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "fault_plan.h"
#include "operation.h"
#include "use.h"

namespace berth::winsock {

/// How a call that was held goes on: its end, or nothing when it pends for another reason now.
using Continuation = std::function<std::optional<Completion>(Use&)>;

/// Makes an overlapped call pend for as long as `fault` holds or delays it; then it goes on, as its own
/// process, and ends. Cancelled, the machine never sees it.
void hold_operation(const std::shared_ptr<Operation>& operation, const std::shared_ptr<Fault>& fault,
                    Continuation go_on);

}  // namespace berth::winsock
