// SPDX-License-Identifier: MIT
//
// <iphlpapi.h> for Linux: persistent port reservations, one set for TCP and one for UDP; the sockets that
// hold ports; the adapters of the computer.
//
// StartPort is in network byte order and NumberOfPorts in host byte order (PER-02). Codes are returned;
// WSAGetLastError stays as it is. No WSAStartup is needed.
// Every one can also return what is Berth's own: ERROR_NOT_SUPPORTED when the emulated machine cannot be
// reached, and those that change something ERROR_WRITE_FAULT when its store cannot be written.
#ifndef BERTH_DROPIN_IPHLPAPI_H
#define BERTH_DROPIN_IPHLPAPI_H

#include <windows.h>

#include <iprtrmib.h>
#include <iptypes.h>

BERTH_EXTERN_C_BEGIN

/// Reserves a block of ports that outlives process and reboot, and writes its token to `*Token`. A token
/// may change with each restart (PER-13).
///
/// Returns NO_ERROR. Otherwise, with no reservation made and `*Token` untouched (PER-11):
/// ERROR_INVALID_PARAMETER for port 0, no ports, a block past port 65535 (PER-03, PER-04) or a bad
/// `Token` (PER-10); ERROR_ACCESS_DENIED without administrative rights (PER-08); ERROR_SHARING_VIOLATION
/// when a port of the block is in use or reserved (PER-05 to PER-07). Source:
/// CreatePersistentTcpPortReservation page.
ULONG WINAPI CreatePersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token)
    BERTH_SYMBOL(CreatePersistentTcpPortReservation);

/// CreatePersistentTcpPortReservation for UDP. Source: CreatePersistentUdpPortReservation page.
ULONG WINAPI CreatePersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token)
    BERTH_SYMBOL(CreatePersistentUdpPortReservation);

/// Ends the reservation that was created with exactly this block; sockets bound in it keep their ports
/// (PER-17).
///
/// Returns NO_ERROR. Otherwise, with nothing removed: ERROR_INVALID_PARAMETER for port 0 or no ports
/// (PER-03); ERROR_ACCESS_DENIED without administrative rights (PER-08); ERROR_NOT_FOUND (PER-16).
/// Source: DeletePersistentTcpPortReservation page.
ULONG WINAPI DeletePersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts)
    BERTH_SYMBOL(DeletePersistentTcpPortReservation);

/// DeletePersistentTcpPortReservation for UDP. Source: DeletePersistentUdpPortReservation page.
ULONG WINAPI DeletePersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts)
    BERTH_SYMBOL(DeletePersistentUdpPortReservation);

/// Writes to `*Token` the present token of the reservation that was created with exactly this block.
/// Needs no rights (PER-15).
///
/// Returns NO_ERROR. Otherwise, with `*Token` untouched: ERROR_INVALID_PARAMETER for port 0, no ports
/// (PER-03) or a bad `Token` (PER-10); ERROR_NOT_FOUND (PER-14). Source:
/// LookupPersistentTcpPortReservation page.
ULONG WINAPI LookupPersistentTcpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token)
    BERTH_SYMBOL(LookupPersistentTcpPortReservation);

/// LookupPersistentTcpPortReservation for UDP. Source: LookupPersistentUdpPortReservation page.
ULONG WINAPI LookupPersistentUdpPortReservation(USHORT StartPort, USHORT NumberOfPorts, PULONG64 Token)
    BERTH_SYMBOL(LookupPersistentUdpPortReservation);

/// Lists TCP sockets as the emulated computer sees them: those that listen (also where the kernel does, as
/// process 4), those with a connection, or both. A socket that is only bound is in no list. Of the
/// connections of other processes the remote ends are not known, and 0.
///
/// `ulAf` is AF_INET or AF_INET6; a dual-stack socket stands in both lists. `bOrder`: sorted by local address
/// and port, then remote ones. Returns NO_ERROR. Otherwise ERROR_INSUFFICIENT_BUFFER, with the size that is
/// needed in `*pdwSize`; ERROR_INVALID_PARAMETER for another family or class, or a bad pointer;
/// ERROR_NOT_SUPPORTED for the classes with modules, and for the basic ones of IPv6. Source:
/// GetExtendedTcpTable page.
DWORD WINAPI GetExtendedTcpTable(PVOID pTcpTable, PDWORD pdwSize, BOOL bOrder, ULONG ulAf,
                                 TCP_TABLE_CLASS TableClass, ULONG Reserved)
    BERTH_SYMBOL(GetExtendedTcpTable);

