// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace berth::winsock {

/// A service that everybody knows under a port.
struct KnownService {
  const char* name;
  const char* alias;  ///< empty when it has none
  std::uint16_t port;
  bool over_tcp;
  bool over_udp;
};

/// A protocol above IP.
struct KnownProtocol {
  const char* name;
  const char* alias;
  std::uint8_t number;
};

/// Which protocols a service is looked for over.
struct Over {
  bool tcp = true;
  bool udp = true;
};

/// Null when there is none. Names are those of IANA's registry, in any case.
[[nodiscard]] const KnownService* service_named(std::string_view name, Over over);
[[nodiscard]] const KnownService* service_on(std::uint16_t port, Over over);
[[nodiscard]] const KnownProtocol* protocol_named(std::string_view name);
[[nodiscard]] const KnownProtocol* protocol_numbered(int number);

}  // namespace berth::winsock
