// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::traffic {

// The kernel's sockets without the kernel's headers, whose names are also Windows'. Each function is one
// system call, or says otherwise; EINTR is tried again. Errors are errno's numbers. All are thread-safe.

/// An address of the host. The port is in host byte order; the address in network order, IPv4 in four bytes.
struct HostAddress {
  bool is_ipv6 = false;
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;
  std::uint32_t scope = 0;
  friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

/// The same as the kernel has it: to be kept, compared and given back. All 0: none.
struct RawAddress {
  std::array<std::uint64_t, 4> words{};
  explicit operator bool() const { return words[0] != 0; }
  friend bool operator==(const RawAddress&, const RawAddress&) = default;
};
[[nodiscard]] RawAddress raw(const HostAddress& address);
/// Requires: `raw` is not all 0.
[[nodiscard]] HostAddress readable(const RawAddress& raw);

/// What a call came to: a count of bytes (or a descriptor), or the reason why not.
struct Result {
  std::int64_t value = 0;
  int error = 0;  ///< 0: it worked
  [[nodiscard]] bool ok() const { return error == 0; }
  /// By a port on which nobody receives or listens.
  [[nodiscard]] bool was_refused() const { return error == ECONNREFUSED; }
};

enum class Kind : std::uint8_t { Stream, Datagram };

/// A part of the memory of a scattered send or receive. Laid out as the kernel wants it.
struct Piece {
  void* start = nullptr;
  std::size_t size = 0;
};

/// A descriptor that an exec does not keep. The caller closes it.
Result open(Kind kind, bool is_ipv6);
Result close(int descriptor);
/// Binds; on success the address that the kernel gave is in `name`.
Result bind(int descriptor, HostAddress& name);
Result listen(int descriptor, int backlog);
/// EINPROGRESS when it is not finished and the socket does not block.
Result connect(int descriptor, const HostAddress& to);
/// Undoes what `connect` did to a datagram socket.
Result disconnect(int descriptor);
/// A descriptor that an exec does not keep, blocking; and whose it is.
Result accept(int descriptor, HostAddress& peer);
Result name_of(int descriptor, HostAddress& name);

inline constexpr unsigned kPeek = 1U;        ///< leave what was received where it is
inline constexpr unsigned kOutOfBand = 2U;   ///< urgent data
inline constexpr unsigned kWaitForAll = 4U;  ///< fill the whole memory
inline constexpr unsigned kDoNotBlock = 8U;  ///< whatever the socket's mode is
inline constexpr unsigned kDontRoute = 16U;

/// Never raises SIGPIPE.
Result send(int descriptor, const void* data, std::size_t size, unsigned flags);
Result receive(int descriptor, void* data, std::size_t size, unsigned flags);

Result send_to(int descriptor, const void* data, std::size_t size, const RawAddress& to, unsigned flags);

/// What a received message was, besides its bytes.
struct Message {
  RawAddress peer;
  bool truncated = false;  ///< a datagram was longer than the memory; its rest is lost
};
/// One datagram; the value is how much of it fitted.
Result receive_from(int descriptor, void* data, std::size_t size, Message& message, unsigned flags);
/// `to` may be null on a connected socket.
Result send_message(int descriptor, std::span<const Piece> pieces, const RawAddress* to, unsigned flags);
Result receive_message(int descriptor, std::span<const Piece> pieces, Message& received, unsigned flags);

enum class Half : std::uint8_t { Receive, Send, Both };
Result shutdown(int descriptor, Half half);

/// The kernel's options by one name for all; values are ints except where it says.
enum class Option : std::uint8_t {
  KeepAlive,
  NoDelay,
  OobInline,
  SendBuffer,
  ReceiveBuffer,
  DontRoute,
  Broadcast,
  ReuseAddress,
  ReusePort,
  Ipv6Only,
  KeepIdleSeconds,
  KeepIntervalSeconds,
  KeepCount,
  TtlIpv4,
  HopsIpv6,
  TosIpv4,
  ReportsUnreachablePorts,  ///< a datagram socket tells of a port that nobody receives on (IP_RECVERR)
  PacketInfoIpv4,
  SynRetries,   ///< how often a connection attempt that is not answered is tried again
  SegmentSize,  ///< a datagram that is sent goes out as several of at most so many bytes; 0: whole
};
Result set(int descriptor, Option option, int value);
Result get(int descriptor, Option option);
/// SO_LINGER, as Linux has it.
Result set_linger(int descriptor, bool on, int seconds);
/// 0 waits for ever.
Result set_receive_timeout(int descriptor, std::uint32_t milliseconds);
Result set_send_timeout(int descriptor, std::uint32_t milliseconds);
/// Takes and clears the error of the socket: its errno is the value.
Result take_error(int descriptor);
/// Throws away what the kernel has queued about unreachable ports.
void drop_error_queue(int descriptor);

Result set_blocking(int descriptor, bool blocking);
/// Bytes that can be received now; of the first datagram, or of the stream.
Result bytes_available(int descriptor);
/// Bytes of a stream that were not sent yet, because the peer has no room for them.
Result bytes_unsent(int descriptor);
/// 1 when the next byte of the stream is where urgent data stood.
Result is_at_urgent_mark(int descriptor);

inline constexpr std::uint16_t kReadable = 1;
inline constexpr std::uint16_t kWritable = 2;
inline constexpr std::uint16_t kUrgent = 4;
inline constexpr std::uint16_t kFailed = 8;
inline constexpr std::uint16_t kHungUp = 16;
inline constexpr std::uint16_t kPeerIsDone = 32;  ///< the peer sends no more

struct Watched {
  int descriptor = -1;  ///< below 0: not looked at
  std::uint16_t wanted = 0;
  std::uint16_t found = 0;
};
/// Waits until something wanted is found; -1 waits for ever. The value is how many were.
Result poll(std::span<Watched> sockets, int milliseconds);
/// The same for one descriptor: what was found of it; 0 when that was nothing.
std::uint16_t poll_one(int descriptor, std::uint16_t wanted, int milliseconds);

}  // namespace berth::traffic
