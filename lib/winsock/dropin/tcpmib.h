// SPDX-License-Identifier: MIT
//
// <tcpmib.h> for Linux: the rows of the tables of TCP sockets. Addresses are in network byte order, as are
// the lower 16 bits of a port.
#ifndef BERTH_DROPIN_TCPMIB_H
#define BERTH_DROPIN_TCPMIB_H

#include <windows.h>

#ifndef ANY_SIZE
#define ANY_SIZE 1
#endif

typedef enum {
  MIB_TCP_STATE_CLOSED = 1,
  MIB_TCP_STATE_LISTEN = 2,
  MIB_TCP_STATE_SYN_SENT = 3,
  MIB_TCP_STATE_SYN_RCVD = 4,
  MIB_TCP_STATE_ESTAB = 5,
  MIB_TCP_STATE_FIN_WAIT1 = 6,
  MIB_TCP_STATE_FIN_WAIT2 = 7,
  MIB_TCP_STATE_CLOSE_WAIT = 8,
  MIB_TCP_STATE_CLOSING = 9,
  MIB_TCP_STATE_LAST_ACK = 10,
  MIB_TCP_STATE_TIME_WAIT = 11,
  MIB_TCP_STATE_DELETE_TCB = 12
} MIB_TCP_STATE;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCPROW_LH {
  __extension__ union {
    DWORD dwState;
    MIB_TCP_STATE State;
  };
  DWORD dwLocalAddr;
  DWORD dwLocalPort;
  DWORD dwRemoteAddr;
  DWORD dwRemotePort;
} MIB_TCPROW_LH, *PMIB_TCPROW_LH, MIB_TCPROW, *PMIB_TCPROW;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCPTABLE {
  DWORD dwNumEntries;
  MIB_TCPROW table[ANY_SIZE];
} MIB_TCPTABLE, *PMIB_TCPTABLE;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCPROW_OWNER_PID {
  DWORD dwState;
  DWORD dwLocalAddr;
  DWORD dwLocalPort;
  DWORD dwRemoteAddr;
  DWORD dwRemotePort;
  DWORD dwOwningPid;
} MIB_TCPROW_OWNER_PID, *PMIB_TCPROW_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCPTABLE_OWNER_PID {
  DWORD dwNumEntries;
  MIB_TCPROW_OWNER_PID table[ANY_SIZE];
} MIB_TCPTABLE_OWNER_PID, *PMIB_TCPTABLE_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCP6ROW_OWNER_PID {
  UCHAR ucLocalAddr[16];
  DWORD dwLocalScopeId;
  DWORD dwLocalPort;
  UCHAR ucRemoteAddr[16];
  DWORD dwRemoteScopeId;
  DWORD dwRemotePort;
  DWORD dwState;
  DWORD dwOwningPid;
} MIB_TCP6ROW_OWNER_PID, *PMIB_TCP6ROW_OWNER_PID;

typedef struct BERTH_WINDOWS_STRUCT _MIB_TCP6TABLE_OWNER_PID {
  DWORD dwNumEntries;
  MIB_TCP6ROW_OWNER_PID table[ANY_SIZE];
} MIB_TCP6TABLE_OWNER_PID, *PMIB_TCP6TABLE_OWNER_PID;

BERTH_LAYOUT(sizeof(MIB_TCPROW) == 20);
BERTH_LAYOUT(sizeof(MIB_TCPTABLE) == 24);
BERTH_LAYOUT(sizeof(MIB_TCPROW_OWNER_PID) == 24);
BERTH_LAYOUT(offsetof(MIB_TCPROW_OWNER_PID, dwOwningPid) == 20);
BERTH_LAYOUT(offsetof(MIB_TCPTABLE_OWNER_PID, table) == 4);
BERTH_LAYOUT(sizeof(MIB_TCP6ROW_OWNER_PID) == 56);
BERTH_LAYOUT(offsetof(MIB_TCP6ROW_OWNER_PID, dwState) == 48);
BERTH_LAYOUT(offsetof(MIB_TCP6TABLE_OWNER_PID, table) == 4);

#endif
