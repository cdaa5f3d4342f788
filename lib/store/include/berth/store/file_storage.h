// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <berth/core/result.h>
#include <berth/store/storage.h>

namespace berth {

class FileSystem;

/// A store in one JSON file, which people may read and which is only ever replaced as a whole.
///
/// Beside `home.json` stand `home.json.lock`, which stays, and, while a save is under way,
/// `home.json.unfinished`, which the next open removes when a crash left it. A missing file is a fresh
/// machine. Where the path is a symbolic link, the file that it names is meant. A file that is damaged,
/// foreign or of a newer version is never written over.
class FileStorage final : public Storage {
 public:
  /// Opens the store for its one writer. Fails with HeldByAnother while another writer, of this process or of
  /// another one, has it open; a writer that was killed no longer has it.
  /// A process that was forked from the writer keeps the lock too, until it ends or executes a program.
  static Result<std::unique_ptr<FileStorage>, StoreError> open(const std::string& path);
  /// The same on another file system. Requires: `files` outlives the storage.
  static Result<std::unique_ptr<FileStorage>, StoreError> open(const std::string& path, FileSystem& files);
  ~FileStorage() override;

  Result<PersistentSet, StoreError> load() override;
  [[nodiscard]] std::optional<StoreError> save(const PersistentSet& set) override;

 private:
  FileStorage(FileSystem& files, std::string name, std::string path);
  [[nodiscard]] std::optional<StoreError> take_lock();
  [[nodiscard]] std::string holder_of_lock(int lock_file);
  [[nodiscard]] std::optional<StoreError> remove_unfinished();
  [[nodiscard]] Result<std::optional<std::string>, StoreError> read_file();
  [[nodiscard]] std::optional<StoreError> write_unfinished(std::string_view text);
  [[nodiscard]] std::optional<StoreError> fill_unfinished(int number, std::string_view text);
  [[nodiscard]] std::optional<StoreError> replace_file(std::string_view text);
  [[nodiscard]] std::optional<StoreError> sync_folder();
  [[nodiscard]] bool put_back();
  [[nodiscard]] std::string unfinished() const { return path_ + ".unfinished"; }
  [[nodiscard]] StoreError failure(int number, const std::string& attempt) const;

  FileSystem& files_;
  std::string name_;  // as the user named it
  std::string path_;  // absolute, without symbolic links at its end
  int lock_ = -1;
  bool loaded_ = false;
  std::optional<std::string> on_disk_;  // the bytes of the file; nothing when there is none
};

}  // namespace berth
