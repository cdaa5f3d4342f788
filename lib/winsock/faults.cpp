// SPDX-License-Identifier: MIT
#include <winsock2.h>

#include <berth/winsock/faults.h>

#include <algorithm>
#include <utility>

#include "fault_plan.h"
#include "process_face.h"

namespace berth {
namespace {

// What Win32 calls what Winsock calls otherwise; the other codes are system error codes as they are.
constexpr std::uint32_t kErrorOperationAborted = 995;
constexpr std::uint32_t kErrorNoSystemResources = 1450;

std::shared_ptr<winsock::FaultPlan> plan_of(const std::shared_ptr<WindowsProcess>& process) {
  return std::static_pointer_cast<winsock::ProcessFace>(process)->shared_faults();
}

}  // namespace

int FaultAction::winsock_code() const {
  switch (kind_) {
    case FaultKind::Fail: return code_;
    case FaultKind::NetworkDown: return WSAENETDOWN;
    case FaultKind::InProgress: return WSAEINPROGRESS;
    case FaultKind::Exhaust: return WSAENOBUFS;
    case FaultKind::Interrupt:
    case FaultKind::Hold:
    case FaultKind::Delay: break;
  }
  return WSAEINTR;
}

std::uint32_t FaultAction::win32_code() const {
  if (kind_ == FaultKind::Exhaust) return kErrorNoSystemResources;
  if (kind_ == FaultKind::Interrupt || waits()) return kErrorOperationAborted;
  return static_cast<std::uint32_t>(winsock_code());
}

ScopedFault::ScopedFault(FaultPoint point, const FaultAction& action, const When& when)
    : ScopedFault(process_of_this_thread(), point, action, when) {}

ScopedFault::ScopedFault(const std::shared_ptr<WindowsProcess>& process, FaultPoint point,
                         const FaultAction& action, const When& when)
    : plan_(plan_of(process)), fault_(std::make_shared<Fault>(point, action, when)) {
  plan_->add(fault_);
}

ScopedFault::~ScopedFault() {
  if (fault_) plan_->remove(fault_);
}

std::uint64_t ScopedFault::struck() const { return fault_->struck(); }
std::size_t ScopedFault::held() const { return fault_->held(); }

bool ScopedFault::wait_until_held(std::size_t count, std::chrono::milliseconds timeout) const {
  return fault_->wait_until_held(count, timeout);
}

bool ScopedFault::let_go() {
  const auto calls = fault_->calls();
  return std::ranges::any_of(calls, [](const auto& call) { return call->let_go(); });
}

std::size_t ScopedFault::let_all_go() {
  const auto calls = fault_->calls();
  return static_cast<std::size_t>(
      std::ranges::count_if(calls, [](const auto& call) { return call->let_go(); }));
}

std::size_t ScopedFault::cancel_held() {
  const auto calls = fault_->calls();
  return static_cast<std::size_t>(
      std::ranges::count_if(calls, [](const auto& call) { return call->cancel(); }));
}

HeldCalls held_calls(const WindowsProcess& process) {
  return static_cast<const winsock::ProcessFace&>(process).faults().held_calls();
}

}  // namespace berth
