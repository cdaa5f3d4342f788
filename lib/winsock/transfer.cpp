// SPDX-License-Identifier: MIT
#include "transfer.h"

#include <cerrno>

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

bool is_multicast(const Address& address) {
  return address.family == Family::Ipv4 ? (address.bytes[0] & 0xf0) == 0xe0 : address.bytes[0] == 0xff;
}

// A datagram that goes nowhere here: the code that tells so, 0 when it may go.
int datagram_problem(const Endpoint& to) {
  if (to.port == 0 || to.address.is_wildcard()) return WSAEADDRNOTAVAIL;
  if (is_multicast(to.address)) return WSAEOPNOTSUPP;
  return 0;
}

}  // namespace

std::optional<unsigned> translated_send_flags(unsigned flags) { return translated(flags, kSendFlags); }
std::optional<unsigned> translated_receive_flags(unsigned flags) { return translated(flags, kReceiveFlags); }

namespace transfer {

Transferred failed(int code) { return {.bytes = 0, .code = code, .peer = {}}; }

Transferred failed(const Flow& flow, int error, unsigned flags) {
  return failed(code_of(flow, error, flags));
}

int find_way(Flow& flow, const SocketName& to, traffic::RawAddress& there) {
  if (const int code = datagram_problem(to.endpoint()); code != 0) return code;
  return flow.find_way(to, there) ? 0 : WSAENETUNREACH;
}

SocketName peer_of(const Flow& flow) {
  const auto peer = flow.peer();
  return peer ? SocketName(*peer, flow.family) : SocketName();
}

// It is told to who receives, not to who sends.
traffic::Result send_again(Flow& flow, Pieces pieces, const traffic::RawAddress& there, unsigned flags) {
  constexpr int kMostTries = 8;
  traffic::Result sent{.value = 0, .error = ECONNREFUSED};
  for (int tries = 0; sent.error == ECONNREFUSED && tries < kMostTries; ++tries) {
    flow.unreachable_port_was_told = true;
    sent = send_pieces(flow, pieces, there, flags);
  }
  return sent;
}

bool tells_unreachable(Flow& flow) {
  flow.unreachable_port_was_told = false;
  traffic::drop_error_queue(flow.descriptor);
  return flow.reports_unreachable;
}

bool is_a_stranger_to(const Flow& flow, const SocketName& sender) { return peer_of(flow) != sender; }

void throw_away_one(const Flow& flow) {
  traffic::Message message;
  char byte = 0;
  const traffic::Piece piece{&byte, 1};
  traffic::receive_message(flow.descriptor, std::span(&piece, 1), message, traffic::kDoNotBlock);
}

}  // namespace transfer
}  // namespace berth::winsock
