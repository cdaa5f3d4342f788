// SPDX-License-Identifier: MIT
//
// <mstcpip.h> for Linux: the control codes that reserve ports at run time, and their structures.
//
// StartPort is in network byte order in and out; NumberOfPorts is in host byte order (ACQ-02).
#ifndef BERTH_DROPIN_MSTCPIP_H
#define BERTH_DROPIN_MSTCPIP_H

#include <winsock2.h>
#include <ws2ipdef.h>

/// A block of ports. StartPort 0 in an ACQUIRE lets the system choose (ACQ-03). Source: INET_PORT_RANGE
/// page.
typedef struct BERTH_WINDOWS_STRUCT _INET_PORT_RANGE {
  USHORT StartPort;
  USHORT NumberOfPorts;
} INET_PORT_RANGE, *PINET_PORT_RANGE, INET_PORT_RESERVATION, *PINET_PORT_RESERVATION;

/// Names a reservation. Never 0 for a reservation that exists (ACQ-21). Source:
/// INET_PORT_RESERVATION_TOKEN page.
typedef struct BERTH_WINDOWS_STRUCT _INET_PORT_RESERVATION_TOKEN {
  ULONG64 Token __attribute__((aligned(8)));
} INET_PORT_RESERVATION_TOKEN, *PINET_PORT_RESERVATION_TOKEN;

#define INVALID_PORT_RESERVATION_TOKEN ((ULONG64)0)

/// What ACQUIRE grants. As in Windows' header, the parts have names in C++ (`instance.Token.Token`) and
/// none in C (`instance.Token`). Source: INET_PORT_RESERVATION_INSTANCE page.
#ifdef __cplusplus
typedef struct BERTH_WINDOWS_STRUCT _INET_PORT_RESERVATION_INSTANCE {
  INET_PORT_RESERVATION Reservation;
  INET_PORT_RESERVATION_TOKEN Token;
} INET_PORT_RESERVATION_INSTANCE, *PINET_PORT_RESERVATION_INSTANCE;
#else
typedef struct _INET_PORT_RESERVATION_INSTANCE {
  struct {
    USHORT StartPort;
    USHORT NumberOfPorts;
  };
  struct {
    ULONG64 Token __attribute__((aligned(8)));
  };
} INET_PORT_RESERVATION_INSTANCE, *PINET_PORT_RESERVATION_INSTANCE;
#endif

/// Input: USHORT, the number of the processor that is to serve the socket; before bind, else WSAEINVAL.
/// Sockets of one token that set it may share a UDP port (BND-03). Source: Winsock IOCTLs.
#define SIO_CPU_AFFINITY _WSAIOW(IOC_VENDOR, 21)

/// Reserves ports for the time that the socket lives. Input: INET_PORT_RANGE. Output:
/// INET_PORT_RESERVATION_INSTANCE. WSAEINVAL for no ports (ACQ-06), for a block past port 65535 (ACQ-07)
/// and for less than 16 bytes of output (IOC-12); WSAEADDRINUSE when a port of the block is taken
/// (ACQ-08 to ACQ-11); WSAENOBUFS when no gap is large enough (ACQ-13). Source:
/// SIO_ACQUIRE_PORT_RESERVATION page.
#define SIO_ACQUIRE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 100)

/// Gives back a reservation that this process acquired. Input: INET_PORT_RESERVATION_TOKEN; no output.
/// WSAEINVAL for a token that names no such reservation (REL-05, REL-06). Source:
/// SIO_RELEASE_PORT_RESERVATION page.
#define SIO_RELEASE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 101)

/// Lets the socket bind within a reservation, and nowhere else; before bind. Input:
/// INET_PORT_RESERVATION_TOKEN; no output. WSAEINVAL for an unknown token (ASC-07) or a bound socket
/// (ASC-03); WSAEACCES for a persistent reservation without administrative rights (ASC-05) and for
/// another process' runtime reservation (ASC-04). Source: SIO_ASSOCIATE_PORT_RESERVATION page.
#define SIO_ASSOCIATE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 102)

/// Times in milliseconds. Source: SIO_KEEPALIVE_VALS page.
struct BERTH_WINDOWS_STRUCT tcp_keepalive {
  u_long onoff;
  u_long keepalivetime;
  u_long keepaliveinterval;
};

#define RCVALL_OFF 0
#define RCVALL_ON 1
#define RCVALL_SOCKETLEVELONLY 2
#define RCVALL_IPLEVEL 3

// What each is worth here: docs/options.md. Source: Winsock IOCTLs.
#define SIO_RCVALL _WSAIOW(IOC_VENDOR, 1)
#define SIO_RCVALL_MCAST _WSAIOW(IOC_VENDOR, 2)
#define SIO_RCVALL_IGMPMCAST _WSAIOW(IOC_VENDOR, 3)
/// Input: tcp_keepalive; no output. For TCP.
#define SIO_KEEPALIVE_VALS _WSAIOW(IOC_VENDOR, 4)
#define SIO_ABSORB_RTRALERT _WSAIOW(IOC_VENDOR, 5)
#define SIO_UCAST_IF _WSAIOW(IOC_VENDOR, 6)
#define SIO_LIMIT_BROADCASTS _WSAIOW(IOC_VENDOR, 7)
#define SIO_INDEX_BIND _WSAIOW(IOC_VENDOR, 8)
#define SIO_INDEX_MCASTIF _WSAIOW(IOC_VENDOR, 9)
#define SIO_INDEX_ADD_MCAST _WSAIOW(IOC_VENDOR, 10)
#define SIO_INDEX_DEL_MCAST _WSAIOW(IOC_VENDOR, 11)
#define SIO_LOOPBACK_FAST_PATH _WSAIOW(IOC_VENDOR, 16)
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)

