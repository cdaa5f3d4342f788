// SPDX-License-Identifier: MIT
//
// <ws2spi.h> for Linux: the provider's side of Winsock. The provider is our own: a program can call it
// through its table, as Ws2_32.dll and layered providers do. Providers of others cannot be installed.
#ifndef BERTH_DROPIN_WS2SPI_H
#define BERTH_DROPIN_WS2SPI_H

#include <winsock2.h>

#define WSPAPI

/// A thread that a provider queues procedures to. Source: WSATHREADID page.
typedef struct BERTH_WINDOWS_STRUCT _WSATHREADID {
  HANDLE ThreadHandle;
  DWORD_PTR Reserved;
} WSATHREADID, *LPWSATHREADID;

typedef void(CALLBACK* LPWSAUSERAPC)(DWORD_PTR dwContext);
typedef BOOL(CALLBACK* LPBLOCKINGCALLBACK)(DWORD_PTR dwContext);

#define WSPDESCRIPTION_LEN 255

/// What a provider tells of itself. Source: WSPDATA page.
typedef struct BERTH_WINDOWS_STRUCT WSPData {
  WORD wVersion;
  WORD wHighVersion;
  WCHAR szDescription[WSPDESCRIPTION_LEN + 1];
} WSPDATA, *LPWSPDATA;

#define WSS_OPERATION_IN_PROGRESS 0x00000103L

// ---------------------------------------------------------------------------------------------------
// What a provider calls: the entries of WSPUPCALLTABLE

typedef BOOL(WSPAPI* LPWPUCLOSEEVENT)(WSAEVENT hEvent, LPINT lpErrno);
typedef int(WSPAPI* LPWPUCLOSESOCKETHANDLE)(SOCKET s, LPINT lpErrno);
typedef WSAEVENT(WSPAPI* LPWPUCREATEEVENT)(LPINT lpErrno);
typedef SOCKET(WSPAPI* LPWPUCREATESOCKETHANDLE)(DWORD dwCatalogEntryId, DWORD_PTR dwContext, LPINT lpErrno);
typedef int(WSPAPI* LPWPUFDISSET)(SOCKET s, fd_set* fdset);
typedef int(WSPAPI* LPWPUGETPROVIDERPATH)(LPGUID lpProviderId, WCHAR* lpszProviderDllPath,
                                          LPINT lpProviderDllPathLen, LPINT lpErrno);
typedef SOCKET(WSPAPI* LPWPUMODIFYIFSHANDLE)(DWORD dwCatalogEntryId, SOCKET ProposedHandle, LPINT lpErrno);
typedef BOOL(WSPAPI* LPWPUPOSTMESSAGE)(HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);
typedef int(WSPAPI* LPWPUQUERYBLOCKINGCALLBACK)(DWORD dwCatalogEntryId, LPBLOCKINGCALLBACK* lplpfnCallback,
                                                PDWORD_PTR lpdwContext, LPINT lpErrno);
typedef int(WSPAPI* LPWPUQUERYSOCKETHANDLECONTEXT)(SOCKET s, PDWORD_PTR lpContext, LPINT lpErrno);
typedef int(WSPAPI* LPWPUQUEUEAPC)(LPWSATHREADID lpThreadId, LPWSAUSERAPC lpfnUserApc, DWORD_PTR dwContext,
                                   LPINT lpErrno);
