// SPDX-License-Identifier: MIT
//
// <mswsockdef.h> for Linux: the options and control codes of <mswsock.h>. What each is worth here:
// docs/options.md.
#ifndef BERTH_DROPIN_MSWSOCKDEF_H
#define BERTH_DROPIN_MSWSOCKDEF_H

#include <winsock2.h>

/// Value: the SOCKET that was listening. The accepted socket takes over its options. Source: AcceptEx page.
#define SO_UPDATE_ACCEPT_CONTEXT 0x700B
/// Value: DWORD, the seconds since the connection; 0xffffffff without one. Source: SOL_SOCKET socket options.
#define SO_CONNECT_TIME 0x700C
/// No value. Source: ConnectEx page.
#define SO_UPDATE_CONNECT_CONTEXT 0x7010

/// Input: BOOL. FALSE: an unreachable port that a datagram met is not told to the next receive.
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
/// Output: SOCKET, the handle of the provider at the bottom: the socket itself.
#define SIO_BSP_HANDLE _WSAIOR(IOC_WS2, 27)
#define SIO_BSP_HANDLE_SELECT _WSAIOR(IOC_WS2, 28)
#define SIO_BSP_HANDLE_POLL _WSAIOR(IOC_WS2, 29)
#define SIO_BASE_HANDLE _WSAIOR(IOC_WS2, 34)
#define SIO_QUERY_RSS_SCALABILITY_INFO _WSAIOR(IOC_VENDOR, 210)
#define SIO_SET_COMPATIBILITY_MODE _WSAIOW(IOC_VENDOR, 300)

BERTH_LAYOUT(SIO_UDP_CONNRESET == 0x9800000c);
BERTH_LAYOUT(SIO_BASE_HANDLE == 0x48000022);

#endif
