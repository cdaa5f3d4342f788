// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include "call.h"
#include "last_error.h"
#include "name_tables.h"
#include "program_text.h"
#include "scoped_names.h"

namespace berth::winsock {
namespace {

constexpr INT kNameFlags = NI_NOFQDN | NI_NUMERICHOST | NI_NAMEREQD | NI_NUMERICSERV | NI_DGRAM;

std::string service_text(Port port, INT flags) {
  const bool is_udp = (flags & NI_DGRAM) != 0;
  const KnownService* service =
      (flags & NI_NUMERICSERV) != 0 ? nullptr : service_on(port, {.tcp = !is_udp, .udp = is_udp});
  return service != nullptr ? service->name : std::to_string(port);
}

// Nothing when the program insists on a name and there is none.
std::optional<std::string> host_text(const ScopedAddress& address, INT flags, const Computer& computer) {
  std::optional<std::string> name;
  if ((flags & NI_NUMERICHOST) == 0) name = name_of_host(address.address, computer);
  if (name || (flags & NI_NAMEREQD) != 0) return name;
  return numeric_host(address);
}

template <class Char>
int give_text(MemoryProbe& memory, std::string_view text, Char* place, DWORD room) {
  if (text.size() >= room) return ERROR_INSUFFICIENT_BUFFER;
  return write_text(memory, place, text) ? 0 : WSAEFAULT;
}

template <class Char>
struct Wanted {
  Char* place = nullptr;
  DWORD room = 0;
  [[nodiscard]] bool is_wanted() const { return place != nullptr && room != 0; }
};

template <class Char>
int name_information(const Call& call, const SOCKADDR* name, socklen_t length, Wanted<Char> host,
                     Wanted<Char> service, INT flags) {
  MemoryProbe memory;
  const auto [code, address] =
      read_scoped_name(memory, name, length < 0 ? std::size_t{0} : static_cast<std::size_t>(length));
  if (code != 0) return code;
  if ((flags & ~kNameFlags) != 0) return WSAEINVAL;
  if (!host.is_wanted() && !service.is_wanted()) return WSAHOST_NOT_FOUND;
  if (host.is_wanted()) {
    const auto text = host_text(address, flags, call.process()->machine().computer());
    if (!text) return WSAHOST_NOT_FOUND;
    if (const int failed = give_text(memory, *text, host.place, host.room)) return failed;
  }
  if (!service.is_wanted()) return 0;
  return give_text(memory, service_text(address.port, flags), service.place, service.room);
}

template <class Char>
INT get_name_information(const SOCKADDR* name, socklen_t length, Wanted<Char> host, Wanted<Char> service,
                         INT flags) {
  Call call;
  if (!call.is_started()) return last_error();
  const int code = name_information(call, name, length, host, service, flags);
  if (code != 0) fail_with(code);
  return code;
}

struct Sentence {
  int code;
  const char* narrow;
  const wchar_t* wide;
};

#define BERTH_SENTENCE(code, text) \
  { code, text, L##text }
constexpr Sentence kSentences[] = {
    BERTH_SENTENCE(0, "The call succeeded."),
    BERTH_SENTENCE(EAI_AGAIN, "The name could not be looked up for the moment."),
    BERTH_SENTENCE(EAI_BADFLAGS, "An argument or a flag is invalid."),
    BERTH_SENTENCE(EAI_FAIL, "The name cannot be looked up, now or later."),
    BERTH_SENTENCE(EAI_FAMILY, "The address family is not supported."),
    BERTH_SENTENCE(EAI_MEMORY, "There is not enough memory."),
    BERTH_SENTENCE(EAI_NONAME, "The host is not known."),
    BERTH_SENTENCE(EAI_SERVICE, "The service is not known for this type of socket."),
    BERTH_SENTENCE(EAI_SOCKTYPE, "The type of socket is not supported."),
    BERTH_SENTENCE(WSAEFAULT, "A pointer or a length is bad."),
    BERTH_SENTENCE(WSANOTINITIALISED, "WSAStartup has not been called."),
    BERTH_SENTENCE(WSANO_DATA, "The name is known, but has no such data."),
    BERTH_SENTENCE(ERROR_INSUFFICIENT_BUFFER, "The buffer is too small."),
};
#undef BERTH_SENTENCE
constexpr Sentence kUnknown = {-1, "The code is none of a name look-up.",
                               L"The code is none of a name look-up."};

const Sentence& sentence_of(int code) {
  for (const Sentence& sentence : kSentences)
    if (sentence.code == code) return sentence;
  return kUnknown;
}

}  // namespace
}  // namespace berth::winsock

INT getnameinfo(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PCHAR pNodeBuffer, DWORD NodeBufferSize,
                PCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags) {
  return berth::winsock::get_name_information<char>(pSockaddr, SockaddrLength, {pNodeBuffer, NodeBufferSize},
                                                    {pServiceBuffer, ServiceBufferSize}, Flags);
}

INT GetNameInfoW(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer,
                 DWORD NodeBufferSize, PWCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags) {
  return berth::winsock::get_name_information<wchar_t>(
      pSockaddr, SockaddrLength, {pNodeBuffer, NodeBufferSize}, {pServiceBuffer, ServiceBufferSize}, Flags);
}

// Windows' prototypes promise what nobody may write to.
char* gai_strerrorA(int ecode) {
  return const_cast<char*>(
      berth::winsock::sentence_of(ecode).narrow);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

WCHAR* gai_strerrorW(int ecode) {
  return const_cast<WCHAR*>(
      berth::winsock::sentence_of(ecode).wide);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}
