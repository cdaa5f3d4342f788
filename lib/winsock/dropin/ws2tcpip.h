// SPDX-License-Identifier: MIT
//
// <ws2tcpip.h> for Linux: IPv6, addresses as text, and names independent of the protocol.
//
// What the emulated computer knows about names: <winsock2_names.h>.
#ifndef BERTH_DROPIN_WS2TCPIP_H
#define BERTH_DROPIN_WS2TCPIP_H

#include <winsock2.h>
#include <ws2ipdef.h>

// Windows' socklen_t is int. A macro, because <unistd.h> may have defined libc's before; the guard keeps
// it from doing so later.
#ifndef __socklen_t_defined
#define __socklen_t_defined 1
#endif
#define socklen_t int

#define UDP_NOCHECKSUM 1
#define UDP_CHECKSUM_COVERAGE 20

#define INET_ADDRSTRLEN 22
#define INET6_ADDRSTRLEN 65

// ---------------------------------------------------------------------------------------------------
// Names and addresses

#define NI_MAXHOST 1025
#define NI_MAXSERV 32

#define NI_NOFQDN 0x01
#define NI_NUMERICHOST 0x02
#define NI_NAMEREQD 0x04
#define NI_NUMERICSERV 0x08
#define NI_DGRAM 0x10

#define AI_PASSIVE 0x00000001
#define AI_CANONNAME 0x00000002
#define AI_NUMERICHOST 0x00000004
#define AI_NUMERICSERV 0x00000008
#define AI_DNS_ONLY 0x00000010
#define AI_FORCE_CLEAR_TEXT 0x00000020
#define AI_BYPASS_DNS_CACHE 0x00000040
#define AI_RETURN_TTL 0x00000080
#define AI_ALL 0x00000100
#define AI_ADDRCONFIG 0x00000400
#define AI_V4MAPPED 0x00000800
#define AI_NON_AUTHORITATIVE 0x00004000
#define AI_SECURE 0x00008000
#define AI_RETURN_PREFERRED_NAMES 0x00010000
#define AI_FQDN 0x00020000
#define AI_FILESERVER 0x00040000
#define AI_DISABLE_IDN_ENCODING 0x00080000
#define AI_SECURE_WITH_FALLBACK 0x00100000
#define AI_EXCLUSIVE_CUSTOM_SERVERS 0x00200000
#define AI_RETURN_RESPONSE_FLAGS 0x10000000
#define AI_REQUIRE_SECURE 0x20000000
#define AI_RESOLUTION_HANDLE 0x40000000
#define AI_EXTENDED 0x80000000

#define EAI_AGAIN WSATRY_AGAIN
#define EAI_BADFLAGS WSAEINVAL
#define EAI_FAIL WSANO_RECOVERY
#define EAI_FAMILY WSAEAFNOSUPPORT
#define EAI_MEMORY WSA_NOT_ENOUGH_MEMORY
#define EAI_NOSECURENAME WSA_SECURE_HOST_NOT_FOUND
#define EAI_NONAME WSAHOST_NOT_FOUND
#define EAI_NODATA EAI_NONAME
#define EAI_SERVICE WSATYPE_NOT_FOUND
#define EAI_SOCKTYPE WSAESOCKTNOSUPPORT

typedef struct BERTH_WINDOWS_STRUCT addrinfo {
  int ai_flags;
  int ai_family;
  int ai_socktype;
  int ai_protocol;
  size_t ai_addrlen;
  char* ai_canonname;
  struct sockaddr* ai_addr;
  struct addrinfo* ai_next;
} ADDRINFOA, *PADDRINFOA;

typedef struct BERTH_WINDOWS_STRUCT addrinfoW {
  int ai_flags;
  int ai_family;
  int ai_socktype;
  int ai_protocol;
  size_t ai_addrlen;
  PWSTR ai_canonname;
  struct sockaddr* ai_addr;
  struct addrinfoW* ai_next;
} ADDRINFOW, *PADDRINFOW;

typedef ADDRINFOA ADDRINFO, *LPADDRINFO;
#ifdef UNICODE
typedef ADDRINFOW ADDRINFOT, *PADDRINFOT;
#else
typedef ADDRINFOA ADDRINFOT, *PADDRINFOT;
#endif

BERTH_EXTERN_C_BEGIN

/// Reads the text of an address into the IN_ADDR or IN6_ADDR at `pAddrBuf`, in network byte order.
///
/// `Family` is AF_INET (four decimal numbers) or AF_INET6. Returns 1; 0, with nothing written and last
/// error untouched, when the text is not such an address; -1 with WSAEAFNOSUPPORT or, for a bad pointer,
/// WSAEFAULT. Needs no WSAStartup. Source: InetPton page.
INT WSAAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) BERTH_SYMBOL(inet_pton);

