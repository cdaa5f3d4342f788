// SPDX-License-Identifier: MIT
#include <berth/traffic/host_socket.h>

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

namespace berth::traffic {
namespace {

// A system call, tried again while a signal interrupts it.
template <class Call>
Result tried(Call call) {
  for (;;) {
    const auto value = call();
    if (value >= 0) return {.value = static_cast<std::int64_t>(value), .error = 0};
    if (errno != EINTR) return {.value = -1, .error = errno};
  }
}

static_assert(sizeof(sockaddr_in6) <= sizeof(RawAddress) && sizeof(sockaddr_in) <= sizeof(RawAddress));

sockaddr* kernel_name(RawAddress& address) { return reinterpret_cast<sockaddr*>(address.words.data()); }
const sockaddr* kernel_name(const RawAddress& address) {
  return reinterpret_cast<const sockaddr*>(address.words.data());
}

sa_family_t family_of(const RawAddress& address) {
  sa_family_t family{};
  std::memcpy(&family, address.words.data(), sizeof(family));
  return family;
}

socklen_t kernel_size(const RawAddress& address) {
  return family_of(address) == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

int kernel_flags(unsigned flags) {
  int kernel = MSG_NOSIGNAL;
  if (flags == 0) return kernel;
  if ((flags & kPeek) != 0) kernel |= MSG_PEEK;
  if ((flags & kOutOfBand) != 0) kernel |= MSG_OOB;
  if ((flags & kWaitForAll) != 0) kernel |= MSG_WAITALL;
  if ((flags & kDoNotBlock) != 0) kernel |= MSG_DONTWAIT;
  if ((flags & kDontRoute) != 0) kernel |= MSG_DONTROUTE;
  return kernel;
}

struct KernelOption {
  int level;
  int name;
};

KernelOption kernel_option(Option option) {
  switch (option) {
    case Option::KeepAlive: return {SOL_SOCKET, SO_KEEPALIVE};
    case Option::NoDelay: return {IPPROTO_TCP, TCP_NODELAY};
    case Option::OobInline: return {SOL_SOCKET, SO_OOBINLINE};
    case Option::SendBuffer: return {SOL_SOCKET, SO_SNDBUF};
    case Option::ReceiveBuffer: return {SOL_SOCKET, SO_RCVBUF};
    case Option::DontRoute: return {SOL_SOCKET, SO_DONTROUTE};
    case Option::Broadcast: return {SOL_SOCKET, SO_BROADCAST};
    case Option::ReuseAddress: return {SOL_SOCKET, SO_REUSEADDR};
    case Option::ReusePort: return {SOL_SOCKET, SO_REUSEPORT};
    case Option::Ipv6Only: return {IPPROTO_IPV6, IPV6_V6ONLY};
    case Option::KeepIdleSeconds: return {IPPROTO_TCP, TCP_KEEPIDLE};
    case Option::KeepIntervalSeconds: return {IPPROTO_TCP, TCP_KEEPINTVL};
    case Option::KeepCount: return {IPPROTO_TCP, TCP_KEEPCNT};
    case Option::TtlIpv4: return {IPPROTO_IP, IP_TTL};
    case Option::HopsIpv6: return {IPPROTO_IPV6, IPV6_UNICAST_HOPS};
    case Option::TosIpv4: return {IPPROTO_IP, IP_TOS};
    case Option::ReportsUnreachablePorts: return {IPPROTO_IP, IP_RECVERR};
    case Option::PacketInfoIpv4: return {IPPROTO_IP, IP_PKTINFO};
    case Option::SynRetries: return {IPPROTO_TCP, TCP_SYNCNT};
    case Option::SegmentSize: return {IPPROTO_UDP, UDP_SEGMENT};
  }
  return {SOL_SOCKET, SO_DEBUG};
}

Result set_raw(int descriptor, int level, int name, const void* value, socklen_t size) {
  return tried([&] { return ::setsockopt(descriptor, level, name, value, size); });
}

Result set_timeout(int descriptor, int name, std::uint32_t milliseconds) {
  const timeval time{.tv_sec = static_cast<time_t>(milliseconds / 1000),
                     .tv_usec = static_cast<suseconds_t>(milliseconds % 1000) * 1000};
  return set_raw(descriptor, SOL_SOCKET, name, &time, sizeof(time));
}

static_assert(sizeof(Piece) == sizeof(iovec) && offsetof(Piece, size) == offsetof(iovec, iov_len));

iovec* kernel_pieces(std::span<const Piece> pieces) {
  return reinterpret_cast<iovec*>(const_cast<Piece*>(pieces.data()));
}

short events_of(std::uint16_t wanted) {
  int events = 0;
  if ((wanted & kReadable) != 0) events |= POLLIN;
  if ((wanted & kWritable) != 0) events |= POLLOUT;
  if ((wanted & kUrgent) != 0) events |= POLLPRI;
  if ((wanted & kPeerIsDone) != 0) events |= POLLRDHUP;
  return static_cast<short>(events);
}

std::uint16_t found_in(short events) {
  unsigned found = 0;
  if ((events & POLLIN) != 0) found |= kReadable;
  if ((events & POLLOUT) != 0) found |= kWritable;
  if ((events & POLLPRI) != 0) found |= kUrgent;
  if ((events & (POLLERR | POLLNVAL)) != 0) found |= kFailed;
  if ((events & POLLHUP) != 0) found |= kHungUp;
  if ((events & POLLRDHUP) != 0) found |= kPeerIsDone;
  return static_cast<std::uint16_t>(found);
}

// Linux doubles the size of a buffer that is asked for, and says the double.
int shown_value(Option option, int value) {
  return option == Option::SendBuffer || option == Option::ReceiveBuffer ? value / 2 : value;
}

}  // namespace

RawAddress raw(const HostAddress& address) {
  RawAddress raw;
  if (address.is_ipv6) {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(address.port);
    ipv6.sin6_scope_id = address.scope;
    std::memcpy(&ipv6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(raw.words.data(), &ipv6, sizeof(ipv6));
    return raw;
  }
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(address.port);
  std::memcpy(&ipv4.sin_addr, address.bytes.data(), 4);
  std::memcpy(raw.words.data(), &ipv4, sizeof(ipv4));
  return raw;
}

HostAddress readable(const RawAddress& raw) {
  HostAddress address;
  if (family_of(raw) == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, raw.words.data(), sizeof(ipv6));
    address.is_ipv6 = true;
    address.port = ntohs(ipv6.sin6_port);
    address.scope = ipv6.sin6_scope_id;
    std::memcpy(address.bytes.data(), &ipv6.sin6_addr, 16);
  } else if (family_of(raw) == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, raw.words.data(), sizeof(ipv4));
    address.port = ntohs(ipv4.sin_port);
    std::memcpy(address.bytes.data(), &ipv4.sin_addr, 4);
  }
  return address;
}

Result open(Kind kind, bool is_ipv6) {
  const int type = kind == Kind::Stream ? SOCK_STREAM : SOCK_DGRAM;
  return tried([&] { return ::socket(is_ipv6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0); });
}

Result close(int descriptor) {
  // After EINTR the descriptor is closed all the same on Linux.
  ::close(descriptor);
  return {};
}

Result bind(int descriptor, HostAddress& name) {
  const RawAddress address = raw(name);
  const Result bound = tried([&] { return ::bind(descriptor, kernel_name(address), kernel_size(address)); });
  // Asked for by number, it is what was asked for.
  return bound.ok() && name.port == 0 ? name_of(descriptor, name) : bound;
}

Result listen(int descriptor, int backlog) {
  return tried([&] { return ::listen(descriptor, backlog); });
}

Result connect(int descriptor, const HostAddress& to) {
  const RawAddress address = raw(to);
  if (::connect(descriptor, kernel_name(address), kernel_size(address)) == 0) return {};
  // An interrupted connect goes on by itself; a blocking socket waits for its end.
  if (errno != EINTR) return {.value = -1, .error = errno};
  poll_one(descriptor, kWritable, -1);
  const Result outcome = take_error(descriptor);
  return {.value = 0, .error = static_cast<int>(outcome.value)};
}

Result disconnect(int descriptor) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  return tried([&] { return ::connect(descriptor, &nobody, sizeof(nobody)); });
}

