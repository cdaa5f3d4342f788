// SPDX-License-Identifier: MIT
//
// A part of <winsock2.h>: names of hosts, services and protocols, addresses as text, and the list of
// protocols. Include <winsock2.h> instead.
//
// An emulated computer reads nothing from the network around it. It knows addresses as text, `localhost`,
// its own name (the `host_name` of its world), the well-known services and the usual protocols; any other
// name is WSAHOST_NOT_FOUND.
// <winsock2.h> includes it; whoever names it first gets that.
#include <winsock2.h>
#ifndef BERTH_DROPIN_WINSOCK2_NAMES_H
#define BERTH_DROPIN_WINSOCK2_NAMES_H

// The functions whose names libc's <unistd.h> has too are macros. With checked buffers that header defines
// them in place, which it must then have done before.
#if defined(__USE_FORTIFY_LEVEL) && __USE_FORTIFY_LEVEL > 0
#include <unistd.h>
#endif

#define MAXGETHOSTSTRUCT 1024

typedef struct BERTH_WINDOWS_STRUCT hostent {
  char* h_name;
  char** h_aliases;
  short h_addrtype;
  short h_length;
  char** h_addr_list;
} HOSTENT, *PHOSTENT, *LPHOSTENT;
#define h_addr h_addr_list[0]

typedef struct BERTH_WINDOWS_STRUCT servent {
  char* s_name;
  char** s_aliases;
#if UINTPTR_MAX > 0xffffffff
  char* s_proto;
  short s_port;
#else
  short s_port;
  char* s_proto;
#endif
} SERVENT, *PSERVENT, *LPSERVENT;

typedef struct BERTH_WINDOWS_STRUCT protoent {
  char* p_name;
  char** p_aliases;
  short p_proto;
} PROTOENT, *PPROTOENT, *LPPROTOENT;

#define XP1_CONNECTIONLESS 0x00000001
#define XP1_GUARANTEED_DELIVERY 0x00000002
#define XP1_GUARANTEED_ORDER 0x00000004
#define XP1_MESSAGE_ORIENTED 0x00000008
#define XP1_PSEUDO_STREAM 0x00000010
#define XP1_GRACEFUL_CLOSE 0x00000020
#define XP1_EXPEDITED_DATA 0x00000040
#define XP1_CONNECT_DATA 0x00000080
#define XP1_DISCONNECT_DATA 0x00000100
#define XP1_SUPPORT_BROADCAST 0x00000200
#define XP1_SUPPORT_MULTIPOINT 0x00000400
#define XP1_MULTIPOINT_CONTROL_PLANE 0x00000800
#define XP1_MULTIPOINT_DATA_PLANE 0x00001000
#define XP1_QOS_SUPPORTED 0x00002000
#define XP1_INTERRUPT 0x00004000
#define XP1_UNI_SEND 0x00008000
#define XP1_UNI_RECV 0x00010000
#define XP1_IFS_HANDLES 0x00020000
#define XP1_PARTIAL_MESSAGE 0x00040000

#define PFL_MULTIPLE_PROTO_ENTRIES 0x00000001
#define PFL_RECOMMENDED_PROTO_ENTRY 0x00000002
#define PFL_HIDDEN 0x00000004
#define PFL_MATCHES_PROTOCOL_ZERO 0x00000008
#define PFL_NETWORKDIRECT_PROVIDER 0x00000010

#define LAYERED_PROTOCOL 0
#define BASE_PROTOCOL 1
#define BIGENDIAN 0x0000
#define LITTLEENDIAN 0x0001
#define SECURITY_PROTOCOL_NONE 0x0000

BERTH_EXTERN_C_BEGIN

/// Writes the computer's name, which `namelen` characters must hold with the terminating zero.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED; WSAEFAULT when `name` is bad or too small. Source:
/// gethostname page.
int berth_gethostname(char* name, size_t namelen)
#ifdef __THROW
    __THROW
#endif
    ;
// The length is an int on Windows, where libc has size_t: a macro, so that both can be declared.
#define gethostname berth_gethostname

/// gethostname in WCHAR. Source: GetHostNameW page.
int WSAAPI GetHostNameW(PWSTR name, int namelen) BERTH_SYMBOL(GetHostNameW);

