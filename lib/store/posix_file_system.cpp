// SPDX-License-Identifier: MIT
#include "file_system.h"

#ifndef _WIN32

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <vector>

namespace berth {
namespace {

SystemError last_error() { return {errno}; }

std::optional<SystemError> answer_of(int result) {
  if (result == 0) return std::nullopt;
  return last_error();
}

int flags_of(OpenAs how) {
  switch (how) {
    case OpenAs::Existing: return O_RDONLY | O_CLOEXEC;
    case OpenAs::NewFile: return O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    case OpenAs::SharedFile: return O_RDWR | O_CREAT | O_CLOEXEC;
  }
  return 0;
}

// The locked files of this process. A lock belongs to the open file, which a forked child shares: it would
// keep the lock of a parent that was killed, so it closes them at once.
class LockedFiles {
 public:
  static LockedFiles& of_process() {
    // Never destroyed: a storage may be closed after the end of `main`.
    static auto* const files = new LockedFiles;
    static const int watched = ::pthread_atfork([] { files->mutex_.lock(); }, [] { files->mutex_.unlock(); },
                                                [] {
                                                  files->forget_all();
                                                  files->mutex_.unlock();
                                                });
    static_cast<void>(watched);
    return *files;
  }
  void add(int file) {
    const std::lock_guard guard(mutex_);
    files_.push_back(file);
  }
  void remove(int file) {
    const std::lock_guard guard(mutex_);
    std::erase(files_, file);
  }
  bool have(int file) {
    const std::lock_guard guard(mutex_);
    return std::ranges::find(files_, file) != files_.end();
  }

 private:
  void forget_all() {
    for (const int file : files_) ::close(file);
    files_.clear();
  }

  std::mutex mutex_;
  std::vector<int> files_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::string, SystemError> resolve(const std::string& path) override {
    constexpr int kMostLinks = 40;  // as Linux
    std::error_code error;
    std::filesystem::path place = std::filesystem::absolute(path, error);
    for (int links = 0; !error && std::filesystem::is_symlink(place, error); ++links) {
      if (links == kMostLinks) return SystemError{ELOOP};
      place = place.parent_path() / std::filesystem::read_symlink(place, error);
    }
    // A missing file is no error here: there is just no link to follow.
    const bool missing = error == std::errc::no_such_file_or_directory;
    if (error && !missing) return SystemError{error.value()};
    return place.string();
  }

  Result<FileStatus, SystemError> status(const std::string& path) override {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
      if (errno == ENOENT) return FileStatus{};
      return last_error();
    }
    return FileStatus{.kind = S_ISREG(found.st_mode) ? FileKind::Regular : FileKind::Other,
                      .size = static_cast<std::uint64_t>(found.st_size),
                      .permissions = static_cast<std::uint32_t>(found.st_mode & 07777U)};
  }

  Result<OpenFile, SystemError> open(const std::string& path, OpenAs how) override {
    const int number = ::open(path.c_str(), flags_of(how), 0600);
    if (number < 0) return last_error();
    return OpenFile{number};
  }

  Result<std::size_t, SystemError> read(OpenFile file, std::span<char> into) override {
    const ::ssize_t count = ::read(file.number, into.data(), into.size());
    if (count < 0) return last_error();
    return static_cast<std::size_t>(count);
  }

  Result<std::size_t, SystemError> write(OpenFile file, std::string_view text) override {
    const ::ssize_t count = ::write(file.number, text.data(), text.size());
    if (count < 0) return last_error();
    return static_cast<std::size_t>(count);
  }

  std::optional<SystemError> truncate(OpenFile file) override {
    return answer_of(::ftruncate(file.number, 0));
  }

  std::optional<SystemError> set_permissions(OpenFile file, std::uint32_t permissions) override {
    return answer_of(::fchmod(file.number, permissions));
  }

  std::optional<SystemError> sync(OpenFile file) override { return answer_of(::fsync(file.number)); }

  std::optional<SystemError> sync_folder(const std::string& folder) override {
    const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) return last_error();
    const auto answer = answer_of(::fsync(number));
    ::close(number);
    return answer;
  }

  std::optional<SystemError> close(OpenFile file) override {
    LockedFiles::of_process().remove(file.number);
    return answer_of(::close(file.number));
  }

  std::optional<SystemError> rename(const std::string& from, const std::string& to) override {
    return answer_of(::rename(from.c_str(), to.c_str()));
  }

  std::optional<SystemError> exchange(const std::string& one, const std::string& other) override {
#ifdef RENAME_EXCHANGE
    return answer_of(::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE));
#else
    return SystemError{ENOSYS};
#endif
  }

  std::optional<SystemError> unlink(const std::string& path) override {
    return answer_of(::unlink(path.c_str()));
  }

  // flock and not fcntl: its locks belong to the open file, so a second writer of this process is refused
  // too, and closing some other descriptor of the file does not drop them.
  Result<LockAnswer, SystemError> lock(OpenFile file) override {
    LockedFiles& locked = LockedFiles::of_process();
    locked.add(file.number);  // before it is locked: a fork may come between
    if (::flock(file.number, LOCK_EX | LOCK_NB) == 0) return LockAnswer::Taken;
    const SystemError error = last_error();
    locked.remove(file.number);
    if (error.number == EWOULDBLOCK) return LockAnswer::HeldByAnother;
    return error;
  }

  LockState lock_state(OpenFile file) override {
    if (!LockedFiles::of_process().have(file.number)) return LockState::OfAnotherProcess;
    struct stat found {};
    const bool can_be_found = ::fstat(file.number, &found) == 0 && found.st_nlink > 0;
    return can_be_found ? LockState::Held : LockState::FileRemoved;
  }

  std::uint64_t process_number() override { return static_cast<std::uint64_t>(::getpid()); }
};

}  // namespace

FileSystem& this_computer() {
  static PosixFileSystem files;
  return files;
}

std::string text_of(SystemError error) { return std::generic_category().message(error.number); }

}  // namespace berth

#endif
