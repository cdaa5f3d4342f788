// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <algorithm>
#include <string_view>

#include "call.h"
#include "closing.h"
#include "last_error.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

constexpr WORD kHighestVersion = MAKEWORD(2, 2);

// The version that a program gets for the one it asks for (winsock-observed D3).
WORD agreed_version(WORD asked) {
  const int major = LOBYTE(asked);
  const int minor = HIBYTE(asked);
  if (major == 1) return minor == 0 ? MAKEWORD(1, 0) : MAKEWORD(1, 1);
  if (major == 2 && minor < 2) return asked;
  return kHighestVersion;
}

template <std::size_t kSize>
void put_text(char (&place)[kSize], std::string_view text) {
  std::ranges::copy(text, place);
  place[text.size()] = '\0';
}

// Everything but lpVendorInfo, which Windows leaves alone.
void describe(WSADATA& data, WORD version) {
  const bool is_old = LOBYTE(version) == 1;
  data.wVersion = version;
  data.wHighVersion = kHighestVersion;
  put_text(data.szDescription, "WinSock 2.0");
  put_text(data.szSystemStatus, "Running");
  data.iMaxSockets = is_old ? 32767 : 0;
  data.iMaxUdpDg = is_old ? 65467 : 0;
}

void close_everything(ProcessFace& process) {
  HandleTable& handles = HandleTable::of_program();
  for (const std::uintptr_t handle : handles.handles_of(&process)) {
    const auto open = handles.take(handle);
    if (open) end_handle(handle, *open);
    if (open && open->socket) process.machine().submit(process.id(), request::CloseSocket{open->socket});
  }
}

}  // namespace
}  // namespace berth::winsock

int WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData) {
  using namespace berth;
  winsock::Call call;
  if (!call.has_machine()) return WSASYSNOTREADY;
  winsock::MemoryProbe memory;
  auto data = memory.read<WSADATA>(lpWSAData);
  if (data) winsock::describe(*data, winsock::agreed_version(wVersionRequested));
  if (!data || !memory.write(lpWSAData, *data))
    return call.code_of({.rule = Rule::PointerIsBad, .record = {}});
  if (LOBYTE(wVersionRequested) == 0) return call.code_of({.rule = Rule::VersionNotSupported, .record = {}});
  call.process()->start_up();
  return 0;
}

int WSACleanup() {
  using namespace berth;
  winsock::Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  const auto left = call.process()->clean_up();
  if (!left) return call.fail(Rule::WinsockNotStarted);
  if (*left == 0 && call.in_force(Rule::LastCleanupClosesEverySocket))
    winsock::close_everything(*call.process());
  winsock::set_last_error(0);
  return 0;
}
