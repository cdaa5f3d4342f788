// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

// The side of the program that uses Boost.Asio: real sockets of the host, POSIX' headers, no Windows.

/// Serves one connection on a thread of its own, sending back what it gets until the peer is done.
class AsioEcho {
 public:
  AsioEcho();
  ~AsioEcho();
  AsioEcho(const AsioEcho&) = delete;
  AsioEcho& operator=(const AsioEcho&) = delete;
  std::uint16_t port() const;

 private:
  struct Server;
  Server* server_;
};

/// What a server on that port of the loopback address sends back.
std::string asio_ask(std::uint16_t port, const std::string& question);
