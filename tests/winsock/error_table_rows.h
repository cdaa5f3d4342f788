// SPDX-License-Identifier: MIT
// The documented error tables, one row per code: data. Each row is reached by the test of the same name:
// <section>Errors.answers_<test>. `ErrorTableRows` fails where one of the two is missing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace berth::test {

/// Where a row stands: in the page's own table, in what people saw, or in what follows from other pages.
enum class Provenance : std::uint8_t { Page, Observed, Inferred };

enum class Reached : std::uint8_t {
  Naturally,    ///< by what programs and computers do
  ByInjection,  ///< by a fault point, because nothing else can cause it: `why` says why
  Pending,      ///< not at all yet: `why` says what is missing
};

struct ErrorRow {
  std::string_view section;
  std::string_view test;  ///< the row's test in the suite <section>Errors, after `answers_`
  std::string_view name;
  std::optional<long> number;  ///< nothing where the page names no code
  std::string_view condition;
  Provenance provenance = Provenance::Page;
  Reached reached = Reached::Naturally;
  std::string_view why;
};

inline constexpr auto kPage = Provenance::Page;
inline constexpr auto kObserved = Provenance::Observed;
inline constexpr auto kInferred = Provenance::Inferred;
inline constexpr auto kNaturally = Reached::Naturally;
inline constexpr auto kByInjection = Reached::ByInjection;
inline constexpr auto kPending = Reached::Pending;

inline constexpr std::string_view kDecidedAtOnce =
    "the machine decides these codes at once, so that only a fault that holds a call makes it pend";
inline constexpr std::string_view kNoCodeWaits = "no control code that is emulated waits for anything";
inline constexpr std::string_view kNoCallbacks =
    "Winsock 2 has no blocking hooks, so no callback is ever in progress";
inline constexpr std::string_view kNeverBlocks =
    "the machine decides this call at once, so that only a fault that holds it leaves time to interrupt it";