/// Writes the IN_ADDR or IN6_ADDR at `pAddr`, in network byte order, as text to `pStringBuf`, which has
/// room for `StringBufSize` characters with the terminating zero.
///
/// Returns `pStringBuf`. Otherwise NULL, with nothing written: WSAEAFNOSUPPORT, or
/// ERROR_INVALID_PARAMETER for a bad pointer or too little room. Needs no WSAStartup. Source: InetNtop
/// page.
PCSTR WSAAPI inet_ntop(INT Family, const VOID* pAddr, PSTR pStringBuf, size_t StringBufSize)
    BERTH_SYMBOL(inet_ntop);

/// inet_pton and inet_ntop in WCHAR. Source: InetPton and InetNtop pages.
INT WSAAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf) BERTH_SYMBOL(InetPtonW);
PCWSTR WSAAPI InetNtopW(INT Family, const VOID* pAddr, PWSTR pStringBuf, size_t StringBufSize)
    BERTH_SYMBOL(InetNtopW);

/// The addresses of a host with the port of a service, as a list that freeaddrinfo frees.
///
/// No host is the loopback addresses, or with AI_PASSIVE the wildcard addresses; an empty one and the
/// computer's own name are its addresses. IPv6 comes first. Where the hints ask for no type, neither do the
/// entries of a numeric service; one of a named service is there for each of its protocols.
///
/// Returns 0. Otherwise the code, which is the last error too, and `*ppResult` is NULL: WSANOTINITIALISED;
/// WSAHOST_NOT_FOUND for an unknown host, or without host and service; WSATYPE_NOT_FOUND for an unknown
/// service; WSAEAFNOSUPPORT; WSAESOCKTNOSUPPORT; WSAEINVAL for flags that do not exist or suit one another;
/// WSANO_RECOVERY when another member of the hints is set; WSA_NOT_ENOUGH_MEMORY; WSAEFAULT. Source:
/// getaddrinfo and GetAddrInfoW pages.
INT WSAAPI getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA* pHints, PADDRINFOA* ppResult)
    BERTH_SYMBOL(getaddrinfo);
INT WSAAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW* pHints, PADDRINFOW* ppResult)
    BERTH_SYMBOL(GetAddrInfoW);

/// Frees a list of getaddrinfo; NULL is none. Source: freeaddrinfo and FreeAddrInfoW pages.
VOID WSAAPI freeaddrinfo(PADDRINFOA pAddrInfo) BERTH_SYMBOL(freeaddrinfo);
VOID WSAAPI FreeAddrInfoW(PADDRINFOW pAddrInfo) BERTH_SYMBOL(FreeAddrInfoW);

/// The host and the service of an address, as names or, where it has none or the flags say so, as numbers.
///
/// Returns 0. Otherwise the code, which is the last error too: WSANOTINITIALISED; WSAEFAULT when a pointer is
/// bad or `SockaddrLength` too small; WSAEAFNOSUPPORT; WSAEINVAL for flags that do not exist;
/// WSAHOST_NOT_FOUND when neither is wanted, or with NI_NAMEREQD when there is no name;
/// ERROR_INSUFFICIENT_BUFFER. Source: getnameinfo and GetNameInfoW pages.
INT WSAAPI getnameinfo(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PCHAR pNodeBuffer,
                       DWORD NodeBufferSize, PCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags)
    BERTH_SYMBOL(getnameinfo);
INT WSAAPI GetNameInfoW(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer,
                        DWORD NodeBufferSize, PWCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags)
    BERTH_SYMBOL(GetNameInfoW);

/// What a code of getaddrinfo or getnameinfo means, in a sentence that lives as long as the program. Source:
/// gai_strerror page.
char* gai_strerrorA(int ecode) BERTH_SYMBOL(gai_strerrorA);
WCHAR* gai_strerrorW(int ecode) BERTH_SYMBOL(gai_strerrorW);

BERTH_EXTERN_C_END

#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#ifdef UNICODE
#define GetAddrInfo GetAddrInfoW
#define FreeAddrInfo FreeAddrInfoW
#define GetNameInfo GetNameInfoW
#define gai_strerror gai_strerrorW
#define InetPton InetPtonW
#define InetNtop InetNtopW
#else
#define GetAddrInfo GetAddrInfoA
#define FreeAddrInfo FreeAddrInfoA
#define GetNameInfo GetNameInfoA
#define gai_strerror gai_strerrorA
#endif

#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#ifndef UNICODE
#define InetPton InetPtonA
#define InetNtop InetNtopA
#endif

BERTH_LAYOUT(sizeof(ADDRINFOA) == (sizeof(void*) == 8 ? 48 : 32));
BERTH_LAYOUT(sizeof(ADDRINFOW) == sizeof(ADDRINFOA));
BERTH_LAYOUT(offsetof(ADDRINFOA, ai_addrlen) == 16);
BERTH_LAYOUT(offsetof(ADDRINFOA, ai_canonname) == 16 + sizeof(void*));
BERTH_LAYOUT(offsetof(ADDRINFOA, ai_addr) == 16 + 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(ADDRINFOA, ai_next) == 16 + 3 * sizeof(void*));

#endif
