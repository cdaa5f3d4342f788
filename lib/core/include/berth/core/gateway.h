// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <berth/core/carrier.h>
#include <berth/core/computer.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>

namespace berth {

/// The one way into an emulated machine, wherever it runs.
///
/// Implementations are thread-safe: any thread may submit at any time, and requests are decided one after
/// another.
class Gateway {
 public:
  Gateway() = default;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  virtual ~Gateway() = default;

  /// Decides `request` for process `caller` and, when it is granted, carries it out.
  ///
  /// A refusal and a host failure leave the machine exactly as it was.
  /// `caller` is ignored by StartProcess, and may be empty for what the system itself does
  /// (AddForeignBlock, AddKernelListener, StopService).
  virtual Outcome submit(ProcessId caller, const Request& request) = 0;

  /// The reading of the law that this machine follows; it does not change while the machine lives.
  [[nodiscard]] virtual const Profile& profile() const = 0;

  // -- how bytes find their way -----------------------------------------------------------------------

  /// Says that `socket` talks under the emulated `name` and that `carrier` carries it. Forgotten when the
  /// socket ends, or when it is said anew. Ignored for a socket that is not there.
  virtual void set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) = 0;
  /// Whom a connection or a datagram to `to` reaches.
  [[nodiscard]] virtual Receiver receiver_of(Transport transport, const Endpoint& to) const = 0;
  /// The socket behind a carrier; nothing for a stranger's.
  [[nodiscard]] virtual std::optional<CarrierOwner> owner_of(Transport transport,
                                                             const Carrier& carrier) const = 0;
  /// A number that changes whenever the two answers above may change.
  [[nodiscard]] virtual std::uint64_t address_generation() const = 0;

  // -- what a program can list ------------------------------------------------------------------------

  /// The computer's name and addresses; they do not change while the machine lives.
  [[nodiscard]] virtual Computer computer() const = 0;
  /// Every bound socket, and every port on which the kernel listens, in no particular order.
  [[nodiscard]] virtual std::vector<BoundSocket> bound_sockets() const = 0;
};

}  // namespace berth
