// SPDX-License-Identifier: MIT
#include "control_codes.h"

#include <algorithm>
#include <iterator>

#include "extension_functions.h"
#include "modes.h"
#include "socket_codes.h"

namespace berth::winsock {
namespace {

// -- modes (A10 to A12, A16, A17) -----------------------------------------------------------------

ControlEnd nonblocking(const ControlCall& call) {
  const auto on = input_of<u_long>(call);
  if (!on) return ControlEnd::failure(WSAEFAULT);
  if (!call.use.has_flow() || set_nonblocking(call.use, *on != 0) != 0)
    return ControlEnd::failure(last_error());
  return {};
}

// FIONREAD and SIOCATMARK: a number comes out.
ControlEnd number(const ControlCall& call, int (*ask)(Use&, DWORD&)) {
  if (call.output_size < sizeof(DWORD)) return ControlEnd::failure_untouched(WSAEFAULT);
  if (!call.memory.is_writable(call.output, sizeof(DWORD))) return ControlEnd::failure_untouched(WSAEFAULT);
  DWORD value = 0;
  if (!call.use.has_flow() || ask(call.use, value) != 0) return ControlEnd::failure_untouched(last_error());
  if (!call.memory.write(call.output, value)) return ControlEnd::failure_untouched(WSAEFAULT);
  return ControlEnd::success(sizeof(value));
}

ControlEnd bytes_waiting(const ControlCall& call) { return number(call, bytes_to_receive); }
ControlEnd at_mark(const ControlCall& call) { return number(call, urgent_mark); }

// -- the table ------------------------------------------------------------------------------------

constexpr ControlCode kTable[] = {
    {static_cast<DWORD>(FIONBIO), nonblocking},
    {FIONREAD, bytes_waiting},
    {SIOCATMARK, at_mark},
    {SIO_GET_EXTENSION_FUNCTION_POINTER, extension_function},
};

}  // namespace

const ControlCode* find_control_code(DWORD code) {
  const auto* row = std::ranges::find(kTable, code, &ControlCode::code);
  if (row != std::end(kTable)) return row;
  const auto codes = socket_codes();
  const auto other = std::ranges::find(codes, code, [](const SocketCode& each) { return each.row.code; });
  return other == codes.end() || other->row.run == nullptr ? nullptr : &other->row;
}

}  // namespace berth::winsock
