// SPDX-License-Identifier: MIT
#include <berth/store/file_storage.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "checked_set.h"
#include "file_system.h"
#include "set_text.h"

namespace berth {
namespace {

template <class Value>
bool was_interrupted(const Result<Value, SystemError>& answer) {
  return !answer && answer.error().number == EINTR;
}
bool was_interrupted(const std::optional<SystemError>& answer) { return answer && answer->number == EINTR; }

/// Repeats a system call that a signal has interrupted.
template <class Call>
auto uninterrupted(Call&& call) {
  auto answer = call();
  while (was_interrupted(answer)) answer = call();
  return answer;
}

std::optional<SystemError> write_all(FileSystem& files, OpenFile file, std::string_view text) {
  while (!text.empty()) {
    const auto written = uninterrupted([&] { return files.write(file, text); });
    if (!written) return written.error();
    if (*written == 0) return SystemError{EIO};
    text.remove_prefix(*written);
  }
  return std::nullopt;
}

// A file may grow while it is read: never more than `most`.
Result<std::string, SystemError> read_up_to(FileSystem& files, OpenFile file, std::size_t most) {
  std::string text;
  std::array<char, 65536> piece{};
  while (text.size() < most) {
    const std::span<char> room = std::span(piece).first(std::min(piece.size(), most - text.size()));
    const auto count = uninterrupted([&] { return files.read(file, room); });
    if (!count) return count.error();
    if (*count == 0) break;
    text.append(piece.data(), *count);
  }
  return text;
}

// The descriptor is gone even after EINTR, and what it had to write was synced before.
std::optional<SystemError> close_once(FileSystem& files, OpenFile file) {
  auto answer = files.close(file);
  return was_interrupted(answer) ? std::nullopt : answer;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

// -- opening -------------------------------------------------------------------------------------------

Result<std::unique_ptr<FileStorage>, StoreError> FileStorage::open(const std::string& path) {
  return open(path, this_computer());
}

Result<std::unique_ptr<FileStorage>, StoreError> FileStorage::open(const std::string& path,
                                                                   FileSystem& files) {
  auto resolved = uninterrupted([&] { return files.resolve(path); });
  const std::string place = resolved ? *resolved : path;
  std::unique_ptr<FileStorage> storage(new FileStorage(files, path, place));
  if (!resolved) return storage->failure(resolved.error().number, "following " + path);
  if (auto error = storage->take_lock()) return *std::move(error);
  if (auto error = storage->remove_unfinished()) return *std::move(error);
  return storage;
}

FileStorage::FileStorage(FileSystem& files, std::string name, std::string path)
    : files_(files), name_(std::move(name)), path_(std::move(path)) {}

FileStorage::~FileStorage() {
  // In a forked child the number may be another file's by now.
  if (lock_ >= 0 && files_.lock_state(OpenFile{lock_}) != LockState::OfAnotherProcess)
    files_.close(OpenFile{lock_});
}

// The lock is on a file of its own, which is never removed or replaced: a lock on the store would stay with
// the file that a save replaces.
std::optional<StoreError> FileStorage::take_lock() {
  const std::string lock_path = path_ + ".lock";
  const auto file = uninterrupted([&] { return files_.open(lock_path, OpenAs::SharedFile); });
  if (!file) return failure(file.error().number, "opening " + lock_path);
  if (auto error = lock(file->number, lock_path)) {
    files_.close(*file);
    return error;
  }
  lock_ = file->number;
  // Only for the next one's message: a failure to write it is no failure of ours.
  if (!files_.truncate(*file)) write_all(files_, *file, std::to_string(files_.process_number()) + '\n');
  return lost_lock();  // somebody may have removed the file just before it was locked
}

std::optional<StoreError> FileStorage::lock(int file, const std::string& lock_path) {
  const auto answer = uninterrupted([&] { return files_.lock(OpenFile{file}); });
  if (!answer) return failure(answer.error().number, "locking " + lock_path);
  if (*answer == LockAnswer::HeldByAnother) return held_by_another(file);
  return std::nullopt;
}

StoreError FileStorage::held_by_another(int lock_file) const {
  constexpr std::size_t kMostDigits = 20;
  const auto text = read_up_to(files_, OpenFile{lock_file}, kMostDigits + 1);
  const std::string number = text ? text->substr(0, text->find('\n')) : "";
  const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  const std::string holder = is_number ? "process " + number : "another process";
  return {.fault = StoreFault::HeldByAnother,
          .file = name_,
          .place = "",
          .found = holder + " as its writer",
          .expected = "no other writer: end that process, or give this one a store of its own"};
}

std::optional<StoreError> FileStorage::lost_lock() const {
  const LockState state = files_.lock_state(OpenFile{lock_});
  if (state == LockState::Held) return std::nullopt;
  StoreError error{.fault = StoreFault::Unreachable, .file = name_, .place = "", .found = "", .expected = ""};
  if (state == LockState::OfAnotherProcess) {
    error.found = "a process that was forked from the writer";
    error.expected = "the writer itself: let the child start its own machine, on another store";
  } else {
    error.found = "that " + path_ + ".lock was removed, so that another writer may have come";
    error.expected = "the lock to stay where it is: start again";
  }
  return error;
}

std::optional<StoreError> FileStorage::remove_unfinished() {
  const auto answer = uninterrupted([&] { return files_.unlink(unfinished()); });
  if (!answer || answer->number == ENOENT) return std::nullopt;
  return failure(answer->number, "removing " + unfinished());
}

// -- loading -------------------------------------------------------------------------------------------

Result<PersistentSet, StoreError> FileStorage::load() {
  if (refused_) return *refused_;
  auto text = read_file();
  if (!text) return text.error();
  PersistentSet set;
  if (text->has_value()) {
    auto read = set_in(name_, **text);
    if (!read && read.error().fault == StoreFault::Damaged) return kept_aside(std::move(read).error());
    if (!read) return read;
    set = std::move(read).value();
  } else {
    notice_what_was_kept_aside();
  }
  on_disk_ = std::move(text).value();
  loaded_ = true;
  return set;
}

Result<std::optional<std::string>, StoreError> FileStorage::read_file() {
  const auto status = uninterrupted([&] { return files_.status(path_); });
  if (!status) return failure(status.error().number, "looking at " + path_);
  if (status->kind == FileKind::Missing) return std::optional<std::string>();
  const StoreError foreign{
      .fault = StoreFault::Foreign, .file = name_, .place = "", .found = "", .expected = "a store"};
  if (status->kind != FileKind::Regular) {
    StoreError error = foreign;
    error.found = "something that is not a regular file";
    return error;
  }
  if (status->size > kMostStoreBytes) {
    StoreError error = foreign;
    error.found = std::to_string(status->size) + " bytes";
    error.expected = "a store, at most " + std::to_string(kMostStoreBytes) + " bytes";
    return error;
  }
  const auto file = uninterrupted([&] { return files_.open(path_, OpenAs::Existing); });
  if (!file) return failure(file.error().number, "opening " + path_);
  auto text = read_up_to(files_, *file, kMostStoreBytes + 1);
  files_.close(*file);
  if (!text) return failure(text.error().number, "reading " + path_);
  return std::optional<std::string>(std::move(text).value());
}

// -- a damaged file -------------------------------------------------------------------------------------

std::string FileStorage::name_kept_aside(int number) const {
  return path_ + ".damaged" + (number == 1 ? "" : '.' + std::to_string(number));
}

// Nothing when it cannot be told, or when there are too many.
std::optional<int> FileStorage::count_of_kept() const {
  constexpr int kMostKept = 99;
  for (int count = 0; count < kMostKept; ++count) {
    const std::string next = name_kept_aside(count + 1);
    const auto status = uninterrupted([&] { return files_.status(next); });
    if (!status) return std::nullopt;
    if (status->kind == FileKind::Missing) return count;
  }
  return std::nullopt;
}

// Out of the way of the next start. Whatever fails here, the file is still there, under one of the two names.
StoreError FileStorage::kept_aside(StoreError error) {
  const auto count = lost_lock() ? std::nullopt : count_of_kept();
  const std::string name = name_kept_aside(count.value_or(0) + 1);
  if (count && !uninterrupted([&] { return files_.rename(path_, name); })) {
    static_cast<void>(sync_folder());
    error.expected += "; the file is kept as " + name + ", and the next start begins with a fresh machine";
  } else {
    error.expected +=
        "; the file could not be renamed and stays where it is: move it away for a fresh machine";
  }
  refused_ = error;
  return error;
}

void FileStorage::notice_what_was_kept_aside() {
  const auto count = count_of_kept();
  if (!count || *count == 0) return;
  notice_ = name_ + ": a fresh machine begins, because an earlier store was damaged; it is kept as " +
            name_kept_aside(*count);
}

// -- saving --------------------------------------------------------------------------------------------

std::optional<StoreError> FileStorage::save(const PersistentSet& set) {
  // A file that cannot be read is not ours to write over.
  if (!loaded_)
    if (const auto loaded = load(); !loaded) return loaded.error();
  if (auto error = lost_lock()) return error;
  const auto checked = checked_set(name_, set);
  if (!checked) return checked.error();
  std::string text = text_of(*checked);
  const auto old_file = replace_file(text);
  if (!old_file) return old_file.error();
  if (auto error = sync_folder()) {
    if (!put_back(*old_file)) error->found += "; the old file could not be put back";
    return error;
  }
  // When that fails, the next open or save removes it.
  if (*old_file == OldFile::Unfinished) static_cast<void>(remove_unfinished());
  on_disk_ = std::move(text);
  return std::nullopt;
}

Result<FileStorage::OldFile, StoreError> FileStorage::replace_file(std::string_view text) {
  auto error = write_unfinished(text);
  if (!error) {
    auto changed = change_places();
    if (changed) return changed;
    error = std::move(changed).error();
  }
  static_cast<void>(remove_unfinished());
  return *std::move(error);
}

// The old file keeps a name until the new one is certain to stay: to put it back then takes no room on the
// disk. Where files cannot change places, and where something is wrong, renaming decides.
Result<FileStorage::OldFile, StoreError> FileStorage::change_places() {
  if (on_disk_ && !uninterrupted([&] { return files_.exchange(unfinished(), path_); }))
    return OldFile::Unfinished;
  const auto renamed = uninterrupted([&] { return files_.rename(unfinished(), path_); });
  if (renamed) return failure(renamed->number, "renaming " + unfinished());
  return OldFile::Gone;
}

std::optional<StoreError> FileStorage::write_unfinished(std::string_view text) {
  auto file = uninterrupted([&] { return files_.open(unfinished(), OpenAs::NewFile); });
  if (!file && file.error().number == EEXIST) {
    if (auto error = remove_unfinished()) return error;
    file = uninterrupted([&] { return files_.open(unfinished(), OpenAs::NewFile); });
  }
  if (!file) return failure(file.error().number, "creating " + unfinished());
  auto error = fill_unfinished(file->number, text);
  const auto closed = close_once(files_, *file);
  if (!error && closed) error = failure(closed->number, "closing " + unfinished());
  return error;
}

std::optional<StoreError> FileStorage::fill_unfinished(int number, std::string_view text) {
  const OpenFile file{number};
  if (const auto answer = write_all(files_, file, text))
    return failure(answer->number, "writing " + unfinished());
  const auto status = uninterrupted([&] { return files_.status(path_); });
  if (!status) return failure(status.error().number, "looking at " + path_);
  if (status->kind != FileKind::Missing) {
    const auto answer = uninterrupted([&] { return files_.set_permissions(file, status->permissions); });
    if (answer) return failure(answer->number, "setting the permissions of " + unfinished());
  }
  const auto synced = uninterrupted([&] { return files_.sync(file); });
  if (synced) return failure(synced->number, "syncing " + unfinished());
  return std::nullopt;
}

std::optional<StoreError> FileStorage::sync_folder() {
  const std::string folder = folder_of(path_);
  const auto answer = uninterrupted([&] { return files_.sync_folder(folder); });
  if (!answer) return std::nullopt;
  return failure(answer->number, "syncing the folder " + folder);
}

// The new file is in place, but not for certain: an error has to leave the old one.
bool FileStorage::put_back(OldFile old_file) {
  bool is_back = false;
  if (old_file == OldFile::Unfinished)
    is_back = !uninterrupted([&] { return files_.rename(unfinished(), path_); });
  else if (on_disk_)
    is_back = replace_file(*on_disk_).has_value();
  else
    is_back = !uninterrupted([&] { return files_.unlink(path_); });
  static_cast<void>(sync_folder());  // it failed a moment ago: a try, not a promise
  return is_back;
}

StoreError FileStorage::failure(int number, const std::string& attempt) const {
  return {.fault = StoreFault::Unreachable,
          .file = name_,
          .place = "",
          .found = text_of(SystemError{number}) + " while " + attempt,
          .expected = "a store that can be read and written"};
}

}  // namespace berth
