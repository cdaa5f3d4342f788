// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <algorithm>

#include "async_state.h"
#include "kernel_arguments.h"
#include "memory_probe.h"
#include "modes.h"
#include "use.h"

namespace berth::winsock {
namespace {

int select_events(Use& use, std::shared_ptr<Event> event, long events) {
  Flow& flow = use.flow();
  if (set_nonblocking(use, true) != 0) return SOCKET_ERROR;
  if (!flow.is_stream() && flow.local() && !use.is_named()) return SOCKET_ERROR;
  flow.selects_events = events != 0;
  AsyncState::of(flow)->select(events, std::move(event));
  return 0;
}

WSANETWORKEVENTS as_structure(const AsyncState::Seen& seen) {
  WSANETWORKEVENTS events{};
  events.lNetworkEvents = static_cast<LONG>(seen.events);
  std::ranges::copy(seen.codes, events.iErrorCode);
  return events;
}

}  // namespace
}  // namespace berth::winsock

int WSAEventSelect(SOCKET s, WSAEVENT hEventObject, long lNetworkEvents) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  auto event = find_event(value_of(hEventObject));
  if ((lNetworkEvents & ~long{FD_ALL_EVENTS}) != 0 || (!event && lNetworkEvents != 0))
    return use.fail(WSAEINVAL);
  return select_events(use, std::move(event), lNetworkEvents);
}

int WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject, LPWSANETWORKEVENTS lpNetworkEvents) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  if (!memory.is_writable(lpNetworkEvents, sizeof(WSANETWORKEVENTS))) return use.fail(WSAEFAULT);
  const auto event = find_event(value_of(hEventObject));
  if (hEventObject != nullptr && !event) return use.fail(WSAEINVAL);
  const auto seen = AsyncState::of(use.flow())->take_events(event.get());
  static_cast<void>(memory.write(lpNetworkEvents, as_structure(seen)));
  return 0;
}