Result accept(int descriptor, HostAddress& peer) {
  RawAddress address;
  socklen_t size = sizeof(address.words);
  const Result accepted =
      tried([&] { return ::accept4(descriptor, kernel_name(address), &size, SOCK_CLOEXEC); });
  if (accepted.ok()) peer = readable(address);
  return accepted;
}

Result name_of(int descriptor, HostAddress& name) {
  RawAddress address;
  socklen_t size = sizeof(address.words);
  const Result found = tried([&] { return ::getsockname(descriptor, kernel_name(address), &size); });
  if (found.ok()) name = readable(address);
  return found;
}

Result send(int descriptor, const void* data, std::size_t size, unsigned flags) {
  return tried([&] { return ::send(descriptor, data, size, kernel_flags(flags)); });
}

Result receive(int descriptor, void* data, std::size_t size, unsigned flags) {
  return tried([&] { return ::recv(descriptor, data, size, kernel_flags(flags)); });
}

Result send_to(int descriptor, const void* data, std::size_t size, const RawAddress& to, unsigned flags) {
  return tried([&] {
    return ::sendto(descriptor, data, size, kernel_flags(flags), kernel_name(to), kernel_size(to));
  });
}

Result receive_from(int descriptor, void* data, std::size_t size, Message& message, unsigned flags) {
  Result result = tried([&] {
    socklen_t length = sizeof(message.peer.words);
    return ::recvfrom(descriptor, data, size, kernel_flags(flags) | MSG_TRUNC, kernel_name(message.peer),
                      &length);
  });
  if (!result.ok()) return result;
  message.truncated = result.value > static_cast<std::int64_t>(size);
  if (message.truncated) result.value = static_cast<std::int64_t>(size);
  return result;
}

