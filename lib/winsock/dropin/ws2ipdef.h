// SPDX-License-Identifier: MIT
//
// <ws2ipdef.h> for Linux: IPv6 addresses as Windows lays them out.
#ifndef BERTH_DROPIN_WS2IPDEF_H
#define BERTH_DROPIN_WS2IPDEF_H

#include <winsock2.h>

typedef struct BERTH_WINDOWS_STRUCT in6_addr {
  union {
    UCHAR Byte[16];
    USHORT Word[8];
  } u;
} IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;
#define in_addr6 in6_addr
#define s6_addr u.Byte
#define s6_bytes u.Byte
#define s6_words u.Word

typedef struct BERTH_WINDOWS_STRUCT _SCOPE_ID {
  // Windows' own names need an anonymous structure, which ISO C++ does not have.
  __extension__ union {
    __extension__ struct {
      ULONG Zone : 28;
      ULONG Level : 4;
    };
    ULONG Value;
  };
} SCOPE_ID, *PSCOPE_ID;

/// Port and flow information in network byte order, scope in host byte order.
typedef struct BERTH_WINDOWS_STRUCT sockaddr_in6 {
  ADDRESS_FAMILY sin6_family;
  USHORT sin6_port;
  ULONG sin6_flowinfo;
  IN6_ADDR sin6_addr;
  union {
    ULONG sin6_scope_id;
    SCOPE_ID sin6_scope_struct;
  };
} SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6;

// A union cannot carry the tag, and POSIX has none of this name.
typedef union _SOCKADDR_INET {
  SOCKADDR_IN Ipv4;
  SOCKADDR_IN6 Ipv6;
  ADDRESS_FAMILY si_family;
} SOCKADDR_INET, *PSOCKADDR_INET;

/// The IPv6 address of Windows 2000, which has no scope.
typedef struct BERTH_WINDOWS_STRUCT sockaddr_in6_old {
  SHORT sin6_family;
  USHORT sin6_port;
  ULONG sin6_flowinfo;
  IN6_ADDR sin6_addr;
} SOCKADDR_IN6_OLD;

typedef union sockaddr_gen {
  struct sockaddr Address;
  struct sockaddr_in AddressIn;
  struct sockaddr_in6_old AddressIn6;
} sockaddr_gen;

/// An IPv4 interface, as SIO_GET_INTERFACE_LIST tells it. Source: INTERFACE_INFO page.
typedef struct BERTH_WINDOWS_STRUCT _INTERFACE_INFO {
  ULONG iiFlags;
  sockaddr_gen iiAddress;
  sockaddr_gen iiBroadcastAddress;
  sockaddr_gen iiNetmask;
} INTERFACE_INFO, *LPINTERFACE_INFO;

/// The address of this machine that a datagram came to, or is sent from, and the adapter that has it: control
/// data by the names IP_PKTINFO and IPV6_PKTINFO. Source: IN_PKTINFO and IN6_PKTINFO pages.
typedef struct BERTH_WINDOWS_STRUCT _IN_PKTINFO {
  IN_ADDR ipi_addr;
  ULONG ipi_ifindex;
} IN_PKTINFO, *PIN_PKTINFO;
typedef struct BERTH_WINDOWS_STRUCT _IN6_PKTINFO {
  IN6_ADDR ipi6_addr;
  ULONG ipi6_ifindex;
} IN6_PKTINFO, *PIN6_PKTINFO;
BERTH_LAYOUT(sizeof(IN_PKTINFO) == 8);
BERTH_LAYOUT(sizeof(IN6_PKTINFO) == 20);

// <net/if.h> has these as enumerators of other values: it is one of POSIX' socket headers, empty from here
// on.
#ifndef _NET_IF_H
#define _NET_IF_H 1
#endif
#define IFF_UP 0x00000001
#define IFF_BROADCAST 0x00000002
#define IFF_LOOPBACK 0x00000004
#define IFF_POINTTOPOINT 0x00000008
#define IFF_MULTICAST 0x00000010

