// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <berth/core/port_choice.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>

namespace berth {

/// One decision of a machine, as it is told to an observer. Refers to what the machine has at hand; valid
/// during the call.
struct Decided {
  std::uint64_t number = 0;  ///< counted from 1 at each start
  ProcessId caller;
  const Request& request;
  PortChoice choice;
  const Outcome& outcome;
  std::uint64_t state_hash = 0;  ///< after it
};

/// Is told of each decision of a machine and of each restart, in their order.
///
/// Called under the machine's lock: an observer is quick, and does not call the machine.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void decided(const Decided& decision) = 0;
  virtual void restarted(std::uint64_t boot, std::uint64_t state_hash) = 0;
};

}  // namespace berth
