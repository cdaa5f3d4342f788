// SPDX-License-Identifier: MIT
#include "ground/include_arrows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace berth::test {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_source(const fs::path& file) {
  return file.extension() == ".h" || file.extension() == ".cpp" || file.extension() == ".c";
}

// `lib/winsock/include/berth/winsock/x.h` and `lib/winsock/x.cpp` are both of lib/winsock.
TEST(IncludeArrows, HoldInEverySourceOfTheProject) {
  const fs::path root = BERTH_SOURCE_DIR;
  int files = 0;
  for (const char* top : {"lib", "emulator"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      ++files;
      const std::string file = fs::relative(entry.path(), root).generic_string();
      for (const std::string& include : includes_of(content_of(entry.path()))) {
        const auto objection = objection_to(file, include);
        EXPECT_FALSE(objection) << file << ": #include " << include << ": " << objection.value_or("");
      }
    }
  }
  EXPECT_GT(files, 0);
}

TEST(IncludeArrows, AreReadFromTheIncludeLines) {
  EXPECT_THAT(includes_of("#include <vector>\n"
                          "  #  include \"own.h\"  // why\n"
                          "// #include <not_this>\n"
                          "/* a comment\n"
                          "#include <nor_this>\n"
                          "*/\n"
                          "#include_next <stdlib.h>\n"),
              ElementsAre("<vector>", "\"own.h\"", "<stdlib.h>"));
}

struct Sample {
  const char* file;
  const char* include;
};

TEST(IncludeArrows, RefuseAWrongArrow) {
  for (const auto& [file, include] : {
           Sample{"lib/core/rule.cpp", "<berth/rules/rulebook.h>"},
           Sample{"lib/core/include/berth/core/rule.h", "<berth/machine/machine.h>"},
           Sample{"lib/rules/associate.cpp", "<berth/codes/error_codes.h>"},
           Sample{"lib/codes/error_codes.cpp", "<berth/core/port_pool.h>"},
           Sample{"lib/document/reader.cpp", "<berth/store/storage.h>"},
           Sample{"lib/store/file.cpp", "<berth/machine/machine.h>"},
           Sample{"lib/machine/machine.cpp", "<berth/winsock/attach.h>"},
           Sample{"lib/winsock/bind.cpp", "<berth/machine/machine.h>"},
           Sample{"lib/text/netsh.cpp", "<berth/machine/machine.h>"},
           Sample{"lib/scenario/runner.cpp", "<berth/testing/testing.h>"},
           Sample{"lib/rules/associate.cpp", "\"../machine/private.h\""},
           Sample{"lib/rules/associate.cpp", "\"berth/core/rule.h\""},
           Sample{"lib/nowhere/new.cpp", "<vector>"},
       }) {
    EXPECT_TRUE(objection_to(file, include)) << file << ": " << include;
  }
}

TEST(IncludeArrows, RefuseTheOutsideWorldInPureFolders) {
  for (const char* folder : {"lib/core/a.cpp", "lib/rules/a.cpp", "lib/codes/a.cpp"}) {
    for (const char* include :
         {"<thread>", "<mutex>", "<fstream>", "<iostream>", "<chrono>", "<random>", "<filesystem>",
          "<unistd.h>", "<stdlib.h>", "<nlohmann/json.hpp>", "<winsock2.h>"}) {
      EXPECT_TRUE(objection_to(folder, include)) << folder << ": " << include;
    }
  }
}

TEST(IncludeArrows, RefuseThirdPartiesAndTheWindowsFaceElsewhere) {
  EXPECT_TRUE(objection_to("lib/machine/machine.cpp", "<nlohmann/json.hpp>"));
  EXPECT_TRUE(objection_to("lib/machine/machine.cpp", "<winsock2.h>"));
  EXPECT_TRUE(objection_to("lib/store/file.cpp", "<spdlog/spdlog.h>"));
  EXPECT_TRUE(objection_to("lib/text/netsh.cpp", "<CLI/CLI.hpp>"));
}

TEST(IncludeArrows, KeepThirdPartiesOutOfPublicHeaders) {
  EXPECT_TRUE(objection_to("lib/store/include/berth/store/storage.h", "<nlohmann/json.hpp>"));
  EXPECT_FALSE(objection_to("lib/store/storage.cpp", "<nlohmann/json.hpp>"));
  EXPECT_FALSE(objection_to("lib/testing/include/berth/testing.h", "<gtest/gtest.h>"));
}

TEST(IncludeArrows, LetTheRightOnesThrough) {
  for (const auto& [file, include] : {
           Sample{"lib/core/rule.cpp", "<berth/core/rule.h>"},
           Sample{"lib/core/rule.cpp", "<vector>"},
           Sample{"lib/core/rule.cpp", "\"private.h\""},
           Sample{"lib/rules/associate.cpp", "<berth/core/rule.h>"},
           Sample{"lib/codes/error_codes.cpp", "<berth/core/rule.h>"},
           Sample{"lib/store/file.cpp", "<sys/file.h>"},
           Sample{"lib/machine/machine.cpp", "<mutex>"},
           Sample{"lib/winsock/embedded_machine.cpp", "<berth/machine/machine.h>"},
           Sample{"lib/winsock/dropin/windows.h", "<winsock2.h>"},
           Sample{"lib/scenario/winsock_arm.cpp", "<winsock2.h>"},
           Sample{"emulator/main.cpp", "<CLI/CLI.hpp>"},
       }) {
    const auto objection = objection_to(file, include);
    EXPECT_FALSE(objection) << file << ": " << include << ": " << objection.value_or("");
  }
}

}  // namespace
}  // namespace berth::test
