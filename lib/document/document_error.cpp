// SPDX-License-Identifier: MIT
#include <berth/document/document_error.h>

namespace berth {

std::string to_string(const DocumentError& error) {
  std::string line = error.file + ": ";
  if (!error.place.empty()) line += "at " + error.place + ": ";
  return line + "found " + error.found + ", expected " + error.expected;
}

}  // namespace berth
