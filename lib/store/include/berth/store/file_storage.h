// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
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
/// machine. Where the path is a symbolic link, the file that it names is meant.
///
/// No file is ever lost that was not written here: one that is damaged is told about and kept, byte for byte,
/// as `home.json.damaged` (`.damaged.2`, …), so that the next storage begins with a fresh machine and says
/// so; one that is foreign or of a newer version stays where it is, and nothing is opened in its place.
class FileStorage final : public Storage {
 public:
  /// Opens the store for its one writer. Fails with HeldByAnother while another writer, of this process or of
  /// another one, has it open; a writer that was killed no longer has it.
  /// A process that was forked from the writer is not the writer: its saves fail.
  static Result<std::unique_ptr<FileStorage>, StoreError> open(const std::string& path);
  /// The same on another file system. Requires: `files` outlives the storage.
  static Result<std::unique_ptr<FileStorage>, StoreError> open(const std::string& path, FileSystem& files);
  ~FileStorage() override;

  /// As `Storage` says. A damaged file is then kept under another name, which the error tells; this storage
  /// repeats the error for each later `load` and `save`.
  Result<PersistentSet, StoreError> load() override;
  [[nodiscard]] std::optional<StoreError> save(const PersistentSet& set) override;

  [[nodiscard]] std::optional<std::string> notice() const override { return notice_; }

 private:
  FileStorage(FileSystem& files, std::string name, std::string path);
  [[nodiscard]] std::optional<StoreError> take_lock();
  [[nodiscard]] std::optional<StoreError> lock(int file, const std::string& lock_path);
  [[nodiscard]] StoreError held_by_another(int lock_file) const;
  [[nodiscard]] std::optional<StoreError> lost_lock() const;
  [[nodiscard]] std::optional<StoreError> remove_unfinished();
  [[nodiscard]] std::string name_kept_aside(int number) const;
  [[nodiscard]] std::optional<int> count_of_kept() const;
  [[nodiscard]] StoreError kept_aside(StoreError error);
  void notice_what_was_kept_aside();
  [[nodiscard]] Result<std::optional<std::string>, StoreError> read_file();
  [[nodiscard]] std::optional<StoreError> write_unfinished(std::string_view text);
  [[nodiscard]] std::optional<StoreError> fill_unfinished(int number, std::string_view text);
  enum class OldFile : std::uint8_t { Gone, Unfinished };  // Unfinished: it has the new one's earlier name
  [[nodiscard]] Result<OldFile, StoreError> replace_file(std::string_view text);
  [[nodiscard]] Result<OldFile, StoreError> change_places();
  [[nodiscard]] std::optional<StoreError> sync_folder();
  [[nodiscard]] bool put_back(OldFile old_file);
  [[nodiscard]] std::string unfinished() const { return path_ + ".unfinished"; }
  [[nodiscard]] StoreError failure(int number, const std::string& attempt) const;

  FileSystem& files_;
  std::string name_;  // as the user named it
  std::string path_;  // absolute, without symbolic links at its end
  int lock_ = -1;
  bool loaded_ = false;
  std::optional<StoreError> refused_;  // what was told of a damaged file
  std::optional<std::string> notice_;
  std::optional<std::string> on_disk_;  // the bytes of the file; nothing when there is none
};

}  // namespace berth
