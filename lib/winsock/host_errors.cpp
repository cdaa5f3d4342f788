// SPDX-License-Identifier: MIT
#include "host_errors.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace berth::winsock {
namespace {

struct HostError {
  int posix;
  int windows;
};

// clang-format off
constexpr HostError kHostErrors[] = {
    {EACCES,          WSAEACCES},
    {EPERM,           WSAEACCES},
    {EADDRINUSE,      WSAEADDRINUSE},
    {EADDRNOTAVAIL,   WSAEADDRNOTAVAIL},
    {EAFNOSUPPORT,    WSAEAFNOSUPPORT},
    {EAGAIN,          WSAEWOULDBLOCK},
    {EALREADY,        WSAEALREADY},
    {EBADF,           WSAENOTSOCK},
    {ECONNABORTED,    WSAECONNABORTED},
    {ECONNREFUSED,    WSAECONNREFUSED},
    {ECONNRESET,      WSAECONNRESET},
    {EDESTADDRREQ,    WSAENOTCONN},
    {EFAULT,          WSAEFAULT},
    {EHOSTUNREACH,    WSAEHOSTUNREACH},
    {EINPROGRESS,     WSAEWOULDBLOCK},
    {EINTR,           WSAEINTR},
    {EINVAL,          WSAEINVAL},
    {EISCONN,         WSAEISCONN},
    {EMFILE,          WSAEMFILE},
    {EMSGSIZE,        WSAEMSGSIZE},
    {ENETDOWN,        WSAENETDOWN},
    {ENETUNREACH,     WSAENETUNREACH},
    {ENFILE,          WSAEMFILE},
    {ENOBUFS,         WSAENOBUFS},
    {ENOMEM,          WSAENOBUFS},
    {ENOPROTOOPT,     WSAENOPROTOOPT},
    {ENOTCONN,        WSAENOTCONN},
    {ENOTSOCK,        WSAENOTSOCK},
    {EOPNOTSUPP,      WSAEOPNOTSUPP},
    // Windows tells of a peer that went away in two steps; sending once more is the second.
    {EPIPE,           WSAECONNABORTED},
    {EPROTONOSUPPORT, WSAEPROTONOSUPPORT},
    {ESHUTDOWN,       WSAESHUTDOWN},
    {ETIMEDOUT,       WSAETIMEDOUT},
};
// clang-format on

}  // namespace

int winsock_code_of(int error) {
  const auto* row = std::ranges::find(kHostErrors, error, &HostError::posix);
  // The kernel's other numbers have no counterpart among Winsock's.
  return row == std::end(kHostErrors) ? WSAEINVAL : row->windows;
}

}  // namespace berth::winsock
