// SPDX-License-Identifier: MIT
#include "modes.h"

#include "host_errors.h"
#include "memory_probe.h"

namespace berth::winsock {

int set_nonblocking(Use& use, bool on) {
  Flow& flow = use.flow();
  if (!on && flow.selects_events) return use.fail(WSAEINVAL);
  const auto set = flow.host_never_blocks ? traffic::Result{} : traffic::set_blocking(flow.descriptor, !on);
  if (!set.ok()) return use.fail(winsock_code_of(set.error));
  flow.blocks = !on;
  return 0;
}

int bytes_to_receive(Use& use, DWORD& bytes) {
  Flow& flow = use.flow();
  // What the kernel holds counts only where the socket may receive at all.
  const bool may_receive = flow.is_stream() ? flow.phase == Phase::Connected : flow.is_carried();
  const auto found = may_receive ? traffic::bytes_available(flow.descriptor) : traffic::Result{};
  if (!found.ok()) return use.fail(winsock_code_of(found.error));
  bytes = static_cast<DWORD>(found.value);
  return 0;
}

namespace {

// Whether urgent data waits to be read; where it stands in the stream, behind other data.
bool urgent_data_is_ahead(const Flow& flow) {
  if (!flow.is_stream() || flow.phase != Phase::Connected) return false;
  if ((traffic::poll_one(flow.descriptor, traffic::kUrgent, 0) & traffic::kUrgent) == 0) return false;
  const bool is_in_the_stream = traffic::get(flow.descriptor, traffic::Option::OobInline).value != 0;
  return !is_in_the_stream || traffic::is_at_urgent_mark(flow.descriptor).value == 0;
}

}  // namespace

int urgent_mark(Use& use, DWORD& no_urgent_data_is_left) {
  no_urgent_data_is_left = urgent_data_is_ahead(use.flow()) ? FALSE : TRUE;
  return 0;
}

}  // namespace berth::winsock

int ioctlsocket(SOCKET s, long cmd, u_long* argp) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  const auto argument = memory.read<u_long>(argp);
  if (!argument || !memory.is_writable(argp, sizeof(u_long))) return use.fail(WSAEFAULT);
  int result = 0;
  DWORD answer = *argument;
  // A long of 32 bits on Windows: FIONBIO is a negative number there and a positive one in some programs.
  switch (static_cast<DWORD>(cmd)) {
    case static_cast<DWORD>(FIONBIO): return set_nonblocking(use, *argument != 0);
    case FIONREAD: result = bytes_to_receive(use, answer); break;
    case SIOCATMARK: result = urgent_mark(use, answer); break;
    default: return use.fail(WSAEOPNOTSUPP);
  }
  if (result == 0) static_cast<void>(memory.write(argp, answer));
  return result;
}
