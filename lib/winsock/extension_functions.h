// SPDX-License-Identifier: MIT
#pragma once

#include "control_codes.h"

namespace berth::winsock {

/// SIO_GET_EXTENSION_FUNCTION_POINTER: the address of the function that a WSAID_ value names (A6, A15).
ControlEnd extension_function(const ControlCall& call);

}  // namespace berth::winsock
