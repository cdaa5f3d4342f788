// SPDX-License-Identifier: MIT
//
// <winsock2.h> for Linux: Winsock 2 as an emulated Windows machine answers it.
//
// It may stand before or after any header of libc or libstdc++, with one exception: POSIX' own socket
// headers (<sys/socket.h>, <netinet/in.h>, <netinet/tcp.h>, <arpa/inet.h>, <netdb.h>) must not come
// first in the same translation unit, because they define the same names otherwise; after this header
// they are empty.
//
// Every function may be called from any thread. A pointer argument that does not lie in the program's
// memory is answered with WSAEFAULT, never with a signal. What is absent here is not emulated.
// Sources: the pages of the functions at learn.microsoft.com; identifiers such as BND-05 are those of
// Berth's rulebook.
#ifndef BERTH_DROPIN_WINSOCK2_H
#define BERTH_DROPIN_WINSOCK2_H

#if defined(_SYS_SOCKET_H) || defined(_NETINET_IN_H) || defined(_NETINET_TCP_H) || defined(_ARPA_INET_H) || \
    defined(_NETDB_H)
#error "include <winsock2.h> before POSIX' socket headers (<sys/socket.h>, <netinet/in.h>, <netdb.h>, ...)"
#endif
#define _SYS_SOCKET_H 1
#define _NETINET_IN_H 1
#define _NETINET_TCP_H 1
#define _ARPA_INET_H 1
#define _NETDB_H 1

// libc's fd_set and its kin come first, so that a later libc header finds them there. A value that the
// program gave FD_SETSIZE before any libc header is kept.
#if defined(FD_SETSIZE) && !defined(_SYS_SELECT_H)
#define BERTH_FD_SETSIZE_OF_THE_PROGRAM
#pragma push_macro("FD_SETSIZE")
#undef FD_SETSIZE
#endif
#include <poll.h>
#include <sys/select.h>
#include <sys/types.h>
#if defined(BERTH_FD_SETSIZE_OF_THE_PROGRAM)
#undef BERTH_FD_SETSIZE_OF_THE_PROGRAM
#undef FD_SETSIZE
#pragma pop_macro("FD_SETSIZE")
#elif FD_SETSIZE == __FD_SETSIZE
#undef FD_SETSIZE
#define FD_SETSIZE 64
#endif
#ifdef __cplusplus
// `select(0, NULL, NULL, NULL, &time)` fits libc's prototype better than Windows': it comes to us all the
// same.
extern "C" int select(int, fd_set* __restrict, fd_set* __restrict, fd_set* __restrict,
                      struct timeval* __restrict) __asm__("berth_select_posixtypes");
#endif
#undef FD_ZERO
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#define fd_set berth_fd_set

// libc's structure for poll comes first, too: Windows' one of that name is another.
#undef POLLERR
#undef POLLHUP
#undef POLLNVAL
#undef POLLWRNORM
#undef POLLOUT
#undef POLLWRBAND
#undef POLLRDNORM
#undef POLLRDBAND
#undef POLLIN
#undef POLLPRI
#define pollfd berth_pollfd

// Linux has IOC_IN and IOC_OUT too, with each other's values.
#include <asm/ioctl.h>
#undef IOC_IN
#undef IOC_OUT
#undef IOC_INOUT
#undef FIONREAD
#undef FIONBIO
#undef FIOASYNC
#undef SIOCATMARK

#include <windows.h>

#define WSAAPI

// Windows' u_long has 32 bits.
#define u_long ULONG
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;

// ---------------------------------------------------------------------------------------------------
// Sockets

typedef UINT_PTR SOCKET;
typedef unsigned int GROUP;
typedef USHORT ADDRESS_FAMILY;
typedef HANDLE WSAEVENT, *LPWSAEVENT;
typedef OVERLAPPED WSAOVERLAPPED, *LPWSAOVERLAPPED;

#define INVALID_SOCKET ((SOCKET)(~0))
#define SOCKET_ERROR (-1)
#define WSA_INVALID_EVENT ((WSAEVENT)NULL)
#define WSA_MAXIMUM_WAIT_EVENTS (MAXIMUM_WAIT_OBJECTS)
#define WSA_WAIT_FAILED (WAIT_FAILED)
#define WSA_WAIT_EVENT_0 (WAIT_OBJECT_0)
#define WSA_WAIT_IO_COMPLETION (WAIT_IO_COMPLETION)
#define WSA_WAIT_TIMEOUT (WAIT_TIMEOUT)
#define WSA_INFINITE (INFINITE)

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_IPX 6
#define AF_APPLETALK 16
#define AF_NETBIOS 17
#define AF_INET6 23
#define AF_IRDA 26
#define AF_BTH 32
#define AF_HYPERV 34

#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX AF_UNIX
#define PF_INET AF_INET
#define PF_IPX AF_IPX
#define PF_APPLETALK AF_APPLETALK
#define PF_INET6 AF_INET6
#define PF_IRDA AF_IRDA
#define PF_BTH AF_BTH

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_IGMP 2
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_ICMPV6 58
#define IPPROTO_PGM 113
#define IPPROTO_RM IPPROTO_PGM
#define IPPROTO_RAW 255

#define WSA_FLAG_OVERLAPPED 0x01
#define WSA_FLAG_MULTIPOINT_C_ROOT 0x02
#define WSA_FLAG_MULTIPOINT_C_LEAF 0x04
#define WSA_FLAG_MULTIPOINT_D_ROOT 0x08
#define WSA_FLAG_MULTIPOINT_D_LEAF 0x10
#define WSA_FLAG_ACCESS_SYSTEM_SECURITY 0x40
#define WSA_FLAG_NO_HANDLE_INHERIT 0x80
#define WSA_FLAG_REGISTERED_IO 0x100

#define FROM_PROTOCOL_INFO (-1)

#define SOMAXCONN 0x7fffffff
#define SOMAXCONN_HINT(backlog) (-(backlog))

// ---------------------------------------------------------------------------------------------------
// Socket options

#define SOL_SOCKET 0xffff

#define SO_DEBUG 0x0001
#define SO_ACCEPTCONN 0x0002
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_DONTROUTE 0x0010
#define SO_BROADCAST 0x0020
#define SO_USELOOPBACK 0x0040
#define SO_LINGER 0x0080
#define SO_OOBINLINE 0x0100
#define SO_DONTLINGER ((int)(~SO_LINGER))
#define SO_EXCLUSIVEADDRUSE ((int)(~SO_REUSEADDR))
#define SO_SNDBUF 0x1001
#define SO_RCVBUF 0x1002
#define SO_SNDLOWAT 0x1003
#define SO_RCVLOWAT 0x1004
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define SO_TYPE 0x1008
#define SO_BSP_STATE 0x1009
#define SO_GROUP_ID 0x2001
#define SO_GROUP_PRIORITY 0x2002
#define SO_MAX_MSG_SIZE 0x2003
#define SO_PROTOCOL_INFOA 0x2004
#define SO_PROTOCOL_INFOW 0x2005
#define SO_CONDITIONAL_ACCEPT 0x3002
#define SO_PAUSE_ACCEPT 0x3003
#define SO_COMPARTMENT_ID 0x3004
#define SO_RANDOMIZE_PORT 0x3005
#define SO_PORT_SCALABILITY 0x3006
#define SO_REUSE_UNICASTPORT 0x3007
#define SO_REUSE_MULTICASTPORT 0x3008
#define PVD_CONFIG 0x3001
#ifdef UNICODE
#define SO_PROTOCOL_INFO SO_PROTOCOL_INFOW
#else
#define SO_PROTOCOL_INFO SO_PROTOCOL_INFOA
#endif

