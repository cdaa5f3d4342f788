// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <array>

#include "async_state.h"
#include "memory_probe.h"
#include "socket_names.h"
#include "transfer.h"
#include "use.h"

namespace berth::winsock {
namespace {

// Windows lets a length be an int; a negative one is no length of memory.
bool is_a_length(int length) { return length >= 0; }

int answered(Use& use, const Transferred& moved) {
  return moved.code == 0 ? static_cast<int>(moved.bytes) : use.fail(moved.code);
}

int send_bytes(Use& use, const char* bytes, int length, const Endpoint* to, int flags) {
  const auto how = send_flags(static_cast<unsigned>(flags));
  if (!how) return use.fail(WSAEOPNOTSUPP);
  if (!is_a_length(length)) return use.fail(WSAEFAULT);
  if (use.call().meets_a_fault({.point = FaultPoint::Send, .handle = use.handle()})) return SOCKET_ERROR;
  const traffic::Piece piece{const_cast<char*>(bytes), static_cast<std::size_t>(length)};
  const Transferred moved = send_once(use.flow(), std::span(&piece, 1), to, *how);
  if (moved.code == WSAEWOULDBLOCK) enable_event(use.flow(), FD_WRITE);
  return answered(use, moved);
}

// Broadcast is not emulated; without the option it is refused as on Windows.
int broadcast_problem(const Use& use) {
  return HandleTable::of_program().is_on(use.handle(), StoredOption::Broadcast) ? WSAEOPNOTSUPP : WSAEACCES;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes to it
std::optional<Transferred> receive_bytes(Use& use, char* bytes, int length, int flags) {
  Flow& flow = use.flow();
  const auto how = receive_flags(static_cast<unsigned>(flags));
  int problem = 0;
  if (!how) problem = WSAEOPNOTSUPP;
  if (problem == 0 && !is_a_length(length)) problem = WSAEFAULT;
  // A datagram socket without a name cannot be sent anything.
  if (problem == 0 && !flow.is_stream() && !flow.is_carried() && !flow.local()) problem = WSAEINVAL;
  if (problem != 0) {
    use.fail(problem);
    return std::nullopt;
  }
  if (!flow.is_stream() && !use.is_named()) return std::nullopt;
  if (use.call().meets_a_fault({.point = FaultPoint::Receive, .handle = use.handle()})) return std::nullopt;
  const traffic::Piece piece{bytes, static_cast<std::size_t>(length)};
  const Transferred moved = receive_once(flow, std::span(&piece, 1), *how);
  enable_event(flow, FD_READ | FD_OOB);
  return moved;
}

}  // namespace
}  // namespace berth::winsock

int send(SOCKET s, const char* buf, int len, int flags) {
  berth::winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  return berth::winsock::send_bytes(use, buf, len, nullptr, flags);
}

int sendto(SOCKET s, const char* buf, int len, int flags, const struct sockaddr* to, int tolen) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  if (use.flow().is_stream() || to == nullptr) return send_bytes(use, buf, len, nullptr, flags);
  const auto target = read_name(to, tolen, use.flow().family);
  if (!target) return use.fail(target.error());
  if (target->address.is_limited_broadcast()) return use.fail(broadcast_problem(use));
  if (!use.is_named()) return SOCKET_ERROR;
  return send_bytes(use, buf, len, &*target, flags);
}

int recv(SOCKET s, char* buf, int len, int flags) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  const auto moved = receive_bytes(use, buf, len, flags);
  return moved ? answered(use, *moved) : SOCKET_ERROR;
}

int recvfrom(SOCKET s, char* buf, int len, int flags, struct sockaddr* from, int* fromlen) {
  using namespace berth::winsock;
  Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  const bool wants_name = from != nullptr && !use.flow().is_stream();
  if (wants_name && !name_fits(use.flow().family, from, fromlen)) return use.fail(WSAEFAULT);
  const auto moved = receive_bytes(use, buf, len, flags);
  if (!moved) return SOCKET_ERROR;
  if (wants_name && moved->peer) store_name(*moved->peer, use.flow().family, from, fromlen);
  return answered(use, *moved);
}
