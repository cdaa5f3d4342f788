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
  if (lock_ >= 0) files_.close(OpenFile{lock_});
}

// The lock is on a file of its own, which is never removed or replaced: a lock on the store would stay with
// the file that a save replaces.
std::optional<StoreError> FileStorage::take_lock() {
  const std::string lock_path = path_ + ".lock";
  const auto file = uninterrupted([&] { return files_.open(lock_path, OpenAs::SharedFile); });
  if (!file) return failure(file.error().number, "opening " + lock_path);
  lock_ = file->number;
  const auto answer = uninterrupted([&] { return files_.lock(*file); });
  if (!answer) return failure(answer.error().number, "locking " + lock_path);
  if (*answer == LockAnswer::HeldByAnother)
    return StoreError{.fault = StoreFault::HeldByAnother,
                      .file = name_,
                      .place = "",
                      .found = holder_of_lock(lock_) + " as its writer",
                      .expected = "no other writer"};
  // Only for the message above, in another process: a failure to write it is no failure of ours.
  if (!files_.truncate(*file)) write_all(files_, *file, std::to_string(files_.process_number()) + '\n');
  return std::nullopt;
}

std::string FileStorage::holder_of_lock(int lock_file) {
  constexpr std::size_t kMostDigits = 20;
  const auto text = read_up_to(files_, OpenFile{lock_file}, kMostDigits + 1);
  const std::string number = text ? text->substr(0, text->find('\n')) : "";
  const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? "process " + number : "another process";
}

std::optional<StoreError> FileStorage::remove_unfinished() {
  const auto answer = uninterrupted([&] { return files_.unlink(unfinished()); });
  if (!answer || answer->number == ENOENT) return std::nullopt;
  return failure(answer->number, "removing " + unfinished());
}

// -- loading -------------------------------------------------------------------------------------------

Result<PersistentSet, StoreError> FileStorage::load() {
  auto text = read_file();
  if (!text) return text.error();
  PersistentSet set;
  if (text->has_value()) {
    auto read = set_in(name_, **text);
    if (!read) return read;
    set = std::move(read).value();
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

// -- saving --------------------------------------------------------------------------------------------

std::optional<StoreError> FileStorage::save(const PersistentSet& set) {
  // A file that cannot be read is not ours to write over.
  if (!loaded_)
    if (const auto loaded = load(); !loaded) return loaded.error();
  const auto checked = checked_set(name_, set);
  if (!checked) return checked.error();
  std::string text = text_of(*checked);
  if (auto error = replace_file(text)) return error;
  if (auto error = sync_folder()) {
    if (!put_back()) error->found += "; the old file could not be put back";
    return error;
  }
  on_disk_ = std::move(text);
  return std::nullopt;
}

std::optional<StoreError> FileStorage::replace_file(std::string_view text) {
  auto error = write_unfinished(text);
  if (!error) {
    const auto renamed = uninterrupted([&] { return files_.rename(unfinished(), path_); });
    if (renamed) error = failure(renamed->number, "renaming " + unfinished());
  }
  // When even that fails, the next open or save removes it.
  if (error) static_cast<void>(remove_unfinished());
  return error;
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
bool FileStorage::put_back() {
  const bool is_back =
      on_disk_ ? !replace_file(*on_disk_) : !uninterrupted([&] { return files_.unlink(path_); });
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