#define TCP_NODELAY 0x0001
#define TCP_BSDURGENT 0x7000

/// Whether and for how many seconds closesocket waits for what was not sent. Source: LINGER page.
typedef struct BERTH_WINDOWS_STRUCT linger {
  u_short l_onoff;
  u_short l_linger;
} LINGER, *PLINGER, *LPLINGER;

// ---------------------------------------------------------------------------------------------------
// Control codes

#define IOC_UNIX 0x00000000
#define IOC_WS2 0x08000000
#define IOC_PROTOCOL 0x10000000
#define IOC_VENDOR 0x18000000
#define IOC_VOID 0x20000000
#define IOC_OUT 0x40000000
#define IOC_IN 0x80000000
#define IOC_INOUT (IOC_IN | IOC_OUT)

#define _WSAIO(family, number) (IOC_VOID | (family) | (number))
#define _WSAIOR(family, number) (IOC_OUT | (family) | (number))
#define _WSAIOW(family, number) (IOC_IN | (family) | (number))
#define _WSAIORW(family, number) (IOC_INOUT | (family) | (number))

#define FIONREAD 0x4004667f
#define FIONBIO ((int)0x8004667e)
#define FIOASYNC ((int)0x8004667d)
#define SIOCATMARK 0x40047307

// What each is worth here: docs/options.md. Source: Winsock IOCTLs.
#define SIO_ASSOCIATE_HANDLE _WSAIOW(IOC_WS2, 1)
#define SIO_ENABLE_CIRCULAR_QUEUEING _WSAIO(IOC_WS2, 2)
#define SIO_FIND_ROUTE _WSAIOR(IOC_WS2, 3)
/// No input and no output. Cancels what pends on the socket.
#define SIO_FLUSH _WSAIO(IOC_WS2, 4)
/// Output: SOCKADDR_IN. WSAENOPROTOOPT for a socket that is not an IPv4 datagram socket.
#define SIO_GET_BROADCAST_ADDRESS _WSAIOR(IOC_WS2, 5)
#define SIO_GET_QOS _WSAIORW(IOC_WS2, 7)
#define SIO_GET_GROUP_QOS _WSAIORW(IOC_WS2, 8)
#define SIO_MULTIPOINT_LOOPBACK _WSAIOW(IOC_WS2, 9)
#define SIO_MULTICAST_SCOPE _WSAIOW(IOC_WS2, 10)
#define SIO_SET_QOS _WSAIOW(IOC_WS2, 11)
#define SIO_SET_GROUP_QOS _WSAIOW(IOC_WS2, 12)
#define SIO_TRANSLATE_HANDLE _WSAIORW(IOC_WS2, 13)
/// Input: the sockaddr of a destination. Output: the sockaddr from which a packet to it starts. WSAEINVAL for
/// a short input, WSAEAFNOSUPPORT, WSAENETUNREACH, WSAEFAULT for a short output; the count is then what it
/// takes.
#define SIO_ROUTING_INTERFACE_QUERY _WSAIORW(IOC_WS2, 20)
#define SIO_ROUTING_INTERFACE_CHANGE _WSAIOW(IOC_WS2, 21)
/// Output: SOCKET_ADDRESS_LIST with what it points to behind it. WSAEFAULT for a short output; the count is
/// then what it takes.
#define SIO_ADDRESS_LIST_QUERY _WSAIOR(IOC_WS2, 22)
#define SIO_ADDRESS_LIST_CHANGE _WSAIO(IOC_WS2, 23)
#define SIO_QUERY_TARGET_PNP_HANDLE _WSAIOR(IOC_WS2, 24)
#define SIO_ADDRESS_LIST_SORT _WSAIORW(IOC_WS2, 25)

// ---------------------------------------------------------------------------------------------------
// How bytes move

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_WAITALL 0x8
#define MSG_INTERRUPT 0x10
#define MSG_PUSH_IMMEDIATE 0x20
#define MSG_TRUNC 0x0100
#define MSG_CTRUNC 0x0200
#define MSG_BCAST 0x0400
#define MSG_MCAST 0x0800
#define MSG_ERRQUEUE 0x1000
#define MSG_PARTIAL 0x8000
#define MSG_MAXIOVLEN 16

#define SD_RECEIVE 0x00
#define SD_SEND 0x01
#define SD_BOTH 0x02

#define POLLERR 0x0001
#define POLLHUP 0x0002
#define POLLNVAL 0x0004
#define POLLWRNORM 0x0010
#define POLLOUT POLLWRNORM
#define POLLWRBAND 0x0020
#define POLLRDNORM 0x0100
#define POLLRDBAND 0x0200
#define POLLIN (POLLRDNORM | POLLRDBAND)
#define POLLPRI 0x0400

/// A socket and the events that WSAPoll looks for; `revents` holds what it found. A handle of INVALID_SOCKET
/// is passed over. Source: WSAPOLLFD page.
typedef struct BERTH_WINDOWS_STRUCT pollfd {
  SOCKET fd;
  SHORT events;
  SHORT revents;
} WSAPOLLFD, *PWSAPOLLFD, *LPWSAPOLLFD;

/// A part of a program's memory. Source: WSABUF page.
typedef struct BERTH_WINDOWS_STRUCT _WSABUF {
  ULONG len;
  CHAR* buf;
} WSABUF, *LPWSABUF;

/// How fast and how evenly bytes are to flow: stored nowhere here. Source: FLOWSPEC and QOS pages.
typedef struct BERTH_WINDOWS_STRUCT _flowspec {
  ULONG TokenRate;
  ULONG TokenBucketSize;
  ULONG PeakBandwidth;
  ULONG Latency;
  ULONG DelayVariation;
  ULONG ServiceType;
  ULONG MaxSduSize;
  ULONG MinimumPolicedSize;
} FLOWSPEC, *PFLOWSPEC, *LPFLOWSPEC;
typedef struct BERTH_WINDOWS_STRUCT _QualityOfService {
  FLOWSPEC SendingFlowspec;
  FLOWSPEC ReceivingFlowspec;
  WSABUF ProviderSpecific;
} QOS, *LPQOS;

// Network events, by their bits and by their places in WSANETWORKEVENTS.
#define FD_READ_BIT 0
#define FD_READ (1 << FD_READ_BIT)
#define FD_WRITE_BIT 1
#define FD_WRITE (1 << FD_WRITE_BIT)
#define FD_OOB_BIT 2
#define FD_OOB (1 << FD_OOB_BIT)
#define FD_ACCEPT_BIT 3
#define FD_ACCEPT (1 << FD_ACCEPT_BIT)
#define FD_CONNECT_BIT 4
#define FD_CONNECT (1 << FD_CONNECT_BIT)
#define FD_CLOSE_BIT 5
#define FD_CLOSE (1 << FD_CLOSE_BIT)
#define FD_QOS_BIT 6
#define FD_QOS (1 << FD_QOS_BIT)
#define FD_GROUP_QOS_BIT 7
#define FD_GROUP_QOS (1 << FD_GROUP_QOS_BIT)
#define FD_ROUTING_INTERFACE_CHANGE_BIT 8
#define FD_ROUTING_INTERFACE_CHANGE (1 << FD_ROUTING_INTERFACE_CHANGE_BIT)
#define FD_ADDRESS_LIST_CHANGE_BIT 9
#define FD_ADDRESS_LIST_CHANGE (1 << FD_ADDRESS_LIST_CHANGE_BIT)
#define FD_MAX_EVENTS 10
#define FD_ALL_EVENTS ((1 << FD_MAX_EVENTS) - 1)

