// SPDX-License-Identifier: MIT
#include "transfer.h"

#include <winsock2.h>

#include <cerrno>

#include "connecting.h"
#include "host_errors.h"

namespace berth::winsock {
namespace {

// Two lists of the same bits, Windows' and ours.
struct FlagRow {
  unsigned windows;
  unsigned ours;
};
constexpr FlagRow kSendFlags[] = {
    {MSG_OOB, traffic::kOutOfBand}, {MSG_DONTROUTE, traffic::kDontRoute}, {MSG_PARTIAL, 0}};
constexpr FlagRow kReceiveFlags[] = {{MSG_PEEK, traffic::kPeek},
                                     {MSG_OOB, traffic::kOutOfBand},
                                     {MSG_WAITALL, traffic::kWaitForAll},
                                     {MSG_PARTIAL, 0},
                                     {MSG_PUSH_IMMEDIATE, 0}};

template <std::size_t kCount>
std::optional<unsigned> translated(unsigned flags, const FlagRow (&rows)[kCount]) {
  if (flags == 0) return 0U;
  unsigned ours = 0;
  for (const FlagRow& row : rows) {
    if ((flags & row.windows) != 0) ours |= row.ours;
    flags &= ~row.windows;
  }
  if (flags != 0) return std::nullopt;
  return ours;
}

// EAGAIN has two meanings: a socket that does not block has nothing to do, and one that does has waited for
// its timeout.
int code_of(const Flow& flow, int error, unsigned flags) {
  if (flow.closing) return WSAEINTR;
  const bool may_block = flow.blocks && (flags & traffic::kDoNotBlock) == 0;
  if (error == EAGAIN && may_block) return WSAETIMEDOUT;
  return winsock_code_of(error);
}

Transferred failed(int code) { return {.bytes = 0, .code = code, .peer = {}}; }

// -- out ------------------------------------------------------------------------------------------

Transferred send_stream(Flow& flow, std::span<const traffic::Piece> pieces, unsigned flags) {
  if (const int code = connection_problem(flow); code != 0) return failed(code);
  if (flow.send_is_shut) return failed(WSAESHUTDOWN);
  const auto sent = pieces.size() == 1
                        ? traffic::send(flow.descriptor, pieces[0].start, pieces[0].size, flags)
                        : traffic::send_message(flow.descriptor, pieces, nullptr, flags);
  if (!sent.ok()) return failed(code_of(flow, sent.error, flags));
  return {.bytes = static_cast<std::size_t>(sent.value), .code = 0, .peer = {}};
}

bool is_multicast(const Address& address) {
  return address.family == Family::Ipv4 ? (address.bytes[0] & 0xf0) == 0xe0 : address.bytes[0] == 0xff;
}

// A datagram that goes nowhere here: the code that tells so, 0 when it may go.
int datagram_problem(const Endpoint& to) {
  if (to.port == 0 || to.address.is_wildcard()) return WSAEADDRNOTAVAIL;
  if (is_multicast(to.address)) return WSAEOPNOTSUPP;
  return 0;
}

// 0, and where the datagram goes; or the code that tells why it goes nowhere.
int find_way(Flow& flow, const SocketName& to, traffic::RawAddress& there) {
  if (flow.send_is_shut) return WSAESHUTDOWN;
  if (flow.is_last_way(to, there)) return 0;
  if (const int code = datagram_problem(to.endpoint()); code != 0) return code;
  return flow.find_way(to, there) ? 0 : WSAENETUNREACH;
}

SocketName peer_of(const Flow& flow) {
  const auto peer = flow.peer();
  return peer ? SocketName(*peer, flow.family) : SocketName();
}

Transferred send_datagram(Flow& flow, std::span<const traffic::Piece> pieces, const SocketName& to,
                          unsigned flags) {
  if (!to) {
    const SocketName peer = peer_of(flow);
    return peer ? send_datagram(flow, pieces, peer, flags) : failed(WSAENOTCONN);
  }
  traffic::RawAddress there;
  if (const int code = find_way(flow, to, there); code != 0) return failed(code);
  const auto send = [&] {
    return pieces.size() == 1
               ? traffic::send_to(flow.descriptor, pieces[0].start, pieces[0].size, there, flags)
               : traffic::send_message(flow.descriptor, pieces, &there, flags);
  };
  auto sent = send();
  // An earlier datagram's unreachable port is told to who receives, not to who sends.
  for (int tries = 0; sent.error == ECONNREFUSED && tries < 8; ++tries) {
    flow.unreachable_port_was_told = true;
    sent = send();
  }
  if (!sent.ok()) return failed(code_of(flow, sent.error, flags));
  return {.bytes = static_cast<std::size_t>(sent.value), .code = 0, .peer = {}};
}

// -- in -------------------------------------------------------------------------------------------

Transferred receive_stream(Flow& flow, std::span<const traffic::Piece> pieces, unsigned flags) {
  if (const int code = connection_problem(flow); code != 0) return failed(code);
  if (flow.receive_is_shut) return failed(WSAESHUTDOWN);
  traffic::Message message;
  const auto got = pieces.size() == 1
                       ? traffic::receive(flow.descriptor, pieces[0].start, pieces[0].size, flags)
                       : traffic::receive_message(flow.descriptor, pieces, message, flags);
  if (!got.ok()) return failed(code_of(flow, got.error, flags));
  if (got.value == 0 && flow.is_cut_off()) return failed(WSAEINTR);
  return {.bytes = static_cast<std::size_t>(got.value), .code = 0, .peer = {}};
}

// Who sent a datagram to this socket; empty when it is not for it at all.
SocketName sender_of(Flow& flow, const traffic::Message& message) {
  if (!message.peer) return {};
  const SocketName name = flow.sender_behind(message.peer);
  return flow.has_peer() && peer_of(flow) != name ? SocketName() : name;
}

void throw_away_one(const Flow& flow) {
  traffic::Message message;
  char byte = 0;
  const traffic::Piece piece{&byte, 1};
  traffic::receive_message(flow.descriptor, std::span(&piece, 1), message, traffic::kDoNotBlock);
}

// An unreachable port that an earlier datagram met. True: the caller is to be told.
bool tells_unreachable(Flow& flow) {
  flow.unreachable_port_was_told = false;
  traffic::drop_error_queue(flow.descriptor);
  return flow.reports_unreachable;
}

Transferred receive_datagram(Flow& flow, std::span<const traffic::Piece> pieces, unsigned flags) {
  if (flow.receive_is_shut) return failed(WSAESHUTDOWN);
  for (;;) {
    if (flow.unreachable_port_was_told && tells_unreachable(flow)) return failed(WSAECONNRESET);
    traffic::Message message;
    const auto got = pieces.size() == 1 ? traffic::receive_from(flow.descriptor, pieces[0].start,
                                                                pieces[0].size, message, flags)
                                        : traffic::receive_message(flow.descriptor, pieces, message, flags);
    if (flow.closing) return failed(WSAEINTR);
    if (got.error == ECONNREFUSED) {
      if (tells_unreachable(flow)) return failed(WSAECONNRESET);
      continue;
    }
    if (!got.ok()) return failed(code_of(flow, got.error, flags));
    const SocketName sender = sender_of(flow, message);
    if (sender)
      return {.bytes = static_cast<std::size_t>(got.value),
              .code = message.truncated ? WSAEMSGSIZE : 0,
              .peer = sender};
    if ((flags & traffic::kPeek) != 0) throw_away_one(flow);
  }
}

}  // namespace

std::optional<unsigned> send_flags(unsigned flags) { return translated(flags, kSendFlags); }
std::optional<unsigned> receive_flags(unsigned flags) { return translated(flags, kReceiveFlags); }

Transferred send_once(Flow& flow, std::span<const traffic::Piece> pieces, const SocketName& to,
                      unsigned flags) {
  return flow.is_stream() ? send_stream(flow, pieces, flags) : send_datagram(flow, pieces, to, flags);
}

Transferred receive_once(Flow& flow, std::span<const traffic::Piece> pieces, unsigned flags) {
  return flow.is_stream() ? receive_stream(flow, pieces, flags) : receive_datagram(flow, pieces, flags);
}

}  // namespace berth::winsock
