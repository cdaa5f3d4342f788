// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include "handle_table.h"

namespace berth::winsock {

/// The row of the catalog of protocols that a TCP or UDP socket was made by: what WSAEnumProtocols,
/// SO_PROTOCOL_INFO and WSADuplicateSocket tell.
template <class Info>
[[nodiscard]] Info protocol_of(const OpenHandle& socket);
extern template WSAPROTOCOL_INFOA protocol_of(const OpenHandle& socket);
extern template WSAPROTOCOL_INFOW protocol_of(const OpenHandle& socket);

}  // namespace berth::winsock
