// SPDX-License-Identifier: MIT
#include <berth/store/line_file.h>

#include <fcntl.h>
#ifdef _WIN32
#include <io.h>
#include <sys/stat.h>
#else
#include <unistd.h>
#endif

#include <cerrno>
#include <cstring>
#include <string_view>

namespace berth {
namespace {

constexpr int kStandardError = 2;

#ifdef _WIN32
int open_to_append(const std::string& path) {
  return ::_open(path.c_str(), _O_WRONLY | _O_CREAT | _O_APPEND | _O_BINARY | _O_NOINHERIT,
                 _S_IREAD | _S_IWRITE);
}
int write_some(int file, std::string_view text) {
  return ::_write(file, text.data(), static_cast<unsigned>(text.size()));
}
#else
int open_to_append(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}
ssize_t write_some(int file, std::string_view text) { return ::write(file, text.data(), text.size()); }
#endif

}  // namespace

Result<AppendLine, std::string> open_line_file(const std::string& path) {
  const int file = path == "-" ? kStandardError : open_to_append(path);
  if (file < 0) return std::string(std::strerror(errno));
  return AppendLine([file](const std::string& line) {
    std::string_view rest = line;
    while (!rest.empty()) {
      const auto written = write_some(file, rest);
      if (written < 0 && errno != EINTR) return;  // a full disk costs the trace, not the program
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
  });
}

}  // namespace berth
