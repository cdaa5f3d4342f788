// SPDX-License-Identifier: MIT
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <berth/core/identity.h>
#include <berth/core/port_range.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/rule.h>
#include <berth/machine/machine.h>
#include <berth/winsock/advice.h>
#include <berth/winsock/attach.h>
#include <berth/winsock/faults.h>

/// Berth's test kit for GoogleTest: emulated Windows computers for the tests of Windows programs.
///
/// It names nothing of Windows, so a test that includes POSIX headers may include it; the code under test
/// includes <winsock2.h> in files of its own, or before anything else.
namespace berth::testing {

// Inside namespace berth, `testing::` goes on to mean GoogleTest's names too.
using namespace ::testing;  // NOLINT(google-build-using-namespace): said above

inline constexpr Transport tcp = Transport::Tcp;
inline constexpr Transport udp = Transport::Udp;

/// How a test's machine is made.
struct MachineOptions {
  World world = {};
  Profile profile = {};
  /// Nothing: the number in BERTH_SEED, else the usual seed.
  std::optional<std::uint64_t> seed = {};
  /// Of the machine's first process, which is the test.
  Identity identity = {};
  /// How often the first process has called WSAStartup. Nothing: as often as the program itself has.
  std::optional<int> start_ups = {};
  /// Where bytes travel: on a loopback of the machine's own, or on the host's ports.
  Network network = Network::Isolated;
};

/// What a test may leave behind without being told that it failed.
enum class Leak : std::uint8_t { Sockets, PersistentReservations, HeldCalls };

/// A fresh emulated Windows computer, on which the constructing thread is a process.
///
/// Threads that nobody attaches live on the newest machine: so do the worker threads of a server under test.
/// A failure on the constructing thread shows the seed. When it ends, what the test has left behind is a
/// failure of the test. Thread-safe but for restart; made and destroyed on one thread, in the reverse order
/// of other machines and ScopedProcesses there.
class Machine {
 public:
  /// Throws std::invalid_argument for a world that contradicts itself.
  explicit Machine(MachineOptions options = {}, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE());
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine();

  // -- processes ------------------------------------------------------------------------------------

  /// The process that the constructing thread is.
  [[nodiscard]] const std::shared_ptr<WindowsProcess>& process() const;
  /// Starts another process, for `berth::ScopedProcess`.
  [[nodiscard]] std::shared_ptr<WindowsProcess> start_process(const Identity& identity = {},
                                                              int start_ups = 0);
  /// Ends a process as Windows does: its sockets close, its runtime reservations go.
  void end_process(const std::shared_ptr<WindowsProcess>& process);
  /// Switches the machine off and on. Processes, sockets and runtime reservations are gone, persistent ones
  /// are there with new tokens; the constructing thread is a new process of the same identity.
  /// Requires: no other process of this machine is attached anywhere, and no call is on its way.
  void restart();

  // -- what the computer was given ------------------------------------------------------------------

  void add_exclusion(Transport transport, RequestedBlock block, Lifetime lifetime = Lifetime::Persistent);
  void remove_exclusion(Transport transport, RequestedBlock block, Lifetime lifetime = Lifetime::Persistent);
  void add_foreign_block(Transport transport, RequestedBlock block, const std::string& service,
                         Placement placement = Placement::Fixed);
  void add_kernel_listener(Transport transport, Port port, const std::string& service);
  /// Stops a service: its foreign blocks and kernel listeners go.
  void remove_service(const std::string& service);
  void set_dynamic_range(Transport transport, Family family, RequestedBlock block);
  /// Any request that the system itself may make. A refusal is a failure of the test.
  void submit(const Request& request);

  // -- faults ---------------------------------------------------------------------------------------

  /// A fault of the process that the constructing thread is.
  [[nodiscard]] ScopedFault fault(FaultPoint point, const FaultAction& action,
                                  const When& when = When::every());
  /// Each call with this probability, from the machine's seed.
  [[nodiscard]] When chance(double probability) const { return When::chance(probability, seed()); }

  // -- what came of it ------------------------------------------------------------------------------

  /// Why a Windows function failed last: the calling thread's last one if that was refused on this machine,
  /// else the last one that the machine refused to anybody. Nothing when a fault made the thread's last one
  /// fail: `berth::last_fault()` says which.
  [[nodiscard]] std::optional<Refusal> last_refusal() const;
  /// The newest advice about a misuse to the process that the constructing thread is, whatever thread made
  /// it.
  [[nodiscard]] std::optional<Advice> last_advice() const;
  /// The rule, its sentence and source, the record that decided and who owns that.
  [[nodiscard]] std::string explain(const Refusal& refusal) const;
  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] berth::Machine& emulated() const;

