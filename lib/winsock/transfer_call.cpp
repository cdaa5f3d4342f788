// SPDX-License-Identifier: MIT
#include "transfer_call.h"

namespace berth::winsock {

// Broadcast is not emulated; without the option it is refused as on Windows.
int broadcast_problem(const Use& use) {
  return HandleTable::of_program().is_on(use.handle(), StoredOption::Broadcast) ? WSAEOPNOTSUPP : WSAEACCES;
}

bool can_be_sent_to(Use& use) {
  Flow& flow = use.flow();
  if (flow.is_stream() || flow.is_carried()) return true;
  // A datagram socket without a name cannot be sent anything.
  if (!flow.local()) return use.fail(WSAEINVAL) == 0;
  return use.is_named();
}

}  // namespace berth::winsock