/// What happened to a socket, and with which code each. Source: WSANETWORKEVENTS page.
typedef struct BERTH_WINDOWS_STRUCT _WSANETWORKEVENTS {
  LONG lNetworkEvents;
  int iErrorCode[FD_MAX_EVENTS];
} WSANETWORKEVENTS, *LPWSANETWORKEVENTS;

#define CF_ACCEPT 0x0000
#define CF_REJECT 0x0001
#define CF_DEFER 0x0002

#define SIO_GET_EXTENSION_FUNCTION_POINTER _WSAIORW(IOC_WS2, 6)

// Windows' timeval counts in 32 bits, Linux' in more: it is libc's here.
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

// ---------------------------------------------------------------------------------------------------
// Addresses

typedef struct BERTH_WINDOWS_STRUCT in_addr {
  union {
    struct {
      UCHAR s_b1, s_b2, s_b3, s_b4;
    } S_un_b;
    struct {
      USHORT s_w1, s_w2;
    } S_un_w;
    ULONG S_addr;
  } S_un;
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;
#define s_addr S_un.S_addr
#define s_net S_un.S_un_b.s_b1
#define s_host S_un.S_un_b.s_b2
#define s_lh S_un.S_un_b.s_b3
#define s_impno S_un.S_un_b.s_b4
#define s_imp S_un.S_un_w.s_w2

typedef struct BERTH_WINDOWS_STRUCT sockaddr {
  ADDRESS_FAMILY sa_family;
  CHAR sa_data[14];
} SOCKADDR, *PSOCKADDR, *LPSOCKADDR;

/// Port and address in network byte order.
typedef struct BERTH_WINDOWS_STRUCT sockaddr_in {
  ADDRESS_FAMILY sin_family;
  USHORT sin_port;
  IN_ADDR sin_addr;
  CHAR sin_zero[8];
} SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;

typedef struct BERTH_WINDOWS_STRUCT sockaddr_storage {
  ADDRESS_FAMILY ss_family;
  CHAR __ss_pad1[6];
  __extension__ __int64 __ss_align;
  CHAR __ss_pad2[112];
} SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;

typedef struct BERTH_WINDOWS_STRUCT _SOCKET_ADDRESS {
  LPSOCKADDR lpSockaddr;
  INT iSockaddrLength;
} SOCKET_ADDRESS, *PSOCKET_ADDRESS, *LPSOCKET_ADDRESS;

/// What SO_BSP_STATE tells. Source: CSADDR_INFO page.
typedef struct BERTH_WINDOWS_STRUCT _CSADDR_INFO {
  SOCKET_ADDRESS LocalAddr;
  SOCKET_ADDRESS RemoteAddr;
  INT iSocketType;
  INT iProtocol;
} CSADDR_INFO, *PCSADDR_INFO, *LPCSADDR_INFO;

typedef struct BERTH_WINDOWS_STRUCT _SOCKET_ADDRESS_LIST {
  INT iAddressCount;
  SOCKET_ADDRESS Address[1];
} SOCKET_ADDRESS_LIST, *PSOCKET_ADDRESS_LIST, *LPSOCKET_ADDRESS_LIST;

/// A message with everything that belongs to it. Source: WSAMSG page.
typedef struct BERTH_WINDOWS_STRUCT _WSAMSG {
  struct sockaddr* name;
  INT namelen;
  LPWSABUF lpBuffers;
  ULONG dwBufferCount;
  WSABUF Control;
  ULONG dwFlags;
} WSAMSG, *PWSAMSG, *LPWSAMSG;

/// What each piece of control data begins with: its length with this head, and what it is. Source: WSACMSGHDR
/// page.
typedef struct BERTH_WINDOWS_STRUCT _WSACMSGHDR {
  SIZE_T cmsg_len;
  INT cmsg_level;
  INT cmsg_type;
} WSACMSGHDR, *PWSACMSGHDR, *LPWSACMSGHDR;

/// The way through the control data of a WSAMSG, and how much room a piece of that many bytes takes: with
/// what fills it up for the next one, or without. Heads and data stand at multiples of a pointer's size.
/// Source: WSASendMsg page.
#define WSA_CMSGHDR_ALIGN(length) (((length) + (sizeof(SIZE_T) - 1)) & ~(sizeof(SIZE_T) - 1))
#define WSA_CMSGDATA_ALIGN(length) WSA_CMSGHDR_ALIGN(length)
#define WSA_CMSG_LEN(length) (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)) + (length))
#define WSA_CMSG_SPACE(length) (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)) + WSA_CMSGHDR_ALIGN(length))
#define WSA_CMSG_DATA(piece) ((PUCHAR)(piece) + WSA_CMSG_LEN(0))
#define WSA_CMSG_FIRSTHDR(message)                                                            \
  ((message)->Control.len >= sizeof(WSACMSGHDR) ? (LPWSACMSGHDR)(void*)(message)->Control.buf \
                                                : (LPWSACMSGHDR)0)
#define WSA_CMSG_NXTHDR(message, piece)                                           \
  ((piece) == (LPWSACMSGHDR)0 ? WSA_CMSG_FIRSTHDR(message)                        \
   : (PCHAR)(piece) + WSA_CMSGHDR_ALIGN((piece)->cmsg_len) + sizeof(WSACMSGHDR) > \
           (PCHAR)(message)->Control.buf + (message)->Control.len                 \
       ? (LPWSACMSGHDR)0                                                          \
       : (LPWSACMSGHDR)(void*)((PCHAR)(piece) + WSA_CMSGHDR_ALIGN((piece)->cmsg_len)))

#define INADDR_ANY ((ULONG)0x00000000)
#define INADDR_LOOPBACK ((ULONG)0x7f000001)
#define INADDR_BROADCAST ((ULONG)0xffffffff)
#define INADDR_NONE ((ULONG)0xffffffff)

#define IPPORT_RESERVED 1024
#define IPPORT_DYNAMIC_MIN 0xc000
#define IPPORT_DYNAMIC_MAX 0xffff

// ---------------------------------------------------------------------------------------------------
// Sets of sockets: a count and that many handles, not a bit for each descriptor

typedef struct BERTH_WINDOWS_STRUCT berth_fd_set {
  u_int fd_count;
  SOCKET fd_array[FD_SETSIZE];
} FD_SET, *PFD_SET, *LPFD_SET;
typedef FD_SET fd_set;

// On arrays, because a program may give FD_SETSIZE another value in each translation unit.
static inline int berth_fd_holds(SOCKET s, const SOCKET* sockets, u_int count) {
  u_int at = 0;
  while (at < count && sockets[at] != s) {
    ++at;
  }
  return at < count;
}

static inline u_int berth_fd_add(SOCKET s, SOCKET* sockets, u_int count, u_int capacity) {
  if (count >= capacity || berth_fd_holds(s, sockets, count)) {
    return count;
  }
  sockets[count] = s;
  return count + 1;
}

static inline u_int berth_fd_remove(SOCKET s, SOCKET* sockets, u_int count) {
  u_int kept = 0;
  u_int at = 0;
  for (; at < count; ++at) {
    if (sockets[at] != s) {
      sockets[kept++] = sockets[at];
    }
  }
  return kept;
}

#define FD_ZERO(set) ((set)->fd_count = 0)
#define FD_SET(s, set) \
  ((void)((set)->fd_count = berth_fd_add((s), (set)->fd_array, (set)->fd_count, FD_SETSIZE)))
#define FD_CLR(s, set) ((void)((set)->fd_count = berth_fd_remove((s), (set)->fd_array, (set)->fd_count)))
#define FD_ISSET(s, set) berth_fd_holds((s), (set)->fd_array, (set)->fd_count)

// ---------------------------------------------------------------------------------------------------
// What WSAStartup and WSASocket exchange

#define WINSOCK_VERSION MAKEWORD(2, 2)
#define WSADESCRIPTION_LEN 256
#define WSASYS_STATUS_LEN 128

typedef struct BERTH_WINDOWS_STRUCT WSAData {
  WORD wVersion;
  WORD wHighVersion;
#if UINTPTR_MAX > 0xffffffff
  unsigned short iMaxSockets;
  unsigned short iMaxUdpDg;
  char* lpVendorInfo;
  char szDescription[WSADESCRIPTION_LEN + 1];
  char szSystemStatus[WSASYS_STATUS_LEN + 1];
#else
  char szDescription[WSADESCRIPTION_LEN + 1];
  char szSystemStatus[WSASYS_STATUS_LEN + 1];
  unsigned short iMaxSockets;
  unsigned short iMaxUdpDg;
  char* lpVendorInfo;
#endif
} WSADATA, *LPWSADATA;

#define MAX_PROTOCOL_CHAIN 7
#define WSAPROTOCOL_LEN 255

typedef struct BERTH_WINDOWS_STRUCT _WSAPROTOCOLCHAIN {
  int ChainLen;
  DWORD ChainEntries[MAX_PROTOCOL_CHAIN];
} WSAPROTOCOLCHAIN, *LPWSAPROTOCOLCHAIN;

typedef struct BERTH_WINDOWS_STRUCT _WSAPROTOCOL_INFOA {
  DWORD dwServiceFlags1;
  DWORD dwServiceFlags2;
  DWORD dwServiceFlags3;
  DWORD dwServiceFlags4;
  DWORD dwProviderFlags;
  GUID ProviderId;
  DWORD dwCatalogEntryId;
  WSAPROTOCOLCHAIN ProtocolChain;
  int iVersion;
  int iAddressFamily;
  int iMaxSockAddr;
  int iMinSockAddr;
  int iSocketType;
  int iProtocol;
  int iProtocolMaxOffset;
  int iNetworkByteOrder;
  int iSecurityScheme;
  DWORD dwMessageSize;
  DWORD dwProviderReserved;
  CHAR szProtocol[WSAPROTOCOL_LEN + 1];
} WSAPROTOCOL_INFOA, *LPWSAPROTOCOL_INFOA;

typedef struct BERTH_WINDOWS_STRUCT _WSAPROTOCOL_INFOW {
  DWORD dwServiceFlags1;
  DWORD dwServiceFlags2;
  DWORD dwServiceFlags3;
  DWORD dwServiceFlags4;
  DWORD dwProviderFlags;
  GUID ProviderId;
  DWORD dwCatalogEntryId;
  WSAPROTOCOLCHAIN ProtocolChain;
  int iVersion;
  int iAddressFamily;
  int iMaxSockAddr;
  int iMinSockAddr;
  int iSocketType;
  int iProtocol;
  int iProtocolMaxOffset;
  int iNetworkByteOrder;
  int iSecurityScheme;
  DWORD dwMessageSize;
  DWORD dwProviderReserved;
  WCHAR szProtocol[WSAPROTOCOL_LEN + 1];
} WSAPROTOCOL_INFOW, *LPWSAPROTOCOL_INFOW;

#ifdef UNICODE
typedef WSAPROTOCOL_INFOW WSAPROTOCOL_INFO;
typedef LPWSAPROTOCOL_INFOW LPWSAPROTOCOL_INFO;
#else
typedef WSAPROTOCOL_INFOA WSAPROTOCOL_INFO;
typedef LPWSAPROTOCOL_INFOA LPWSAPROTOCOL_INFO;
#endif

typedef void(CALLBACK* LPWSAOVERLAPPED_COMPLETION_ROUTINE)(DWORD dwError, DWORD cbTransferred,
                                                           LPWSAOVERLAPPED lpOverlapped, DWORD dwFlags);

/// What a program says to a connection that has come: CF_ACCEPT, CF_REJECT or CF_DEFER. The addresses are in
/// the buffers of caller and callee. TCP brings no data with a connection: those buffers are empty, and the
/// quality of service is NULL. It must not close the listening socket. Source: WSAAccept page.
typedef int(CALLBACK* LPCONDITIONPROC)(LPWSABUF lpCallerId, LPWSABUF lpCallerData, LPQOS lpSQOS, LPQOS lpGQOS,
                                       LPWSABUF lpCalleeId, LPWSABUF lpCalleeData, GROUP* g,
                                       DWORD_PTR dwCallbackData);

// ---------------------------------------------------------------------------------------------------
// Error codes. Source: Windows Sockets Error Codes.

#define WSA_INVALID_HANDLE (ERROR_INVALID_HANDLE)
#define WSA_NOT_ENOUGH_MEMORY (ERROR_NOT_ENOUGH_MEMORY)
#define WSA_INVALID_PARAMETER (ERROR_INVALID_PARAMETER)
#define WSA_OPERATION_ABORTED (ERROR_OPERATION_ABORTED)
#define WSA_IO_INCOMPLETE (ERROR_IO_INCOMPLETE)
#define WSA_IO_PENDING (ERROR_IO_PENDING)

#define WSABASEERR 10000
#define WSAEINTR 10004
#define WSAEBADF 10009
#define WSAEACCES 10013
#define WSAEFAULT 10014
#define WSAEINVAL 10022
#define WSAEMFILE 10024
#define WSAEWOULDBLOCK 10035
#define WSAEINPROGRESS 10036
#define WSAEALREADY 10037
#define WSAENOTSOCK 10038
#define WSAEDESTADDRREQ 10039
#define WSAEMSGSIZE 10040
#define WSAEPROTOTYPE 10041
#define WSAENOPROTOOPT 10042
#define WSAEPROTONOSUPPORT 10043
#define WSAESOCKTNOSUPPORT 10044
#define WSAEOPNOTSUPP 10045
#define WSAEPFNOSUPPORT 10046
#define WSAEAFNOSUPPORT 10047
#define WSAEADDRINUSE 10048
#define WSAEADDRNOTAVAIL 10049
#define WSAENETDOWN 10050
#define WSAENETUNREACH 10051
#define WSAENETRESET 10052
#define WSAECONNABORTED 10053
#define WSAECONNRESET 10054
#define WSAENOBUFS 10055
#define WSAEISCONN 10056
#define WSAENOTCONN 10057
#define WSAESHUTDOWN 10058
#define WSAETOOMANYREFS 10059
#define WSAETIMEDOUT 10060
#define WSAECONNREFUSED 10061
#define WSAELOOP 10062
#define WSAENAMETOOLONG 10063
#define WSAEHOSTDOWN 10064
#define WSAEHOSTUNREACH 10065
#define WSAENOTEMPTY 10066
#define WSAEPROCLIM 10067
#define WSAEUSERS 10068
#define WSAEDQUOT 10069
#define WSAESTALE 10070
#define WSAEREMOTE 10071
#define WSASYSNOTREADY 10091
#define WSAVERNOTSUPPORTED 10092
#define WSANOTINITIALISED 10093
#define WSAEDISCON 10101
#define WSAENOMORE 10102
#define WSAECANCELLED 10103
#define WSAEINVALIDPROCTABLE 10104
#define WSAEINVALIDPROVIDER 10105
#define WSAEPROVIDERFAILEDINIT 10106
#define WSASYSCALLFAILURE 10107
#define WSASERVICE_NOT_FOUND 10108
#define WSATYPE_NOT_FOUND 10109
#define WSA_E_NO_MORE 10110
#define WSA_E_CANCELLED 10111
#define WSAEREFUSED 10112
#define WSAHOST_NOT_FOUND 11001
#define WSATRY_AGAIN 11002
#define WSANO_RECOVERY 11003
#define WSANO_DATA 11004
#define WSANO_ADDRESS WSANO_DATA
#define WSA_SECURE_HOST_NOT_FOUND 11032
#define HOST_NOT_FOUND WSAHOST_NOT_FOUND
#define TRY_AGAIN WSATRY_AGAIN
#define NO_RECOVERY WSANO_RECOVERY
#define NO_DATA WSANO_DATA
#define NO_ADDRESS WSANO_ADDRESS

// ---------------------------------------------------------------------------------------------------
// Functions

BERTH_EXTERN_C_BEGIN

/// Starts Winsock for the emulated process; each successful call wants one WSACleanup.
///
/// `wVersionRequested` is MAKEWORD(major, minor), the highest version that the program can use. Returns
/// 0 and fills `*lpWSAData`: 1.0 and 1.1 get what they ask for, 1.2 and later 1.x get 1.1, 2.0 to 2.2
/// get what they ask for, and anything higher gets 2.2. Otherwise *returns* the code, leaving
/// WSAGetLastError alone: WSAEFAULT when `lpWSAData` is bad; WSAVERNOTSUPPORTED for major version 0, with
/// `*lpWSAData` filled all the same; WSASYSNOTREADY when the emulated machine cannot be reached or its
/// settings in the environment are wrong. Source: WSAStartup page; observed on Windows.
int WSAAPI WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData) BERTH_SYMBOL(WSAStartup);

