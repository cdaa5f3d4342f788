// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <berth/core/identity.h>
#include <berth/core/result.h>
#include <berth/machine/machine.h>
#include <berth/remote/where.h>

namespace berth::server {

/// What a client may take before it is refused more, or sent away.
struct Limits {
  std::size_t clients = 4096;
  std::size_t processes_per_client = 64;
  std::size_t sockets_per_client = 65536;
  std::size_t tickets = 256;                           ///< children of forks that have not come yet
  std::size_t offers = 1024;                           ///< duplicates that nobody has claimed yet
  std::size_t queued_bytes = std::size_t{256} << 10U;  ///< beyond it, a client is not read any more
  std::chrono::milliseconds hello{10'000};             ///< how long a client may take to say who it is
  std::chrono::milliseconds farewell{2'000};           ///< how long it may take to read why it is sent away
  std::chrono::milliseconds ticket{10'000};            ///< how long a forked child may take to come
};

/// Identities that a client may claim: all of a kind, or one account of it.
struct Allowance {
  TokenKind kind{};
  std::optional<std::string> account;
};

enum class Weight { Note, Trouble };

struct Settings {
  std::vector<remote::Where> places;
  std::string secret;              ///< what clients over TCP must say. Requires: not empty with a TCP place
  std::vector<Allowance> allowed;  ///< empty: every identity
  Limits limits;
  bool ends_on_signals = false;                         ///< SIGINT and SIGTERM end `run`
  std::function<void(Weight, const std::string&)> log;  ///< empty: nobody wants it
};

/// Serves one machine to the programs that connect: docs/wire.md.
///
/// One thread runs it: `run` returns after `stop`, which any thread may call. A Unix socket is created with
/// mode 0600, and only programs of the same user are heard. What a connection has started ends with it:
/// processes, their sockets, their runtime reservations.
class Server {
 public:
  /// Listens at every place, or at none: the error says where it failed and why. A socket file that nobody
  /// listens on any more is replaced.
  static Result<std::unique_ptr<Server>, std::string> start(std::shared_ptr<Machine> machine,
                                                            Settings settings);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Takes the socket files away. Requires: `run` is not running.
  ~Server();

  /// Where it listens, with the port that the kernel chose where none was given.
  [[nodiscard]] const std::vector<remote::Where>& places() const;
  void run();
  void stop();

  class Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::server