/// Lists bound UDP sockets. As GetExtendedTcpTable; the basic class is there for IPv6 too. Source:
/// GetExtendedUdpTable page.
DWORD WINAPI GetExtendedUdpTable(PVOID pUdpTable, PDWORD pdwSize, BOOL bOrder, ULONG ulAf,
                                 UDP_TABLE_CLASS TableClass, ULONG Reserved)
    BERTH_SYMBOL(GetExtendedUdpTable);

/// The basic tables of IPv4 with all sockets. Source: GetTcpTable and GetUdpTable pages.
ULONG WINAPI GetTcpTable(PMIB_TCPTABLE TcpTable, PULONG SizePointer, BOOL Order) BERTH_SYMBOL(GetTcpTable);
ULONG WINAPI GetUdpTable(PMIB_UDPTABLE UdpTable, PULONG SizePointer, BOOL Order) BERTH_SYMBOL(GetUdpTable);

#ifdef BERTH_DROPIN_WINSOCK2_H
/// Lists the two adapters of the emulated computer with their addresses: an Ethernet with those of its world,
/// and the loopback.
///
/// `Family` is AF_UNSPEC, AF_INET or AF_INET6. Nothing is listed but unicast addresses, the prefixes and the
/// names. Returns NO_ERROR. Otherwise ERROR_BUFFER_OVERFLOW, with the size that is needed in `*SizePointer`;
/// ERROR_INVALID_PARAMETER for another family or a bad pointer. Source: GetAdaptersAddresses page.
ULONG WINAPI GetAdaptersAddresses(ULONG Family, ULONG Flags, PVOID Reserved,
                                  PIP_ADAPTER_ADDRESSES AdapterAddresses, PULONG SizePointer)
    BERTH_SYMBOL(GetAdaptersAddresses);
#endif

// Sizes that are an unsigned long: what was written is kept as 32 bits. Not a function of Windows.
void berth_keep_low_dword(unsigned long* value);

BERTH_EXTERN_C_END

#ifdef __cplusplus
template <typename Type>
struct berth_code_if_unsigned_long;
template <>
struct berth_code_if_unsigned_long<unsigned long> {
  typedef DWORD type;
};

// For sizes that are an unsigned long, which is wider than a DWORD here: see WSAIoctl.
template <typename UnsignedLong>
typename berth_code_if_unsigned_long<UnsignedLong>::type GetExtendedTcpTable(PVOID pTcpTable,
                                                                             UnsignedLong* pdwSize,
                                                                             BOOL bOrder, ULONG ulAf,
                                                                             TCP_TABLE_CLASS TableClass,
                                                                             ULONG Reserved) {
  const DWORD code =
      GetExtendedTcpTable(pTcpTable, reinterpret_cast<PDWORD>(pdwSize), bOrder, ulAf, TableClass, Reserved);
  berth_keep_low_dword(pdwSize);
  return code;
}
template <typename UnsignedLong>
typename berth_code_if_unsigned_long<UnsignedLong>::type GetExtendedUdpTable(PVOID pUdpTable,
                                                                             UnsignedLong* pdwSize,
                                                                             BOOL bOrder, ULONG ulAf,
                                                                             UDP_TABLE_CLASS TableClass,
                                                                             ULONG Reserved) {
  const DWORD code =
      GetExtendedUdpTable(pUdpTable, reinterpret_cast<PDWORD>(pdwSize), bOrder, ulAf, TableClass, Reserved);
  berth_keep_low_dword(pdwSize);
  return code;
}
template <typename UnsignedLong>
typename berth_code_if_unsigned_long<UnsignedLong>::type GetTcpTable(PMIB_TCPTABLE TcpTable,
                                                                     UnsignedLong* SizePointer, BOOL Order) {
  const ULONG code = GetTcpTable(TcpTable, reinterpret_cast<PULONG>(SizePointer), Order);
  berth_keep_low_dword(SizePointer);
  return code;
}
template <typename UnsignedLong>
typename berth_code_if_unsigned_long<UnsignedLong>::type GetUdpTable(PMIB_UDPTABLE UdpTable,
                                                                     UnsignedLong* SizePointer, BOOL Order) {
  const ULONG code = GetUdpTable(UdpTable, reinterpret_cast<PULONG>(SizePointer), Order);
  berth_keep_low_dword(SizePointer);
  return code;
}
#ifdef BERTH_DROPIN_WINSOCK2_H
template <typename UnsignedLong>
typename berth_code_if_unsigned_long<UnsignedLong>::type GetAdaptersAddresses(
    ULONG Family, ULONG Flags, PVOID Reserved, PIP_ADAPTER_ADDRESSES AdapterAddresses,
    UnsignedLong* SizePointer) {
  const DWORD code =
      GetAdaptersAddresses(Family, Flags, Reserved, AdapterAddresses, reinterpret_cast<PULONG>(SizePointer));
  berth_keep_low_dword(SizePointer);
  return code;
}
#endif
#endif

#endif
