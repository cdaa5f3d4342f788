// SPDX-License-Identifier: MIT
#include "extension_functions.h"

#include <mswsock.h>

#include <cstring>

#include "ancillary.h"
#include "disconnecting.h"
#include "memory_probe.h"
#include "overlapped_call.h"

namespace berth::winsock {
namespace {

struct ExtensionRow {
  GUID id;
  void* function;
};

template <class Function>
void* address_of(Function* function) {
  return reinterpret_cast<void*>(function);
}

void* function_named(const GUID& id) {
  static const ExtensionRow kExtensions[] = {
      {WSAID_ACCEPTEX, address_of(static_cast<LPFN_ACCEPTEX>(&AcceptEx))},
      {WSAID_GETACCEPTEXSOCKADDRS, address_of(&GetAcceptExSockaddrs)},
      {WSAID_CONNECTEX, address_of(static_cast<LPFN_CONNECTEX>(&ConnectEx))},
      {WSAID_DISCONNECTEX, address_of(&disconnect_ex)},
      {WSAID_WSARECVMSG, address_of(&receive_message)},
      {WSAID_WSASENDMSG, address_of(static_cast<LPFN_WSASENDMSG>(&WSASendMsg))}};
  for (const ExtensionRow& row : kExtensions)
    if (std::memcmp(&row.id, &id, sizeof(id)) == 0) return row.function;
  return nullptr;
}

ControlEnd refused(int code) { return ControlEnd::failure(code).leaving_overlapped(); }

}  // namespace

ControlEnd extension_function(const ControlCall& call) {
  const auto id = input_of<GUID>(call);
  if (!id || call.output_size < sizeof(void*)) return refused(WSAEFAULT);
  void* const function = function_named(*id);
  if (function == nullptr) return refused(WSAEINVAL);
  if (!call.memory.write(call.output, function)) return refused(WSAEFAULT);
  return ControlEnd::success(sizeof(function));
}

}  // namespace berth::winsock

int WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
               LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  MemoryProbe memory;
  const auto message = memory.read<WSAMSG>(lpMsg);
  const int code = message ? problem_of_control(use.flow(), message->Control) : WSAEFAULT;
  if (code != 0) return use.fail(code);
  return WSASendTo(s, message->lpBuffers, message->dwBufferCount, lpNumberOfBytesSent, dwFlags, message->name,
                   message->namelen, lpOverlapped, lpCompletionRoutine);
}

int WSAConnect(SOCKET s, const struct sockaddr* name, int namelen, LPWSABUF, LPWSABUF lpCalleeData, LPQOS,
               LPQOS) {
  berth::winsock::MemoryProbe memory;
  if (lpCalleeData != nullptr && memory.is_writable(lpCalleeData, sizeof(WSABUF))) lpCalleeData->len = 0;
  return connect(s, name, namelen);
}

int WSASendDisconnect(SOCKET s, LPWSABUF lpOutboundDisconnectData) {
  if (lpOutboundDisconnectData == nullptr) return shutdown(s, SD_SEND);
  berth::winsock::Use use(s);
  return use.has_flow() ? use.fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
}

int WSARecvDisconnect(SOCKET s, LPWSABUF lpInboundDisconnectData) {
  berth::winsock::MemoryProbe memory;
  if (lpInboundDisconnectData != nullptr && memory.is_writable(lpInboundDisconnectData, sizeof(WSABUF)))
    lpInboundDisconnectData->len = 0;
  return shutdown(s, SD_RECEIVE);
}
