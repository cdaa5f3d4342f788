// SPDX-License-Identifier: MIT
#include <berth/winsock/faults.h>
#include <berth/winsock/faults_c.h>

#include <chrono>
#include <new>
#include <optional>

using berth::FaultAction;
using berth::FaultKind;
using berth::FaultPoint;
using berth::When;

static_assert(BERTH_FAULT_AT_LOOKUP == static_cast<int>(FaultPoint::Lookup), "the same points in both forms");
static_assert(BERTH_FAULT_AT_SOCKET == static_cast<int>(FaultPoint::Socket));
static_assert(BERTH_FAULT_EXHAUSTS == static_cast<int>(FaultKind::Exhaust), "the same kinds in both forms");
static_assert(BERTH_FAULT_FAILS == static_cast<int>(FaultKind::Fail));

// A fault that a C program has begun.
struct berth_fault {
  berth::ScopedFault scoped;
};

namespace {

std::optional<FaultAction> action_of(const berth_fault_spec& spec) {
  switch (spec.kind) {
    case BERTH_FAULT_HOLDS: return FaultAction::hold();
    case BERTH_FAULT_DELAYS: return FaultAction::delay(std::chrono::milliseconds(spec.milliseconds));
    case BERTH_FAULT_FAILS:
      if (spec.code == 0) return std::nullopt;
      return FaultAction::fail(spec.code);
    case BERTH_FAULT_NETWORK_DOWN: return FaultAction::network_down();
    case BERTH_FAULT_INTERRUPTS: return FaultAction::interrupt();
    case BERTH_FAULT_IN_PROGRESS: return FaultAction::in_progress();
    case BERTH_FAULT_EXHAUSTS: return FaultAction::exhaust();
  }
  return std::nullopt;
}

std::optional<When> when_of(const berth_fault_spec& spec) {
  switch (spec.when) {
    case BERTH_FAULT_EVERY_CALL: return When::every();
    case BERTH_FAULT_NTH_CALL: return When::nth(spec.n);
    case BERTH_FAULT_FIRST_CALLS: return When::first(spec.n);
    case BERTH_FAULT_BY_CHANCE: return When::chance(spec.probability, spec.seed);
  }
  return std::nullopt;
}

bool is_a_point(int point) { return BERTH_FAULT_AT_ANY <= point && point <= BERTH_FAULT_AT_LOOKUP; }

}  // namespace

berth_fault* berth_fault_begin(const berth_fault_spec* spec) {
  if (spec == nullptr || !is_a_point(spec->point)) return nullptr;
  const auto action = action_of(*spec);
  const auto when = when_of(*spec);
  auto process = berth::process_of_this_thread();
  if (!action || !when || process == nullptr) return nullptr;
  return new (std::nothrow)
      berth_fault{berth::ScopedFault(process, static_cast<FaultPoint>(spec->point), *action, *when)};
}

void berth_fault_end(berth_fault* fault) { delete fault; }

unsigned berth_fault_held(const berth_fault* fault) { return static_cast<unsigned>(fault->scoped.held()); }

int berth_fault_wait_until_held(const berth_fault* fault, unsigned count, unsigned milliseconds) {
  return fault->scoped.wait_until_held(count, std::chrono::milliseconds(milliseconds)) ? 1 : 0;
}

unsigned berth_fault_let_all_go(berth_fault* fault) {
  return static_cast<unsigned>(fault->scoped.let_all_go());
}
