// SPDX-License-Identifier: MIT
#include "winsock_status.h"

#include <winsock2.h>

#include <algorithm>
#include <iterator>

namespace berth::winsock {
namespace {

struct Row {
  std::uint32_t status;
  int code;
};

// THE table, for both ways; of several rows with one code, the first is what the code becomes. The numbers
// are those of [MS-ERREF] 2.3.1.
// clang-format off
constexpr Row kRows[] = {
    {0x00000000, 0},                      // SUCCESS
    {0x00000103, WSA_IO_INCOMPLETE},      // PENDING
    {0x80000005, WSAEMSGSIZE},            // BUFFER_OVERFLOW
    {0xc0000120, WSA_OPERATION_ABORTED},  // CANCELLED
    {0xc000000d, WSAEINVAL},              // INVALID_PARAMETER
    {0xc0000008, WSAENOTSOCK},            // INVALID_HANDLE
    {0xc0000024, WSAENOTSOCK},            // OBJECT_TYPE_MISMATCH
    {0xc0000022, WSAEACCES},              // ACCESS_DENIED
    {0xc0000005, WSAEFAULT},              // ACCESS_VIOLATION
    {0xc0000023, WSAEFAULT},              // BUFFER_TOO_SMALL
    {0xc00000bb, WSAEOPNOTSUPP},          // NOT_SUPPORTED
    {0xc0000002, WSAEOPNOTSUPP},          // NOT_IMPLEMENTED
    {0xc000009a, WSAENOBUFS},             // INSUFFICIENT_RESOURCES
    {0xc0000017, WSAENOBUFS},             // NO_MEMORY
    {0xc0000209, WSAENOBUFS},             // TOO_MANY_ADDRESSES
    {0xc0000043, WSAEADDRINUSE},          // SHARING_VIOLATION
    {0xc000020a, WSAEADDRINUSE},          // ADDRESS_ALREADY_EXISTS
    {0xc0000141, WSAEADDRNOTAVAIL},       // INVALID_ADDRESS
    {0xc0000207, WSAEADDRNOTAVAIL},       // INVALID_ADDRESS_COMPONENT
    {0xc00000b5, WSAETIMEDOUT},           // IO_TIMEOUT
    {0xc000013b, WSAECONNABORTED},        // LOCAL_DISCONNECT
    {0xc0000241, WSAECONNABORTED},        // CONNECTION_ABORTED
    {0xc000020d, WSAECONNRESET},          // CONNECTION_RESET
    {0xc000013c, WSAECONNRESET},          // REMOTE_DISCONNECT
    {0xc000023f, WSAECONNRESET},          // PORT_UNREACHABLE
    {0xc0000236, WSAECONNREFUSED},        // CONNECTION_REFUSED
    {0xc0000237, WSAEDISCON},             // GRACEFUL_DISCONNECT
    {0xc000023a, WSAENOTCONN},            // CONNECTION_INVALID
    {0xc000020c, WSAENOTCONN},            // CONNECTION_DISCONNECTED
    {0xc000023b, WSAEISCONN},             // CONNECTION_ACTIVE
    {0xc000023c, WSAENETUNREACH},         // NETWORK_UNREACHABLE
    {0xc000023d, WSAEHOSTUNREACH},        // HOST_UNREACHABLE
    {0xc00000a3, WSAENETDOWN},            // DEVICE_NOT_READY
};
// clang-format on

// [MS-ERREF]: the facility of statuses that carry a code of another kind in their low half.
constexpr std::uint32_t kCarriesACode = 0xc0070000;
constexpr std::uint32_t kSeverity = 0xc0000000;

}  // namespace

int winsock_code_of_status(std::int32_t status) {
  const auto number = static_cast<std::uint32_t>(status);
  const auto* row = std::ranges::find(kRows, number, &Row::status);
  if (row != std::end(kRows)) return row->code;
  if ((number & 0xffff0000U) == kCarriesACode) return static_cast<int>(number & 0xffffU);
  return (number & kSeverity) == kSeverity ? WSAEINVAL : 0;
}

std::int32_t status_of_winsock_code(int code) {
  const auto* row = std::ranges::find(kRows, code, &Row::code);
  if (row != std::end(kRows)) return static_cast<std::int32_t>(row->status);
  return static_cast<std::int32_t>(kCarriesACode | (static_cast<std::uint32_t>(code) & 0xffffU));
}

}  // namespace berth::winsock
