// SPDX-License-Identifier: MIT
#include "store/page_cache.h"

#include <algorithm>
#include <cerrno>
#include <set>

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

void Disk::unlink(const std::string& name) { keep({.gone = {name}, .come = {}}); }

void Disk::sync_folder() {
  durable_ = seen_;
  unsynced_.clear();
}

std::vector<std::string> Disk::what_may_be_left_of(const File& file) {
  if (file.cached == file.durable) return {file.durable};
  // Also what a file system leaves that has noted the new length, but written no data yet.
  const std::string half = file.cached.substr(0, file.cached.size() / 2);
  const std::string zeros(file.cached.size(), '\0');
  return {file.durable, half, zeros, file.cached};
}

std::vector<Disk> Disk::after_power_cut() const {
  std::vector<Disk> disks;
  for (std::size_t kept = 0; kept < (std::size_t{1} << unsynced_.size()); ++kept) {
    Disk disk;
    disk.durable_ = durable_;
    for (std::size_t i = 0; i < unsynced_.size(); ++i)
      if ((kept >> i & 1U) != 0) carry_out(unsynced_[i], disk.durable_);
    disk.seen_ = disk.durable_;
    disks.push_back(std::move(disk));
  }
  for (const auto& [number, file] : files_) {
    std::vector<Disk> combined;
    for (const Disk& disk : disks) {
      for (const std::string& left : what_may_be_left_of(file)) {
        combined.push_back(disk);
        combined.back().files_[number] = {.durable = left, .cached = left};
      }
    }
    disks = std::move(combined);
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

std::optional<SystemError> PageCacheFiles::unlink(const std::string& path) {
  if (!disk_.seen().contains(path)) return SystemError{ENOENT};
  disk_.unlink(path);
  return std::nullopt;
}

}  // namespace berth::test
