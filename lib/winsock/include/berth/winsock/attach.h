// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include <berth/core/gateway.h>
#include <berth/core/ids.h>
#include <berth/core/refusal.h>

namespace berth {

/// Where the bytes of emulated sockets travel: on a loopback of the machine's own, where any port may be used
/// and nobody else is met, or on the host's ports of the same numbers.
enum class Network { Isolated, Host };

/// A process of an emulated machine, as the Windows face sees it: its start-up count and its socket handles.
///
/// Thread-safe. When the last owner lets go, the handles that it still has are forgotten; the machine's own
/// process ends by ExitProcess alone.
class WindowsProcess {
 public:
  /// The face of `process`, which has called WSAStartup `start_ups` times already.
  /// Requires: `process` is running on `machine`.
  static std::shared_ptr<WindowsProcess> of(std::shared_ptr<Gateway> machine, ProcessId process,
                                            int start_ups = 0, Network network = Network::Isolated);

  WindowsProcess(const WindowsProcess&) = delete;
  WindowsProcess& operator=(const WindowsProcess&) = delete;
  virtual ~WindowsProcess() = default;

  [[nodiscard]] virtual ProcessId id() const = 0;
  [[nodiscard]] virtual Gateway& machine() const = 0;

 protected:
  WindowsProcess() = default;
};

/// While it lives, the Windows functions that this thread calls are those of `process`; then those of
/// whatever process the thread was before. Attachments of one thread end in the reverse order of their
/// beginning.
class ScopedProcess {
 public:
  explicit ScopedProcess(std::shared_ptr<WindowsProcess> process);
  ScopedProcess(const ScopedProcess&) = delete;
  ScopedProcess& operator=(const ScopedProcess&) = delete;
  ~ScopedProcess();

 private:
  std::shared_ptr<WindowsProcess> before_;
};

/// While it lives, `process` is what threads are that nobody attached and that use no handle: the newest one
/// that lives counts. So the worker threads of a server under test live where its test lives.
class ScopedHome {
 public:
  explicit ScopedHome(std::shared_ptr<WindowsProcess> process);
  ScopedHome(const ScopedHome&) = delete;
  ScopedHome& operator=(const ScopedHome&) = delete;
  ~ScopedHome();

 private:
  std::shared_ptr<WindowsProcess> process_;
};

/// The process whose Windows functions the calling thread calls: the one that it is attached to, else the
/// newest ScopedHome's, else the embedded machine's. Null when that one cannot be made.
[[nodiscard]] std::shared_ptr<WindowsProcess> process_of_this_thread();

/// How often the program itself has called WSAStartup, on threads that were nobody else.
[[nodiscard]] int start_ups_of_the_program();

/// Why the calling thread's last Windows function failed: the rule and the record that decided. Nothing when
/// it succeeded, or failed for another reason than a rule (a host failure).
[[nodiscard]] std::optional<Refusal> last_refusal();

}  // namespace berth
