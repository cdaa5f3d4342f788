// SPDX-License-Identifier: MIT
#include <berth/scenario/arm.h>

#ifndef _WIN32

#include <type_traits>

#include "windows_calls.h"
#include "windows_steps.h"

namespace berth::scenario {
namespace {

constexpr const char* kConnections = "connect, accept and shutdown";
constexpr const char* kDuplicates = "WSADuplicateSocket";

template <class C>
constexpr bool kOfTheStage =
    std::is_same_v<C, call::Start> || std::is_same_v<C, call::Exit> || std::is_same_v<C, call::Restart> ||
    std::is_same_v<C, call::AddExclusion> || std::is_same_v<C, call::DeleteExclusion> ||
    std::is_same_v<C, call::SetDynamicRange> || std::is_same_v<C, call::TakeBlock> ||
    std::is_same_v<C, call::KernelListens> || std::is_same_v<C, call::StopService>;

class WinsockPerformance final : public Performance {
 public:
  explicit WinsockPerformance(std::unique_ptr<Stage> stage) : stage_(std::move(stage)) {}

  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    return stage_->pick(wanted);
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return stage_->dynamic_range(transport, family);
  }
  Seen perform(const Step& step, const Names& names) override {
    if (!is_windows_step(step)) return stage_->perform(step, names);
    Seen seen;
    const bool is_running =
        stage_->as_process(step.as, [&] { seen = make_windows_call(*stage_, step, names); });
    return is_running ? seen : Seen::failed("the process " + step.as + " is not running");
  }

 private:
  std::unique_ptr<Stage> stage_;
};

class WinsockArm final : public Arm {
 public:
  ArmKind kind() const override { return ArmKind::Winsock; }
  std::optional<std::string> lacks(const Step& step) const override { return windows_steps_lack(step); }
  std::optional<std::string> lacks(const ProcessWanted&) const override { return std::nullopt; }
  Result<std::unique_ptr<Performance>, std::string> begin(const Scenario& scenario,
                                                          const Profile& profile) const override {
    auto stage = make_emulated_stage(scenario, profile);
    if (!stage) return stage.error();
    return std::unique_ptr<Performance>(std::make_unique<WinsockPerformance>(std::move(stage).value()));
  }
};

}  // namespace

bool is_windows_step(const Step& step) {
  return std::visit([]<class C>(const C&) { return !kOfTheStage<C>; }, step.call);
}

std::optional<std::string> windows_steps_lack(const Step& step) {
  return std::visit(
      []<class C>(const C&) -> std::optional<std::string> {
        if (std::is_same_v<C, call::Duplicate>) return kDuplicates;
        if (std::is_same_v<C, call::Connect> || std::is_same_v<C, call::Accept> ||
            std::is_same_v<C, call::ConnectionClosed> || std::is_same_v<C, call::Shutdown>)
          return kConnections;
        return std::nullopt;
      },
      step.call);
}

std::unique_ptr<Arm> make_winsock_arm() { return std::make_unique<WinsockArm>(); }

}  // namespace berth::scenario

#endif
