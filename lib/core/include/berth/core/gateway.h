// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <berth/core/carrier.h>
#include <berth/core/computer.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>

namespace berth {

/// What every call looks at before it asks a machine anything: words in memory, that cost nothing to read.
struct Signs {
  std::atomic<bool> is_gone = false;  ///< the machine cannot be reached any more
  /// Where the address generation stands; null where it must be asked for.
  std::atomic<const std::atomic<std::uint64_t>*> generation = nullptr;
};

/// The one way into an emulated machine, wherever it runs.
///
/// Implementations are thread-safe: any thread may submit at any time, and requests are decided one after
/// another.
class Gateway {
 public:
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

  /// Whether other programs have processes on this machine too. Then a socket must be ready for what they
  /// send before they ask for it.
  [[nodiscard]] virtual bool is_shared() const { return false; }
  /// Whether the machine cannot be reached any more; it never comes back.
  [[nodiscard]] bool is_gone() const { return signs_.is_gone.load(std::memory_order_acquire); }
  /// The same, after a look, where that costs more.
  [[nodiscard]] virtual bool is_found_gone() const { return is_gone(); }

  // -- how bytes find their way -----------------------------------------------------------------------

  /// Says that `socket` talks under the emulated `name` and that `carrier` carries it, until the socket ends
  /// or it is said anew. Ignored for a socket that is not there.
  virtual void set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) = 0;
  /// Whom a connection or a datagram to `to` reaches.
  [[nodiscard]] virtual Receiver receiver_of(Transport transport, const Endpoint& to) const = 0;
  /// The socket behind a carrier, or the one that was behind it last: what it sent may arrive when it has
  /// ended. Nothing for a stranger's, and for one that has ended long ago.
  [[nodiscard]] virtual std::optional<CarrierOwner> owner_of(Transport transport,
                                                             const Carrier& carrier) const = 0;
  /// A number that changes whenever one of the two answers above does: when sockets are bound, listen, are
  /// accepted or end, and with `set_carrier`. Reservations, options, names and refusals leave it.
  [[nodiscard]] std::uint64_t address_generation() const {
    const auto* number = signs_.generation.load(std::memory_order_acquire);
    return number == nullptr ? ask_for_generation() : number->load(std::memory_order_acquire);
  }

  // -- handles for other programs ---------------------------------------------------------------------

  /// Gives a handle to `socket`, which `caller` has, to the program of the host that has this number; the
  /// number by which it claims it. Nothing when no such program has a process here, or the machine is not
  /// shared. `descriptor` stays the caller's.
  virtual std::optional<std::uint64_t> offer(ProcessId caller, SocketId socket, std::uint64_t program,
                                             int descriptor, const std::string& note) {
    static_cast<void>(caller), static_cast<void>(socket), static_cast<void>(program);
    static_cast<void>(descriptor), static_cast<void>(note);
    return std::nullopt;
  }
  /// Takes what was offered to this program, once; nothing when nothing of that number was.
  virtual std::optional<Offered> claim(std::uint64_t number) {
    static_cast<void>(number);
    return std::nullopt;
  }

  // -- what a program can list ------------------------------------------------------------------------

  /// The computer's name and addresses; they do not change while the machine lives.
  [[nodiscard]] virtual Computer computer() const = 0;
  /// Every bound socket, and every port on which the kernel listens, in no particular order.
  [[nodiscard]] virtual std::vector<BoundSocket> bound_sockets() const = 0;

 protected:
  /// `signs` are those of the implementation, and live as long.
  explicit Gateway(const Signs& signs) : signs_(signs) {}

 private:
  /// Where no sign tells it.
  [[nodiscard]] virtual std::uint64_t ask_for_generation() const { return 0; }

  const Signs& signs_;
};

}  // namespace berth