/// Takes one WSAStartup back; the last one closes every socket of the process.
///
/// Returns 0 and sets last error to 0. Otherwise SOCKET_ERROR with WSANOTINITIALISED (no WSAStartup is
/// left) or WSAENETDOWN. Source: WSACleanup page; LIFE-06.
int WSAAPI WSACleanup(void) BERTH_SYMBOL(WSACleanup);

/// The code of the last Winsock call of the calling thread that set one; 0 in a new thread. Needs no
/// WSAStartup and never fails. Source: WSAGetLastError page.
int WSAAPI WSAGetLastError(void) BERTH_SYMBOL(WSAGetLastError);

/// Makes `iError` the calling thread's last error. Needs no WSAStartup and never fails. Source:
/// WSASetLastError page.
void WSAAPI WSASetLastError(int iError) BERTH_SYMBOL(WSASetLastError);

/// Makes an overlapped socket (OVL-14).
///
/// Returns a handle that is never INVALID_SOCKET. Otherwise INVALID_SOCKET with WSANOTINITIALISED;
/// WSAESOCKTNOSUPPORT for a type that does not exist, before anything about the family;
/// WSAEAFNOSUPPORT; WSAEPROTONOSUPPORT for a protocol that does not fit the type; WSAEINVAL for
/// (AF_UNSPEC, type, 0); WSAEMFILE; WSAENOBUFS; WSAENETDOWN. Type 0 with protocol 0 is TCP (ACQ-20). An
/// AF_INET6 socket serves IPv6 alone until IPV6_V6ONLY is cleared (BND-24). Source: socket page.
SOCKET WSAAPI socket(int af, int type, int protocol) BERTH_SYMBOL(socket);

