// SPDX-License-Identifier: MIT
#include <berth/remote/channel.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace berth::remote {
namespace {

std::string reason(int error) { return std::strerror(error); }

// One of the two kinds of socket addresses, as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

template <class Sockaddr>
SocketAddress packed(const Sockaddr& address) {
  SocketAddress packed;
  std::memcpy(&packed.storage, &address, sizeof address);
  packed.size = sizeof address;
  return packed;
}

SocketAddress address_of(const Where& where) {
  if (!where.is_tcp()) {
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    where.path.copy(path.sun_path, sizeof path.sun_path - 1);
    return packed(path);
  }
  if (where.host.find(':') != std::string::npos) {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(where.port);
    inet_pton(AF_INET6, where.host.c_str(), &ipv6.sin6_addr);
    return packed(ipv6);
  }
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(where.port);
  inet_pton(AF_INET, where.host.c_str(), &ipv4.sin_addr);
  return packed(ipv4);
}

// Room for the one descriptor that comes along, as the kernel lays it out.
union Along {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

void put_descriptor(msghdr& message, Along& along, int descriptor) {
  std::memset(&along, 0, sizeof along);
  message.msg_control = &along;
  message.msg_controllen = sizeof along.bytes;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
}

void take_descriptors(msghdr& message, Descriptor& arrived) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    arrived = Descriptor(descriptor);
  }
}

}  // namespace

Moved send_some(int connection, std::string_view bytes, int descriptor, bool may_block) {
  iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  Along along;
  if (descriptor >= 0) put_descriptor(message, along, descriptor);
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(connection, &message, MSG_NOSIGNAL | (may_block ? 0 : MSG_DONTWAIT));
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return {.bytes = 0, .error = errno, .ended = false};
  return {.bytes = static_cast<std::size_t>(sent), .error = 0, .ended = false};
}

Moved receive_some(int connection, std::string& to, std::size_t most, Descriptor& arrived, bool may_block) {
  char bytes[kMostAtOnce];
  iovec piece{.iov_base = bytes, .iov_len = std::min(most, sizeof bytes)};
  Along along;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = &along;
  message.msg_controllen = sizeof along.bytes;
  ssize_t got = -1;
  do {
    got = ::recvmsg(connection, &message, MSG_CMSG_CLOEXEC | (may_block ? 0 : MSG_DONTWAIT));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return {.bytes = 0, .error = errno, .ended = false};
  to.append(bytes, static_cast<std::size_t>(got));
  if (got > 0) take_descriptors(message, arrived);
  return {.bytes = static_cast<std::size_t>(got), .error = 0, .ended = got == 0};
}

Result<Channel, std::string> Channel::to(const Where& where) {
  const int family = !where.is_tcp()                             ? AF_UNIX
                     : where.host.find(':') != std::string::npos ? AF_INET6
                                                                 : AF_INET;
  Descriptor connection(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection) return "no socket: " + reason(errno);
  const SocketAddress address = address_of(where);
  int result = -1;
  do {
    result = ::connect(connection.get(), address.get(), address.size);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EISCONN) return reason(errno);
  const int on = 1;
  if (where.is_tcp()) ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Channel(std::move(connection));
}

bool Channel::send(std::string_view lines, int descriptor) {
  while (!lines.empty()) {
    const Moved sent = send_some(connection_.get(), lines, descriptor, true);
    if (sent.error != 0) return false;
    lines.remove_prefix(sent.bytes);
    descriptor = -1;
  }
  return true;
}

bool Channel::receive_more() {
  text_.erase(0, std::exchange(start_, 0));
  Moved got;
  const auto look = [&](bool may_block) {
    got = receive_some(connection_.get(), text_, kMostAtOnce, arrived_, may_block);
    return got.error != EAGAIN;
  };
  if (!patience_.finds([&] { return look(false); })) look(true);
  return got.error == 0 && !got.ended;
}

std::optional<std::string_view> Channel::receive(std::size_t most) {
  std::size_t looked_at = start_;
  for (;;) {
    const auto end = text_.find('\n', looked_at);
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(text_).substr(start_, end - start_);
      start_ = end + 1;
      return line;
    }
    if (text_.size() - start_ > most) return std::nullopt;
    const std::size_t left = text_.size() - start_;
    if (!receive_more()) return std::nullopt;
    looked_at = left;
  }
}

}  // namespace berth::remote
