// SPDX-License-Identifier: MIT
#include "socket_arguments.h"

#include <winsock2.h>

namespace berth::winsock {
namespace {

bool is_a_type(int type) {
  return type == 0 || type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_RAW;
}

bool is_a_family(int family) {
  return family == AF_UNSPEC || family == AF_UNIX || family == AF_INET || family == AF_INET6;
}

// The type that a protocol means, for a program that names no type.
int type_of_protocol(int protocol, bool unspecified_is_tcp) {
  if (protocol == IPPROTO_TCP) return SOCK_STREAM;
  if (protocol == IPPROTO_UDP) return SOCK_DGRAM;
  if (protocol == 0) return unspecified_is_tcp ? SOCK_STREAM : SOCK_DGRAM;
  return 0;
}

bool protocol_goes_with_type(const SocketArguments& asked) {
  if (asked.family == AF_UNIX) return asked.type == SOCK_STREAM && asked.protocol == 0;
  if (asked.type == SOCK_STREAM) return asked.protocol == 0 || asked.protocol == IPPROTO_TCP;
  if (asked.type == SOCK_DGRAM) return asked.protocol == 0 || asked.protocol == IPPROTO_UDP;
  return asked.type == SOCK_RAW && asked.protocol >= 0 && asked.protocol <= IPPROTO_RAW;
}

SocketKind kind_of(const SocketArguments& asked) {
  if (asked.family == AF_UNIX || asked.type == SOCK_RAW) return SocketKind::Other;
  return asked.type == SOCK_STREAM ? SocketKind::Tcp : SocketKind::Udp;
}

}  // namespace

Result<OpenHandle, Rule> socket_for(SocketArguments asked, bool unspecified_is_tcp) {
  if (!is_a_type(asked.type)) return Rule::SocketTypeUnknown;
  if (!is_a_family(asked.family)) return Rule::AddressFamilyUnknown;
  if (asked.family == AF_UNSPEC && asked.protocol == 0) return Rule::SocketArgumentsContradict;
  if (asked.family == AF_UNSPEC) asked.family = AF_INET;
  if (asked.type == 0) asked.type = type_of_protocol(asked.protocol, unspecified_is_tcp);
  if (!protocol_goes_with_type(asked)) return Rule::ProtocolUnknown;
  OpenHandle open;
  open.kind = kind_of(asked);
  open.family = asked.family == AF_INET6 ? Family::Ipv6 : Family::Ipv4;
  open.type = asked.type;
  return open;
}

}  // namespace berth::winsock
