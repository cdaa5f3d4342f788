// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/file_system.h"

namespace berth::test {

/// What a computer's disk and page cache hold: a value.
///
/// A file's content is certain to be on the disk only after it was synced; what was created, renamed and
/// removed in the (one) folder only after the folder was synced.
class Disk {
 public:
  using FileNumber = int;
  using Folder = std::map<std::string, FileNumber>;

  // -- what programs see ---------------------------------------------------------------------------
  [[nodiscard]] const Folder& seen() const { return seen_; }
  [[nodiscard]] const std::string& content(FileNumber file) const { return files_.at(file).cached; }
  FileNumber create(const std::string& name);
  void write(FileNumber file, std::string_view text) { files_[file].cached += text; }
  void truncate(FileNumber file) { files_[file].cached.clear(); }
  void rename(const std::string& from, const std::string& to);
  void exchange(const std::string& one, const std::string& other);
  void unlink(const std::string& name);
  void sync(FileNumber file) { files_[file].durable = files_[file].cached; }
  void sync_folder();

  /// A disk that has held this file since long ago.
  [[nodiscard]] static Disk with(const std::string& name, std::string_view text);

  // -- what a loss of power may leave ---------------------------------------------------------------
  /// Every disk that can be found after the power went now: any of the changes of the folder that were not
  /// synced may be lost or half done, and of the content that was not, all, a part or nothing may be there.
  [[nodiscard]] std::vector<Disk> after_power_cut() const;

 private:
  struct File {
    std::string durable;
    std::string cached;
  };
  // One step of the folder: names that go, names that come. It happens as a whole or not at all.
  struct Change {
    std::vector<std::string> gone;
    std::map<std::string, FileNumber> come;
  };
  static void carry_out(const Change& change, Folder& folder);
  [[nodiscard]] static std::vector<std::string> what_may_be_left_of(const File& file);
  [[nodiscard]] std::vector<Folder> what_may_be_left_of_folder() const;
  void keep(Change change);

  std::map<FileNumber, File> files_;
  Folder durable_;
  Folder seen_;
  std::vector<Change> unsynced_;
};

/// A file system with one folder, in memory, on a `Disk`. Locks hold while their file is open.
class PageCacheFiles final : public FileSystem {
 public:
  /// Whether two files can change places: on some file systems they cannot.
  enum class Exchange : std::uint8_t { Known, Unknown };
  explicit PageCacheFiles(Disk disk = {}) : disk_(std::move(disk)) {}
  explicit PageCacheFiles(Exchange exchange) : knows_exchange_(exchange == Exchange::Known) {}

  [[nodiscard]] const Disk& disk() const { return disk_; }

  Result<std::string, SystemError> resolve(const std::string& path) override { return path; }
  Result<FileStatus, SystemError> status(const std::string& path) override;
  Result<OpenFile, SystemError> open(const std::string& path, OpenAs how) override;
  Result<std::size_t, SystemError> read(OpenFile file, std::span<char> into) override;
  Result<std::size_t, SystemError> write(OpenFile file, std::string_view text) override;
  std::optional<SystemError> truncate(OpenFile file) override;
  std::optional<SystemError> set_permissions(OpenFile, std::uint32_t) override { return std::nullopt; }
  std::optional<SystemError> sync(OpenFile file) override;
  std::optional<SystemError> sync_folder(const std::string& folder) override;
  std::optional<SystemError> close(OpenFile file) override;
  std::optional<SystemError> rename(const std::string& from, const std::string& to) override;
  std::optional<SystemError> exchange(const std::string& one, const std::string& other) override;
  std::optional<SystemError> unlink(const std::string& path) override;
  Result<LockAnswer, SystemError> lock(OpenFile) override { return LockAnswer::Taken; }
  std::uint64_t process_number() override { return 1; }

 private:
  struct Opened {
    Disk::FileNumber file = 0;
    std::size_t read_so_far = 0;
  };
  Disk disk_;
  std::map<int, Opened> opened_;
  int last_number_ = 0;
  bool knows_exchange_ = true;
};

}  // namespace berth::test
