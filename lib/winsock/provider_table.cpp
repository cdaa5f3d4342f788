// SPDX-License-Identifier: MIT
#include <ws2spi.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "call.h"
#include "memory_probe.h"
#include "protocol_info.h"
#include "provider_call.h"
#include "upcalls.h"

// The functions of the provider: those of <winsock2.h>, by way of `as_provider`.
namespace berth::winsock {
namespace {

// -- new sockets: the client is told of each -----------------------------------------------------------

SOCKET told_to_client(SOCKET s, LPINT place) {
  if (s == INVALID_SOCKET) return s;
  const Call call(s);
  const auto open = HandleTable::of_program().find(s);
  const auto upcalls = call.process()->upcalls();
  if (!open || open->kind == SocketKind::Other || !upcalls || upcalls->table.lpWPUModifyIFSHandle == nullptr)
    return s;
  const DWORD provider = protocol_of<WSAPROTOCOL_INFOW>(*open).dwCatalogEntryId;
  const SOCKET modified = upcalls->table.lpWPUModifyIFSHandle(provider, s, place);
  if (modified == INVALID_SOCKET) as_provider(place, SOCKET_ERROR, [s] { return closesocket(s); });
  return modified;
}

SOCKET WSPAPI wsp_accept(SOCKET s, struct sockaddr* addr, LPINT addrlen, LPCONDITIONPROC condition,
                         DWORD_PTR data, LPINT place) {
  const SOCKET accepted = as_provider(place, SOCKET{INVALID_SOCKET},
                                      [&] { return WSAAccept(s, addr, addrlen, condition, data); });
  return told_to_client(accepted, place);
}

SOCKET WSPAPI wsp_socket(int af, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags,
                         LPINT place) {
  const SOCKET made = as_provider(place, SOCKET{INVALID_SOCKET},
                                  [&] { return WSASocketW(af, type, protocol, info, group, flags); });
  return told_to_client(made, place);
}

// -- names and connections -----------------------------------------------------------------------------

int WSPAPI wsp_bind(SOCKET s, const struct sockaddr* name, int length, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return bind(s, name, length); });
}

int WSPAPI wsp_listen(SOCKET s, int backlog, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return listen(s, backlog); });
}

int WSPAPI wsp_connect(SOCKET s, const struct sockaddr* name, int length, LPWSABUF caller, LPWSABUF callee,
                       LPQOS qos, LPQOS group_qos, LPINT place) {
  return as_provider(place, SOCKET_ERROR,
                     [&] { return WSAConnect(s, name, length, caller, callee, qos, group_qos); });
}

int WSPAPI wsp_shutdown(SOCKET s, int how, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return shutdown(s, how); });
}

int WSPAPI wsp_send_disconnect(SOCKET s, LPWSABUF data, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return WSASendDisconnect(s, data); });
}

int WSPAPI wsp_receive_disconnect(SOCKET s, LPWSABUF data, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return WSARecvDisconnect(s, data); });
}

int WSPAPI wsp_close_socket(SOCKET s, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return closesocket(s); });
}

int WSPAPI wsp_peer_name(SOCKET s, struct sockaddr* name, LPINT length, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return getpeername(s, name, length); });
}

int WSPAPI wsp_socket_name(SOCKET s, struct sockaddr* name, LPINT length, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return getsockname(s, name, length); });
}

int WSPAPI wsp_duplicate_socket(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return WSADuplicateSocketW(s, process, info); });
}

// -- bytes ---------------------------------------------------------------------------------------------

int WSPAPI wsp_send(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags,
                    LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                    LPWSATHREADID thread, LPINT place) {
  return as_provider_with_routine(s, routine, thread, place, [&] {
    return WSASend(s, buffers, count, bytes, flags, overlapped, routine);
  });
}

int WSPAPI wsp_send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags,
                       const struct sockaddr* to, int length, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT place) {
  return as_provider_with_routine(s, routine, thread, place, [&] {
    return WSASendTo(s, buffers, count, bytes, flags, to, length, overlapped, routine);
  });
}

int WSPAPI wsp_receive(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags,
                       LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                       LPWSATHREADID thread, LPINT place) {
  return as_provider_with_routine(s, routine, thread, place, [&] {
    return WSARecv(s, buffers, count, bytes, flags, overlapped, routine);
  });
}

int WSPAPI wsp_receive_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags,
                            struct sockaddr* from, LPINT length, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT place) {
  return as_provider_with_routine(s, routine, thread, place, [&] {
    return WSARecvFrom(s, buffers, count, bytes, flags, from, length, overlapped, routine);
  });
}

BOOL WSPAPI wsp_overlapped_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL waits,
                                  LPDWORD flags, LPINT place) {
  return as_provider(place, BOOL{FALSE},
                     [&] { return WSAGetOverlappedResult(s, overlapped, bytes, waits, flags); });
}

int WSPAPI wsp_select(int count, fd_set* readable, fd_set* writable, fd_set* failed,
                      const struct timeval* timeout, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return select(count, readable, writable, failed, timeout); });
}

// -- events and options --------------------------------------------------------------------------------

int WSPAPI wsp_enum_network_events(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return WSAEnumNetworkEvents(s, event, events); });
}

int WSPAPI wsp_event_select(SOCKET s, WSAEVENT event, long events, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return WSAEventSelect(s, event, events); });
}

int WSPAPI wsp_get_option(SOCKET s, int level, int name, char* value, LPINT length, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return getsockopt(s, level, name, value, length); });
}

int WSPAPI wsp_set_option(SOCKET s, int level, int name, const char* value, int length, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] { return setsockopt(s, level, name, value, length); });
}

// -- texts ---------------------------------------------------------------------------------------------

