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

#define IPV6_V6ONLY 27

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

BERTH_LAYOUT(sizeof(IN6_ADDR) == 16);
BERTH_LAYOUT(sizeof(SCOPE_ID) == 4);
BERTH_LAYOUT(sizeof(SOCKADDR_IN6) == 28);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_port) == 2);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_flowinfo) == 4);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_addr) == 8);
BERTH_LAYOUT(offsetof(SOCKADDR_IN6, sin6_scope_id) == 24);
BERTH_LAYOUT(sizeof(SOCKADDR_INET) == 28);

#endif
