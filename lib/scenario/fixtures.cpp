// SPDX-License-Identifier: MIT
#include <berth/scenario/fixtures.h>

#include <algorithm>
#include <filesystem>

#include <berth/document/core_values.h>
#include <berth/document/reading.h>

namespace berth::scenario {
namespace {

namespace fs = std::filesystem;

DocumentError document_error(const StartError& error) {
  return {.file = error.file, .place = error.place, .found = error.found, .expected = error.expected};
}

// Every JSON file below a folder, by its path.
std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code ignored;  // a folder that is not there holds no files
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.is_regular_file() && entry.path().extension() == ".json")
      files.push_back(entry.path().generic_string());
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> files_below(std::span<const FixtureFile> all, const std::string& folder) {
  std::vector<std::string> files;
  for (const FixtureFile& file : all)
    if (file.path.starts_with(folder)) files.emplace_back(file.path);
  return files;
}

}  // namespace

Result<World, DocumentError> Fixtures::world(const std::string& name) const {
  const std::lock_guard guard(mutex_);
  if (const auto known = worlds_.find(name); known != worlds_.end()) return known->second;
  const std::string path = "worlds/" + name + ".json";
  const auto text = files_.empty() ? Result<std::string, DocumentError>(std::string()) : text_of(path);
  if (!text) return text.error();
  auto loaded = files_.empty() ? load_world((fs::path(folder_) / path).string()) : parse_world(path, *text);
  if (!loaded) return document_error(loaded.error());
  return worlds_.emplace(name, loaded->world).first->second;
}

Result<Profile, DocumentError> Fixtures::profile(const std::string& name) const {
  if (name == Profile{}.name) return Profile{};
  const std::lock_guard guard(mutex_);
  if (const auto known = profiles_.find(name); known != profiles_.end()) return known->second;
  const std::string path = "profiles/" + name + ".json";
  const auto text = text_of(files_.empty() ? (fs::path(folder_) / path).string() : path);
  if (!text) return text.error();
  auto loaded = read_document(path, *text, [](const Cursor& at) { return read<Profile>(at); });
  if (!loaded) return loaded.error();
  return profiles_.emplace(name, *std::move(loaded)).first->second;
}

std::vector<std::string> Fixtures::names_in(const char* part) const {
  const std::string below = std::string(part) + '/';
  std::vector<std::string> names =
      files_.empty() ? files_below(fs::path(folder_) / part) : files_below(files_, below);
  for (std::string& name : names) name = fs::path(name).stem().string();
  return names;
}

std::vector<std::string> Fixtures::world_names() const { return names_in("worlds"); }

std::vector<std::string> Fixtures::profile_names() const { return names_in("profiles"); }

std::vector<std::string> Fixtures::scenario_files() const {
  if (files_.empty()) return files_below(fs::path(folder_) / "scenarios");
  return files_below(files_, "scenarios/");
}

Result<std::string, DocumentError> Fixtures::text_of(const std::string& path) const {
  // A long scenario may be generated.
  if (files_.empty()) return read_text_file(path, {.bytes = std::size_t{64} << 20U});
  const auto found = std::ranges::find(files_, path, &FixtureFile::path);
  if (found != files_.end()) return std::string(found->text);
  return DocumentError{.file = path,
                       .place = "",
                       .found = "no such file in this program",
                       .expected = "one of those that --list names"};
}

}  // namespace berth::scenario