INT WSPAPI wsp_address_to_string(LPSOCKADDR address, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text,
                                 LPDWORD length, LPINT place) {
  return as_provider(place, INT{SOCKET_ERROR},
                     [&] { return WSAAddressToStringW(address, size, info, text, length); });
}

INT WSPAPI wsp_string_to_address(LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address,
                                 LPINT length, LPINT place) {
  return as_provider(place, INT{SOCKET_ERROR},
                     [&] { return WSAStringToAddressW(text, family, info, address, length); });
}

// -- what it does not do -------------------------------------------------------------------------------

// Fails with `code` when there is nothing else to say of the socket.
int refuse_socket(SOCKET s, int code, LPINT place) {
  return as_provider(place, SOCKET_ERROR, [&] {
    Call call(s);
    return call.has_tcp_or_udp_socket() ? fail_with(code) : SOCKET_ERROR;
  });
}

int WSPAPI wsp_async_select(SOCKET s, HWND, unsigned int, long, LPINT place) {
  return refuse_socket(s, WSAEINVAL, place);
}

int WSPAPI wsp_cancel_blocking_call(LPINT place) { return fail_in(place, WSAEINVAL); }

BOOL WSPAPI wsp_qos_by_name(SOCKET s, LPWSABUF, LPQOS, LPINT place) {
  return refuse_socket(s, WSAEINVAL, place) == 0 ? TRUE : FALSE;
}

SOCKET WSPAPI wsp_join_leaf(SOCKET s, const struct sockaddr*, int, LPWSABUF, LPWSABUF, LPQOS, LPQOS, DWORD,
                            LPINT place) {
  refuse_socket(s, WSAEOPNOTSUPP, place);
  return INVALID_SOCKET;
}

// -- beginning and end ---------------------------------------------------------------------------------

int WSPAPI wsp_cleanup(LPINT place) {
  return as_provider(place, SOCKET_ERROR, [] { return WSACleanup(); });
}

constexpr WSPPROC_TABLE kProvider = {
    .lpWSPAccept = wsp_accept,
    .lpWSPAddressToString = wsp_address_to_string,
    .lpWSPAsyncSelect = wsp_async_select,
    .lpWSPBind = wsp_bind,
    .lpWSPCancelBlockingCall = wsp_cancel_blocking_call,
    .lpWSPCleanup = wsp_cleanup,
    .lpWSPCloseSocket = wsp_close_socket,
    .lpWSPConnect = wsp_connect,
    .lpWSPDuplicateSocket = wsp_duplicate_socket,
    .lpWSPEnumNetworkEvents = wsp_enum_network_events,
    .lpWSPEventSelect = wsp_event_select,
    .lpWSPGetOverlappedResult = wsp_overlapped_result,
    .lpWSPGetPeerName = wsp_peer_name,
    .lpWSPGetSockName = wsp_socket_name,
    .lpWSPGetSockOpt = wsp_get_option,
    .lpWSPGetQOSByName = wsp_qos_by_name,
    .lpWSPIoctl = WSPIoctl,
    .lpWSPJoinLeaf = wsp_join_leaf,
    .lpWSPListen = wsp_listen,
    .lpWSPRecv = wsp_receive,
    .lpWSPRecvDisconnect = wsp_receive_disconnect,
    .lpWSPRecvFrom = wsp_receive_from,
    .lpWSPSelect = wsp_select,
    .lpWSPSend = wsp_send,
    .lpWSPSendDisconnect = wsp_send_disconnect,
    .lpWSPSendTo = wsp_send_to,
    .lpWSPSetSockOpt = wsp_set_option,
    .lpWSPShutdown = wsp_shutdown,
    .lpWSPSocket = wsp_socket,
    .lpWSPStringToAddress = wsp_string_to_address,
};

constexpr WORD kHighestOfProvider = MAKEWORD(2, 2);

WSPDATA description_of_provider(WORD asked) {
  const bool is_lower = LOBYTE(asked) == 2 && HIBYTE(asked) < 2;
  WSPDATA data{};
  data.wVersion = is_lower ? asked : kHighestOfProvider;
  data.wHighVersion = kHighestOfProvider;
  constexpr WCHAR kText[] = L"Berth: TCP/IP as Windows has it";
  std::copy(std::begin(kText), std::end(kText), data.szDescription);
  return data;
}

}  // namespace
}  // namespace berth::winsock

int WSPStartup(WORD wVersionRequested, LPWSPDATA lpWSPData, LPWSAPROTOCOL_INFOW lpProtocolInfo,
               WSPUPCALLTABLE UpcallTable, LPWSPPROC_TABLE lpProcTable) {
  using namespace berth;
  const winsock::Call call;
  if (!call.has_machine()) return WSASYSNOTREADY;
  if (LOBYTE(wVersionRequested) < 2) return call.code_of({.rule = Rule::VersionNotSupported, .record = {}});
  winsock::MemoryProbe memory;
  const bool can_be_answered = memory.is_writable(lpWSPData, sizeof(WSPDATA)) &&
                               memory.is_readable(lpProtocolInfo, sizeof(WSAPROTOCOL_INFOW)) &&
                               memory.is_writable(lpProcTable, sizeof(WSPPROC_TABLE));
  if (!can_be_answered) return call.code_of({.rule = Rule::PointerIsBad, .record = {}});
  static_cast<void>(memory.write(lpWSPData, winsock::description_of_provider(wVersionRequested)));
  static_cast<void>(memory.write(lpProcTable, winsock::kProvider));
  call.process()->set_upcalls(
      std::make_shared<const winsock::Upcalls>(winsock::Upcalls{.table = UpcallTable}));
  call.process()->start_up();
  return 0;
}
