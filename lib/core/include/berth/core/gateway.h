// SPDX-License-Identifier: MIT
#pragma once

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
};

}  // namespace berth
