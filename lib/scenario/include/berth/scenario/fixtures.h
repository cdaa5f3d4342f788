// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/result.h>
#include <berth/document/document_error.h>
#include <berth/machine/world.h>

namespace berth::scenario {

/// A fixture that is a part of the program.
struct FixtureFile {
  std::string_view path;  ///< below the folder of fixtures
  std::string_view text;
};

/// A folder of fixtures, or what a program has of it inside: `worlds/NAME.json`, `profiles/NAME.json`,
/// `scenarios/AREA/NAME.json`.
///
/// Reads each world and profile once. Thread-safe.
class Fixtures {
 public:
  explicit Fixtures(std::string folder) : folder_(std::move(folder)) {}
  /// Requires: the files outlive the fixtures, and stand in the order of their paths.
  explicit Fixtures(std::span<const FixtureFile> files) : files_(files) {}

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] Result<World, DocumentError> world(const std::string& name) const;
  /// `default` needs no file.
  [[nodiscard]] Result<Profile, DocumentError> profile(const std::string& name) const;

  /// Names, sorted, of what there is.
  [[nodiscard]] std::vector<std::string> world_names() const;
  [[nodiscard]] std::vector<std::string> profile_names() const;
  /// Paths of all scenarios, sorted.
  [[nodiscard]] std::vector<std::string> scenario_files() const;
  /// What one of these files says.
  [[nodiscard]] Result<std::string, DocumentError> text_of(const std::string& path) const;

 private:
  [[nodiscard]] std::vector<std::string> names_in(const char* part) const;

  std::string folder_;
  std::span<const FixtureFile> files_;  // of the program; empty: they are in the folder
  mutable std::mutex mutex_;
  mutable std::map<std::string, World> worlds_;
  mutable std::map<std::string, Profile> profiles_;
};

}  // namespace berth::scenario
