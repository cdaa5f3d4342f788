// SPDX-License-Identifier: MIT
#include <berth/scenario/fixtures.h>

#include <algorithm>
#include <filesystem>

namespace berth::scenario {
namespace {

namespace fs = std::filesystem;

DocumentError document_error(const StartError& error) {
  return {.file = error.file, .place = error.place, .found = error.found, .expected = error.expected};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;  // a folder that is not there holds no names
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<World, DocumentError> Fixtures::world(const std::string& name) const {
  const std::lock_guard guard(mutex_);
  if (const auto known = worlds_.find(name); known != worlds_.end()) return known->second;
  auto loaded = load_world((fs::path(folder_) / "worlds" / (name + ".json")).string());
  if (!loaded) return document_error(loaded.error());
  return worlds_.emplace(name, loaded->world).first->second;
}

Result<Profile, DocumentError> Fixtures::profile(const std::string& name) const {
  if (name == Profile{}.name) return Profile{};
  const std::lock_guard guard(mutex_);
  if (const auto known = profiles_.find(name); known != profiles_.end()) return known->second;
  auto loaded = load_profile((fs::path(folder_) / "profiles" / (name + ".json")).string());
  if (!loaded) return document_error(loaded.error());
  return profiles_.emplace(name, *std::move(loaded)).first->second;
}

std::vector<std::string> Fixtures::world_names() const { return names_in(fs::path(folder_) / "worlds"); }

std::vector<std::string> Fixtures::profile_names() const { return names_in(fs::path(folder_) / "profiles"); }

std::vector<std::string> Fixtures::scenario_files() const {
  std::vector<std::string> files;
  std::error_code ignored;  // a folder that is not there holds no scenarios
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(folder_) / "scenarios", ignored))
    if (entry.is_regular_file() && entry.path().extension() == ".json")
      files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

}  // namespace berth::scenario
