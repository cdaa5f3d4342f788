// SPDX-License-Identifier: MIT
#include "duplicates.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "memory_probe.h"
#include "protocol_info.h"
#include "socket_words.h"
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

// -- between programs -----------------------------------------------------------------------------

// A handle of `process` to what another program has offered; nothing when the table is full.
std::optional<SOCKET> handle_to(ProcessFace& process, const Offered& offered) {
  OpenHandle open;
  const auto flow = socket_from_words(offered.note, process, offered.socket, offered.descriptor, open);
  const auto handle = HandleTable::of_program().insert(open);
  if (handle && flow) Flow::hold(flow);
  return handle;
}

// The number by which that program finds the handle; nothing when there is no such program.
std::optional<DWORD> offer_to(Use& use, DWORD program) {
  Call& call = use.call();
  const auto number = call.process()->machine().offer(
      call.process()->id(), use.flow().socket, program, use.flow().descriptor,
      words_about(call.socket(), &use.flow(), {.local = use.flow().local(), .peer = use.flow().peer()}));
  return number ? std::optional(static_cast<DWORD>(*number)) : std::nullopt;
}

std::optional<SOCKET> claim_from_program(ProcessFace& process, DWORD number) {
  const auto offered = process.machine().claim(number);
  if (!offered) return std::nullopt;
  const auto handle = handle_to(process, *offered);
  if (!handle) process.machine().submit(process.id(), request::CloseSocket{offered->socket});
  return handle;
}

// The number that goes into the structure; nothing: the call has failed.
std::optional<DWORD> duplicated(Use& use, DWORD number) {
  const auto into = process_of_number(use.call().process()->machine(), number);
  if (into == nullptr) {
    const auto offered = offer_to(use, number);
    if (!offered) use.fail(WSAEINVAL);
    return offered;
  }
  const auto handle = duplicate(use, *into);
  if (!handle) return std::nullopt;
  const std::lock_guard guard(unclaimed().mutex);
  unclaimed().handles.push_back(*handle);
  return static_cast<DWORD>(*handle);
}

template <class Info>
int duplicate_for(SOCKET s, DWORD number, Info* place) {
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  if (!memory.is_writable(place, sizeof(Info))) return use.call().fail(Rule::PointerIsBad);
  const auto reserved = duplicated(use, number);
  if (!reserved) return SOCKET_ERROR;
  Info info = protocol_of<Info>(use.call().socket());
  info.dwProviderReserved = *reserved;
  static_cast<void>(memory.write(place, info));
  return 0;
}

}  // namespace

std::optional<SOCKET> claim_duplicate(ProcessFace& process, DWORD number) {
  constexpr DWORD kOdd = 1;  // as no handle is
  if ((number & kOdd) != 0) return claim_from_program(process, number);
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
