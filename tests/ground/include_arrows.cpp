// SPDX-License-Identifier: MIT
#include "ground/include_arrows.h"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

namespace berth::test {
namespace {

using Names = std::set<std::string, std::less<>>;

/// What else than the standard library and Berth a folder may name.
enum class Outside {
  Nothing,       ///< and of the standard library only what is a pure value: no threads, files, clocks, chance
  StandardOnly,  ///< all of the standard library
  Platform,      ///< POSIX headers too
  WindowsFace,   ///< POSIX and the drop-in headers
};

struct Folder {
  std::string_view path;  ///< of the folder, or of one file in it that may do more
  Names may_include;      ///< folders of lib, or single headers of theirs
  Names third_parties;    ///< first component of the path in the brackets
  Outside outside;
};

// THE arrows. A longer path wins, so a file can have a row of its own.
// clang-format off
const std::vector<Folder> kFolders = {
  {"lib/core",                {},                                        {},            Outside::Nothing},
  {"lib/rules",               {"core"},                                  {},            Outside::Nothing},
  {"lib/codes",               {"core/rule.h", "core/refusal.h", "core/profile.h"}, {},              Outside::Nothing},
  {"lib/document",            {"core"},                                  {"nlohmann"},  Outside::StandardOnly},
  {"lib/store",               {"core", "document"},                      {"nlohmann"},  Outside::Platform},
  {"lib/store/windows_file_system.cpp", {"core", "document"},            {},            Outside::WindowsFace},
  {"lib/machine",             {"core", "rules", "document", "store"},    {},            Outside::StandardOnly},
  {"lib/traffic",             {},                                        {},            Outside::Platform},
  {"lib/remote",              {"core", "document", "traffic"},           {"nlohmann"},  Outside::Platform},
  {"lib/server",              {"core", "rules", "document", "machine", "remote"},
                                                                         {"nlohmann", "boost"}, Outside::Platform},
  {"lib/winsock",             {"core", "codes", "traffic"},              {},            Outside::WindowsFace},
  {"lib/winsock/embedded_machine.cpp", {"core", "machine", "remote", "store"},
                                                                         {},            Outside::Platform},
  {"lib/text",                {"core", "rules", "codes"},                {},            Outside::StandardOnly},
  {"lib/scenario",            {"core", "rules", "codes", "document", "store", "machine", "winsock", "text", "remote", "server"},
                                                                         {"nlohmann"},  Outside::WindowsFace},
  {"lib/testing",             {"core", "rules", "codes", "document", "store", "machine", "winsock", "text", "testing.h"},
                                                                         {"gtest", "gmock"}, Outside::WindowsFace},
  {"emulator/conformance/windows_platform.cpp", {"core", "codes", "scenario"},
                                                                         {},            Outside::WindowsFace},
  {"emulator",                {"core", "rules", "codes", "document", "store", "machine", "winsock", "text", "scenario", "remote", "server"},
                                                                         {"nlohmann", "CLI", "spdlog", "fmt", "boost"}, Outside::Platform},
};
// clang-format on

const Names kNotForPureFolders = {
    "thread",  "mutex",   "shared_mutex", "condition_variable", "future", "stop_token", "semaphore", "latch",
    "barrier", "fstream", "iostream",     "filesystem",         "cstdio", "chrono",     "ctime",     "random",
    "csignal", "locale"};

// Third parties whose headers end in .h like those of the platform.
const Names kThirdParties = {"spdlog", "fmt", "gtest", "gmock", "benchmark"};

const Names kDropIn = {"winsock2.h", "WinSock2.h", "ws2tcpip.h", "ws2ipdef.h", "ws2spi.h",
                       "mswsock.h",  "mstcpip.h",  "iphlpapi.h", "windows.h",  "Windows.h"};

bool begins_with_path(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

const Folder* row_for(std::string_view file) {
  const Folder* best = nullptr;
  for (const Folder& folder : kFolders) {
    if (begins_with_path(file, folder.path) && (!best || folder.path.size() > best->path.size())) {
      best = &folder;
    }
  }
  return best;
}

bool is_public_header(std::string_view file) { return file.find("/include/") != std::string_view::npos; }

std::string_view second_component(std::string_view path) {
  path.remove_prefix(std::min(path.size(), path.find('/') + 1));
  return path.substr(0, path.find('/'));
}

std::optional<std::string> objection_to_own(std::string_view file, const Folder& folder,
                                            std::string_view header) {
  const std::string_view target = header.substr(0, header.find('/'));
  if (file.starts_with("lib/") && target == second_component(file)) return std::nullopt;
  if (folder.may_include.contains(target) || folder.may_include.contains(header)) return std::nullopt;
  return "no arrow from " + std::string(folder.path) + " to " + std::string(header);
}

std::optional<std::string> objection_to_c_header(const Folder& folder, std::string_view name) {
  if (kDropIn.contains(name)) {
    if (folder.outside == Outside::WindowsFace) return std::nullopt;
    return std::string(folder.path) + " is not the Windows face";
  }
  if (folder.outside == Outside::Platform || folder.outside == Outside::WindowsFace) return std::nullopt;
  return std::string(folder.path) + " does not know the platform";
}

}  // namespace

std::vector<std::string> includes_of(std::string_view source) {
  static const std::regex kInclude(R"re(^\s*#\s*include(?:_next)?\s*([<"][^>"]+[>"]))re");
  std::vector<std::string> found;
  std::istringstream lines{std::string(source)};
  bool in_comment = false;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!in_comment && std::regex_search(line, match, kInclude)) found.push_back(match[1]);
    const auto opened = line.rfind("/*");
    const auto closed = line.rfind("*/");
    if (closed != std::string::npos && (opened == std::string::npos || opened < closed)) {
      in_comment = false;
    } else if (opened != std::string::npos) {
      in_comment = true;
    }
  }
  return found;
}

std::optional<std::string> objection_to(std::string_view file, std::string_view include) {
  const Folder* folder = row_for(file);
  if (!folder) return "the folder has no row in the table of arrows";

  const bool quoted = include.front() == '"';
  const std::string_view name = include.substr(1, include.size() - 2);
  if (name.find("..") != std::string_view::npos) return "a path with '..' goes around the arrows";
  if (quoted) {
    if (name.starts_with("berth/")) return "a public header is included with angle brackets";
    return std::nullopt;  // found beside the file, or not at all
  }
  if (name.starts_with("berth/")) return objection_to_own(file, *folder, name.substr(6));

  const auto slash = name.find('/');
  const bool third_party =
      slash != std::string_view::npos && folder->third_parties.contains(name.substr(0, slash));
  // Users of the test kit have GoogleTest; nobody has to have the others. (The headers of document that name
  // nlohmann/json are for Berth alone and not installed; the consumer's test sees to that.)
  const bool for_users =
      is_public_header(file) && !file.starts_with("lib/document/") && !file.starts_with("lib/testing/");
  if (third_party && for_users) return std::string(name) + " would be forced on every user";
  if (third_party) return std::nullopt;
  const bool foreign = slash != std::string_view::npos && kThirdParties.contains(name.substr(0, slash));
  if (foreign || name.ends_with(".hpp"))
    return std::string(folder->path) + " does not use " + std::string(name);
  if (name.ends_with(".h")) return objection_to_c_header(*folder, name);
  if (slash != std::string_view::npos)
    return std::string(folder->path) + " does not use " + std::string(name);
  if (folder->outside == Outside::Nothing && kNotForPureFolders.contains(name)) {
    return std::string(folder->path) + " is pure: no <" + std::string(name) + ">";
  }
  return std::nullopt;
}

}  // namespace berth::test