/// The IPv4 addresses of a host; an empty name or NULL is the computer itself.
///
/// The answer belongs to the thread and holds until its next call of gethostbyname or gethostbyaddr. NULL
/// otherwise: WSANOTINITIALISED, WSAHOST_NOT_FOUND, WSANO_DATA for a host without IPv4, WSAEFAULT. Source:
/// gethostbyname page.
struct hostent* WSAAPI gethostbyname(const char* name) BERTH_SYMBOL(gethostbyname);

/// The host that has an address of family `type` (AF_INET, AF_INET6), given in network byte order.
///
/// As gethostbyname; WSAEAFNOSUPPORT for another family, WSAEFAULT when `addr` is bad or `len` too small,
/// WSAHOST_NOT_FOUND for an address that is none of the computer's. Source: gethostbyaddr page.
struct hostent* WSAAPI gethostbyaddr(const char* addr, int len, int type) BERTH_SYMBOL(gethostbyaddr);

/// The port (in network byte order) of a well-known service; `proto` NULL is any protocol.
///
/// The answer belongs to the thread and holds until its next call of getservbyname or getservbyport. NULL
/// otherwise: WSANOTINITIALISED, WSANO_DATA for an unknown service, WSAEFAULT. Source: getservbyname page.
struct servent* WSAAPI getservbyname(const char* name, const char* proto) BERTH_SYMBOL(getservbyname);

/// The well-known service of a port in network byte order. As getservbyname. Source: getservbyport page.
struct servent* WSAAPI getservbyport(int port, const char* proto) BERTH_SYMBOL(getservbyport);

/// The number of a protocol. The answer belongs to the thread and holds until its next call of getprotobyname
/// or getprotobynumber.
///
/// NULL otherwise: WSANOTINITIALISED, WSANO_DATA for an unknown protocol, WSAEFAULT. Source: getprotobyname
/// page.
struct protoent* WSAAPI getprotobyname(const char* name) BERTH_SYMBOL(getprotobyname);

/// The name of a protocol. As getprotobyname. Source: getprotobynumber page.
struct protoent* WSAAPI getprotobynumber(int proto) BERTH_SYMBOL(getprotobynumber);

/// An IPv4 address as text, which belongs to the thread and holds until its next call. Never fails, and needs
/// no WSAStartup. Source: inet_ntoa page.
char* WSAAPI inet_ntoa(struct in_addr in) BERTH_SYMBOL(inet_ntoa);

/// htonl, htons, ntohl and ntohs for the byte order of a socket's protocol, which is the network's.
///
/// Return 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED, WSAENOTSOCK, WSAEFAULT. Source: WSAHtonl, WSAHtons,
/// WSANtohl and WSANtohs pages.
int WSAAPI WSAHtonl(SOCKET s, u_long hostlong, u_long* lpnetlong) BERTH_SYMBOL(WSAHtonl);
int WSAAPI WSAHtons(SOCKET s, u_short hostshort, u_short* lpnetshort) BERTH_SYMBOL(WSAHtons);
int WSAAPI WSANtohl(SOCKET s, u_long netlong, u_long* lphostlong) BERTH_SYMBOL(WSANtohl);
int WSAAPI WSANtohs(SOCKET s, u_short netshort, u_short* lphostshort) BERTH_SYMBOL(WSANtohs);

/// Reads `10.0.0.1`, `10.0.0.1:80`, `fd00::1`, `fd00::1%5` or `[fd00::1%5]:80` into the SOCKADDR_IN or
/// SOCKADDR_IN6 at `lpAddress`, and writes its size.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED; WSAEFAULT when `*lpAddressLength` is too small,
/// which then tells the size, or a pointer is bad; WSAEINVAL for another family or what is no address. The
/// protocol is not looked at. Source: WSAStringToAddress page.
INT WSAAPI WSAStringToAddressA(LPSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOA lpProtocolInfo,
                               LPSOCKADDR lpAddress, LPINT lpAddressLength) BERTH_SYMBOL(WSAStringToAddressA);
INT WSAAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOW lpProtocolInfo,
                               LPSOCKADDR lpAddress, LPINT lpAddressLength) BERTH_SYMBOL(WSAStringToAddressW);

