// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <berth/core/gateway.h>
#include <berth/core/identity.h>
#include <berth/core/result.h>
#include <berth/remote/where.h>

namespace berth::remote {

/// What a client says of itself.
struct Introduction {
  std::string program;               ///< for lists of processes
  std::optional<Identity> identity;  ///< of the process that the connection starts with; none: no process yet
  std::optional<std::string> secret;  ///< what a server asks of those that come over TCP
};

/// A machine in another process, reached by a connection: docs/wire.md.
///
/// Thread-safe; the calls of all threads go over the one connection, one after another. When the server is
/// gone, every call fails at once: `submit` with HostFailure::MachineIsGone, the others with what an empty
/// machine would say. The processes of the connection end with the gateway.
///
/// After a fork the child has a connection of its own, and is another process: the numbers of the parent's
/// processes mean, in the child, the child's own. It holds duplicates of the handles that the parent had.
class RemoteGateway final : public Gateway {
 public:
  /// Connects and introduces itself; the error says why the server is not there or does not want us.
  static Result<std::shared_ptr<RemoteGateway>, std::string> connect(const Where& where,
                                                                     const Introduction& introduction);
  /// Goes on with the connection of a program that this one has replaced, by an exec: `descriptor`, which is
  /// ours afterwards, as it is. The process is a new one, with handles to those sockets of `keep` that the
  /// old one had. Requires: an identity.
  static Result<std::shared_ptr<RemoteGateway>, std::string> take_over(int descriptor, const Where& where,
                                                                       const Introduction& introduction,
                                                                       const std::vector<SocketId>& keep);
  ~RemoteGateway() override;

  /// Takes care of forks from now on, as the first gateway does anyway: for who has to register with
  /// pthread_atfork after it.
  static void watch_forks();
  /// In the child of a fork, once it has its connection: calls `then` with the descriptor, which an exec
  /// closes unless `then` sees to it. Not at a time when a call on the gateway could be answered.
  void when_forked(std::function<void(int descriptor)> then);

  /// The process that was asked for; empty when none was.
  [[nodiscard]] ProcessId process() const;

  Outcome submit(ProcessId caller, const Request& request) override;
  [[nodiscard]] const Profile& profile() const override;
  void set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) override;
  [[nodiscard]] Receiver receiver_of(Transport transport, const Endpoint& to) const override;
  [[nodiscard]] std::optional<CarrierOwner> owner_of(Transport transport,
                                                     const Carrier& carrier) const override;
  [[nodiscard]] Computer computer() const override;
  [[nodiscard]] std::vector<BoundSocket> bound_sockets() const override;
  std::optional<std::uint64_t> offer(ProcessId caller, SocketId socket, std::uint64_t program, int descriptor,
                                     const std::string& note) override;
  std::optional<Offered> claim(std::uint64_t number) override;
  [[nodiscard]] bool is_shared() const override { return true; }
  [[nodiscard]] bool is_found_gone() const override;

  /// The machine seen from outside, as a line of JSON; nothing when it is gone.
  [[nodiscard]] std::optional<std::string> status() const;

  /// Calls `then` once, on a thread of the gateway, when the server is gone. At most one at a time; not
  /// called any more when this returns after an empty one.
  void when_gone(std::function<void()> then);

  struct Impl;

 private:
  explicit RemoteGateway(std::unique_ptr<Impl> impl);
  [[nodiscard]] std::uint64_t ask_for_generation() const override;
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::remote
