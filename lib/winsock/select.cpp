// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "connecting.h"
#include "host_errors.h"
#include "memory_probe.h"
#include "use.h"

namespace berth::winsock {
namespace {

// One socket that a program waits for, and what it waits for in Windows' words.
struct Waiting {
  explicit Waiting(SOCKET s, bool reading, bool writing, bool excepting)
      : use(std::make_unique<Use>(s)), reads(reading), writes(writing), excepts(excepting) {}
  std::unique_ptr<Use> use;  // holds the handle's place until the wait is over
  bool reads;
  bool writes;
  bool excepts;
  bool was_connecting = false;
};

std::uint16_t wanted_of(const Waiting& waiting) {
  unsigned wanted = 0;
  if (waiting.reads) wanted |= traffic::kReadable;
  if (waiting.writes || waiting.was_connecting) wanted |= traffic::kWritable;
  if (waiting.excepts && !waiting.was_connecting) wanted |= traffic::kUrgent;
  return static_cast<std::uint16_t>(wanted);
}

// A stream that is neither connected nor about to be, nor listens, is never ready on Windows, whereas Linux
// calls it hung up.
bool can_become_ready(const Flow& flow) { return !flow.is_stream() || flow.phase != Phase::Silent; }

traffic::Watched watched_of(Waiting& waiting) {
  Flow& flow = waiting.use->flow();
  waiting.was_connecting = flow.phase == Phase::Connecting;
  if (!can_become_ready(flow)) return {};
  return {.descriptor = flow.descriptor, .wanted = wanted_of(waiting), .found = 0};
}

// What select says of a socket. A connection that comes about makes it writable, one that fails is an
// exception.
struct Ready {
  bool reads = false;
  bool writes = false;
  bool excepts = false;
};

Ready readiness(const Waiting& waiting, std::uint16_t found) {
  if (found == 0) return {};
  if (waiting.was_connecting) {
    const bool failed = (found & (traffic::kFailed | traffic::kHungUp)) != 0;
    return {.reads = false, .writes = !failed, .excepts = failed};
  }
  constexpr unsigned kAnyEnd = traffic::kHungUp | traffic::kFailed;
  return {.reads = (found & (traffic::kReadable | kAnyEnd)) != 0,
          .writes = (found & (traffic::kWritable | kAnyEnd)) != 0,
          .excepts = (found & traffic::kUrgent) != 0};
}

// -- select ---------------------------------------------------------------------------------------

// A copy of a program's set, whatever FD_SETSIZE it was compiled with: nothing when it cannot be read.
using SocketList = std::vector<SOCKET>;
bool read_set(const fd_set* set, SocketList& sockets) {
  if (set == nullptr) return true;
  MemoryProbe memory;
  const auto count = memory.read<u_int>(set);
  if (!count) return false;
  const auto* first = reinterpret_cast<const char*>(set) + offsetof(fd_set, fd_array);
  if (*count > HandleTable::kMostHandles || !memory.is_writable(first, *count * sizeof(SOCKET))) return false;
  sockets.resize(*count);
  if (*count != 0) std::memcpy(sockets.data(), first, *count * sizeof(SOCKET));
  return true;
}

// Requires: read_set said that the set can be written as far as it was full.
void write_set(fd_set* set, const SocketList& sockets) {
  if (set == nullptr) return;
  const auto count = static_cast<u_int>(sockets.size());
  std::memcpy(static_cast<void*>(set), &count, sizeof(count));
  if (count != 0)
    std::memcpy(reinterpret_cast<char*>(set) + offsetof(fd_set, fd_array), sockets.data(),
                count * sizeof(SOCKET));
}

std::optional<int> milliseconds_in(const timeval* timeout) {
  if (timeout == nullptr) return -1;
  MemoryProbe memory;
  const auto time = memory.read<timeval>(timeout);
  if (!time || time->tv_sec < 0 || time->tv_usec < 0) return std::nullopt;
  constexpr long kMost = 0x7fffffff;
  const long total = static_cast<long>(time->tv_sec) * 1000 + (static_cast<long>(time->tv_usec) + 999) / 1000;
  return static_cast<int>(std::min(total, kMost));
}

struct Sets {
  SocketList reading;
  SocketList writing;
  SocketList excepting;
};

bool holds(const SocketList& sockets, SOCKET s) { return std::ranges::find(sockets, s) != sockets.end(); }

// Every socket of the three sets once; false when one of them is no socket, and the call has failed.
bool gather(const Sets& sets, std::vector<Waiting>& all) {
  SocketList once = sets.reading;
  once.insert(once.end(), sets.writing.begin(), sets.writing.end());
  once.insert(once.end(), sets.excepting.begin(), sets.excepting.end());
  std::ranges::sort(once);
  once.erase(std::unique(once.begin(), once.end()), once.end());
  all.reserve(once.size());
  for (const SOCKET s : once) {
    all.emplace_back(s, holds(sets.reading, s), holds(sets.writing, s), holds(sets.excepting, s));
    if (!all.back().use->has_flow()) return false;
    if (!all.back().use->flow().is_stream() && all.back().use->flow().local() && !all.back().use->is_named())
      return false;
  }
  return true;
}

std::vector<traffic::Watched> watched_of(std::vector<Waiting>& all) {
  std::vector<traffic::Watched> watched;
  watched.reserve(all.size());
  for (Waiting& one : all) watched.push_back(watched_of(one));
  return watched;
}

// Keeps in each set what is ready, in the set's own order.
int keep_ready(Sets& sets, const std::vector<Waiting>& all, const std::vector<traffic::Watched>& watched) {
  Sets ready;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Ready is = readiness(all[i], watched[i].found);
    const SOCKET s = all[i].use->handle();
    if (is.reads && all[i].reads) ready.reading.push_back(s);
    if (is.writes && all[i].writes) ready.writing.push_back(s);
    if (is.excepts && all[i].excepts) ready.excepting.push_back(s);
  }
  const auto keep = [](SocketList& asked, const SocketList& now) {
    std::erase_if(asked, [&now](SOCKET s) { return !holds(now, s); });
    return static_cast<int>(asked.size());
  };
  return keep(sets.reading, ready.reading) + keep(sets.writing, ready.writing) +
         keep(sets.excepting, ready.excepting);
}

// The bookkeeping of connections that have just been seen to end.
void settle(std::vector<Waiting>& all, const std::vector<traffic::Watched>& watched) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].was_connecting || watched[i].found == 0) continue;
    if ((watched[i].found & (traffic::kFailed | traffic::kHungUp)) == 0)
      static_cast<void>(connection_outcome(all[i].use->flow()));
  }
}

