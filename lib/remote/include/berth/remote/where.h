// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include <berth/core/result.h>

namespace berth::remote {

/// Where a machine is served: a Unix socket, or a port of the host's loopback. A value.
struct Where {
  std::string path;        ///< of the Unix socket; empty: TCP
  std::string host;        ///< a loopback address
  std::uint16_t port = 0;  ///< 0, for a server alone: any free one
  [[nodiscard]] bool is_tcp() const { return path.empty(); }
  friend bool operator==(const Where&, const Where&) = default;
};

/// Reads a path, or `tcp:127.0.0.1:7000` (an address of the loopback, or `localhost`). The error says what
/// would be right.
[[nodiscard]] Result<Where, std::string> parse_where(const std::string& text);
/// As `parse_where` reads it.
[[nodiscard]] std::string to_string(const Where& where);

}  // namespace berth::remote