// clang-format off
inline constexpr ErrorRow kErrorRows[] = {
    // 1. WSAIoctl with SIO_ACQUIRE_PORT_RESERVATION
    {"Acquire", "success",               "success",               0,     "reservation granted; the output holds range and token", kPage, kNaturally, {}},
    {"Acquire", "WSA_IO_PENDING",        "WSA_IO_PENDING",        997,   "overlapped request started, result later", kPage, kByInjection, kDecidedAtOnce},
    {"Acquire", "WSA_OPERATION_ABORTED", "WSA_OPERATION_ABORTED", 995,   "overlapped request cancelled: thread exit, application, socket closed, SIO_FLUSH", kPage, kByInjection, kDecidedAtOnce},
    {"Acquire", "WSAEFAULT",             "WSAEFAULT",             10014, "input, output, count, overlapped or routine not in valid memory, or too small", kPage, kNaturally, {}},
    {"Acquire", "WSAEINPROGRESS",        "WSAEINPROGRESS",        10036, "called while a callback is in progress", kPage, kByInjection, kNoCallbacks},
    {"Acquire", "WSAEINTR",              "WSAEINTR",              10004, "blocking call interrupted, cancelled, or its socket closed", kPage, kByInjection, kNeverBlocks},
    {"Acquire", "WSAEINVAL",             "WSAEINVAL",             10022, "code or parameter not acceptable, not for this socket type, output too small", kPage, kNaturally, {}},
    {"Acquire", "WSAENETDOWN",           "WSAENETDOWN",           10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Acquire", "WSAENOTSOCK",           "WSAENOTSOCK",           10038, "s is not a socket", kPage, kNaturally, {}},
    {"Acquire", "WSAEOPNOTSUPP",         "WSAEOPNOTSUPP",         10045, "code or provider without support; socket neither UDP nor TCP", kPage, kNaturally, {}},
    {"Acquire", "WSAEADDRINUSE",         "WSAEADDRINUSE",         10048, "block overlaps an administered exclusion or a runtime reservation", kObserved, kNaturally, {}},
    {"Acquire", "WSAENOBUFS",            "WSAENOBUFS",            10055, "no contiguous wildcard block", kInferred, kNaturally, {}},
    {"Acquire", "WSANOTINITIALISED",     "WSANOTINITIALISED",     10093, "no successful WSAStartup", kInferred, kNaturally, {}},

    // 2. WSAIoctl with SIO_ASSOCIATE_PORT_RESERVATION
    {"Associate", "success",               "success",               0,     "socket tied to the reservation", kPage, kNaturally, {}},
    {"Associate", "WSA_IO_PENDING",        "WSA_IO_PENDING",        997,   "overlapped request started, result later", kPage, kByInjection, kDecidedAtOnce},
    {"Associate", "WSA_OPERATION_ABORTED", "WSA_OPERATION_ABORTED", 995,   "overlapped request cancelled: thread exit, application, socket closed, SIO_FLUSH", kPage, kByInjection, kDecidedAtOnce},
    {"Associate", "WSAEACCES",             "WSAEACCES",             10013, "persistent reservation: no administrative rights, or not elevated", kPage, kNaturally, {}},
    {"Associate", "WSAEFAULT",             "WSAEFAULT",             10014, "a pointer not in valid memory", kPage, kNaturally, {}},
    {"Associate", "WSAEINPROGRESS",        "WSAEINPROGRESS",        10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"Associate", "WSAEINTR",              "WSAEINTR",              10004, "interrupted, cancelled, or its socket closed", kPage, kByInjection, kNeverBlocks},
    {"Associate", "WSAEINVAL",             "WSAEINVAL",             10022, "after bind; unknown, zero or stale token; other transport; second token; output size", kPage, kNaturally, {}},
    {"Associate", "WSAENETDOWN",           "WSAENETDOWN",           10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Associate", "WSAENOTSOCK",           "WSAENOTSOCK",           10038, "not a socket", kPage, kNaturally, {}},
    {"Associate", "WSAEOPNOTSUPP",         "WSAEOPNOTSUPP",         10045, "no support; neither UDP nor TCP", kPage, kNaturally, {}},
    {"Associate", "WSAEACCES_of_another_process", "WSAEACCES",      10013, "runtime token used from another process", kInferred, kNaturally, {}},
    {"Associate", "WSANOTINITIALISED",     "WSANOTINITIALISED",     10093, "no WSAStartup", kInferred, kNaturally, {}},

    // 3. WSAIoctl with SIO_RELEASE_PORT_RESERVATION
    {"Release", "success",               "success",               0,     "reservation released", kPage, kNaturally, {}},
    {"Release", "WSA_IO_PENDING",        "WSA_IO_PENDING",        997,   "overlapped request started, result later", kPage, kByInjection, kDecidedAtOnce},
    {"Release", "WSA_OPERATION_ABORTED", "WSA_OPERATION_ABORTED", 995,   "overlapped request cancelled: thread exit, application, socket closed, SIO_FLUSH", kPage, kByInjection, kDecidedAtOnce},
    {"Release", "WSAEFAULT",             "WSAEFAULT",             10014, "overlapped or routine not in valid memory", kPage, kNaturally, {}},
    {"Release", "WSAEINPROGRESS",        "WSAEINPROGRESS",        10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"Release", "WSAEINTR",              "WSAEINTR",              10004, "interrupted, cancelled, or its socket closed", kPage, kByInjection, kNeverBlocks},
    {"Release", "WSAEINVAL",             "WSAEINVAL",             10022, "unknown, zero, stale, another process's or persistent token; output size", kPage, kNaturally, {}},
    {"Release", "WSAENETDOWN",           "WSAENETDOWN",           10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Release", "WSAENOTSOCK",           "WSAENOTSOCK",           10038, "not a socket", kPage, kNaturally, {}},
    {"Release", "WSAEOPNOTSUPP",         "WSAEOPNOTSUPP",         10045, "no support; neither UDP nor TCP", kPage, kNaturally, {}},
    {"Release", "WSANOTINITIALISED",     "WSANOTINITIALISED",     10093, "no WSAStartup", kInferred, kNaturally, {}},

    // 4. CreatePersistentTcpPortReservation, CreatePersistentUdpPortReservation
    {"Create", "NO_ERROR",                "NO_ERROR",                0,  "created; the token is set", kPage, kNaturally, {}},
    {"Create", "ERROR_ACCESS_DENIED",     "ERROR_ACCESS_DENIED",     5,  "no administrative rights, or not elevated", kPage, kNaturally, {}},
    {"Create", "ERROR_INVALID_PARAMETER", "ERROR_INVALID_PARAMETER", 87, "start 0, count 0, or past the highest port", kPage, kNaturally, {}},
    {"Create", "ERROR_SHARING_VIOLATION", "ERROR_SHARING_VIOLATION", 32, "a port is in use, or the block overlaps a persistent reservation", kPage, kNaturally, {}},
    {"Create", "Other",                   "Other",         std::nullopt, "FormatMessage has the text", kPage, kNaturally, {}},
    {"Create", "ERROR_SHARING_VIOLATION_with_other_records", "ERROR_SHARING_VIOLATION", 32, "overlap with a runtime reservation, an exclusion or a foreign block", kInferred, kNaturally, {}},
    {"Create", "ERROR_INVALID_PARAMETER_without_a_place",    "ERROR_INVALID_PARAMETER", 87, "token pointer NULL", kInferred, kNaturally, {}},

    // 5. DeletePersistentTcpPortReservation, DeletePersistentUdpPortReservation
    {"Delete", "NO_ERROR",                "NO_ERROR",                0,    "deleted", kPage, kNaturally, {}},
    {"Delete", "ERROR_ACCESS_DENIED",     "ERROR_ACCESS_DENIED",     5,    "no administrative rights, or not elevated", kPage, kNaturally, {}},
    {"Delete", "ERROR_INVALID_PARAMETER", "ERROR_INVALID_PARAMETER", 87,   "start 0 or count 0", kPage, kNaturally, {}},
    {"Delete", "ERROR_NOT_FOUND",         "ERROR_NOT_FOUND",         1168, "no such persistent block", kPage, kNaturally, {}},
    {"Delete", "Other",                   "Other",           std::nullopt, "FormatMessage has the text", kPage, kNaturally, {}},

    // 6. LookupPersistentTcpPortReservation, LookupPersistentUdpPortReservation
    {"Lookup", "NO_ERROR",                "NO_ERROR",                0,    "found; the token is set", kPage, kNaturally, {}},
    {"Lookup", "ERROR_INVALID_PARAMETER", "ERROR_INVALID_PARAMETER", 87,   "start 0 or count 0", kPage, kNaturally, {}},
    {"Lookup", "ERROR_NOT_FOUND",         "ERROR_NOT_FOUND",         1168, "no block with exactly these numbers", kPage, kNaturally, {}},
    {"Lookup", "Other",                   "Other",           std::nullopt, "FormatMessage has the text", kPage, kNaturally, {}},

    // 7. bind
    {"Bind", "success",           "success",           0,     "bound", kPage, kNaturally, {}},
    {"Bind", "WSANOTINITIALISED", "WSANOTINITIALISED", 10093, "WSAStartup needed first", kPage, kNaturally, {}},
    {"Bind", "WSAENETDOWN",       "WSAENETDOWN",       10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Bind", "WSAEACCES",         "WSAEACCES",         10013, "broadcast address without SO_BROADCAST; somebody else holds the address exclusively", kPage, kNaturally, {}},
    {"Bind", "WSAEADDRINUSE",     "WSAEADDRINUSE",     10048, "address in use by a socket that does not share", kPage, kNaturally, {}},
    {"Bind", "WSAEADDRNOTAVAIL",  "WSAEADDRNOTAVAIL",  10049, "address not one of this machine", kPage, kNaturally, {}},
    {"Bind", "WSAEFAULT",         "WSAEFAULT",         10014, "name NULL, too short, or of another family", kPage, kNaturally, {}},
    {"Bind", "WSAEINPROGRESS",    "WSAEINPROGRESS",    10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"Bind", "WSAEINVAL",         "WSAEINVAL",         10022, "already bound", kPage, kNaturally, {}},
    {"Bind", "WSAENOBUFS",        "WSAENOBUFS",        10055, "not enough buffers, too many connections", kPage, kNaturally, {}},
    {"Bind", "WSAENOTSOCK",       "WSAENOTSOCK",       10038, "not a socket", kPage, kNaturally, {}},
    {"Bind", "WSAEACCES_in_a_foreign_reservation", "WSAEACCES", 10013, "explicit port inside a foreign reservation", kObserved, kNaturally, {}},
    {"Bind", "WSAEACCES_on_an_excluded_port",      "WSAEACCES", 10013, "known issue: second SO_REUSEADDR bind on an excluded port", kPage, kNaturally, {}},
    {"Bind", "no_port_left_in_the_block",  "(not named)", std::nullopt, "associated socket and no port left in the block", kPage, kNaturally, {}},

    // 8. WSAIoctl with any code
    {"WSAIoctl", "WSA_IO_PENDING", "WSA_IO_PENDING", 997,   "overlapped request started", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAENETDOWN",    "WSAENETDOWN",    10050, "network subsystem failed", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAEFAULT",      "WSAEFAULT",      10014, "bad pointer, or a size too small", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAEINVAL",      "WSAEINVAL",      10022, "bad code; parameter not acceptable; not for this socket type", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAEINPROGRESS", "WSAEINPROGRESS", 10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"WSAIoctl", "WSAENOTSOCK",    "WSAENOTSOCK",    10038, "not a socket", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAEOPNOTSUPP",  "WSAEOPNOTSUPP",  10045, "code cannot be realised", kPage, kNaturally, {}},
    {"WSAIoctl", "WSAEWOULDBLOCK", "WSAEWOULDBLOCK", 10035, "non-blocking socket and the request would block", kPage, kByInjection, kNoCodeWaits},
    {"WSAIoctl", "WSAENOPROTOOPT", "WSAENOPROTOOPT", 10042, "code not supported by this socket's protocol", kPage, kNaturally, {}},

    // 9. WSPIoctl with any code, through lpErrno
    {"WSPIoctl", "WSA_IO_PENDING", "WSA_IO_PENDING", 997,   "overlapped started", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAEFAULT",      "WSAEFAULT",      10014, "bad pointer, or a size too small", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAEINVAL",      "WSAEINVAL",      10022, "bad code; parameter not acceptable", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAEINPROGRESS", "WSAEINPROGRESS", 10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"WSPIoctl", "WSAENETDOWN",    "WSAENETDOWN",    10050, "network subsystem failed", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAENOTSOCK",    "WSAENOTSOCK",    10038, "not a socket", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAEOPNOTSUPP",  "WSAEOPNOTSUPP",  10045, "code cannot be realised", kPage, kNaturally, {}},
    {"WSPIoctl", "WSAEWOULDBLOCK", "WSAEWOULDBLOCK", 10035, "non-blocking socket and the request would block", kPage, kByInjection, kNoCodeWaits},

    // 10. WSAGetOverlappedResult
    {"Result", "WSANOTINITIALISED",     "WSANOTINITIALISED",     10093, "no WSAStartup", kPage, kNaturally, {}},
    {"Result", "WSAENETDOWN",           "WSAENETDOWN",           10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Result", "WSAENOTSOCK",           "WSAENOTSOCK",           10038, "not a socket", kPage, kNaturally, {}},
    {"Result", "WSA_INVALID_HANDLE",    "WSA_INVALID_HANDLE",    6,     "hEvent holds no valid event", kPage, kNaturally, {}},
    {"Result", "WSA_INVALID_PARAMETER", "WSA_INVALID_PARAMETER", 87,    "a parameter is unacceptable", kPage, kNaturally, {}},
    {"Result", "WSA_IO_INCOMPLETE",     "WSA_IO_INCOMPLETE",     996,   "fWait FALSE and not finished", kPage, kNaturally, {}},
    {"Result", "WSAEFAULT",             "WSAEFAULT",             10014, "bad pointer", kPage, kNaturally, {}},

    // 11. closesocket
    {"Close", "WSANOTINITIALISED",     "WSANOTINITIALISED",     10093, "no WSAStartup", kPage, kNaturally, {}},
    {"Close", "WSAENETDOWN",           "WSAENETDOWN",           10050, "network subsystem failed", kPage, kNaturally, {}},
    {"Close", "WSAENOTSOCK",           "WSAENOTSOCK",           10038, "not a socket", kPage, kNaturally, {}},
    {"Close", "WSAEINPROGRESS",        "WSAEINPROGRESS",        10036, "callback in progress", kPage, kByInjection, kNoCallbacks},
    {"Close", "WSAEINTR",              "WSAEINTR",              10004, "interrupted", kPage, kByInjection, kNeverBlocks},
    {"Close", "WSAEWOULDBLOCK",        "WSAEWOULDBLOCK",        10035, "non-blocking with a linger time that is not zero", kPage, kNaturally, {}},
    {"Close", "WSA_OPERATION_ABORTED", "WSA_OPERATION_ABORTED", 995,   "how pending overlapped requests end", kPage, kNaturally, {}},

    // 12. WPUQueueApc, through lpErrno
    {"QueueApc", "WSAEFAULT", "WSAEFAULT", 10014, "the thread id is that of no thread", kPage, kNaturally, {}},
};
// clang-format on

inline const ErrorRow* find_error_row(std::string_view section, std::string_view test) {
  const auto* found = std::ranges::find_if(
      kErrorRows, [&](const ErrorRow& row) { return row.section == section && row.test == test; });
  return found == std::end(kErrorRows) ? nullptr : found;
}

}  // namespace berth::test
