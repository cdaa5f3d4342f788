// SPDX-License-Identifier: MIT
#include <berth/scenario/arm.h>
#include <berth/scenario/daemon_arm.h>

namespace berth::scenario {

#ifdef _WIN32

// On Windows the Windows functions are the real ones: no machine of ours answers them.
std::span<const ArmKind> emulated_arms() {
  static constexpr std::array kArms = {ArmKind::Rules};
  return kArms;
}

std::unique_ptr<Arm> make_arm(ArmKind, std::vector<std::string>) { return make_rules_arm(); }

#else

std::span<const ArmKind> emulated_arms() {
  static constexpr std::array kArms = {ArmKind::Rules, ArmKind::Winsock};
  return kArms;
}

std::unique_ptr<Arm> make_arm(ArmKind kind, std::vector<std::string> daemon_worker) {
  if (kind == ArmKind::Daemon) return make_daemon_arm(std::move(daemon_worker));
  return kind == ArmKind::Rules ? make_rules_arm() : make_winsock_arm();
}

#endif

}  // namespace berth::scenario
