// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <berth/core/result.h>
#include <berth/machine/machine.h>
#include <berth/machine/observer.h>

namespace berth {

/// Writes each decision as one JSON line, after a first line that holds everything a replay needs: world,
/// profile, seed and what the store held.
///
/// `write` is given whole lines, newline included, under the machine's lock.
class Journal final : public Observer {
 public:
  using Write = std::function<void(const std::string& line)>;
  /// Writes the first line. Requires: a machine is started with the same world, profile and seed, on a store
  /// that holds `stored`.
  Journal(const World& world, const Profile& profile, std::uint64_t seed, const PersistentSet& stored,
          Write write);

  void decided(const Decided& decision) override;
  void restarted(std::uint64_t boot, std::uint64_t state_hash) override;

 private:
  Write write_;
};

/// What came of playing a journal again.
struct Replay {
  std::uint64_t decisions = 0;
  std::uint64_t restarts = 0;
  std::uint64_t state_hash = 0;
};

/// Plays a journal again on a machine of its own. Every answer and every state hash must come out as it is
/// written; the first that does not is the error, with its line. `file` is named in errors.
[[nodiscard]] Result<Replay, StartError> replay(const std::string& file, const std::string& text);

}  // namespace berth