/// Output: an array of INTERFACE_INFO. WSAEFAULT when it is too short.
#define SIO_GET_INTERFACE_LIST 0x4004747f

// ---------------------------------------------------------------------------------------------------
// Socket options. What each is worth here: docs/options.md. Sources: IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6
// and IPPROTO_UDP socket options.

#define TCP_OFFLOAD_NO_PREFERENCE 0
#define TCP_OFFLOAD_NOT_PREFERRED 1
#define TCP_OFFLOAD_PREFERRED 2

#define TCP_EXPEDITED_1122 0x0002
#define TCP_KEEPALIVE 3
#define TCP_MAXSEG 4
#define TCP_MAXRT 5
#define TCP_STDURG 6
#define TCP_NOURG 7
#define TCP_ATMARK 8
#define TCP_NOSYNRETRIES 9
#define TCP_TIMESTAMPS 10
#define TCP_OFFLOAD_PREFERENCE 11
#define TCP_CONGESTION_ALGORITHM 12
#define TCP_DELAY_FIN_ACK 13
#define TCP_MAXRTMS 14
#define TCP_FASTOPEN 15
#define TCP_KEEPCNT 16
#define TCP_KEEPIDLE TCP_KEEPALIVE
#define TCP_KEEPINTVL 17
#define TCP_FAIL_CONNECT_ON_ICMP_ERROR 18
#define TCP_ICMP_ERROR_INFO 19

#define UDP_SEND_MSG_SIZE 2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#define UDP_COALESCED_INFO 3

#define IP_OPTIONS 1
#define IP_HDRINCL 2
#define IP_TOS 3
#define IP_TTL 4
#define IP_MULTICAST_IF 9
#define IP_MULTICAST_TTL 10
#define IP_MULTICAST_LOOP 11
#define IP_ADD_MEMBERSHIP 12
#define IP_DROP_MEMBERSHIP 13
#define IP_DONTFRAGMENT 14
#define IP_ADD_SOURCE_MEMBERSHIP 15
#define IP_DROP_SOURCE_MEMBERSHIP 16
#define IP_BLOCK_SOURCE 17
#define IP_UNBLOCK_SOURCE 18
#define IP_PKTINFO 19
#define IP_HOPLIMIT 21
#define IP_RECVTTL 21
#define IP_RECEIVE_BROADCAST 22
#define IP_RECVIF 24
#define IP_RECVDSTADDR 25
#define IP_UNICAST_IF 31
#define IP_RECVTOS 40
#define IP_ECN 50
#define IP_MTU_DISCOVER 71
#define IP_MTU 73

#define IPV6_HOPOPTS 1
#define IPV6_HDRINCL 2
#define IPV6_UNICAST_HOPS 4
#define IPV6_MULTICAST_IF 9
#define IPV6_MULTICAST_HOPS 10
#define IPV6_MULTICAST_LOOP 11
#define IPV6_ADD_MEMBERSHIP 12
#define IPV6_JOIN_GROUP IPV6_ADD_MEMBERSHIP
#define IPV6_DROP_MEMBERSHIP 13
#define IPV6_LEAVE_GROUP IPV6_DROP_MEMBERSHIP
#define IPV6_DONTFRAG 14
#define IPV6_PKTINFO 19
#define IPV6_HOPLIMIT 21
#define IPV6_PROTECTION_LEVEL 23
#define IPV6_RECVIF 24
#define IPV6_RECVDSTADDR 25
#define IPV6_CHECKSUM 26
#define IPV6_V6ONLY 27
#define IPV6_UNICAST_IF 31
#define IPV6_RTHDR 32
#define IPV6_RECVRTHDR 38
#define IPV6_TCLASS 39
#define IPV6_RECVTCLASS 40
#define IPV6_ECN 50
#define IPV6_MTU_DISCOVER 71
#define IPV6_MTU 72

