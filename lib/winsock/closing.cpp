// SPDX-License-Identifier: MIT
#include "closing.h"

#include <berth/traffic/reactor.h>

#include "flow.h"
#include "operation.h"
#include "process_face.h"

namespace berth::winsock {

void end_handle(std::uintptr_t handle, const OpenHandle& taken) {
  taken.process->faults().cancel_calls_on(handle);
  if (taken.flow != nullptr) end_flow(handle, *taken.flow);
  end_operations_on(handle);
  // Who is told of the socket at this moment holds on to the host's, whose port is to be free on return.
  const bool has_a_port_of_the_host = taken.flow != nullptr && taken.process->network() == Network::Host;
  if (has_a_port_of_the_host) traffic::Reactor::of_program().wait_for_telling();
}

}  // namespace berth::winsock