/// Writes an address as WSAStringToAddress reads it, with the port unless it is 0, and tells how many
/// characters that is, with the terminating zero.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED; WSAEFAULT when there are too few characters, and
/// `*lpdwAddressStringLength` then tells how many are needed, or a pointer is bad; WSAEINVAL for another
/// family or a short `dwAddressLength`. Source: WSAAddressToString page.
INT WSAAPI WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                               LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength) BERTH_SYMBOL(WSAAddressToStringA);
INT WSAAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                               LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength) BERTH_SYMBOL(WSAAddressToStringW);

/// Describes TCP and UDP over IPv4 and IPv6, or those of them whose numbers stand in the list that a 0 ends.
///
/// Returns how many are in the buffer. Otherwise SOCKET_ERROR: WSANOTINITIALISED; WSAENOBUFS when
/// `*lpdwBufferLength` is too small, which then tells the size; WSAEFAULT. Source: WSAEnumProtocols page.
int WSAAPI WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                             LPDWORD lpdwBufferLength) BERTH_SYMBOL(WSAEnumProtocolsA);
int WSAAPI WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                             LPDWORD lpdwBufferLength) BERTH_SYMBOL(WSAEnumProtocolsW);

BERTH_EXTERN_C_END

#ifdef __cplusplus
/// gethostname for the lengths that a program can have: the int of Windows, a DWORD, a size_t.
inline int berth_gethostname(char* name, int namelen) {
  return berth_gethostname(name, static_cast<size_t>(namelen < 0 ? 0 : namelen));
}
template <typename Length>
int berth_gethostname(char* name, Length namelen) {
  return berth_gethostname(name, static_cast<size_t>(namelen));
}

// Lengths that are an unsigned long: see WSAIoctl.
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAAddressToStringA(
    LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOA lpProtocolInfo,
    LPSTR lpszAddressString, UnsignedLong* lpdwAddressStringLength) {
  const int result = WSAAddressToStringA(lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString,
                                         reinterpret_cast<LPDWORD>(lpdwAddressStringLength));
  berth_keep_low_dword(lpdwAddressStringLength);
  return result;
}
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAAddressToStringW(
    LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPWSTR lpszAddressString, UnsignedLong* lpdwAddressStringLength) {
  const int result = WSAAddressToStringW(lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString,
                                         reinterpret_cast<LPDWORD>(lpdwAddressStringLength));
  berth_keep_low_dword(lpdwAddressStringLength);
  return result;
}
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAEnumProtocolsA(
    LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer, UnsignedLong* lpdwBufferLength) {
  const int result =
      WSAEnumProtocolsA(lpiProtocols, lpProtocolBuffer, reinterpret_cast<LPDWORD>(lpdwBufferLength));
  berth_keep_low_dword(lpdwBufferLength);
  return result;
}
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAEnumProtocolsW(
    LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer, UnsignedLong* lpdwBufferLength) {
  const int result =
      WSAEnumProtocolsW(lpiProtocols, lpProtocolBuffer, reinterpret_cast<LPDWORD>(lpdwBufferLength));
  berth_keep_low_dword(lpdwBufferLength);
  return result;
}
#endif

#ifdef UNICODE
#define WSAStringToAddress WSAStringToAddressW
#define WSAAddressToString WSAAddressToStringW
#define WSAEnumProtocols WSAEnumProtocolsW
#else
#define WSAStringToAddress WSAStringToAddressA
#define WSAAddressToString WSAAddressToStringA
#define WSAEnumProtocols WSAEnumProtocolsA
#endif

BERTH_LAYOUT(sizeof(HOSTENT) == (sizeof(void*) == 8 ? 32 : 16));
BERTH_LAYOUT(offsetof(HOSTENT, h_addrtype) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(HOSTENT, h_length) == 2 * sizeof(void*) + 2);
BERTH_LAYOUT(offsetof(HOSTENT, h_addr_list) == (sizeof(void*) == 8 ? 24 : 12));
BERTH_LAYOUT(sizeof(SERVENT) == (sizeof(void*) == 8 ? 32 : 16));
BERTH_LAYOUT(offsetof(SERVENT, s_port) == (sizeof(void*) == 8 ? 24 : 8));
BERTH_LAYOUT(sizeof(PROTOENT) == (sizeof(void*) == 8 ? 24 : 12));
BERTH_LAYOUT(offsetof(PROTOENT, p_proto) == 2 * sizeof(void*));

#endif
