// SPDX-License-Identifier: MIT
//
// The drop-in headers before, after or between the headers of the platform. One of ORDER_FIRST,
// ORDER_LAST and ORDER_POSIX_AFTER is defined.

#if defined(ORDER_LAST)
#include "platform_headers.h"
#endif

#include <Windows.h>
#include <iphlpapi.h>
#include <mstcpip.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#if defined(ORDER_POSIX_AFTER)
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

#if !defined(ORDER_LAST)
#include "platform_headers.h"
#endif

// What Windows' headers define and ours must not.
#if defined(min) || defined(max) || defined(ERROR) || defined(IN) || defined(OUT) || defined(DELETE) || \
    defined(interface)
#error "a macro of Windows that breaks other headers"
#endif
