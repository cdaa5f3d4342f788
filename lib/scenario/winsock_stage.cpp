// SPDX-License-Identifier: MIT
#include <berth/scenario/stage.h>

#ifndef _WIN32

#include <map>

#include <berth/winsock/attach.h>

#include "emulated_stage.h"
#include "guarded_memory.h"

namespace berth::scenario {
namespace {

// Threads of this process become processes of the emulated machine.
class WinsockStage final : public Stage {
 public:
  explicit WinsockStage(EmulatedStage emulated) : emulated_(std::move(emulated)) {}

  std::optional<std::string_view> lacks(const Step&) const override { return std::nullopt; }
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    return emulated_.pick(wanted);
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return emulated_.dynamic_range(transport, family);
  }
  Seen perform(const Step& step, const Names& names) override {
    Seen seen = emulated_.perform(step, names);
    std::erase_if(faces_, [this](const auto& face) { return !emulated_.is_running(face.first); });
    return seen;
  }
  bool as_process(const std::string& process, const std::function<void()>& make_calls) override {
    const auto running = emulated_.processes().find(process);
    if (running == emulated_.processes().end()) return false;
    auto& face = faces_[process];
    if (face == nullptr)
      face = WindowsProcess::of(emulated_.machine(), running->second.id, running->second.start_ups);
    const ScopedProcess attached(face);
    make_calls();
    return true;
  }
  std::optional<Refusal> last_refusal() const override { return berth::last_refusal(); }
  std::string why(const Refusal& refusal) const override { return emulated_.why(refusal); }
  void* memory(Shape shape, std::span<const std::byte> contents) override {
    return memory_.make(shape, contents);
  }

 private:
  EmulatedStage emulated_;
  std::map<std::string, std::shared_ptr<WindowsProcess>> faces_;  // made when a process first calls
  GuardedMemory memory_;
};

}  // namespace

Result<std::unique_ptr<Stage>, std::string> make_emulated_stage(const Scenario& scenario,
                                                                const Profile& profile) {
  auto emulated = EmulatedStage::make(scenario, profile);
  if (!emulated) return emulated.error();
  return std::unique_ptr<Stage>(std::make_unique<WinsockStage>(std::move(emulated).value()));
}

}  // namespace berth::scenario

#endif