/// As socket; overlapped only with WSA_FLAG_OVERLAPPED, and inheritable unless
/// WSA_FLAG_NO_HANDLE_INHERIT is given.
///
/// Where `af`, `type` or `protocol` is FROM_PROTOCOL_INFO, the value in `*lpProtocolInfo` is used. What
/// WSADuplicateSocket wrote gives the duplicate; WSAEINVAL the second time and in another process. The
/// codes of socket, and WSAEFAULT when `lpProtocolInfo` is neither NULL nor readable, WSAEINVAL for flags
/// that cannot be combined. Source: WSASocketW page; OVL-14.
SOCKET WSAAPI WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g,
                         DWORD dwFlags) BERTH_SYMBOL(WSASocketA);

/// WSASocketA with the name in WCHAR.
SOCKET WSAAPI WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g,
                         DWORD dwFlags) BERTH_SYMBOL(WSASocketW);

/// Gives the process `dwProcessId`, which may be the caller's own, a handle to the same socket: port,
/// reservations, options and connection are shared, and end with the last handle. That process takes the
/// handle over with WSASocket and what is written to `*lpProtocolInfo`, once.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED; WSAENOTSOCK, also when other arguments are bad too;
/// WSAEOPNOTSUPP for a socket that is neither TCP nor UDP; WSAEFAULT; WSAEINVAL for a number that is no
/// process of the machine in this program; WSAEMFILE, WSAENETDOWN. Source: WSADuplicateSocketW page; LIFE-02.
int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOA lpProtocolInfo)
    BERTH_SYMBOL(WSADuplicateSocketA);

/// WSADuplicateSocketA with the name in WCHAR.
int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo)
    BERTH_SYMBOL(WSADuplicateSocketW);

/// Gives a socket its local address and port, both in network byte order in `*name`.
///
/// Port 0 takes a port of the reservation that the socket is associated with (BND-01), else of the
/// dynamic range (BND-15). Returns 0 and sets last error to 0. Otherwise SOCKET_ERROR, with nothing
/// bound: WSANOTINITIALISED; WSAENOTSOCK; WSAEFAULT when `name` is bad or `namelen` is too short;
/// WSAEAFNOSUPPORT for a family that does not exist; WSAEINVAL when the socket is bound already
/// (BND-14); WSAEADDRNOTAVAIL for an address that the machine does not have, or a port outside the
/// associated block (BND-04); WSAEACCES for a port that someone else reserved (BND-05) or holds
/// exclusively; WSAEADDRINUSE (BND-22); WSAENOBUFS when no port is left (BND-08, BND-16); WSAENETDOWN.
/// Checked in the order of BND-23. Source: bind page.
int WSAAPI bind(SOCKET s, const struct sockaddr* name, int namelen) BERTH_SYMBOL(bind);

/// Writes the local address of a bound socket to `*name` and its size to `*namelen`; port and address in
/// network byte order.
///
/// Returns 0. Otherwise SOCKET_ERROR, with `*name` and `*namelen` untouched: WSANOTINITIALISED;
/// WSAENOTSOCK; WSAEFAULT when a pointer is bad or `*namelen` too short; WSAEINVAL when the socket is not
/// bound (ACQ-23); WSAENETDOWN. Source: getsockname page; observed on Windows.
int WSAAPI getsockname(SOCKET s, struct sockaddr* name, int* namelen) BERTH_SYMBOL(getsockname);

/// Closes a handle. The last handle of a socket frees its port, ends the runtime reservations that it
/// acquired (ACQ-17) and completes its pending overlapped calls with WSA_OPERATION_ABORTED (OVL-10).
///
/// Returns 0. Otherwise SOCKET_ERROR with WSANOTINITIALISED, WSAENOTSOCK, WSAENETDOWN or, for a
/// non-blocking socket that lingers with bytes still to be sent, WSAEWOULDBLOCK: it is then as open as
/// before. Source: closesocket page.
int WSAAPI closesocket(SOCKET s) BERTH_SYMBOL(closesocket);

