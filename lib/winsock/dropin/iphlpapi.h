// SPDX-License-Identifier: MIT
//
// <iphlpapi.h> for Linux: persistent port reservations, one set for TCP and one for UDP.
//
// StartPort is in network byte order and NumberOfPorts in host byte order (PER-02). Codes are returned;
// WSAGetLastError stays as it is. No WSAStartup is needed.
// Every one can also return what is Berth's own: ERROR_NOT_SUPPORTED when the emulated machine cannot be
// reached, and those that change something ERROR_WRITE_FAULT when its store cannot be written.
#ifndef BERTH_DROPIN_IPHLPAPI_H
#define BERTH_DROPIN_IPHLPAPI_H

#include <windows.h>

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

BERTH_EXTERN_C_END

#endif