int closed_meanwhile(const std::vector<Waiting>& all) {
  const bool one_was =
      std::ranges::any_of(all, [](const Waiting& one) { return one.use->flow().closing.load(); });
  return one_was ? WSAENOTSOCK : 0;
}

}  // namespace
}  // namespace berth::winsock

int select(int /*nfds*/, fd_set* readfds, fd_set* writefds, fd_set* exceptfds, const timeval* timeout) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  Sets sets;
  if (!read_set(readfds, sets.reading) || !read_set(writefds, sets.writing) ||
      !read_set(exceptfds, sets.excepting))
    return fail_with(WSAEFAULT);
  if (sets.reading.empty() && sets.writing.empty() && sets.excepting.empty()) return fail_with(WSAEINVAL);
  const auto milliseconds = milliseconds_in(timeout);
  if (!milliseconds) return fail_with(WSAEINVAL);
  std::vector<Waiting> all;
  if (!gather(sets, all)) return SOCKET_ERROR;
  auto watched = watched_of(all);
  const auto found = berth::traffic::poll(watched, *milliseconds);
  if (!found.ok()) return fail_with(winsock_code_of(found.error));
  if (const int code = closed_meanwhile(all); code != 0) return fail_with(code);
  const int ready = keep_ready(sets, all, watched);
  settle(all, watched);
  write_set(readfds, sets.reading);
  write_set(writefds, sets.writing);
  write_set(exceptfds, sets.excepting);
  return ready;
}

// What a C++ program calls that gives no set at all, because NULL fits libc's prototype as well.
extern "C" int berth_select_posixtypes(int, void*, void*, void*, const timeval* timeout) {
  return select(0, static_cast<fd_set*>(nullptr), nullptr, nullptr, timeout);
}

// -- WSAPoll --------------------------------------------------------------------------------------