BERTH_LAYOUT(sizeof(struct tcp_keepalive) == 12);
BERTH_LAYOUT(SIO_KEEPALIVE_VALS == 0x98000004);
BERTH_LAYOUT(sizeof(INET_PORT_RANGE) == 4);
BERTH_LAYOUT(offsetof(INET_PORT_RANGE, NumberOfPorts) == 2);
BERTH_LAYOUT(sizeof(INET_PORT_RESERVATION_TOKEN) == 8);
BERTH_LAYOUT(sizeof(INET_PORT_RESERVATION_INSTANCE) == 16);
BERTH_LAYOUT(offsetof(INET_PORT_RESERVATION_INSTANCE, Token) == 8);
BERTH_LAYOUT(SIO_CPU_AFFINITY == 0x98000015);
BERTH_LAYOUT(SIO_ACQUIRE_PORT_RESERVATION == 0x98000064);
BERTH_LAYOUT(SIO_RELEASE_PORT_RESERVATION == 0x98000065);
BERTH_LAYOUT(SIO_ASSOCIATE_PORT_RESERVATION == 0x98000066);

// ---------------------------------------------------------------------------------------------------
// What an IPv4 address, and an address of either family, is. Source: the pages of the functions of
// mstcpip.h.

static inline BOOLEAN IN4_ADDR_EQUAL(const IN_ADDR* a, const IN_ADDR* b) { return a->s_addr == b->s_addr; }
static inline BOOLEAN IN4_IS_ADDR_UNSPECIFIED(const IN_ADDR* a) { return a->s_addr == INADDR_ANY; }
static inline BOOLEAN IN4_IS_ADDR_LOOPBACK(const IN_ADDR* a) { return a->s_net == 127; }
static inline BOOLEAN IN4_IS_ADDR_BROADCAST(const IN_ADDR* a) { return a->s_addr == INADDR_BROADCAST; }
static inline BOOLEAN IN4_IS_ADDR_MULTICAST(const IN_ADDR* a) { return (a->s_net & 0xf0) == 0xe0; }
static inline BOOLEAN IN4_IS_ADDR_LINKLOCAL(const IN_ADDR* a) { return a->s_net == 169 && a->s_host == 254; }
static inline BOOLEAN IN4_IS_ADDR_RFC1918(const IN_ADDR* a) {
  return a->s_net == 10 || (a->s_net == 172 && (a->s_host & 0xf0) == 16) ||
         (a->s_net == 192 && a->s_host == 168);
}
#define IN4_IS_ADDR_SITELOCAL IN4_IS_ADDR_RFC1918

// From here on, a program has room for the structure of the family that stands in `a`.
static inline SOCKADDR_IN* berth_as_ipv4(const SOCKADDR* a) { return (SOCKADDR_IN*)(void*)(ULONG_PTR)a; }
static inline SOCKADDR_IN6* berth_as_ipv6(const SOCKADDR* a) { return (SOCKADDR_IN6*)(void*)(ULONG_PTR)a; }

static inline void berth_in4_set(SOCKADDR_IN* name, const UCHAR* address) {
  int at = 0;
  name->sin_family = AF_INET;
  name->sin_port = 0;
  name->sin_addr.s_net = address[0];
  name->sin_addr.s_host = address[1];
  name->sin_addr.s_lh = address[2];
  name->sin_addr.s_impno = address[3];
  for (; at < 8; ++at) {
    name->sin_zero[at] = 0;
  }
}
static inline void IN4ADDR_SETANY(SOCKADDR_IN* a) {
  const UCHAR any[4] = {0, 0, 0, 0};
  berth_in4_set(a, any);
}
static inline void IN4ADDR_SETLOOPBACK(SOCKADDR_IN* a) {
  const UCHAR loopback[4] = {127, 0, 0, 1};
  berth_in4_set(a, loopback);
}
static inline BOOLEAN IN4ADDR_ISANY(const SOCKADDR_IN* a) { return IN4_IS_ADDR_UNSPECIFIED(&a->sin_addr); }
static inline BOOLEAN IN4ADDR_ISLOOPBACK(const SOCKADDR_IN* a) { return IN4_IS_ADDR_LOOPBACK(&a->sin_addr); }

/// The wildcard or the loopback address of the family that stands in `a`, with port 0.
static inline void INETADDR_SETANY(PSOCKADDR a) {
  if (a->sa_family == AF_INET6) {
    IN6ADDR_SETANY(berth_as_ipv6(a));
  } else {
    IN4ADDR_SETANY(berth_as_ipv4(a));
  }
}
static inline void INETADDR_SETLOOPBACK(PSOCKADDR a) {
  if (a->sa_family == AF_INET6) {
    IN6ADDR_SETLOOPBACK(berth_as_ipv6(a));
  } else {
    IN4ADDR_SETLOOPBACK(berth_as_ipv4(a));
  }
}
static inline BOOLEAN INETADDR_ISANY(const SOCKADDR* a) {
  return a->sa_family == AF_INET6 ? IN6ADDR_ISANY(berth_as_ipv6(a))
                                  : (BOOLEAN)(a->sa_family == AF_INET && IN4ADDR_ISANY(berth_as_ipv4(a)));
}
static inline BOOLEAN INETADDR_ISLOOPBACK(const SOCKADDR* a) {
  return a->sa_family == AF_INET6
             ? IN6ADDR_ISLOOPBACK(berth_as_ipv6(a))
             : (BOOLEAN)(a->sa_family == AF_INET && IN4ADDR_ISLOOPBACK(berth_as_ipv4(a)));
}

#endif
