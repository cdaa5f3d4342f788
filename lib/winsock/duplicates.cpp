// SPDX-License-Identifier: MIT
#include "duplicates.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "memory_probe.h"
#include "protocol_info.h"
#include "use.h"

namespace berth::winsock {
namespace {

// Handles that wait for their process to take them over.
struct Unclaimed {
  std::mutex mutex;
  std::vector<SOCKET> handles;
};

Unclaimed& unclaimed() {
  // Never destroyed: a thread may still call while the program ends.
  static Unclaimed& all = *new Unclaimed;
  return all;
}

// A second handle to the socket, of that process. Nothing: the call has failed.
std::optional<SOCKET> duplicate(Use& use, ProcessFace& into) {
  Flow& flow = use.flow();
  if (!use.call().ask(request::DuplicateSocket{flow.socket, into.id()})) return std::nullopt;
  OpenHandle copy = use.call().socket();
  copy.process = &into;
  copy.flow = &flow;
  HandleTable& handles = HandleTable::of_program();
  const bool shares = flow.add_handle(into.id());
  const auto handle = shares ? handles.insert(copy) : std::nullopt;
  if (handle) {
    handles.copy_options(use.handle(), *handle);
    return handle;
  }
  if (shares) static_cast<void>(flow.drop_handle(use.handle()));
  into.machine().submit(into.id(), request::CloseSocket{flow.socket});
  use.fail(shares ? WSAEMFILE : WSAENOTSOCK);
  return std::nullopt;
}

template <class Info>
int duplicate_for(SOCKET s, DWORD number, Info* place) {
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  if (!memory.is_writable(place, sizeof(Info))) return use.call().fail(Rule::PointerIsBad);
  const auto into = process_of_number(use.call().process()->machine(), number);
  if (into == nullptr) return use.fail(WSAEINVAL);
  const auto handle = duplicate(use, *into);
  if (!handle) return SOCKET_ERROR;
  Info info = protocol_of<Info>(use.call().socket());
  info.dwProviderReserved = static_cast<DWORD>(*handle);
  static_cast<void>(memory.write(place, info));
  const std::lock_guard guard(unclaimed().mutex);
  unclaimed().handles.push_back(*handle);
  return 0;
}

}  // namespace

std::optional<SOCKET> claim_duplicate(const ProcessFace& process, DWORD number) {
  const std::lock_guard guard(unclaimed().mutex);
  auto& handles = unclaimed().handles;
  const auto found = std::ranges::find(handles, SOCKET{number});
  const auto open = HandleTable::of_program().find(number);
  if (found == handles.end() || !open || open->process != &process) return std::nullopt;
  handles.erase(found);
  return number;
}

}  // namespace berth::winsock

int WSADuplicateSocketA(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOA lpProtocolInfo) {
  return berth::winsock::duplicate_for(s, dwProcessId, lpProtocolInfo);
}

int WSADuplicateSocketW(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo) {
  return berth::winsock::duplicate_for(s, dwProcessId, lpProtocolInfo);
}
