// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace berth::test {

/// A folder of this test alone, which goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(make()) {}
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of a file in it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
#ifdef _WIN32
  static std::string make() {
    const auto clock = std::chrono::steady_clock::now().time_since_epoch().count();
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const auto path = std::filesystem::temp_directory_path() /
                        ("berth-" + std::to_string(clock) + '-' + std::to_string(attempt));
      if (std::filesystem::create_directory(path)) return path.generic_string();
    }
    throw std::runtime_error("no temporary folder");
  }
#else
  static std::string make() {
    std::string path = (std::filesystem::temp_directory_path() / "berth-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder: " + path);
    return path;
  }
#endif

  std::string path_;
};

}  // namespace berth::test
