// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include <berth/core/result.h>

namespace berth {

/// Appends whole lines to a file, so that several programs can share it; a line that cannot be written is
/// lost.
using AppendLine = std::function<void(const std::string& line)>;

/// Opens `path` to append lines, or stderr where it is `-`. The error is the system's reason. The file stays
/// open for the life of the program.
[[nodiscard]] Result<AppendLine, std::string> open_line_file(const std::string& path);

}  // namespace berth
