// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "call.h"
#include "closing.h"
#include "duplicates.h"
#include "flow.h"
#include "last_error.h"
#include "memory_probe.h"
#include "option_table.h"
#include "socket_arguments.h"

namespace berth::winsock {
namespace {

SOCKET fail_socket(Call& call, Rule rule) {
  call.fail(rule);
  return INVALID_SOCKET;
}

Transport transport_of(SocketKind kind) { return kind == SocketKind::Tcp ? Transport::Tcp : Transport::Udp; }

SOCKET open_socket(Call& call, SocketArguments asked, bool overlapped) {
  auto made = socket_for(asked, call.in_force(Rule::UnspecifiedTypeIsTcp));
  if (!made) return fail_socket(call, made.error());
  if (call.meets_a_fault({.point = FaultPoint::Socket})) return INVALID_SOCKET;
  OpenHandle open = *made;
  open.process = call.process();
  open.overlapped = overlapped;
  if (open.kind != SocketKind::Other) {
    const auto reply = call.ask(request::OpenSocket{transport_of(open.kind), open.family});
    if (!reply) return INVALID_SOCKET;
    open.socket = reply->socket;
  }
  HandleTable& handles = HandleTable::of_program();
  const auto handle = handles.insert(open);
  if (!handle) {
    if (open.socket) call.ask(request::CloseSocket{open.socket});
    fail_with(WSAEMFILE);
    return INVALID_SOCKET;
  }
  if (open.family == Family::Ipv6 && call.in_force(Rule::Ipv6SocketsStartIpv6Only))
    handles.store(*handle, StoredOption::Ipv6Only, true);
  return *handle;
}

// What FROM_PROTOCOL_INFO stands for.
template <class ProtocolInfo>
SocketArguments completed(SocketArguments asked, const ProtocolInfo& info) {
  if (asked.family == FROM_PROTOCOL_INFO) asked.family = info.iAddressFamily;
  if (asked.type == FROM_PROTOCOL_INFO) asked.type = info.iSocketType;
  if (asked.protocol == FROM_PROTOCOL_INFO) asked.protocol = info.iProtocol;
  return asked;
}

// A socket is the root or a leaf of a multipoint session, in each of its planes.
bool flags_agree(DWORD flags) {
  const auto has_both = [flags](DWORD root, DWORD leaf) {
    return (flags & root) != 0 && (flags & leaf) != 0;
  };
  return !has_both(WSA_FLAG_MULTIPOINT_C_ROOT, WSA_FLAG_MULTIPOINT_C_LEAF) &&
         !has_both(WSA_FLAG_MULTIPOINT_D_ROOT, WSA_FLAG_MULTIPOINT_D_LEAF);
}

// What WSADuplicateSocket has made for this process.
SOCKET claim(Call& call, DWORD number) {
  const auto duplicate = claim_duplicate(*call.process(), number);
  if (duplicate) return *duplicate;
  fail_with(WSAEINVAL);
  return INVALID_SOCKET;
}

template <class ProtocolInfo>
SOCKET open_as_asked(SocketArguments asked, const ProtocolInfo* info, DWORD flags) {
  Call call;
  if (!call.is_started()) return INVALID_SOCKET;
  if (info != nullptr) {
    MemoryProbe memory;
    const auto readable = memory.read<ProtocolInfo>(info);
    if (!readable) return fail_socket(call, Rule::PointerIsBad);
    if (readable->dwProviderReserved != 0) return claim(call, readable->dwProviderReserved);
    asked = completed(asked, *readable);
  }
  if (!flags_agree(flags)) return fail_socket(call, Rule::SocketArgumentsContradict);
  return open_socket(call, asked, (flags & WSA_FLAG_OVERLAPPED) != 0);
}

template <class ProtocolInfo>
SOCKET open_with_flags(const SocketArguments& asked, const ProtocolInfo* info, DWORD flags) {
  const SOCKET s = open_as_asked(asked, info, flags);
  if (s != INVALID_SOCKET && (flags & WSA_FLAG_NO_HANDLE_INHERIT) != 0)
    HandleTable::of_program().store(s, StoredOption::NotInherited, true);
  return s;
}

// A socket that does not block cannot wait for its last bytes to be sent.
bool would_have_to_wait(SOCKET s) {
  HandleTable& handles = HandleTable::of_program();
  handles.enter(s);
  const auto open = handles.find(s);
  const Flow* flow = open ? open->flow : nullptr;
  const bool waits = flow != nullptr && !flow->blocks && flow->phase == Phase::Connected &&
                     flow->is_stream() && !flow->is_shared() && lingers_for_a_while(*flow) &&
                     traffic::bytes_unsent(flow->descriptor).value > 0;
  handles.leave(s);
  return waits;
}

}  // namespace
}  // namespace berth::winsock

SOCKET socket(int af, int type, int protocol) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return INVALID_SOCKET;
  return open_socket(call, {.family = af, .type = type, .protocol = protocol}, true);
}

SOCKET WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP, DWORD dwFlags) {
  return berth::winsock::open_with_flags({.family = af, .type = type, .protocol = protocol}, lpProtocolInfo,
                                         dwFlags);
}

SOCKET WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP, DWORD dwFlags) {
  return berth::winsock::open_with_flags({.family = af, .type = type, .protocol = protocol}, lpProtocolInfo,
                                         dwFlags);
}

int closesocket(SOCKET s) {
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_socket()) return SOCKET_ERROR;
  if (call.meets_a_fault({.point = FaultPoint::Close, .handle = s})) return SOCKET_ERROR;
  if (call.socket().flow != nullptr && winsock::would_have_to_wait(s))
    return winsock::fail_with(WSAEWOULDBLOCK);
  const auto open = winsock::HandleTable::of_program().take(s);
  if (!open) return call.fail(Rule::NotASocket);
  winsock::end_handle(s, *open);
  if (open->socket && !call.ask(request::CloseSocket{open->socket})) return SOCKET_ERROR;
  return 0;
}