/// Sets an option from the `optlen` bytes at `optval`.
///
/// Returns 0. Otherwise SOCKET_ERROR, with the option as it was: WSANOTINITIALISED; WSAENOTSOCK;
/// WSAEFAULT when `optval` is bad or `optlen` too small; WSAEINVAL for an unknown level, a bad value, an
/// option that comes too late, and SO_REUSEADDR together with SO_EXCLUSIVEADDRUSE; WSAENOPROTOOPT for an
/// option that is unknown, cannot be set, or does not suit the socket; WSAENETDOWN. Source: setsockopt
/// page.
int WSAAPI setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen)
    BERTH_SYMBOL(setsockopt);

/// Writes an option to the `*optlen` bytes at `optval` and its size to `*optlen`.
///
/// Returns 0. Otherwise SOCKET_ERROR, with nothing written: WSANOTINITIALISED; WSAENOTSOCK, also when the
/// pointers are bad too; WSAEFAULT when a pointer is bad or `*optlen` too small; WSAEINVAL for an unknown
/// level; WSAENOPROTOOPT for an unknown option; WSAENETDOWN. Source: getsockopt page.
int WSAAPI getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) BERTH_SYMBOL(getsockopt);

/// Makes a bound stream socket listen; a socket that listens already keeps its backlog.
///
/// Returns 0. Otherwise SOCKET_ERROR with WSANOTINITIALISED, WSAENOTSOCK, WSAEINVAL when the socket is
/// not bound (BND-26), WSAEISCONN, WSAEOPNOTSUPP for a socket that cannot listen, WSAEADDRINUSE,
/// WSAEMFILE, WSAENOBUFS or WSAENETDOWN. Source: listen page.
int WSAAPI listen(SOCKET s, int backlog) BERTH_SYMBOL(listen);

/// Controls a socket. The codes are those of <mstcpip.h>, which says what each takes and gives.
///
/// Returns 0, with the size of the output in `*lpcbBytesReturned` and last error 0. Otherwise
/// SOCKET_ERROR, with no state changed; `*lpcbBytesReturned` is then 0 where it can be written, except after
/// WSANOTINITIALISED and WSAENOTSOCK (IOC-18).
/// WSANOTINITIALISED; WSAENOTSOCK; WSAEFAULT when `lpcbBytesReturned` is NULL (IOC-17), another pointer
/// is bad (IOC-08) or the input is too short (IOC-10); WSAEOPNOTSUPP for an unknown code (IOC-07) or a
/// socket that is neither TCP nor UDP (IOC-05); WSAEINVAL when the output is too short (IOC-12);
/// WSAENETDOWN; and the codes of the rule that refused. Checked in the order of IOC-24. Source: WSAIoctl
/// page.
int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
    BERTH_SYMBOL(WSAIoctl);

/// Connects a stream socket, or names the peer of a datagram socket; AF_UNSPEC or the wildcard address undoes
/// the latter. A socket that is not bound gets an automatic port, of its reservation if it has one.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSAEWOULDBLOCK when the socket does not block and the connection is on
/// its way, WSAEALREADY while it is, WSAEISCONN, WSAECONNREFUSED, WSAENETUNREACH for an address that is none
/// of the machine's, WSAEADDRNOTAVAIL for port 0 or the wildcard address, WSAEINVAL on a listening socket,
/// WSAEFAULT, WSAEAFNOSUPPORT, WSANOTINITIALISED, WSAENOTSOCK, WSAEINTR when the socket is closed meanwhile,
/// WSAENETDOWN; and the codes of the rule that refused the automatic port. Source: connect page.
int WSAAPI connect(SOCKET s, const struct sockaddr* name, int namelen) BERTH_SYMBOL(connect);

/// Takes the next connection of a listening socket. The new socket is in the same mode, and shares the port.
///
/// Returns its handle; `*addr` and `*addrlen`, which may be NULL, tell the peer. Otherwise INVALID_SOCKET:
/// WSAEWOULDBLOCK, WSAEINVAL when the socket does not listen, WSAEOPNOTSUPP for a datagram socket, WSAEFAULT,
/// WSAEINTR when the socket is closed meanwhile, WSANOTINITIALISED, WSAENOTSOCK, WSAEMFILE, WSAENETDOWN.
/// Source: accept page.
SOCKET WSAAPI accept(SOCKET s, struct sockaddr* addr, int* addrlen) BERTH_SYMBOL(accept);

/// As accept, if `lpfnCondition`, which is called in this thread with `dwCallbackData`, agrees. NULL: as
/// accept. A connection that it defers stays, and the next call that accepts gets it first; calls that wait
/// already, AcceptEx and select too, are woken. The peer is connected before the condition is asked.
///
/// Returns the handle. Otherwise INVALID_SOCKET with the codes of accept; WSAECONNREFUSED for CF_REJECT, and
/// WSAEINVAL for an answer that is none of the three: the peer's connection is reset; WSATRY_AGAIN for
/// CF_DEFER, which does not enable FD_ACCEPT; WSAEFAULT when the condition is no function. Source: WSAAccept
/// and WSAEventSelect pages.
SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr* addr, LPINT addrlen, LPCONDITIONPROC lpfnCondition,
                        DWORD_PTR dwCallbackData) BERTH_SYMBOL(WSAAccept);

/// Ends sending (the peer reads the end of the stream), receiving, or both. The port and a reservation stay.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSAENOTCONN, WSAEINVAL for another `how`, WSANOTINITIALISED,
/// WSAENOTSOCK, WSAENETDOWN. Source: shutdown page; LIFE-05.
int WSAAPI shutdown(SOCKET s, int how) BERTH_SYMBOL(shutdown);

/// Writes the peer of a connected socket to `*name`; port and address in network byte order.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSAENOTCONN, WSAEFAULT, WSANOTINITIALISED, WSAENOTSOCK, WSAENETDOWN.
/// Source: getpeername page.
int WSAAPI getpeername(SOCKET s, struct sockaddr* name, int* namelen) BERTH_SYMBOL(getpeername);

/// Sends on a connected socket. A blocking stream takes all bytes, another one perhaps fewer.
///
/// Returns how many. Otherwise SOCKET_ERROR: WSAENOTCONN, WSAESHUTDOWN, WSAEWOULDBLOCK, WSAETIMEDOUT,
/// WSAEMSGSIZE for a datagram that is too long, WSAECONNRESET or WSAECONNABORTED when the peer has gone,
/// WSAEOPNOTSUPP for unknown flags, WSAEFAULT, WSAEINTR, WSANOTINITIALISED, WSAENOTSOCK, WSAENETDOWN.
/// Source: send page.
int WSAAPI send(SOCKET s, const char* buf, int len, int flags) BERTH_SYMBOL(send);

/// Sends a datagram to `*to`, with an automatic port if the socket has none; on a stream like `send`.
///
/// Returns the number of bytes. Otherwise SOCKET_ERROR: those of `send`, WSAENETUNREACH for an address that
/// is none of the machine's, WSAEADDRNOTAVAIL, WSAEACCES for the broadcast address without SO_BROADCAST,
/// WSAEOPNOTSUPP for broadcast and multicast, which are not emulated. Source: sendto page.
int WSAAPI sendto(SOCKET s, const char* buf, int len, int flags, const struct sockaddr* to, int tolen)
    BERTH_SYMBOL(sendto);

