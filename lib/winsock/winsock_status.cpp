// SPDX-License-Identifier: MIT
#include "winsock_status.h"

#include <winsock2.h>

#include <algorithm>
#include <iterator>

namespace berth::winsock {
namespace {

struct WinsockStatusRow {
  NTSTATUS status;
  int code;
};

// THE table, for both ways; of several rows with one code, the first is what the code becomes.
constexpr WinsockStatusRow kWinsockRows[] = {
    {STATUS_SUCCESS, 0},
    {static_cast<NTSTATUS>(STATUS_PENDING), WSA_IO_INCOMPLETE},
    {STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE},
    {STATUS_CANCELLED, WSA_OPERATION_ABORTED},
    {STATUS_INVALID_PARAMETER, WSAEINVAL},
    {STATUS_INVALID_HANDLE, WSAENOTSOCK},
    {STATUS_OBJECT_TYPE_MISMATCH, WSAENOTSOCK},
    {STATUS_ACCESS_DENIED, WSAEACCES},
    {STATUS_ACCESS_VIOLATION, WSAEFAULT},
    {STATUS_BUFFER_TOO_SMALL, WSAEFAULT},
    {STATUS_NOT_SUPPORTED, WSAEOPNOTSUPP},
    {STATUS_NOT_IMPLEMENTED, WSAEOPNOTSUPP},
    {STATUS_INSUFFICIENT_RESOURCES, WSAENOBUFS},
    {STATUS_NO_MEMORY, WSAENOBUFS},
    {STATUS_TOO_MANY_ADDRESSES, WSAENOBUFS},
    {STATUS_SHARING_VIOLATION, WSAEADDRINUSE},
    {STATUS_ADDRESS_ALREADY_EXISTS, WSAEADDRINUSE},
    {STATUS_INVALID_ADDRESS, WSAEADDRNOTAVAIL},
    {STATUS_INVALID_ADDRESS_COMPONENT, WSAEADDRNOTAVAIL},
    {STATUS_IO_TIMEOUT, WSAETIMEDOUT},
    {STATUS_LOCAL_DISCONNECT, WSAECONNABORTED},
    {STATUS_CONNECTION_ABORTED, WSAECONNABORTED},
    {STATUS_CONNECTION_RESET, WSAECONNRESET},
    {STATUS_REMOTE_DISCONNECT, WSAECONNRESET},
    {STATUS_PORT_UNREACHABLE, WSAECONNRESET},
    {STATUS_CONNECTION_REFUSED, WSAECONNREFUSED},
    {STATUS_GRACEFUL_DISCONNECT, WSAEDISCON},
    {STATUS_CONNECTION_INVALID, WSAENOTCONN},
    {STATUS_CONNECTION_DISCONNECTED, WSAENOTCONN},
    {STATUS_CONNECTION_ACTIVE, WSAEISCONN},
    {STATUS_NETWORK_UNREACHABLE, WSAENETUNREACH},
    {STATUS_HOST_UNREACHABLE, WSAEHOSTUNREACH},
    {STATUS_DEVICE_NOT_READY, WSAENETDOWN},
};

// [MS-ERREF]: the facility of statuses that carry a code of another kind in their low half.
constexpr std::uint32_t kCarriesACode = 0xc0070000;
constexpr std::uint32_t kSeverity = 0xc0000000;

}  // namespace

int winsock_code_of_status(std::int32_t status) {
  const auto* row = std::ranges::find(kWinsockRows, status, &WinsockStatusRow::status);
  if (row != std::end(kWinsockRows)) return row->code;
  const auto number = static_cast<std::uint32_t>(status);
  if ((number & 0xffff0000U) == kCarriesACode) return static_cast<int>(number & 0xffffU);
  return (number & kSeverity) == kSeverity ? WSAEINVAL : 0;
}

std::int32_t status_of_winsock_code(int code) {
  const auto* row = std::ranges::find(kWinsockRows, code, &WinsockStatusRow::code);
  if (row != std::end(kWinsockRows)) return row->status;
  return static_cast<std::int32_t>(kCarriesACode | (static_cast<std::uint32_t>(code) & 0xffffU));
}

}  // namespace berth::winsock
