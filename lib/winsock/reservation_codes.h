// SPDX-License-Identifier: MIT
#pragma once

#include <mstcpip.h>

#include <optional>

#include <berth/core/rule.h>
#include <berth/winsock/faults.h>

#include "control_codes.h"

namespace berth::winsock {

// The control codes of reservations, and SIO_CPU_AFFINITY, which is checked like them.

[[nodiscard]] constexpr bool is_reservation_code(DWORD code) {
  return code == SIO_ACQUIRE_PORT_RESERVATION || code == SIO_ASSOCIATE_PORT_RESERVATION ||
         code == SIO_RELEASE_PORT_RESERVATION || code == SIO_CPU_AFFINITY;
}
[[nodiscard]] FaultPoint fault_point_of(DWORD code);

// What is asked of the arguments, each a good fact.
bool input_has_a_size(const ControlCall& call);
bool input_is_long_enough(const ControlCall& call);
bool input_is_not_longer(const ControlCall& call);
bool output_is_long_enough(const ControlCall& call);
bool output_size_is_zero(const ControlCall& call);
bool input_is_given(const ControlCall& call);
bool output_is_given(const ControlCall& call);
bool buffers_are_good(const ControlCall& call);

/// Asks the machine. Requires: all of the above hold.
ControlEnd run_reservation_code(const ControlCall& call);

}  // namespace berth::winsock