Result send_message(int descriptor, std::span<const Piece> pieces, const RawAddress* to, unsigned flags) {
  RawAddress there;
  msghdr message{};
  if (to != nullptr) {
    there = *to;
    message.msg_name = kernel_name(there);
    message.msg_namelen = kernel_size(there);
  }
  message.msg_iov = kernel_pieces(pieces);
  message.msg_iovlen = pieces.size();
  return tried([&] { return ::sendmsg(descriptor, &message, kernel_flags(flags)); });
}

Result receive_message(int descriptor, std::span<const Piece> pieces, Message& received, unsigned flags) {
  msghdr message{};
  message.msg_name = kernel_name(received.peer);
  message.msg_namelen = sizeof(received.peer.words);
  message.msg_iov = kernel_pieces(pieces);
  message.msg_iovlen = pieces.size();
  const Result result = tried([&] { return ::recvmsg(descriptor, &message, kernel_flags(flags)); });
  if (result.ok()) received.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  return result;
}

Result shutdown(int descriptor, Half half) {
  const int how = half == Half::Receive ? SHUT_RD : half == Half::Send ? SHUT_WR : SHUT_RDWR;
  return tried([&] { return ::shutdown(descriptor, how); });
}

Result set(int descriptor, Option option, int value) {
  const auto [level, name] = kernel_option(option);
  return set_raw(descriptor, level, name, &value, sizeof(value));
}

Result get(int descriptor, Option option) {
  const auto [level, name] = kernel_option(option);
  int value = 0;
  socklen_t size = sizeof(value);
  const Result got =
      tried([&, l = level, n = name] { return ::getsockopt(descriptor, l, n, &value, &size); });
  return got.ok() ? Result{.value = shown_value(option, value), .error = 0} : got;
}

Result set_linger(int descriptor, bool on, int seconds) {
  const linger value{.l_onoff = on ? 1 : 0, .l_linger = seconds};
  return set_raw(descriptor, SOL_SOCKET, SO_LINGER, &value, sizeof(value));
}

Result set_receive_timeout(int descriptor, std::uint32_t milliseconds) {
  return set_timeout(descriptor, SO_RCVTIMEO, milliseconds);
}

Result set_send_timeout(int descriptor, std::uint32_t milliseconds) {
  return set_timeout(descriptor, SO_SNDTIMEO, milliseconds);
}

Result take_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof(error);
  const Result got = tried([&] { return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size); });
  return got.ok() ? Result{.value = error, .error = 0} : got;
}

void drop_error_queue(int descriptor) {
  char control[256];
  msghdr message{};
  do {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
  } while (::recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0);
}

Result set_blocking(int descriptor, bool blocking) {
  int on = blocking ? 0 : 1;
  return tried([&] { return ::ioctl(descriptor, FIONBIO, &on); });
}

Result bytes_available(int descriptor) {
  int bytes = 0;
  const Result asked = tried([&] { return ::ioctl(descriptor, FIONREAD, &bytes); });
  return asked.ok() ? Result{.value = bytes, .error = 0} : asked;
}

Result bytes_unsent(int descriptor) {
  int bytes = 0;
  const Result asked = tried([&] { return ::ioctl(descriptor, SIOCOUTQNSD, &bytes); });
  return asked.ok() ? Result{.value = bytes, .error = 0} : asked;
}

Result is_at_urgent_mark(int descriptor) {
  return tried([&] { return ::sockatmark(descriptor); });
}

Result poll(std::span<Watched> sockets, int milliseconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
  pollfd few[64];
  std::vector<pollfd> many;
  pollfd* all = few;
  if (sockets.size() > std::size(few)) {
    many.resize(sockets.size());
    all = many.data();
  }
  for (std::size_t i = 0; i < sockets.size(); ++i)
    all[i] = {.fd = sockets[i].descriptor, .events = events_of(sockets[i].wanted), .revents = 0};
  int left = milliseconds;
  int found = ::poll(all, sockets.size(), left);
  while (found < 0 && errno == EINTR) {
    if (milliseconds >= 0) {
      const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      left = rest > 0 ? static_cast<int>(rest) : 0;
    }
    found = ::poll(all, sockets.size(), left);
  }
  if (found < 0) return {.value = -1, .error = errno};
  for (std::size_t i = 0; i < sockets.size(); ++i) sockets[i].found = found_in(all[i].revents);
  return {.value = found, .error = 0};
}

std::uint16_t poll_one(int descriptor, std::uint16_t wanted, int milliseconds) {
  Watched watched{.descriptor = descriptor, .wanted = wanted, .found = 0};
  poll(std::span(&watched, 1), milliseconds);
  return watched.found;
}

}  // namespace berth::traffic
