// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <berth/document/json.h>
#include <berth/scenario/schema.h>

#include "scenario/suite.h"

namespace berth::test {
namespace {

const std::string kSchemaFile = std::string(BERTH_FIXTURES_DIR) + "/scenario.schema.json";

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Schema, OfTheFixturesIsTheOneThatTheCodeMakes) {
  EXPECT_EQ(contents_of(kSchemaFile), scenario::scenario_schema()) << "run scripts/generate";
}

#ifndef _WIN32

// Python's validator is an opinion of another's about the schema and all fixtures.
TEST(Schema, AcceptsEveryFixture) {
  if (std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    if (std::getenv("CI") != nullptr) FAIL() << "python3-jsonschema is not installed";
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  const std::string program = R"(
import glob, json, sys
import jsonschema
schema = json.load(open(sys.argv[1] + '/scenario.schema.json'))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
files = sorted(glob.glob(sys.argv[1] + '/scenarios/**/*.json', recursive=True))
bad = 0
for file in files:
    for error in validator.iter_errors(json.load(open(file))):
        print(file, list(error.absolute_path), error.message[:200])
        bad += 1
# What the reader refuses for its shape, the schema refuses too.
for wrong in ({'title': 't'}, {'title': 't', 'rules': [], 'source': 's', 'steps': []},
              {'title': 't', 'rules': ['NotASocket'], 'source': 's', 'steps': [{'as': 'p', 'call': 'nothing', 'expect': 'ok'}]},
              {'title': 't', 'rules': ['NotASocket'], 'source': 's',
               'steps': [{'as': 'p', 'call': 'listen', 'socket': '$s', 'port': 1, 'expect': 'ok'}]}):
    if validator.is_valid(wrong):
        print('accepts', wrong)
        bad += 1
print(len(files), 'files')
sys.exit(bad != 0 or not files)
)";
  const std::string command = "python3 -c \"$BERTH_PROGRAM\" '" + std::string(BERTH_FIXTURES_DIR) + "'";
  ASSERT_EQ(setenv("BERTH_PROGRAM", program.c_str(), 1), 0);
  EXPECT_EQ(std::system(command.c_str()), 0);
}

#endif

}  // namespace
}  // namespace berth::test
