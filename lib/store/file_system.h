// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <berth/core/result.h>

namespace berth {

/// Why a call to the operating system failed.
struct SystemError {
  int number = 0;  ///< errno
  friend bool operator==(const SystemError&, const SystemError&) = default;
};

enum class OpenAs : std::uint8_t {
  Existing,   ///< for reading
  NewFile,    ///< for writing; fails with EEXIST when there is one; readable by its owner alone
  SharedFile  ///< for reading and writing, made when there is none
};

enum class FileKind : std::uint8_t { Missing, Regular, Other };

struct FileStatus {
  FileKind kind = FileKind::Missing;
  std::uint64_t size = 0;
  std::uint32_t permissions = 0;
};

enum class LockAnswer : std::uint8_t { Taken, HeldByAnother };

enum class LockState : std::uint8_t {
  Held,
  FileRemoved,      ///< held, but another process would not find the file any more, and lock a new one
  OfAnotherProcess  ///< this process was forked from the one that has it, and has not even the file
};

/// An open file.
struct OpenFile {
  int number = -1;
};

/// The few things that a store asks of an operating system, one system call each as far as possible, so that
/// a test can fail, stop or forget at every one of them.
///
/// A call may do less than asked (`read`, `write`) or fail with EINTR, as POSIX says; whoever calls copes.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  /// The absolute path of what `path` names once symbolic links at its end are followed, whether it exists or
  /// not.
  virtual Result<std::string, SystemError> resolve(const std::string& path) = 0;
  virtual Result<FileStatus, SystemError> status(const std::string& path) = 0;
  virtual Result<OpenFile, SystemError> open(const std::string& path, OpenAs how) = 0;
  /// 0 at the end of the file.
  virtual Result<std::size_t, SystemError> read(OpenFile file, std::span<char> into) = 0;
  virtual Result<std::size_t, SystemError> write(OpenFile file, std::string_view text) = 0;
  virtual std::optional<SystemError> truncate(OpenFile file) = 0;
  virtual std::optional<SystemError> set_permissions(OpenFile file, std::uint32_t permissions) = 0;
  /// What was written to the file survives a loss of power.
  virtual std::optional<SystemError> sync(OpenFile file) = 0;
  /// What was created, renamed or removed in the folder survives a loss of power.
  virtual std::optional<SystemError> sync_folder(const std::string& folder) = 0;
  /// The file is closed, whatever the answer.
  virtual std::optional<SystemError> close(OpenFile file) = 0;
  /// Replaces `to` in one step.
  virtual std::optional<SystemError> rename(const std::string& from, const std::string& to) = 0;
  /// Each of two files takes the other one's name, in one step. An error where that cannot be had.
  virtual std::optional<SystemError> exchange(const std::string& one, const std::string& other);
  virtual std::optional<SystemError> unlink(const std::string& path) = 0;
  /// Takes the file's one lock without waiting; it goes when the file is closed or the process ends. A
  /// process that is forked from this one does not have it.
  virtual Result<LockAnswer, SystemError> lock(OpenFile file) = 0;
  /// How it stands with a lock that was taken. Held, where processes do not fork and locked files stay.
  [[nodiscard]] virtual LockState lock_state(OpenFile) { return LockState::Held; }
  /// The number of this process.
  [[nodiscard]] virtual std::uint64_t process_number() = 0;
};

inline std::optional<SystemError> FileSystem::exchange(const std::string&, const std::string&) {
  return SystemError{ENOSYS};
}

/// The file system of the computer on which we run. Thread-safe.
[[nodiscard]] FileSystem& this_computer();

/// `No space left on device`.
[[nodiscard]] std::string text_of(SystemError error);

}  // namespace berth