/// Receives from a connected or bound socket.
///
/// Returns how many bytes; 0 at the end of a stream. Otherwise SOCKET_ERROR: WSAENOTCONN, WSAESHUTDOWN,
/// WSAEWOULDBLOCK, WSAETIMEDOUT, WSAEMSGSIZE when a datagram was longer than `len` (its beginning is there,
/// the rest is lost), WSAECONNRESET when the peer reset the connection or an earlier datagram met a port that
/// nobody receives on, WSAEINVAL for a datagram socket that is not bound, WSAEOPNOTSUPP for unknown flags,
/// WSAEFAULT, WSAEINTR when the socket is closed meanwhile, WSANOTINITIALISED, WSAENOTSOCK, WSAENETDOWN.
/// Source: recv page.
int WSAAPI recv(SOCKET s, char* buf, int len, int flags) BERTH_SYMBOL(recv);

/// Receives a datagram and tells who sent it; on a stream like `recv`, and `*from` stays as it is.
///
/// As `recv`, and WSAEFAULT when `from` is bad or `*fromlen` too small. Source: recvfrom page.
int WSAAPI recvfrom(SOCKET s, char* buf, int len, int flags, struct sockaddr* from, int* fromlen)
    BERTH_SYMBOL(recvfrom);

/// Waits until a socket of `fdArray` is ready. `timeout` in milliseconds; below 0: for ever.
///
/// Returns how many entries have something in `revents`, 0 after the time. An entry that is no socket has
/// POLLNVAL. Otherwise SOCKET_ERROR: WSAEINVAL for no entries or events that cannot be asked for, WSAEFAULT,
/// WSANOTINITIALISED, WSAENETDOWN. Source: WSAPoll page.
int WSAAPI WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout) BERTH_SYMBOL(WSAPoll);

/// FIONBIO sets (not 0) or clears non-blocking mode, FIONREAD tells how many bytes can be received,
/// SIOCATMARK whether no urgent data is left (TRUE).
///
/// Returns 0. Otherwise SOCKET_ERROR: WSAEINVAL for FIONBIO 0 while WSAEventSelect is active, WSAEOPNOTSUPP
/// for another command, WSAEFAULT, WSANOTINITIALISED, WSAENOTSOCK, WSAENETDOWN. Source: ioctlsocket page.
int WSAAPI ioctlsocket(SOCKET s, long cmd, u_long* argp) BERTH_SYMBOL(ioctlsocket);

/// Whether `s` is in the set: what FD_ISSET is on Windows.
int WSAAPI __WSAFDIsSet(SOCKET s, fd_set* set) BERTH_SYMBOL(__WSAFDIsSet);

/// An event that is not set and that ResetEvent resets: CreateEvent under Winsock's name.
///
/// Otherwise WSA_INVALID_EVENT with WSANOTINITIALISED or WSAENETDOWN. Source: WSACreateEvent page.
WSAEVENT WSAAPI WSACreateEvent(void) BERTH_SYMBOL(WSACreateEvent);

/// CloseHandle, SetEvent and ResetEvent under Winsock's names.
///
/// They return TRUE. Otherwise FALSE with WSANOTINITIALISED, WSAENETDOWN or, for what is no event,
/// WSA_INVALID_HANDLE. Source: WSACloseEvent, WSASetEvent and WSAResetEvent pages.
BOOL WSAAPI WSACloseEvent(WSAEVENT hEvent) BERTH_SYMBOL(WSACloseEvent);
BOOL WSAAPI WSASetEvent(WSAEVENT hEvent) BERTH_SYMBOL(WSASetEvent);
BOOL WSAAPI WSAResetEvent(WSAEVENT hEvent) BERTH_SYMBOL(WSAResetEvent);

/// WaitForMultipleObjectsEx under Winsock's name.
///
/// Returns WSA_WAIT_EVENT_0 plus an index, WSA_WAIT_IO_COMPLETION or WSA_WAIT_TIMEOUT. Otherwise
/// WSA_WAIT_FAILED with WSANOTINITIALISED, WSAENETDOWN, WSA_INVALID_HANDLE, or WSA_INVALID_PARAMETER (no
/// event, more than WSA_MAXIMUM_WAIT_EVENTS, one twice in a wait for all). Source: WSAWaitForMultipleEvents
/// page.
DWORD WSAAPI WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT* lphEvents, BOOL fWaitAll,
                                      DWORD dwTimeout, BOOL fAlertable)
    BERTH_SYMBOL(WSAWaitForMultipleEvents);

/// send, sendto, recv and recvfrom with scattered memory, and overlapped with a structure and an overlapped
/// socket. An overlapped send ends when all its bytes are on their way.
///
/// They return 0: the count is in `*lpNumberOfBytes...`, and an overlapped call's end is told as well.
/// Otherwise SOCKET_ERROR: WSA_IO_PENDING when an overlapped call's end is told later; WSAEFAULT for a bad
/// pointer, or no count and no structure; WSAEINVAL for no buffers at all; WSA_INVALID_HANDLE when `hEvent`
/// is no event; and the codes of those functions. Source: WSASend, WSASendTo, WSARecv and WSARecvFrom pages.
int WSAAPI WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                   DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) BERTH_SYMBOL(WSASend);
int WSAAPI WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                     DWORD dwFlags, const struct sockaddr* lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) BERTH_SYMBOL(WSASendTo);
int WSAAPI WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                   LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) BERTH_SYMBOL(WSARecv);
int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                       LPDWORD lpFlags, struct sockaddr* lpFrom, LPINT lpFromlen,
                       LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
    BERTH_SYMBOL(WSARecvFrom);

/// WSASendTo and WSARecvFrom with their arguments in a structure. WSARecvMsg is found through
/// WSAID_WSARECVMSG alone; it tells the address that a datagram came to where IP_PKTINFO or IPV6_PKTINFO is
/// on. An address to send from is taken, and checked; the receiver sees the socket's own name all the same.
///
/// They return as those functions; and WSAEOPNOTSUPP for other control data that is to be sent, WSAEINVAL for
/// what is none, WSAEADDRNOTAVAIL for an address that is none of the machine's; WSAEMSGSIZE, with MSG_CTRUNC
/// in `dwFlags`, when the control data that is received does not fit. Source: WSASendMsg, LPFN_WSARECVMSG and
/// WSAMSG pages.
int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
                      LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
    BERTH_SYMBOL(WSASendMsg);

/// connect, and shutdown of one direction; data beside them is not emulated and is never received, nor are
/// qualities of service.
///
/// They return as those functions; WSAEOPNOTSUPP for data to be sent with a disconnect. Source: WSAConnect,
/// WSASendDisconnect and WSARecvDisconnect pages.
int WSAAPI WSAConnect(SOCKET s, const struct sockaddr* name, int namelen, LPWSABUF lpCallerData,
                      LPWSABUF lpCalleeData, LPQOS lpSQOS, LPQOS lpGQOS) BERTH_SYMBOL(WSAConnect);
int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF lpOutboundDisconnectData) BERTH_SYMBOL(WSASendDisconnect);
int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF lpInboundDisconnectData) BERTH_SYMBOL(WSARecvDisconnect);

/// Ties the network events of `lNetworkEvents` (FD_ bits; 0: none any more) to an event, and makes the socket
/// non-blocking. An event is told once, and again after the function that enables it: FD_READ and FD_OOB
/// after a receive, FD_WRITE after a send that would have blocked, FD_ACCEPT after an accept.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED, WSAENOTSOCK, WSAEINVAL when `hEventObject` is no
/// event or a bit is unknown, WSAENETDOWN. Source: WSAEventSelect page.
int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT hEventObject, long lNetworkEvents) BERTH_SYMBOL(WSAEventSelect);

