// SPDX-License-Identifier: MIT
#include "byte_order.h"

#include <winsock2.h>

using berth::winsock::network_order;

u_short htons(u_short hostshort) { return network_order(hostshort); }

u_short ntohs(u_short netshort) { return network_order(netshort); }

u_long htonl(u_long hostlong) { return network_order(hostlong); }

u_long ntohl(u_long netlong) { return network_order(netlong); }
