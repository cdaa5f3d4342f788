// SPDX-License-Identifier: MIT
#include "closing.h"

#include "flow.h"
#include "operation.h"
#include "process_face.h"

namespace berth::winsock {

void end_handle(std::uintptr_t handle, const OpenHandle& taken) {
  taken.process->faults().cancel_calls_on(handle);
  if (taken.flow != nullptr) end_flow(handle, *taken.flow);
  end_operations_on(handle);
}

}  // namespace berth::winsock