/// Tells which selected events happened since the last time, and resets `hEventObject` if that is not NULL.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSANOTINITIALISED, WSAENOTSOCK, WSAEINVAL, WSAEFAULT, WSAENETDOWN.
/// Source: WSAEnumNetworkEvents page.
int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject, LPWSANETWORKEVENTS lpNetworkEvents)
    BERTH_SYMBOL(WSAEnumNetworkEvents);

/// How an overlapped call on `s` went; with `fWait` it waits for the call's event.
///
/// Returns TRUE with the number of bytes in `*lpcbTransfer` and, for a receive, MSG_ flags in `*lpdwFlags`.
/// Otherwise FALSE, checked in this order: WSANOTINITIALISED; WSAENOTSOCK; WSAEFAULT for a bad pointer, NULL
/// too (Windows raises an exception); WSA_IO_INCOMPLETE while the call pends and `fWait` is FALSE;
/// WSA_INVALID_PARAMETER when the call has a completion routine; WSA_INVALID_HANDLE when `hEvent` is no
/// event; WSAENETDOWN; or the code with which the call failed. Source: WSAGetOverlappedResult page; OVL-12;
/// observed on Windows (D5, D6).
BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer, BOOL fWait,
                                   LPDWORD lpdwFlags) BERTH_SYMBOL(WSAGetOverlappedResult);

/// Host to network byte order and back, for ports and IPv4 addresses. They never fail and need no
/// WSAStartup. Source: htons, ntohs, htonl and ntohl pages.
u_short WSAAPI htons(u_short hostshort) BERTH_SYMBOL(htons);
u_short WSAAPI ntohs(u_short netshort) BERTH_SYMBOL(ntohs);
u_long WSAAPI htonl(u_long hostlong) BERTH_SYMBOL(htonl);
u_long WSAAPI ntohl(u_long netlong) BERTH_SYMBOL(ntohl);

/// Reads an IPv4 address of one to four numbers, decimal, octal or hexadecimal, up to the first space.
///
/// Returns it in network byte order, 0 for a text that is one space, and INADDR_NONE when it is not an
/// address or `cp` is bad. Needs no WSAStartup. Source: inet_addr page.
u_long WSAAPI inet_addr(const char* cp) BERTH_SYMBOL(inet_addr);

BERTH_EXTERN_C_END

/// Waits until a socket of one of the sets is ready, and keeps in each set what is. `timeout` NULL: for ever.
/// A connection that has come about is writable, one that has failed is an exception, as is urgent data.
///
/// Returns how many are left in the three sets, 0 after the time. Otherwise SOCKET_ERROR: WSAEINVAL when all
/// sets are empty or the time is negative, WSAENOTSOCK when a set holds anything but a socket (or one is
/// closed meanwhile), WSAEFAULT, WSANOTINITIALISED, WSAENETDOWN. Source: select page; observed on Windows
/// (C8).
#ifdef __cplusplus
int WSAAPI select(int nfds, fd_set* readfds, fd_set* writefds, fd_set* exceptfds,
                  const struct timeval* timeout) BERTH_SYMBOL(select);
#else
#define select berth_select
int WSAAPI berth_select(int nfds, fd_set* readfds, fd_set* writefds, fd_set* exceptfds,
                        const struct timeval* timeout);
#endif

#ifdef UNICODE
#define WSADuplicateSocket WSADuplicateSocketW
#else
#define WSADuplicateSocket WSADuplicateSocketA
#endif

#ifdef UNICODE
#define WSASocket WSASocketW
#else
#define WSASocket WSASocketA
#endif

#ifdef __cplusplus
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAGetOverlappedResult(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, UnsignedLong* lpcbTransfer, BOOL fWait, UnsignedLong* lpdwFlags) {
  const BOOL result = WSAGetOverlappedResult(s, lpOverlapped, reinterpret_cast<LPDWORD>(lpcbTransfer), fWait,
                                             reinterpret_cast<LPDWORD>(lpdwFlags));
  berth_keep_low_dword(lpcbTransfer);
  berth_keep_low_dword(lpdwFlags);
  return result;
}

/// WSAIoctl for a count that is an unsigned long, which is wider than a DWORD here. A template, so that
/// NULL as a count still means the function above.
template <typename UnsignedLong>
typename berth_result_if_unsigned_long<UnsignedLong>::type WSAIoctl(
    SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer,
    DWORD cbOutBuffer, UnsignedLong* lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  const int result =
      WSAIoctl(s, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer,
               reinterpret_cast<LPDWORD>(lpcbBytesReturned), lpOverlapped, lpCompletionRoutine);
  berth_keep_low_dword(lpcbBytesReturned);
  return result;
}
#endif

#include <winsock2_names.h>
#include <winsock2_wide.h>

// ---------------------------------------------------------------------------------------------------

BERTH_LAYOUT(sizeof(SOCKET) == sizeof(void*));
BERTH_LAYOUT(sizeof(u_long) == 4);
BERTH_LAYOUT(sizeof(LINGER) == 4);
BERTH_LAYOUT(sizeof(IN_ADDR) == 4);
BERTH_LAYOUT(sizeof(WSABUF) == 2 * sizeof(void*));
BERTH_LAYOUT(sizeof(WSAMSG) == (sizeof(void*) == 8 ? 56 : 28));
BERTH_LAYOUT(sizeof(WSACMSGHDR) == 8 + sizeof(void*));
BERTH_LAYOUT(WSA_CMSG_LEN(0) == 8 + sizeof(void*));
BERTH_LAYOUT(offsetof(WSAMSG, Control) == (sizeof(void*) == 8 ? 32 : 16));
BERTH_LAYOUT(sizeof(FLOWSPEC) == 32);
BERTH_LAYOUT(sizeof(WSANETWORKEVENTS) == 44);
BERTH_LAYOUT(SIO_GET_EXTENSION_FUNCTION_POINTER == 0xC8000006);
BERTH_LAYOUT(sizeof(SOCKADDR) == 16);
BERTH_LAYOUT(sizeof(SOCKADDR_IN) == 16);
BERTH_LAYOUT(offsetof(SOCKADDR_IN, sin_port) == 2);
BERTH_LAYOUT(offsetof(SOCKADDR_IN, sin_addr) == 4);
BERTH_LAYOUT(sizeof(SOCKET_ADDRESS) == 2 * sizeof(void*));
BERTH_LAYOUT(sizeof(CSADDR_INFO) == 4 * sizeof(void*) + 8);
BERTH_LAYOUT(sizeof(SOCKET_ADDRESS_LIST) == 3 * sizeof(void*));
BERTH_LAYOUT(sizeof(SOCKADDR_STORAGE) == 128);
BERTH_LAYOUT(offsetof(SOCKADDR_STORAGE, __ss_align) == 8);
BERTH_LAYOUT(sizeof(WSADATA) == (sizeof(void*) == 8 ? 408 : 400));
BERTH_LAYOUT(offsetof(WSADATA, wHighVersion) == 2);
BERTH_LAYOUT(offsetof(WSADATA, szDescription) == (sizeof(void*) == 8 ? 16 : 4));
BERTH_LAYOUT(sizeof(WSAPROTOCOLCHAIN) == 32);
BERTH_LAYOUT(sizeof(WSAPROTOCOL_INFOA) == 372);
BERTH_LAYOUT(offsetof(WSAPROTOCOL_INFOA, iAddressFamily) == 76);
BERTH_LAYOUT(SO_EXCLUSIVEADDRUSE == -5);

#endif
