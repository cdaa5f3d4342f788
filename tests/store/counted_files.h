// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "store/file_system.h"

namespace berth::test {

/// What happens instead of a system call, or nothing.
using Interference = std::function<std::optional<SystemError>(int call, const std::string& name)>;

/// Another file system, with a hand on every system call: calls are numbered from 1.
class CountedFiles final : public FileSystem {
 public:
  explicit CountedFiles(FileSystem& files) : files_(files) {}

  /// Asked before each call; its error is the call's answer, and the call does not happen.
  void before_each(Interference interference) { before_ = std::move(interference); }
  /// Told after each call.
  void after_each(std::function<void(int call, const std::string& name)> told) { after_ = std::move(told); }
  /// `write` writes no more than this at once, so that a text takes many calls.
  void write_at_most(std::size_t bytes) { most_written_ = bytes; }
  /// The same of `read`.
  void read_at_most(std::size_t bytes) { most_read_ = bytes; }
  void start_counting() { calls_ = 0; }
  [[nodiscard]] int calls() const { return calls_; }

  Result<std::string, SystemError> resolve(const std::string& path) override {
    return counted("resolve", [&] { return files_.resolve(path); });
  }
  Result<FileStatus, SystemError> status(const std::string& path) override {
    return counted("status", [&] { return files_.status(path); });
  }
  Result<OpenFile, SystemError> open(const std::string& path, OpenAs how) override {
    return counted("open", [&] { return files_.open(path, how); });
  }
  Result<std::size_t, SystemError> read(OpenFile file, std::span<char> into) override {
    return counted("read", [&] { return files_.read(file, into.first(std::min(into.size(), most_read_))); });
  }
  Result<std::size_t, SystemError> write(OpenFile file, std::string_view text) override {
    return counted("write", [&] { return files_.write(file, text.substr(0, most_written_)); });
  }
  std::optional<SystemError> truncate(OpenFile file) override {
    return counted("truncate", [&] { return files_.truncate(file); });
  }
  std::optional<SystemError> set_permissions(OpenFile file, std::uint32_t permissions) override {
    return counted("set_permissions", [&] { return files_.set_permissions(file, permissions); });
  }
  std::optional<SystemError> sync(OpenFile file) override {
    return counted("sync", [&] { return files_.sync(file); });
  }
  std::optional<SystemError> sync_folder(const std::string& folder) override {
    return counted("sync_folder", [&] { return files_.sync_folder(folder); });
  }
  // A failed close has closed all the same, as on Linux.
  std::optional<SystemError> close(OpenFile file) override {
    const auto closed = files_.close(file);
    return counted("close", [&] { return closed; });
  }
  std::optional<SystemError> rename(const std::string& from, const std::string& to) override {
    return counted("rename", [&] { return files_.rename(from, to); });
  }
  std::optional<SystemError> exchange(const std::string& one, const std::string& other) override {
    return counted("exchange", [&] { return files_.exchange(one, other); });
  }
  std::optional<SystemError> unlink(const std::string& path) override {
    return counted("unlink", [&] { return files_.unlink(path); });
  }
  Result<LockAnswer, SystemError> lock(OpenFile file) override {
    return counted("lock", [&] { return files_.lock(file); });
  }
  LockState lock_state(OpenFile file) override { return files_.lock_state(file); }
  std::uint64_t process_number() override { return files_.process_number(); }

 private:
  template <class Call>
  auto counted(const std::string& name, Call&& call) -> decltype(call()) {
    const int number = ++calls_;
    if (before_)
      if (const auto error = before_(number, name)) return *error;
    auto answer = call();
    if (after_) after_(number, name);
    return answer;
  }

  FileSystem& files_;
  Interference before_;
  std::function<void(int, const std::string&)> after_;
  std::size_t most_written_ = std::string_view::npos;
  std::size_t most_read_ = std::string_view::npos;
  int calls_ = 0;
};

}  // namespace berth::test