typedef BOOL(WSPAPI* LPWPURESETEVENT)(WSAEVENT hEvent, LPINT lpErrno);
typedef BOOL(WSPAPI* LPWPUSETEVENT)(WSAEVENT hEvent, LPINT lpErrno);
typedef int(WSPAPI* LPWPUOPENCURRENTTHREAD)(LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef int(WSPAPI* LPWPUCLOSETHREAD)(LPWSATHREADID lpThreadId, LPINT lpErrno);

/// The functions that the client of a provider offers it. Ours calls lpWPUQueueApc for completion routines
/// and lpWPUModifyIFSHandle for new sockets; an entry that is NULL it does without. Source: WSPUPCALLTABLE
/// page.
typedef struct BERTH_WINDOWS_STRUCT _WSPUPCALLTABLE {
  LPWPUCLOSEEVENT lpWPUCloseEvent;
  LPWPUCLOSESOCKETHANDLE lpWPUCloseSocketHandle;
  LPWPUCREATEEVENT lpWPUCreateEvent;
  LPWPUCREATESOCKETHANDLE lpWPUCreateSocketHandle;
  LPWPUFDISSET lpWPUFDIsSet;
  LPWPUGETPROVIDERPATH lpWPUGetProviderPath;
  LPWPUMODIFYIFSHANDLE lpWPUModifyIFSHandle;
  LPWPUPOSTMESSAGE lpWPUPostMessage;
  LPWPUQUERYBLOCKINGCALLBACK lpWPUQueryBlockingCallback;
  LPWPUQUERYSOCKETHANDLECONTEXT lpWPUQuerySocketHandleContext;
  LPWPUQUEUEAPC lpWPUQueueApc;
  LPWPURESETEVENT lpWPUResetEvent;
  LPWPUSETEVENT lpWPUSetEvent;
  LPWPUOPENCURRENTTHREAD lpWPUOpenCurrentThread;
  LPWPUCLOSETHREAD lpWPUCloseThread;
} WSPUPCALLTABLE, *LPWSPUPCALLTABLE;

// ---------------------------------------------------------------------------------------------------
// What a provider offers: the entries of WSPPROC_TABLE. Each is the function of <winsock2.h> of that name,
// but that its code is in `*lpErrno` and the last error stays; a routine runs in the thread of `lpThreadId`.

typedef SOCKET(WSPAPI* LPWSPACCEPT)(SOCKET s, struct sockaddr* addr, LPINT addrlen,
                                    LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData, LPINT lpErrno);
typedef INT(WSPAPI* LPWSPADDRESSTOSTRING)(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                                          LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                                          LPDWORD lpdwAddressStringLength, LPINT lpErrno);
typedef int(WSPAPI* LPWSPASYNCSELECT)(SOCKET s, HWND hWnd, unsigned int wMsg, long lEvent, LPINT lpErrno);
typedef int(WSPAPI* LPWSPBIND)(SOCKET s, const struct sockaddr* name, int namelen, LPINT lpErrno);
typedef int(WSPAPI* LPWSPCANCELBLOCKINGCALL)(LPINT lpErrno);
typedef int(WSPAPI* LPWSPCLEANUP)(LPINT lpErrno);
typedef int(WSPAPI* LPWSPCLOSESOCKET)(SOCKET s, LPINT lpErrno);
typedef int(WSPAPI* LPWSPCONNECT)(SOCKET s, const struct sockaddr* name, int namelen, LPWSABUF lpCallerData,
                                  LPWSABUF lpCalleeData, LPQOS lpSQOS, LPQOS lpGQOS, LPINT lpErrno);
typedef int(WSPAPI* LPWSPDUPLICATESOCKET)(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                          LPINT lpErrno);
typedef int(WSPAPI* LPWSPENUMNETWORKEVENTS)(SOCKET s, WSAEVENT hEventObject,
                                            LPWSANETWORKEVENTS lpNetworkEvents, LPINT lpErrno);
typedef int(WSPAPI* LPWSPEVENTSELECT)(SOCKET s, WSAEVENT hEventObject, long lNetworkEvents, LPINT lpErrno);
typedef BOOL(WSPAPI* LPWSPGETOVERLAPPEDRESULT)(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer,
                                               BOOL fWait, LPDWORD lpdwFlags, LPINT lpErrno);
typedef int(WSPAPI* LPWSPGETPEERNAME)(SOCKET s, struct sockaddr* name, LPINT namelen, LPINT lpErrno);
typedef int(WSPAPI* LPWSPGETSOCKNAME)(SOCKET s, struct sockaddr* name, LPINT namelen, LPINT lpErrno);
typedef int(WSPAPI* LPWSPGETSOCKOPT)(SOCKET s, int level, int optname, char* optval, LPINT optlen,
                                     LPINT lpErrno);
typedef BOOL(WSPAPI* LPWSPGETQOSBYNAME)(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS, LPINT lpErrno);
typedef int(WSPAPI* LPWSPIOCTL)(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                                LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                                LPWSAOVERLAPPED lpOverlapped,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                                LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef SOCKET(WSPAPI* LPWSPJOINLEAF)(SOCKET s, const struct sockaddr* name, int namelen,
                                      LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
                                      LPQOS lpGQOS, DWORD dwFlags, LPINT lpErrno);
typedef int(WSPAPI* LPWSPLISTEN)(SOCKET s, int backlog, LPINT lpErrno);
typedef int(WSPAPI* LPWSPRECV)(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                               LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                               LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef int(WSPAPI* LPWSPRECVDISCONNECT)(SOCKET s, LPWSABUF lpInboundDisconnectData, LPINT lpErrno);
typedef int(WSPAPI* LPWSPRECVFROM)(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                                   LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr* lpFrom,
                                   LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
                                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                                   LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef int(WSPAPI* LPWSPSELECT)(int nfds, fd_set* readfds, fd_set* writefds, fd_set* exceptfds,
                                 const struct timeval* timeout, LPINT lpErrno);
typedef int(WSPAPI* LPWSPSEND)(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                               DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                               LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef int(WSPAPI* LPWSPSENDDISCONNECT)(SOCKET s, LPWSABUF lpOutboundDisconnectData, LPINT lpErrno);
typedef int(WSPAPI* LPWSPSENDTO)(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                                 LPDWORD lpNumberOfBytesSent, DWORD dwFlags, const struct sockaddr* lpTo,
                                 int iTolen, LPWSAOVERLAPPED lpOverlapped,
                                 LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                                 LPWSATHREADID lpThreadId, LPINT lpErrno);
typedef int(WSPAPI* LPWSPSETSOCKOPT)(SOCKET s, int level, int optname, const char* optval, int optlen,
                                     LPINT lpErrno);
typedef int(WSPAPI* LPWSPSHUTDOWN)(SOCKET s, int how, LPINT lpErrno);
typedef SOCKET(WSPAPI* LPWSPSOCKET)(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                    GROUP g, DWORD dwFlags, LPINT lpErrno);
typedef INT(WSPAPI* LPWSPSTRINGTOADDRESS)(LPWSTR AddressString, INT AddressFamily,
                                          LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                                          LPINT lpAddressLength, LPINT lpErrno);

/// A provider's functions. What ours does not do refuses: WSPAsyncSelect with WSAEINVAL, because no handle is
/// a window's; WSPCancelBlockingCall with WSAEINVAL, because a thread that calls it is in no blocking call;
/// WSPGetQOSByName with WSAEINVAL, because no template is known; WSPJoinLeaf with WSAEOPNOTSUPP, because
/// there is no multicast. Each looks at its socket first. Source: WSPPROC_TABLE page.
typedef struct BERTH_WINDOWS_STRUCT _WSPPROC_TABLE {
  LPWSPACCEPT lpWSPAccept;
  LPWSPADDRESSTOSTRING lpWSPAddressToString;
  LPWSPASYNCSELECT lpWSPAsyncSelect;
  LPWSPBIND lpWSPBind;
  LPWSPCANCELBLOCKINGCALL lpWSPCancelBlockingCall;
  LPWSPCLEANUP lpWSPCleanup;
  LPWSPCLOSESOCKET lpWSPCloseSocket;
  LPWSPCONNECT lpWSPConnect;
  LPWSPDUPLICATESOCKET lpWSPDuplicateSocket;
  LPWSPENUMNETWORKEVENTS lpWSPEnumNetworkEvents;
  LPWSPEVENTSELECT lpWSPEventSelect;
  LPWSPGETOVERLAPPEDRESULT lpWSPGetOverlappedResult;
  LPWSPGETPEERNAME lpWSPGetPeerName;
  LPWSPGETSOCKNAME lpWSPGetSockName;
  LPWSPGETSOCKOPT lpWSPGetSockOpt;
  LPWSPGETQOSBYNAME lpWSPGetQOSByName;
  LPWSPIOCTL lpWSPIoctl;
  LPWSPJOINLEAF lpWSPJoinLeaf;
  LPWSPLISTEN lpWSPListen;
  LPWSPRECV lpWSPRecv;
  LPWSPRECVDISCONNECT lpWSPRecvDisconnect;
  LPWSPRECVFROM lpWSPRecvFrom;
  LPWSPSELECT lpWSPSelect;
  LPWSPSEND lpWSPSend;
  LPWSPSENDDISCONNECT lpWSPSendDisconnect;
  LPWSPSENDTO lpWSPSendTo;
  LPWSPSETSOCKOPT lpWSPSetSockOpt;
  LPWSPSHUTDOWN lpWSPShutdown;
  LPWSPSOCKET lpWSPSocket;
  LPWSPSTRINGTOADDRESS lpWSPStringToAddress;
} WSPPROC_TABLE, *LPWSPPROC_TABLE;

BERTH_EXTERN_C_BEGIN

/// Starts the use of the provider by this process, as WSAStartup does, and gives its functions. What the
/// provider calls is looked up in the table that was given last. lpWSPCleanup of the table takes it back.
/// `wVersion` becomes what was asked for, 2.2 at most.
///
/// Returns 0. Otherwise the code, with nothing started and nothing written, and the last error as it was:
/// WSASYSNOTREADY, WSAVERNOTSUPPORTED below 2.0, WSAEFAULT for each bad pointer. Source: WSPStartup page.
int WSPAPI WSPStartup(WORD wVersionRequested, LPWSPDATA lpWSPData, LPWSAPROTOCOL_INFOW lpProtocolInfo,
                      WSPUPCALLTABLE UpcallTable, LPWSPPROC_TABLE lpProcTable) BERTH_SYMBOL(WSPStartup);

/// WSAIoctl as a provider has it: the code of a failure is in `*lpErrno`, and the last error stays as it was.
/// A completion routine runs in the thread of `lpThreadId`; where that is NULL, in the calling one.
///
/// Returns 0. Otherwise SOCKET_ERROR, with the codes of WSAIoctl; WSAEFAULT when there is a routine and
/// `lpThreadId` names no thread. With `lpErrno` NULL it does nothing and returns SOCKET_ERROR. Source:
/// WSPIoctl page; SPI-01, SPI-04 to SPI-06.
int WSPAPI WSPIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                    LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
                    LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WSPIoctl);

/// Queues a procedure to a thread, which runs it in its next alertable wait. `lpThreadId` is not looked at
/// any more when this has returned (SPI-02).
///
/// Returns 0. Otherwise SOCKET_ERROR with WSAEFAULT in `*lpErrno` when there is no such thread. Source:
/// WPUQueueApc page; SPI-03.
int WSPAPI WPUQueueApc(LPWSATHREADID lpThreadId, LPWSAUSERAPC lpfnUserApc, DWORD_PTR dwContext, LPINT lpErrno)
    BERTH_SYMBOL(WPUQueueApc);

/// Names the calling thread until WPUCloseThread.
///
/// They return 0. Otherwise SOCKET_ERROR with WSAEFAULT in `*lpErrno`. Source: WPUOpenCurrentThread and
/// WPUCloseThread pages.
int WSPAPI WPUOpenCurrentThread(LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WPUOpenCurrentThread);
int WSPAPI WPUCloseThread(LPWSATHREADID lpThreadId, LPINT lpErrno) BERTH_SYMBOL(WPUCloseThread);

/// Events of Winsock, for providers.
///
/// They return TRUE, or the new event. Otherwise FALSE, or WSA_INVALID_EVENT, with WSA_INVALID_HANDLE in
/// `*lpErrno`. Source: WPUCreateEvent, WPUCloseEvent, WPUSetEvent and WPUResetEvent pages.
WSAEVENT WSPAPI WPUCreateEvent(LPINT lpErrno) BERTH_SYMBOL(WPUCreateEvent);
BOOL WSPAPI WPUCloseEvent(WSAEVENT hEvent, LPINT lpErrno) BERTH_SYMBOL(WPUCloseEvent);
BOOL WSPAPI WPUSetEvent(WSAEVENT hEvent, LPINT lpErrno) BERTH_SYMBOL(WPUSetEvent);
BOOL WSPAPI WPUResetEvent(WSAEVENT hEvent, LPINT lpErrno) BERTH_SYMBOL(WPUResetEvent);

/// Tells whether `s` is in a set. Source: WPUFDIsSet page.
int WSPAPI WPUFDIsSet(SOCKET s, fd_set* fdset) BERTH_SYMBOL(WPUFDIsSet);

/// Tells Ws2_32 of a new socket of a provider whose sockets are handles of the system: it stays what it is.
///
/// Returns it. Otherwise INVALID_SOCKET with WSAEINVAL in `*lpErrno`: it is none. Source: WPUModifyIFSHandle
/// page.
SOCKET WSPAPI WPUModifyIFSHandle(DWORD dwCatalogEntryId, SOCKET ProposedHandle, LPINT lpErrno)
    BERTH_SYMBOL(WPUModifyIFSHandle);

/// Makes a handle for a socket of another provider, closes it, and gives its context back. It can be tied to
/// a completion port; functions of <winsock2.h> on it fail with WSAEOPNOTSUPP, because no other provider is
/// asked.
///
/// They return the handle, or 0. Otherwise INVALID_SOCKET with WSAENOBUFS, or SOCKET_ERROR with WSAENOTSOCK
/// for any other handle or WSAEFAULT. Source: WPUCreateSocketHandle, WPUCloseSocketHandle and
/// WPUQuerySocketHandleContext pages.
SOCKET WSPAPI WPUCreateSocketHandle(DWORD dwCatalogEntryId, DWORD_PTR dwContext, LPINT lpErrno)
    BERTH_SYMBOL(WPUCreateSocketHandle);
int WSPAPI WPUCloseSocketHandle(SOCKET s, LPINT lpErrno) BERTH_SYMBOL(WPUCloseSocketHandle);
int WSPAPI WPUQuerySocketHandleContext(SOCKET s, PDWORD_PTR lpContext, LPINT lpErrno)
    BERTH_SYMBOL(WPUQuerySocketHandleContext);

/// Tells the end of an overlapped call on a handle of WPUCreateSocketHandle: writes `InternalHigh` and
/// `Internal`, sets the event, and posts to the completion port.
///
/// Returns 0. Otherwise SOCKET_ERROR: WSAEINVAL for any other socket, WSAEFAULT, WSA_INVALID_HANDLE for a bad
/// event. Source: WPUCompleteOverlappedRequest page.
int WSPAPI WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED lpOverlapped, DWORD dwError,
                                        DWORD cbTransferred, LPINT lpErrno)
    BERTH_SYMBOL(WPUCompleteOverlappedRequest);

BERTH_EXTERN_C_END

BERTH_LAYOUT(sizeof(WSPDATA) == 4 + (WSPDESCRIPTION_LEN + 1) * sizeof(WCHAR));
BERTH_LAYOUT(sizeof(WSPUPCALLTABLE) == 15 * sizeof(void*));
BERTH_LAYOUT(offsetof(WSPUPCALLTABLE, lpWPUQueueApc) == 10 * sizeof(void*));
BERTH_LAYOUT(sizeof(WSPPROC_TABLE) == 30 * sizeof(void*));
BERTH_LAYOUT(offsetof(WSPPROC_TABLE, lpWSPIoctl) == 16 * sizeof(void*));
BERTH_LAYOUT(sizeof(WSATHREADID) == 2 * sizeof(void*));
BERTH_LAYOUT(offsetof(WSATHREADID, Reserved) == sizeof(void*));

#endif
