// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <berth/winsock/attach.h>

namespace berth {

/// Where a fault can strike: at one kind of Windows function, once its arguments are found good and before
/// the machine is asked.
enum class FaultPoint : std::uint8_t {
  Any,        ///< each of the others
  Ioctl,      ///< WSAIoctl with whatever code: Acquire, Associate, Release, Affinity and the rest
  Acquire,    ///< SIO_ACQUIRE_PORT_RESERVATION
  Associate,  ///< SIO_ASSOCIATE_PORT_RESERVATION
  Release,    ///< SIO_RELEASE_PORT_RESERVATION
  Affinity,   ///< SIO_CPU_AFFINITY
  Socket,
  Bind,
  Listen,
  Connect,
  Accept,
  Send,
  Receive,
  Close,   ///< closesocket and DisconnectEx; the socket stays open when they fail
  Create,  ///< CreatePersistent{Tcp,Udp}PortReservation
  Delete,
  Lookup,
};
inline constexpr std::array<std::string_view, 17> kFaultPointNames = {
    "any",     "ioctl",  "acquire", "associate", "release", "affinity", "socket", "bind",  "listen",
    "connect", "accept", "send",    "receive",   "close",   "create",   "delete", "lookup"};

/// What a fault does to a call that it strikes.
enum class FaultKind : std::uint8_t {
  Hold,         ///< the call waits until it is let go; an overlapped one is pending
  Delay,        ///< the call waits for a while
  Fail,         ///< the call fails with a code of the test's choice
  NetworkDown,  ///< WSAENETDOWN
  Interrupt,    ///< WSAEINTR, as by WSACancelBlockingCall
  InProgress,   ///< WSAEINPROGRESS, as in a callback
  Exhaust,      ///< WSAENOBUFS, as with a pool that is used up
};

/// What happens to a call that a fault strikes: a value.
class FaultAction {
 public:
  static constexpr FaultAction hold() { return FaultAction(FaultKind::Hold); }
  static constexpr FaultAction delay(std::chrono::milliseconds time) {
    FaultAction action(FaultKind::Delay);
    action.time_ = time;
    return action;
  }
  /// `code` becomes the last error, or what a persistent function returns. Requires: it is not 0.
  static constexpr FaultAction fail(int code) {
    FaultAction action(FaultKind::Fail);
    action.code_ = code;
    return action;
  }
  static constexpr FaultAction network_down() { return FaultAction(FaultKind::NetworkDown); }
  static constexpr FaultAction interrupt() { return FaultAction(FaultKind::Interrupt); }
  static constexpr FaultAction in_progress() { return FaultAction(FaultKind::InProgress); }
  static constexpr FaultAction exhaust() { return FaultAction(FaultKind::Exhaust); }

  [[nodiscard]] constexpr FaultKind kind() const { return kind_; }
  [[nodiscard]] constexpr std::chrono::milliseconds time() const { return time_; }
  /// True for Hold and Delay, after which the call goes on.
  [[nodiscard]] constexpr bool waits() const { return kind_ == FaultKind::Hold || kind_ == FaultKind::Delay; }
  /// The last error of a Winsock function that is struck. Requires: this does not wait.
  [[nodiscard]] int winsock_code() const;
  /// The same for the persistent functions, which return Win32 codes.
  [[nodiscard]] std::uint32_t win32_code() const;
  friend constexpr bool operator==(const FaultAction&, const FaultAction&) = default;

 private:
  explicit constexpr FaultAction(FaultKind kind) : kind_(kind) {}
  FaultKind kind_;
  int code_ = 0;
  std::chrono::milliseconds time_{0};
};

/// What a predicate may ask about a call.
struct CallView {
  FaultPoint point = FaultPoint::Any;
  std::uintptr_t handle = 0;       ///< of the socket; 0 for a call about none
  std::uint32_t control_code = 0;  ///< of WSAIoctl; else 0
  bool overlapped = false;         ///< it was given an OVERLAPPED that counts
};

/// Which of the calls that reach a fault's point it strikes: a value.
class When {
 public:
  static When every() { return When(Kind::Every); }
  /// The `n`th call alone, counted from 1.
  static When nth(std::uint64_t n) { return When(Kind::Nth).counting(n); }
  static When first(std::uint64_t n) { return When(Kind::First).counting(n); }
  /// Each call with this probability, from 0 to 1. The same seed strikes the same calls.
  static When chance(double probability, std::uint64_t seed) {
    When when(Kind::Chance);
    when.probability_ = probability;
    when.seed_ = seed;
    return when;
  }
  /// Only calls of which `holds` is true count at all. It is called under a lock: it makes no Windows call.
  [[nodiscard]] When where(std::function<bool(const CallView&)> holds) const {
    When narrower = *this;
    narrower.predicate_ = std::move(holds);
    return narrower;
  }

 private:
  friend class Fault;
  enum class Kind : std::uint8_t { Every, Nth, First, Chance };
  explicit When(Kind kind) : kind_(kind) {}
  When counting(std::uint64_t n) && {
    n_ = n;
    return *this;
  }
  Kind kind_;
  std::uint64_t n_ = 0;
  double probability_ = 0;
  std::uint64_t seed_ = 0;
  std::function<bool(const CallView&)> predicate_;
};

class Fault;
namespace winsock {
class FaultPlan;
}  // namespace winsock

/// While it lives, calls of one process that reach a point are struck.
///
/// Thread-safe. A fault struck first is the one that was made first. When it ends, calls that it still holds
/// are cancelled: the machine never sees them.
class ScopedFault {
 public:
  /// Of the process that the calling thread is. Requires: there is one.
  ScopedFault(FaultPoint point, const FaultAction& action, const When& when = When::every());
  ScopedFault(const std::shared_ptr<WindowsProcess>& process, FaultPoint point, const FaultAction& action,
              const When& when = When::every());
  ScopedFault(ScopedFault&& other) noexcept = default;
  ScopedFault& operator=(ScopedFault&&) = delete;
  ScopedFault(const ScopedFault&) = delete;
  ScopedFault& operator=(const ScopedFault&) = delete;
  ~ScopedFault();

  /// How many calls it has struck so far, and how many of these it holds now.
  [[nodiscard]] std::uint64_t struck() const;
  [[nodiscard]] std::size_t held() const;
  /// Waits until it holds at least `count` calls; false when `timeout` is over first.
  [[nodiscard]] bool wait_until_held(std::size_t count, std::chrono::milliseconds timeout) const;
  /// Lets the call that has been held longest go on; false when none is held.
  bool let_go();
  /// Lets all go on. Returns how many there were.
  std::size_t let_all_go();
  /// Cancels the calls that are held now: WSAEINTR, or WSA_OPERATION_ABORTED for overlapped ones.
  std::size_t cancel_held();

 private:
  std::shared_ptr<winsock::FaultPlan> plan_;
  std::shared_ptr<Fault> fault_;
};

/// Where a fault made the calling thread's last Windows function fail; nothing when none did. No rule refused
/// it then: `last_refusal()` is empty.
[[nodiscard]] std::optional<FaultPoint> last_fault();

/// The calls of `process` that faults hold now, and those that faults had to cancel as they ended, because
/// nobody had let them go: what a test has left behind.
struct HeldCalls {
  std::size_t held = 0;
  std::size_t abandoned = 0;
  friend bool operator==(const HeldCalls&, const HeldCalls&) = default;
};
[[nodiscard]] HeldCalls held_calls(const WindowsProcess& process);

}  // namespace berth