#define MCAST_JOIN_GROUP 41
#define MCAST_LEAVE_GROUP 42
#define MCAST_BLOCK_SOURCE 43
#define MCAST_UNBLOCK_SOURCE 44
#define MCAST_JOIN_SOURCE_GROUP 45
#define MCAST_LEAVE_SOURCE_GROUP 46

#define IP_PROTECTION_LEVEL IPV6_PROTECTION_LEVEL
#define PROTECTION_LEVEL_UNRESTRICTED 10
#define PROTECTION_LEVEL_EDGERESTRICTED 20
#define PROTECTION_LEVEL_RESTRICTED 30
#define PROTECTION_LEVEL_DEFAULT ((UINT)-1)

/// A group and the interface to hear it on. Source: IP_MREQ page.
typedef struct BERTH_WINDOWS_STRUCT ip_mreq {
  IN_ADDR imr_multiaddr;
  IN_ADDR imr_interface;
} IP_MREQ, *PIP_MREQ;

/// A group, a sender in it and the interface. Source: IP_MREQ_SOURCE page.
typedef struct BERTH_WINDOWS_STRUCT ip_mreq_source {
  IN_ADDR imr_multiaddr;
  IN_ADDR imr_sourceaddr;
  IN_ADDR imr_interface;
} IP_MREQ_SOURCE, *PIP_MREQ_SOURCE;

/// A group and the index of the interface. Source: IPV6_MREQ page.
typedef struct BERTH_WINDOWS_STRUCT ipv6_mreq {
  IN6_ADDR ipv6mr_multiaddr;
  ULONG ipv6mr_interface;
} IPV6_MREQ, *PIPV6_MREQ;

#define IN6ADDR_ANY_INIT \
  {                      \
    {                    \
      { 0 }              \
    }                    \
  }
#define IN6ADDR_LOOPBACK_INIT                            \
  {                                                      \
    {                                                    \
      { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } \
    }                                                    \
  }

BERTH_EXTERN_C_BEGIN
extern const IN6_ADDR in6addr_any BERTH_SYMBOL(in6addr_any);
extern const IN6_ADDR in6addr_loopback BERTH_SYMBOL(in6addr_loopback);
BERTH_EXTERN_C_END

// ---------------------------------------------------------------------------------------------------
// What an IPv6 address is. Source: the pages of the functions of ws2ipdef.h; RFC 4291.

static inline BOOLEAN IN6_ADDR_EQUAL(const IN6_ADDR* x, const IN6_ADDR* y) {
  int at = 0;
  while (at < 16 && x->u.Byte[at] == y->u.Byte[at]) {
    ++at;
  }
  return at == 16;
}
#define IN6_ARE_ADDR_EQUAL IN6_ADDR_EQUAL

static inline BOOLEAN IN6_IS_ADDR_UNSPECIFIED(const IN6_ADDR* a) { return IN6_ADDR_EQUAL(a, &in6addr_any); }
static inline BOOLEAN IN6_IS_ADDR_LOOPBACK(const IN6_ADDR* a) { return IN6_ADDR_EQUAL(a, &in6addr_loopback); }
static inline BOOLEAN IN6_IS_ADDR_MULTICAST(const IN6_ADDR* a) { return a->u.Byte[0] == 0xff; }
static inline BOOLEAN IN6_IS_ADDR_LINKLOCAL(const IN6_ADDR* a) {
  return a->u.Byte[0] == 0xfe && (a->u.Byte[1] & 0xc0) == 0x80;
}
static inline BOOLEAN IN6_IS_ADDR_SITELOCAL(const IN6_ADDR* a) {
  return a->u.Byte[0] == 0xfe && (a->u.Byte[1] & 0xc0) == 0xc0;
}
static inline BOOLEAN IN6_IS_ADDR_GLOBAL(const IN6_ADDR* a) {
  const UCHAR high = a->u.Byte[0] & 0xe0;
  return high != 0 && high != 0xe0;
}

