// SPDX-License-Identifier: MIT
#include "ip_helper.h"

namespace berth::scenario {

IpHelper find_ip_helper() {
  return {{{&CreatePersistentTcpPortReservation, &LookupPersistentTcpPortReservation,
            &DeletePersistentTcpPortReservation},
           {&CreatePersistentUdpPortReservation, &LookupPersistentUdpPortReservation,
            &DeletePersistentUdpPortReservation}}};
}

}  // namespace berth::scenario
