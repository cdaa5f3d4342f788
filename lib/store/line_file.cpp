// SPDX-License-Identifier: MIT
#include <berth/store/line_file.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace berth {

Result<AppendLine, std::string> open_line_file(const std::string& path) {
  int file = STDERR_FILENO;
  if (path != "-") file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return std::string(std::strerror(errno));
  return AppendLine([file](const std::string& line) {
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(file, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return;  // a full disk costs the trace, not the program
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
  });
}

}  // namespace berth