namespace berth::winsock {
namespace {

constexpr SHORT kPollable = POLLRDNORM | POLLRDBAND | POLLWRNORM;

traffic::Watched watched_of(Flow& flow, SHORT events) {
  if (!can_become_ready(flow)) return {};
  unsigned wanted = 0;
  if ((events & POLLRDNORM) != 0) wanted |= traffic::kReadable;
  if ((events & POLLWRNORM) != 0) wanted |= traffic::kWritable;
  if ((events & POLLRDBAND) != 0) wanted |= traffic::kUrgent;
  if (flow.is_stream() && flow.phase == Phase::Connected) wanted |= traffic::kPeerIsDone;
  return {.descriptor = flow.descriptor, .wanted = static_cast<std::uint16_t>(wanted), .found = 0};
}

// On Windows the end of a stream is POLLHUP, and is not to be read as on POSIX: POLLRDNORM tells of bytes
// alone (the WSAPoll page; field reports: libdatachannel 871, libplum 28, libhv 2).
bool tells_of_its_end_alone(const Flow& flow, std::uint16_t found) {
  constexpr unsigned kAnyEnd = traffic::kPeerIsDone | traffic::kHungUp | traffic::kFailed;
  return flow.is_stream() && flow.phase == Phase::Connected && (found & kAnyEnd) != 0 &&
         traffic::bytes_available(flow.descriptor).value == 0;
}

SHORT events_found(const Flow& flow, SHORT asked, std::uint16_t found) {
  unsigned events = 0;
  auto wanted = static_cast<unsigned>(asked);
  if (tells_of_its_end_alone(flow, found)) wanted &= ~static_cast<unsigned>(POLLRDNORM);
  if ((found & traffic::kReadable) != 0) events |= POLLRDNORM & wanted;
  if ((found & traffic::kWritable) != 0) events |= POLLWRNORM & wanted;
  if ((found & traffic::kUrgent) != 0) events |= POLLRDBAND & wanted;
  if ((found & (traffic::kHungUp | traffic::kPeerIsDone)) != 0) events |= POLLHUP;
  if ((found & traffic::kFailed) != 0) events |= POLLERR;
  return static_cast<SHORT>(events);
}

// The program's array, entry by entry.
struct Polled {
  std::unique_ptr<Use> use;  // null: a negative handle, which is passed over
  bool is_socket = false;
};

std::vector<Polled> polled(std::span<const WSAPOLLFD> entries) {
  std::vector<Polled> all(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].fd == INVALID_SOCKET) continue;
    all[i].use = std::make_unique<Use>(entries[i].fd);
    all[i].is_socket = all[i].use->has_flow();
  }
  return all;
}

int poll_sockets(std::span<WSAPOLLFD> entries, int milliseconds) {
  const int error_before = last_error();
  const auto all = polled(entries);
  set_last_error(error_before);  // what is no socket is told by its entry
  std::vector<traffic::Watched> watched(entries.size());
  bool some_is_no_socket = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (all[i].is_socket) watched[i] = watched_of(all[i].use->flow(), entries[i].events);
    some_is_no_socket = some_is_no_socket || (all[i].use && !all[i].is_socket);
  }
  const auto found = traffic::poll(watched, some_is_no_socket ? 0 : milliseconds);
  if (!found.ok()) return fail_with(winsock_code_of(found.error));
  int ready = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].revents = all[i].use && !all[i].is_socket ? POLLNVAL : SHORT{0};
    if (all[i].is_socket)
      entries[i].revents = events_found(all[i].use->flow(), entries[i].events, watched[i].found);
    if (entries[i].revents != 0) ++ready;
  }
  return ready;
}

}  // namespace
}  // namespace berth::winsock

int WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout) {
  using namespace berth::winsock;
  Call call;
  if (!call.is_started()) return SOCKET_ERROR;
  if (fds == 0) return fail_with(WSAEINVAL);
  MemoryProbe memory;
  if (fds > HandleTable::kMostHandles || !memory.is_writable(fdArray, fds * sizeof(WSAPOLLFD)))
    return fail_with(WSAEFAULT);
  const std::span entries(fdArray, fds);
  const bool asks_for_the_impossible =
      std::ranges::any_of(entries, [](const WSAPOLLFD& entry) { return (entry.events & ~kPollable) != 0; });
  if (asks_for_the_impossible) return fail_with(WSAEINVAL);
  return poll_sockets(entries, timeout < 0 ? -1 : timeout);
}

int __WSAFDIsSet(SOCKET s, fd_set* set) {
  using namespace berth::winsock;
  SocketList sockets;
  return set != nullptr && read_set(set, sockets) && holds(sockets, s) ? 1 : 0;
}
