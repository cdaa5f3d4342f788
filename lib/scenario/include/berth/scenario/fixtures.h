// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <berth/core/result.h>
#include <berth/document/document_error.h>
#include <berth/machine/world.h>

namespace berth::scenario {

/// A folder of fixtures: `worlds/NAME.json`, `profiles/NAME.json`, `scenarios/AREA/NAME.json`.
///
/// Reads each world and profile once. Thread-safe.
class Fixtures {
 public:
  explicit Fixtures(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] Result<World, DocumentError> world(const std::string& name) const;
  /// `default` needs no file.
  [[nodiscard]] Result<Profile, DocumentError> profile(const std::string& name) const;

  /// Names, sorted, of what there is.
  [[nodiscard]] std::vector<std::string> world_names() const;
  [[nodiscard]] std::vector<std::string> profile_names() const;
  /// Paths of all scenarios, sorted.
  [[nodiscard]] std::vector<std::string> scenario_files() const;

 private:
  std::string folder_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, World> worlds_;
  mutable std::map<std::string, Profile> profiles_;
};

}  // namespace berth::scenario