// Whether the first `count` words are 0.
static inline int berth_in6_begins_with_zeros(const IN6_ADDR* a, int count) {
  int at = 0;
  while (at < count && a->u.Word[at] == 0) {
    ++at;
  }
  return at == count;
}
static inline BOOLEAN IN6_IS_ADDR_V4MAPPED(const IN6_ADDR* a) {
  return berth_in6_begins_with_zeros(a, 5) && a->u.Word[5] == 0xffff;
}
static inline BOOLEAN IN6_IS_ADDR_V4COMPAT(const IN6_ADDR* a) {
  return berth_in6_begins_with_zeros(a, 6) && !berth_in6_begins_with_zeros(a, 7) && !IN6_IS_ADDR_LOOPBACK(a);
}
static inline BOOLEAN IN6_IS_ADDR_V4TRANSLATED(const IN6_ADDR* a) {
  return berth_in6_begins_with_zeros(a, 4) && a->u.Word[4] == 0xffff && a->u.Word[5] == 0;
}

static inline BOOLEAN IN6_IS_ADDR_MC_NODELOCAL(const IN6_ADDR* a) {
  return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == 1;
}
static inline BOOLEAN IN6_IS_ADDR_MC_LINKLOCAL(const IN6_ADDR* a) {
  return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == 2;
}
static inline BOOLEAN IN6_IS_ADDR_MC_SITELOCAL(const IN6_ADDR* a) {
  return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == 5;
}
static inline BOOLEAN IN6_IS_ADDR_MC_ORGLOCAL(const IN6_ADDR* a) {
  return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == 8;
}
static inline BOOLEAN IN6_IS_ADDR_MC_GLOBAL(const IN6_ADDR* a) {
  return IN6_IS_ADDR_MULTICAST(a) && (a->u.Byte[1] & 0xf) == 0xe;
}

static inline void berth_in6_set(PSOCKADDR_IN6 name, const IN6_ADDR* address) {
  name->sin6_family = AF_INET6;
  name->sin6_port = 0;
  name->sin6_flowinfo = 0;
  name->sin6_addr = *address;
  name->sin6_scope_id = 0;
}
/// The wildcard or the loopback address, with port 0.
static inline void IN6ADDR_SETANY(PSOCKADDR_IN6 a) { berth_in6_set(a, &in6addr_any); }
static inline void IN6ADDR_SETLOOPBACK(PSOCKADDR_IN6 a) { berth_in6_set(a, &in6addr_loopback); }
static inline BOOLEAN IN6ADDR_ISANY(const SOCKADDR_IN6* a) { return IN6_IS_ADDR_UNSPECIFIED(&a->sin6_addr); }
static inline BOOLEAN IN6ADDR_ISLOOPBACK(const SOCKADDR_IN6* a) {
  return IN6_IS_ADDR_LOOPBACK(&a->sin6_addr);
}

BERTH_LAYOUT(sizeof(IN6_ADDR) == 16);
BERTH_LAYOUT(sizeof(SCOPE_ID) == 4);
BERTH_LAYOUT(sizeof(SOCKADDR_IN6) == 28);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_port) == 2);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_flowinfo) == 4);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_addr) == 8);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_scope_id) == 24);
BERTH_LAYOUT(sizeof(SOCKADDR_INET) == 28);
BERTH_LAYOUT(sizeof(SOCKADDR_IN6_OLD) == 24);
BERTH_LAYOUT(sizeof(INTERFACE_INFO) == 76);
BERTH_LAYOUT(offsetof(INTERFACE_INFO, iiNetmask) == 52);
BERTH_LAYOUT(sizeof(IP_MREQ) == 8);
BERTH_LAYOUT(sizeof(IP_MREQ_SOURCE) == 12);
BERTH_LAYOUT(offsetof(IP_MREQ_SOURCE, imr_interface) == 8);
BERTH_LAYOUT(sizeof(IPV6_MREQ) == 20);

#endif
