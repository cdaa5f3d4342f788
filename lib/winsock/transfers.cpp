// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include "transfer_call.h"

namespace berth::winsock {
namespace {

// Windows lets a length be an int; a negative one is no length of memory.
bool is_a_length(int length) { return length >= 0; }

int answered(Use& use, const Transferred& moved) {
  return moved.code == 0 ? static_cast<int>(moved.bytes) : use.fail(moved.code);
}

[[gnu::always_inline]] inline int send_bytes(Use& use, const char* bytes, int length, const SocketName& to,
                                             int flags) {
  const auto how = send_flags(static_cast<unsigned>(flags));
  if (!how) return use.fail(WSAEOPNOTSUPP);
  if (!is_a_length(length)) return use.fail(WSAEFAULT);
  const traffic::Piece piece{const_cast<char*>(bytes), static_cast<std::size_t>(length)};
  const auto sent = send_now(use, std::span(&piece, 1), to, *how);
  return sent ? static_cast<int>(*sent) : SOCKET_ERROR;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes to it
[[gnu::always_inline]] inline std::optional<Transferred> receive_bytes(Use& use, char* bytes, int length,
                                                                       int flags) {
  const auto how = receive_flags(static_cast<unsigned>(flags));
  if (!how || !is_a_length(length)) {
    use.fail(how ? WSAEFAULT : WSAEOPNOTSUPP);
    return std::nullopt;
  }
  if (!can_be_sent_to(use)) return std::nullopt;
  const traffic::Piece piece{bytes, static_cast<std::size_t>(length)};
  return receive_now(use, std::span(&piece, 1), *how);
}

}  // namespace
}  // namespace berth::winsock

int send(SOCKET s, const char* buf, int len, int flags) {
  berth::winsock::Use use(s);
  if (!use.has_flow()) return SOCKET_ERROR;
  return berth::winsock::send_bytes(use, buf, len, {}, flags);
}

int sendto(SOCKET s, const char* buf, int len, int flags, const struct sockaddr* to, int tolen) {
  using namespace berth::winsock;
  Use use(s);
  SocketName target;
  if (!use.has_flow() || !reads_target(use, to, tolen, target)) return SOCKET_ERROR;
  return send_bytes(use, buf, len, target, flags);
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
  if (wants_name && moved->peer) store_name(moved->peer, from, fromlen);
  return answered(use, *moved);
}
