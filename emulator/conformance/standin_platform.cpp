// SPDX-License-Identifier: MIT
// Where this is not Windows: an emulated machine plays it.
#include "platform.h"

#ifndef _WIN32

#include <atomic>
#include <csignal>

#include <berth/scenario/emulated_host.h>

namespace berth::conformance {
namespace {

// Set by a signal handler, which can reach nothing else.
std::atomic<bool> stop_was_asked = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<bool>::is_always_lock_free);

// The stand-in's workers are threads of this process.
class NoChannel final : public scenario::Channel {
 public:
  bool send(const std::string&) override { return false; }
  std::optional<std::string> receive() override { return std::nullopt; }
};

}  // namespace

Result<std::unique_ptr<scenario::Host>, std::string> make_host(const HostWanted& wanted,
                                                               const scenario::Fixtures& fixtures) {
  const auto profile = fixtures.profile(wanted.profile);
  if (!profile) return to_string(profile.error());
  return scenario::make_emulated_host(
      {.profile = *profile, .elevated = wanted.elevated, .store = wanted.store, .each_call = {}}, fixtures);
}

std::unique_ptr<scenario::Channel> channel_to_runner() { return std::make_unique<NoChannel>(); }
void try_persistent_functions() {}

void stop_politely() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_was_asked = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}
bool was_asked_to_stop() { return stop_was_asked; }

}  // namespace berth::conformance

#endif
