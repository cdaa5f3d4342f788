// SPDX-License-Identifier: MIT
#include "ip_helper.h"

namespace berth::scenario {

#ifdef _WIN32

namespace {

template <class Function>
Function find(HMODULE library, const char* name) {
  // Through a pointer to any function: Windows says that this is one of the type that its page shows.
  return reinterpret_cast<Function>(reinterpret_cast<void (*)()>(GetProcAddress(library, name)));
}

}  // namespace

// By name, so that the program starts on a system that lacks them.
IpHelper find_ip_helper() {
  const HMODULE library = LoadLibraryW(L"iphlpapi.dll");
  if (library == nullptr) return {};
  using F = IpHelperFunctions;
  return {{{find<decltype(F::create)>(library, "CreatePersistentTcpPortReservation"),
            find<decltype(F::look_up)>(library, "LookupPersistentTcpPortReservation"),
            find<decltype(F::remove)>(library, "DeletePersistentTcpPortReservation")},
           {find<decltype(F::create)>(library, "CreatePersistentUdpPortReservation"),
            find<decltype(F::look_up)>(library, "LookupPersistentUdpPortReservation"),
            find<decltype(F::remove)>(library, "DeletePersistentUdpPortReservation")}}};
}

#else

IpHelper find_ip_helper() {
  return {{{&CreatePersistentTcpPortReservation, &LookupPersistentTcpPortReservation,
            &DeletePersistentTcpPortReservation},
           {&CreatePersistentUdpPortReservation, &LookupPersistentUdpPortReservation,
            &DeletePersistentUdpPortReservation}}};
}

#endif

bool has_persistent_functions(const IpHelper& found) {
  for (const IpHelperFunctions& functions : found)
    if (functions.create == nullptr || functions.look_up == nullptr || functions.remove == nullptr)
      return false;
  return true;
}

}  // namespace berth::scenario
