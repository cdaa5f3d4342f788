// SPDX-License-Identifier: MIT
//
// <udpmib.h> for Linux: the rows of the tables of UDP sockets. Addresses are in network byte order, as are
// the lower 16 bits of a port.
#ifndef BERTH_DROPIN_UDPMIB_H
#define BERTH_DROPIN_UDPMIB_H

#include <windows.h>

#ifndef ANY_SIZE
#define ANY_SIZE 1
#endif

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDPROW {
  DWORD dwLocalAddr;
  DWORD dwLocalPort;
} MIB_UDPROW, *PMIB_UDPROW;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDPTABLE {
  DWORD dwNumEntries;
  MIB_UDPROW table[ANY_SIZE];
} MIB_UDPTABLE, *PMIB_UDPTABLE;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDPROW_OWNER_PID {
  DWORD dwLocalAddr;
  DWORD dwLocalPort;
  DWORD dwOwningPid;
} MIB_UDPROW_OWNER_PID, *PMIB_UDPROW_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDPTABLE_OWNER_PID {
  DWORD dwNumEntries;
  MIB_UDPROW_OWNER_PID table[ANY_SIZE];
} MIB_UDPTABLE_OWNER_PID, *PMIB_UDPTABLE_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDP6ROW_OWNER_PID {
  UCHAR ucLocalAddr[16];
  DWORD dwLocalScopeId;
  DWORD dwLocalPort;
  DWORD dwOwningPid;
} MIB_UDP6ROW_OWNER_PID, *PMIB_UDP6ROW_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDP6TABLE_OWNER_PID {
  DWORD dwNumEntries;
  MIB_UDP6ROW_OWNER_PID table[ANY_SIZE];
} MIB_UDP6TABLE_OWNER_PID, *PMIB_UDP6TABLE_OWNER_PID;

// The row that has an IN6_ADDR is there when <winsock2.h> and <ws2ipdef.h> are.
#ifdef BERTH_DROPIN_WS2IPDEF_H
typedef struct BERTH_WINDOWS_STRUCT _MIB_UDP6ROW {
  IN6_ADDR dwLocalAddr;
  DWORD dwLocalScopeId;
  DWORD dwLocalPort;
} MIB_UDP6ROW, *PMIB_UDP6ROW;

typedef struct BERTH_WINDOWS_STRUCT _MIB_UDP6TABLE {
  DWORD dwNumEntries;
  MIB_UDP6ROW table[ANY_SIZE];
} MIB_UDP6TABLE, *PMIB_UDP6TABLE;
BERTH_LAYOUT(sizeof(MIB_UDP6ROW) == 24);
#endif

BERTH_LAYOUT(sizeof(MIB_UDPROW) == 8);
BERTH_LAYOUT(sizeof(MIB_UDPROW_OWNER_PID) == 12);
BERTH_LAYOUT(offsetof(MIB_UDPTABLE_OWNER_PID, table) == 4);
BERTH_LAYOUT(sizeof(MIB_UDP6ROW_OWNER_PID) == 28);
BERTH_LAYOUT(offsetof(MIB_UDP6TABLE_OWNER_PID, table) == 4);

#endif
