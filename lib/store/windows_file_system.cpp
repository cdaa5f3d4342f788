// SPDX-License-Identifier: MIT
#include "file_system.h"

#ifdef _WIN32

#include <windows.h>

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <system_error>

namespace berth {
namespace {

// Paths are UTF-8 with us, and wide with Windows.
std::wstring wide(const std::string& path) {
  return std::filesystem::path(std::u8string(path.begin(), path.end())).wstring();
}
// With the slashes that Windows takes as well as its own.
std::string narrow(const std::wstring& path) {
  const std::u8string text = std::filesystem::path(path).generic_u8string();
  return {text.begin(), text.end()};
}

// The errors that a store tells apart or a user meets; the C library knows the rest no better.
int errno_for(DWORD error) {
  switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH: return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_WRITE_PROTECT: return EACCES;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS: return EEXIST;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL: return ENOSPC;
    case ERROR_TOO_MANY_OPEN_FILES: return EMFILE;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY: return ENOMEM;
    case ERROR_FILENAME_EXCED_RANGE: return ENAMETOOLONG;
    case ERROR_DIRECTORY: return ENOTDIR;
    default: return EIO;
  }
}
SystemError last_error() { return {errno_for(GetLastError())}; }

std::optional<SystemError> answer_of(BOOL succeeded) {
  if (succeeded) return std::nullopt;
  return last_error();
}
std::optional<SystemError> answer_of_library(int result) {
  if (result == 0) return std::nullopt;
  return SystemError{errno};
}

struct Opening {
  DWORD access = 0;
  DWORD disposition = 0;
  int flags = 0;
};
Opening opening(OpenAs how) {
  switch (how) {
    case OpenAs::Existing: return {GENERIC_READ, OPEN_EXISTING, _O_RDONLY | _O_BINARY};
    case OpenAs::NewFile: return {GENERIC_WRITE, CREATE_NEW, _O_WRONLY | _O_BINARY};
    case OpenAs::SharedFile: return {GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, _O_RDWR | _O_BINARY};
  }
  return {};
}

// As a descriptor's owners elsewhere may: read, write, rename and remove the file meanwhile.
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

HANDLE handle_of(OpenFile file) { return reinterpret_cast<HANDLE>(_get_osfhandle(file.number)); }

// A lock keeps others from reading what it covers, and the holder's number stands at the beginning of the
// file: so it covers one byte that no file has.
OVERLAPPED far_away() {
  OVERLAPPED place{};
  place.OffsetHigh = 0x4000'0000;
  return place;
}

unsigned most(std::size_t size) { return static_cast<unsigned>(std::min<std::size_t>(size, INT_MAX)); }

class WindowsFileSystem final : public FileSystem {
 public:
  // A link that leads nowhere is not followed: Windows opens nothing through it.
  Result<std::string, SystemError> resolve(const std::string& path) override {
    std::error_code error;
    const auto place = std::filesystem::absolute(wide(path), error);
    if (error) return SystemError{ENOENT};
    const HANDLE handle =
        CreateFileW(place.c_str(), 0, kShareAll, nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
    if (handle == INVALID_HANDLE_VALUE) return narrow(place.wstring());
    std::wstring name(MAX_PATH, L'\0');
    const DWORD needed = GetFinalPathNameByHandleW(handle, name.data(), MAX_PATH, VOLUME_NAME_DOS);
    CloseHandle(handle);
    if (needed == 0 || needed > MAX_PATH) return narrow(place.wstring());
    name.resize(needed);
    const std::wstring_view prefix = L"\\\\?\\";
    const bool is_local = name.starts_with(prefix) && !name.starts_with(L"\\\\?\\UNC\\");
    return narrow(is_local ? name.substr(prefix.size()) : place.wstring());
  }

  Result<FileStatus, SystemError> status(const std::string& path) override {
    WIN32_FILE_ATTRIBUTE_DATA found{};
    if (!GetFileAttributesExW(wide(path).c_str(), GetFileExInfoStandard, &found)) {
      if (last_error().number == ENOENT) return FileStatus{};
      return last_error();
    }
    const bool other = (found.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) != 0;
    return FileStatus{.kind = other ? FileKind::Other : FileKind::Regular,
                      .size = (std::uint64_t{found.nFileSizeHigh} << 32U) | found.nFileSizeLow,
                      .permissions = 0};
  }

  Result<OpenFile, SystemError> open(const std::string& path, OpenAs how) override {
    const Opening wanted = opening(how);
    const HANDLE handle = CreateFileW(wide(path).c_str(), wanted.access, kShareAll, nullptr,
                                      wanted.disposition, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle == INVALID_HANDLE_VALUE) return last_error();
    const int number = _open_osfhandle(reinterpret_cast<std::intptr_t>(handle), wanted.flags);
    if (number < 0) {
      CloseHandle(handle);
      return SystemError{EMFILE};
    }
    return OpenFile{number};
  }

  Result<std::size_t, SystemError> read(OpenFile file, std::span<char> into) override {
    const int count = _read(file.number, into.data(), most(into.size()));
    if (count < 0) return SystemError{errno};
    return static_cast<std::size_t>(count);
  }

  Result<std::size_t, SystemError> write(OpenFile file, std::string_view text) override {
    const int count = _write(file.number, text.data(), most(text.size()));
    if (count < 0) return SystemError{errno};
    return static_cast<std::size_t>(count);
  }

  std::optional<SystemError> truncate(OpenFile file) override {
    return answer_of_library(_chsize_s(file.number, 0) == 0 ? 0 : -1);
  }

  // Who may do what with a file is handed down by its folder.
  std::optional<SystemError> set_permissions(OpenFile, std::uint32_t) override { return std::nullopt; }

  std::optional<SystemError> sync(OpenFile file) override { return answer_of_library(_commit(file.number)); }

  // Windows keeps a folder's entries itself; a rename here is written through.
  std::optional<SystemError> sync_folder(const std::string&) override { return std::nullopt; }

  std::optional<SystemError> close(OpenFile file) override { return answer_of_library(_close(file.number)); }

  std::optional<SystemError> rename(const std::string& from, const std::string& to) override {
    return answer_of(MoveFileExW(wide(from).c_str(), wide(to).c_str(),
                                 MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH));
  }

  std::optional<SystemError> unlink(const std::string& path) override {
    return answer_of(DeleteFileW(wide(path).c_str()));
  }

  Result<LockAnswer, SystemError> lock(OpenFile file) override {
    OVERLAPPED place = far_away();
    if (LockFileEx(handle_of(file), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place))
      return LockAnswer::Taken;
    const DWORD error = GetLastError();
    if (error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING) return LockAnswer::HeldByAnother;
    return SystemError{errno_for(error)};
  }

  std::uint64_t process_number() override { return GetCurrentProcessId(); }
};

}  // namespace

FileSystem& this_computer() {
  static WindowsFileSystem files;
  return files;
}

std::string text_of(SystemError error) { return std::generic_category().message(error.number); }

}  // namespace berth

#endif
