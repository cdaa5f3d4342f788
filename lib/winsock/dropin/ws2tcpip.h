// SPDX-License-Identifier: MIT
//
// <ws2tcpip.h> for Linux: IPv6 and addresses as text.
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

BERTH_EXTERN_C_END

#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#ifndef UNICODE
#define InetPton InetPtonA
#define InetNtop InetNtopA
#endif

#endif
