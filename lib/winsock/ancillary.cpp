// SPDX-License-Identifier: MIT
#include "ancillary.h"

#include <ws2tcpip.h>

#include <cstring>

#include "adapters.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

bool is_on(const Flow& flow, int level, int name) {
  return flow.options.find(OptionValues::key_of(level, name)).value_or(0) != 0;
}

// On one machine the way to an address starts at that address; loopback addresses reach one another.
Address destination(Flow& flow, const SocketName& sender) {
  const auto local = flow.local();
  if (local && !local->address.is_wildcard()) return local->address.unmapped();
  const Address from = sender.endpoint().address.unmapped();
  return from.is_loopback() ? Address::loopback(from.family) : from;
}

template <class Information>
struct Control {
  WSACMSGHDR header{};
  Information information{};
};

IN_PKTINFO information_of(const Address& ipv4) {
  IN_PKTINFO information{};
  std::memcpy(&information.ipi_addr, ipv4.bytes.data(), sizeof(information.ipi_addr));
  information.ipi_ifindex = adapter_with(ipv4);
  return information;
}

IN6_PKTINFO information_of_ipv6(const Address& address) {
  IN6_PKTINFO information{};
  std::memcpy(&information.ipi6_addr, mapped(address).bytes.data(), sizeof(information.ipi6_addr));
  information.ipi6_ifindex = adapter_with(address);
  return information;
}

template <class Information>
bool put(int level, int type, const Information& information, WSABUF& control) {
  static_assert(offsetof(Control<Information>, information) == WSA_CMSG_LEN(0));
  Control<Information> whole{
      .header = {.cmsg_len = WSA_CMSG_LEN(sizeof(information)), .cmsg_level = level, .cmsg_type = type},
      .information = information};
  const std::size_t size = WSA_CMSG_LEN(sizeof(information));
  MemoryProbe memory;
  const bool fits = control.len >= size && memory.is_writable(control.buf, size);
  if (fits) std::memcpy(control.buf, &whole, size);
  const ULONG padded = WSA_CMSG_SPACE(sizeof(information));
  control.len = !fits ? 0 : control.len < padded ? static_cast<ULONG>(size) : padded;
  return fits;
}

// -- to be sent -----------------------------------------------------------------------------------

bool is_ours(const Flow& flow, const Address& address) {
  return address.is_wildcard() ||
         flow.process.machine().receiver_of(Transport::Udp, {.address = address, .port = 1}).address_is_local;
}

Address address_in(const IN_PKTINFO& information) {
  Address address = Address::any(Family::Ipv4);
  std::memcpy(address.bytes.data(), &information.ipi_addr, 4);
  return address;
}

Address address_in(const IN6_PKTINFO& information) {
  Address address = Address::any(Family::Ipv6);
  std::memcpy(address.bytes.data(), &information.ipi6_addr, 16);
  return address.unmapped();
}

template <class Information>
int problem_of(const Flow& flow, const WSACMSGHDR& header, const char* data) {
  if (header.cmsg_len < WSA_CMSG_LEN(sizeof(Information))) return WSAEINVAL;
  Information information;
  std::memcpy(&information, data, sizeof(information));
  return is_ours(flow, address_in(information)) ? 0 : WSAEADDRNOTAVAIL;
}

int problem_of_piece(const Flow& flow, const WSACMSGHDR& header, const char* data) {
  if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO)
    return problem_of<IN_PKTINFO>(flow, header, data);
  if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO)
    return problem_of<IN6_PKTINFO>(flow, header, data);
  return WSAEOPNOTSUPP;
}

}  // namespace

bool tell_control(Flow& flow, const SocketName& sender, WSAMSG& message) {
  const bool asks_for_ipv4 = is_on(flow, IPPROTO_IP, IP_PKTINFO);
  const bool asks_for_ipv6 = is_on(flow, IPPROTO_IPV6, IPV6_PKTINFO);
  const bool has_something_to_tell = sender && (asks_for_ipv4 || asks_for_ipv6);
  const Address address = has_something_to_tell ? destination(flow, sender) : Address();
  if (has_something_to_tell && asks_for_ipv4 && address.family == Family::Ipv4)
    return put(IPPROTO_IP, IP_PKTINFO, information_of(address), message.Control);
  if (has_something_to_tell && asks_for_ipv6)
    return put(IPPROTO_IPV6, IPV6_PKTINFO, information_of_ipv6(address), message.Control);
  message.Control.len = 0;
  return true;
}

int problem_of_control(const Flow& flow, const WSABUF& control) {
  if (control.len == 0) return 0;
  MemoryProbe memory;
  if (!memory.is_readable(control.buf, control.len)) return WSAEFAULT;
  for (std::size_t at = 0; at < control.len;) {
    WSACMSGHDR header;
    if (control.len - at < sizeof(header)) return WSAEINVAL;
    std::memcpy(&header, control.buf + at, sizeof(header));
    if (header.cmsg_len < WSA_CMSG_LEN(0) || header.cmsg_len > control.len - at) return WSAEINVAL;
    if (const int code = problem_of_piece(flow, header, control.buf + at + WSA_CMSG_LEN(0)); code != 0)
      return code;
    at += WSA_CMSGHDR_ALIGN(header.cmsg_len);
  }
  return 0;
}

}  // namespace berth::winsock
