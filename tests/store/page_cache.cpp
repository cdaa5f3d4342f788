// SPDX-License-Identifier: MIT
#include "store/page_cache.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace berth::test {

// -- the disk ------------------------------------------------------------------------------------------

void Disk::carry_out(const Change& change, Folder& folder) {
  for (const std::string& name : change.gone) folder.erase(name);
  for (const auto& [name, file] : change.come) folder[name] = file;
}

void Disk::keep(Change change) {
  carry_out(change, seen_);
  unsynced_.push_back(std::move(change));
}

Disk::FileNumber Disk::create(const std::string& name) {
  const FileNumber number = files_.empty() ? 1 : files_.rbegin()->first + 1;
  files_[number] = {};
  keep({.gone = {}, .come = {{name, number}}});
  return number;
}

void Disk::rename(const std::string& from, const std::string& to) {
  keep({.gone = {from}, .come = {{to, seen_.at(from)}}});
}

void Disk::exchange(const std::string& one, const std::string& other) {
  keep({.gone = {}, .come = {{one, seen_.at(other)}, {other, seen_.at(one)}}});
}

void Disk::unlink(const std::string& name) { keep({.gone = {name}, .come = {}}); }

void Disk::sync_folder() {
  durable_ = seen_;
  unsynced_.clear();
}

Disk Disk::with(const std::string& name, std::string_view text) {
  Disk disk;
  const FileNumber file = disk.create(name);
  disk.write(file, text);
  disk.sync(file);
  disk.sync_folder();
  return disk;
}

std::vector<std::string> Disk::what_may_be_left_of(const File& file) {
  if (file.cached == file.durable) return {file.durable};
  // Also what a file system leaves that has noted the new length, but written no data yet.
  const std::string half = file.cached.substr(0, file.cached.size() / 2);
  const std::string zeros(file.cached.size(), '\0');
  return {file.durable, half, zeros, file.cached};
}

// Each change that was not synced happened, did not, or, where a name was to take another one's place, is
// half done: the file has both.
std::vector<Disk::Folder> Disk::what_may_be_left_of_folder() const {
  std::vector<Folder> folders = {durable_};
  for (const Change& change : unsynced_) {
    const std::size_t without = folders.size();
    for (std::size_t i = 0; i < without; ++i) {
      folders.push_back(folders[i]);
      carry_out(change, folders.back());
      if (change.gone.empty() || change.come.empty()) continue;
      folders.push_back(folders[i]);
      carry_out({.gone = {}, .come = change.come}, folders.back());
    }
  }
  std::ranges::sort(folders);
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

std::vector<Disk> Disk::after_power_cut() const {
  std::vector<Disk> disks;
  for (const Folder& folder : what_may_be_left_of_folder()) {
    Disk disk;
    disk.seen_ = folder;
    disk.durable_ = folder;
    std::vector<Disk> found = {std::move(disk)};
    for (const auto& [name, number] : folder) {
      std::vector<Disk> combined;
      for (const Disk& one : found) {
        for (const std::string& left : what_may_be_left_of(files_.at(number))) {
          combined.push_back(one);
          combined.back().files_[number] = {.durable = left, .cached = left};
        }
      }
      found = std::move(combined);
    }
    std::ranges::move(found, std::back_inserter(disks));
  }
  return disks;
}

// -- the file system -----------------------------------------------------------------------------------

Result<FileStatus, SystemError> PageCacheFiles::status(const std::string& path) {
  const auto found = disk_.seen().find(path);
  if (found == disk_.seen().end()) return FileStatus{};
  return FileStatus{
      .kind = FileKind::Regular, .size = disk_.content(found->second).size(), .permissions = 0600};
}

Result<OpenFile, SystemError> PageCacheFiles::open(const std::string& path, OpenAs how) {
  const auto found = disk_.seen().find(path);
  const bool exists = found != disk_.seen().end();
  if (exists && how == OpenAs::NewFile) return SystemError{EEXIST};
  if (!exists && how == OpenAs::Existing) return SystemError{ENOENT};
  opened_[++last_number_] = {.file = exists ? found->second : disk_.create(path)};
  return OpenFile{last_number_};
}

Result<std::size_t, SystemError> PageCacheFiles::read(OpenFile file, std::span<char> into) {
  Opened& opened = opened_.at(file.number);
  const std::string& content = disk_.content(opened.file);
  const std::size_t count = content.copy(into.data(), into.size(), opened.read_so_far);
  opened.read_so_far += count;
  return count;
}

Result<std::size_t, SystemError> PageCacheFiles::write(OpenFile file, std::string_view text) {
  disk_.write(opened_.at(file.number).file, text);
  return text.size();
}

std::optional<SystemError> PageCacheFiles::truncate(OpenFile file) {
  disk_.truncate(opened_.at(file.number).file);
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::sync(OpenFile file) {
  disk_.sync(opened_.at(file.number).file);
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::sync_folder(const std::string&) {
  disk_.sync_folder();
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::close(OpenFile file) {
  opened_.erase(file.number);
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::rename(const std::string& from, const std::string& to) {
  if (!disk_.seen().contains(from)) return SystemError{ENOENT};
  disk_.rename(from, to);
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::exchange(const std::string& one, const std::string& other) {
  if (!knows_exchange_) return SystemError{EINVAL};
  if (!disk_.seen().contains(one) || !disk_.seen().contains(other)) return SystemError{ENOENT};
  disk_.exchange(one, other);
  return std::nullopt;
}

std::optional<SystemError> PageCacheFiles::unlink(const std::string& path) {
  if (!disk_.seen().contains(path)) return SystemError{ENOENT};
  disk_.unlink(path);
  return std::nullopt;
}

}  // namespace berth::test