  /// Leaving this behind is not a failure of the test.
  void forgive(Leak leak);
  void allow_leaks();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// How a failure shows a machine.
void PrintTo(const Machine& machine, std::ostream* out);

namespace detail {

// How a Windows function ended, by what it returned and the last error.
struct CallEnd {
  bool failed = false;
  std::int64_t code = 0;
};
// SOCKET_ERROR, or a code as WSAStartup returns it.
CallEnd end_of(int result);
// A Win32 code, as the IP Helper functions return it.
CallEnd end_of(unsigned result);
// A SOCKET.
CallEnd end_of(unsigned long result);       // NOLINT(google-runtime-int): what SOCKET is made of
CallEnd end_of(unsigned long long result);  // NOLINT(google-runtime-int)
CallEnd end_of(bool result);
// "failed with 10013 WSAEACCES: ..." or "succeeded".
std::string text_of(const CallEnd& end);
std::string text_of_code(std::int64_t code);

class EndMatcher {
 public:
  using is_gtest_matcher = void;
  /// Nothing: the call succeeds.
  explicit EndMatcher(std::optional<std::int64_t> code) : code_(code) {}
  template <class Result>
  bool MatchAndExplain(Result result, MatchResultListener* listener) const {
    return matches(end_of(result), listener);
  }
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  bool matches(const CallEnd& end, MatchResultListener* listener) const;
  std::optional<std::int64_t> code_;
};

class RefusedByMatcher {
 public:
  using is_gtest_matcher = void;
  explicit RefusedByMatcher(Rule rule) : rule_(rule) {}
  bool MatchAndExplain(const std::optional<Refusal>& refusal, MatchResultListener* listener) const;
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  Rule rule_;
};

class BoundWithinMatcher {
 public:
  using is_gtest_matcher = void;
  explicit BoundWithinMatcher(RequestedBlock block) : block_(block) {}
  bool MatchAndExplain(std::uintptr_t socket, MatchResultListener* listener) const;
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  RequestedBlock block_;
};

class HoldsPortsMatcher {
 public:
  using is_gtest_matcher = void;
  HoldsPortsMatcher(Transport transport, RequestedBlock block) : transport_(transport), block_(block) {}
  bool MatchAndExplain(const Machine& machine, MatchResultListener* listener) const;
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  Transport transport_;
  RequestedBlock block_;
};

Port in_host_order(std::uint16_t network_order);

}  // namespace detail

/// A Windows function's result says that it failed, and the code is this one:
/// `EXPECT_THAT(bind(s, name, size), FailsWith(WSAEACCES))`.
///
/// SOCKET_ERROR and INVALID_SOCKET are compared by the last error; functions that return their code (the IP
/// Helper's, WSAStartup) by what they return. Not for functions that return a BOOL.
inline detail::EndMatcher FailsWith(std::int64_t code) { return detail::EndMatcher(code); }

/// A Windows function's result says that it succeeded. The failure text tells why it did not.
inline detail::EndMatcher Succeeds() { return detail::EndMatcher(std::nullopt); }

/// `last_refusal()` was by this rule.
inline detail::RefusedByMatcher RefusedBy(Rule rule) { return detail::RefusedByMatcher(rule); }

/// A SOCKET is bound to a port of the block, of which start and count are in host byte order.
inline detail::BoundWithinMatcher BoundWithin(RequestedBlock block) {
  return detail::BoundWithinMatcher(block);
}
/// The same for what Windows gave: an INET_PORT_RANGE, or an INET_PORT_RESERVATION_INSTANCE's.
template <class WindowsRange>
requires requires(const WindowsRange& range) {
  range.StartPort;
  range.NumberOfPorts;
}
detail::BoundWithinMatcher BoundWithin(const WindowsRange& range) {
  return BoundWithin(
      RequestedBlock{.start = detail::in_host_order(range.StartPort), .count = range.NumberOfPorts});
}

/// Every port of the block lies in a runtime or a persistent reservation of the machine.
inline detail::HoldsPortsMatcher HoldsPorts(Transport transport, Port start, std::uint16_t count) {
  return {transport, {.start = start, .count = count}};
}

}  // namespace berth::testing
