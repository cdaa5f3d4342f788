// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

#include "kernel_arguments.h"
#include "kernel_text.h"

namespace berth::winsock {
namespace {

struct MessageRow {
  DWORD code;
  const char* text;
};

constexpr MessageRow kMessages[] = {
    {ERROR_SUCCESS, "The call succeeded"},
    {ERROR_INVALID_FUNCTION, "This function does not exist here"},
    {ERROR_FILE_NOT_FOUND, "There is no such file"},
    {ERROR_PATH_NOT_FOUND, "There is no such path"},
    {ERROR_ACCESS_DENIED, "The caller has no right to do this"},
    {ERROR_INVALID_HANDLE, "The handle is closed, or of another kind"},
    {ERROR_NOT_ENOUGH_MEMORY, "There is not enough memory for this call"},
    {ERROR_INVALID_DATA, "The data make no sense"},
    {ERROR_OUTOFMEMORY, "There is no memory left"},
    {ERROR_NOT_READY, "The device is not ready"},
    {ERROR_BAD_LENGTH, "A length does not fit its command"},
    {ERROR_WRITE_FAULT, "The data could not be written"},
    {ERROR_GEN_FAILURE, "Something that takes part does not work"},
    {ERROR_SHARING_VIOLATION, "Another process uses this"},
    {ERROR_HANDLE_EOF, "The end has been reached"},
    {ERROR_NOT_SUPPORTED, "This is not supported"},
    {ERROR_NETWORK_BUSY, "The network is busy"},
    {ERROR_DEV_NOT_EXIST, "The network resource has gone"},
    {ERROR_UNEXP_NET_ERR, "The network failed in an unexpected way"},
    {ERROR_NETNAME_DELETED, "The connection has gone"},
    {ERROR_INVALID_PARAMETER, "A parameter is wrong"},
    {ERROR_BROKEN_PIPE, "The other end has gone"},
    {ERROR_BUFFER_OVERFLOW, "A text is too long for its buffer"},
    {ERROR_CALL_NOT_IMPLEMENTED, "This function is not implemented"},
    {ERROR_SEM_TIMEOUT, "The time for this has passed"},
    {ERROR_INSUFFICIENT_BUFFER, "The buffer is too small"},
    {ERROR_MOD_NOT_FOUND, "There is no such library"},
    {ERROR_PROC_NOT_FOUND, "The library has no such function"},
    {ERROR_MAX_THRDS_REACHED, "No further thread can be made"},
    {ERROR_BUSY, "This is in use"},
    {ERROR_ALREADY_EXISTS, "This exists already"},
    {ERROR_ENVVAR_NOT_FOUND, "There is no such environment variable"},
    {ERROR_FILENAME_EXCED_RANGE, "The name is too long"},
    {ERROR_NO_DATA, "There are no data"},
    {ERROR_MORE_DATA, "There are more data than fit"},
    {ERROR_NOT_OWNER, "The caller does not own the mutex"},
    {ERROR_TOO_MANY_POSTS, "The semaphore would pass its maximum"},
    {ERROR_MR_MID_NOT_FOUND, "There is no text for this code"},
    {ERROR_INVALID_ADDRESS, "The address is wrong"},
    {ERROR_ARITHMETIC_OVERFLOW, "A result is too large"},
    {ERROR_ABANDONED_WAIT_0, "The completion port was closed during the wait"},
    {ERROR_ELEVATION_REQUIRED, "This needs an elevated process"},
    {ERROR_OPERATION_ABORTED, "The call was cancelled, or its thread has ended"},
    {ERROR_IO_INCOMPLETE, "The overlapped call is not over"},
    {ERROR_IO_PENDING, "The overlapped call goes on"},
    {ERROR_NOACCESS, "A memory address cannot be used"},
    {ERROR_INVALID_FLAGS, "The flags are wrong"},
    {ERROR_NO_UNICODE_TRANSLATION, "The text has a unit that is no character"},
    {ERROR_NOT_FOUND, "There is no such element"},
    {ERROR_CANCELLED, "The user cancelled this"},
    {ERROR_CONNECTION_REFUSED, "The other computer refused the connection"},
    {ERROR_GRACEFUL_DISCONNECT, "The connection was closed in good order"},
    {ERROR_ADDRESS_ALREADY_ASSOCIATED, "The endpoint has an address already"},
    {ERROR_ADDRESS_NOT_ASSOCIATED, "The endpoint has no address yet"},
    {ERROR_CONNECTION_INVALID, "There is no such connection"},
    {ERROR_CONNECTION_ACTIVE, "The connection is in use"},
    {ERROR_NETWORK_UNREACHABLE, "The network cannot be reached"},
    {ERROR_HOST_UNREACHABLE, "The other computer cannot be reached"},
    {ERROR_PROTOCOL_UNREACHABLE, "The other computer does not know this protocol"},
    {ERROR_PORT_UNREACHABLE, "Nobody listens at this port"},
    {ERROR_REQUEST_ABORTED, "The request was given up"},
    {ERROR_CONNECTION_ABORTED, "This computer gave the connection up"},
    {ERROR_RETRY, "The call should be tried again"},
    {ERROR_PRIVILEGE_NOT_HELD, "The caller lacks a privilege"},
    {ERROR_NO_SYSTEM_RESOURCES, "The system has not enough resources"},
    {ERROR_TIMEOUT, "The time for this has passed"},
    {WSAEINTR, "A blocking call was cancelled"},
    {WSAEBADF, "The file handle is wrong"},
    {WSAEACCES, "The rights of the caller, or of the socket, do not allow this"},
    {WSAEFAULT, "A pointer is bad, or a buffer too small"},
    {WSAEINVAL, "An argument is wrong, or the socket is in the wrong state"},
    {WSAEMFILE, "Too many sockets are open"},
    {WSAEWOULDBLOCK, "This cannot be done at once, and the socket does not block"},
    {WSAEINPROGRESS, "A blocking call goes on"},
    {WSAEALREADY, "The same goes on already"},
    {WSAENOTSOCK, "The handle is not a socket"},
    {WSAEDESTADDRREQ, "The call needs an address to send to"},
    {WSAEMSGSIZE, "The datagram is longer than the buffer, or than allowed"},
    {WSAEPROTOTYPE, "The protocol does not suit the type of the socket"},
    {WSAENOPROTOOPT, "There is no such option at this level"},
    {WSAEPROTONOSUPPORT, "There is no such protocol"},
    {WSAESOCKTNOSUPPORT, "There is no such type of socket in this family"},
    {WSAEOPNOTSUPP, "This kind of socket cannot do this"},
    {WSAEPFNOSUPPORT, "There is no such protocol family"},
    {WSAEAFNOSUPPORT, "The address is of a family that does not go with the protocol"},
    {WSAEADDRINUSE, "Another socket has this address and port"},
    {WSAEADDRNOTAVAIL, "The address is none of this computer's"},
    {WSAENETDOWN, "The network is down"},
    {WSAENETUNREACH, "The network cannot be reached"},
    {WSAENETRESET, "The network dropped the connection"},
    {WSAECONNABORTED, "This computer gave the connection up"},
    {WSAECONNRESET, "The other end reset the connection"},
    {WSAENOBUFS, "There are no buffers or no ports left"},
    {WSAEISCONN, "The socket is connected already"},
    {WSAENOTCONN, "The socket is not connected"},
    {WSAESHUTDOWN, "The socket was shut down in this direction"},
    {WSAETOOMANYREFS, "There are too many references"},
    {WSAETIMEDOUT, "The other end did not answer in time"},
    {WSAECONNREFUSED, "The other end refused the connection"},
    {WSAELOOP, "The name leads to itself"},
    {WSAENAMETOOLONG, "The name is too long"},
    {WSAEHOSTDOWN, "The other computer is down"},
    {WSAEHOSTUNREACH, "There is no way to the other computer"},
    {WSAENOTEMPTY, "The folder is not empty"},
    {WSAEPROCLIM, "Too many processes use Winsock"},
    {WSAEUSERS, "The quota of users is used up"},
    {WSAEDQUOT, "The quota of disk space is used up"},
    {WSAESTALE, "The handle of the file is out of date"},
    {WSAEREMOTE, "The item is on another computer"},
    {WSASYSNOTREADY, "The network cannot be used now"},
    {WSAVERNOTSUPPORTED, "This version of Winsock is not there"},
    {WSANOTINITIALISED, "WSAStartup was not called with success"},
    {WSAEDISCON, "The other end has closed in good order"},
    {WSAENOMORE, "There are no more results"},
    {WSAECANCELLED, "The look-up was cancelled"},
    {WSAEINVALIDPROCTABLE, "The provider's table of functions is wrong"},
    {WSAEINVALIDPROVIDER, "The provider is wrong"},
    {WSAEPROVIDERFAILEDINIT, "The provider could not be started"},
    {WSASYSCALLFAILURE, "A system call that never fails has failed"},
    {WSASERVICE_NOT_FOUND, "There is no such service"},
    {WSATYPE_NOT_FOUND, "There is no such class"},
    {WSA_E_NO_MORE, "There are no more results"},
    {WSA_E_CANCELLED, "The look-up was cancelled"},
    {WSAEREFUSED, "The query was refused"},
    {WSAHOST_NOT_FOUND, "There is no such host"},
    {WSATRY_AGAIN, "The name server did not answer; trying again may help"},
    {WSANO_RECOVERY, "The name server failed for good"},
    {WSANO_DATA, "The name has no address of this kind"},
    {WAIT_TIMEOUT, "The wait is over: the time has passed"},
};

constexpr DWORD kKnownFlags = FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_IGNORE_INSERTS |
                              FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ARGUMENT_ARRAY |
                              FORMAT_MESSAGE_MAX_WIDTH_MASK;

// An HRESULT of a system error code says what the code says.
DWORD code_within(DWORD code) { return (code >> 16U) == 0x8007 ? code & 0xffff : code; }

// Empty when there is none.
std::string text_of(DWORD code, DWORD flags) {
  const auto* row = std::ranges::find(kMessages, code_within(code), &MessageRow::code);
  if (row == std::ranges::end(kMessages)) return {};
  const bool is_one_line = (flags & FORMAT_MESSAGE_MAX_WIDTH_MASK) == FORMAT_MESSAGE_MAX_WIDTH_MASK;
  return std::string(row->text) + (is_one_line ? ". " : ".\r\n");
}

std::string in_characters_of(const std::string& text, char) { return text; }
std::wstring in_characters_of(const std::string& text, wchar_t) { return widened(text); }

DWORD fail_message(long code) {
  refuse(code);
  return 0;
}

template <class Character>
DWORD allocate_message(const std::basic_string<Character>& text, DWORD least, Character* place) {
  const std::size_t units = std::max<std::size_t>(text.size() + 1, least);
  MemoryProbe memory;
  if (!memory.is_writable(place, sizeof(Character*))) return fail_message(ERROR_NOACCESS);
  const HLOCAL made = LocalAlloc(LPTR, units * sizeof(Character));
  if (made == nullptr) return 0;
  std::memcpy(made, text.c_str(), (text.size() + 1) * sizeof(Character));
  std::memcpy(place, &made, sizeof(made));
  return static_cast<DWORD>(text.size());
}

template <class Character>
DWORD format(DWORD flags, DWORD code, Character* place, DWORD size) {
  if ((flags & FORMAT_MESSAGE_FROM_SYSTEM) == 0 || (flags & ~kKnownFlags) != 0)
    return fail_message(ERROR_INVALID_PARAMETER);
  const auto text = in_characters_of(text_of(code, flags), Character{});
  if (text.empty()) return fail_message(ERROR_MR_MID_NOT_FOUND);
  if ((flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0) return allocate_message(text, size, place);
  if (text.size() >= size) return fail_message(ERROR_INSUFFICIENT_BUFFER);
  MemoryProbe memory;
  const std::size_t bytes = (text.size() + 1) * sizeof(Character);
  if (!memory.is_writable(place, bytes)) return fail_message(ERROR_NOACCESS);
  std::memcpy(place, text.c_str(), bytes);
  return static_cast<DWORD>(text.size());
}

}  // namespace
}  // namespace berth::winsock

DWORD FormatMessageA(DWORD dwFlags, LPCVOID, DWORD dwMessageId, DWORD, LPSTR lpBuffer, DWORD nSize,
                     va_list*) {
  return berth::winsock::format(dwFlags, dwMessageId, lpBuffer, nSize);
}

DWORD FormatMessageW(DWORD dwFlags, LPCVOID, DWORD dwMessageId, DWORD, LPWSTR lpBuffer, DWORD nSize,
                     va_list*) {
  return berth::winsock::format(dwFlags, dwMessageId, lpBuffer, nSize);
}
