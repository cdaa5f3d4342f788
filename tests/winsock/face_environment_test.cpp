// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <berth/machine/journal.h>

#include "support/temporary_folder.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class Environment : public testing::Test {
 protected:
  // The child with these settings alone, and what it is told to do.
  Ended run(std::vector<std::string> settings, std::vector<std::string> words = {"start"}) {
    words.insert(words.begin(), BERTH_FACE_CHILD);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, (folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addopen(&files, 2, (folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    pid_t child = -1;
    const int spawned = posix_spawn(&child, BERTH_FACE_CHILD, &files, nullptr, pointers_to(words).data(),
                                    pointers_to(settings).data());
    posix_spawn_file_actions_destroy(&files);
    Ended ended;
    EXPECT_EQ(spawned, 0);
    waitpid(child, &ended.status, 0);
    ended.out = contents(folder_ / "out");
    ended.err = contents(folder_ / "err");
    return ended;
  }

  void expect_works(const std::vector<std::string>& settings) {
    const Ended ended = run(settings, {"start", "open"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "WSAStartup 0\nsocket 0\n");
    EXPECT_EQ(ended.err, "");
  }

  // One line that names the setting, what was found and what is expected; the program goes on with codes.
  void expect_refused(const std::vector<std::string>& settings,
                      const std::vector<std::string>& words_of_line) {
    const Ended ended = run(settings, {"start", "start", "open", "create"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "WSAStartup 10091\nWSAStartup 10091\nsocket 10093\ncreate 50\n");
    EXPECT_THAT(ended.err, StartsWith("berth: "));
    EXPECT_EQ(ended.err.find('\n'), ended.err.size() - 1) << "one line: " << ended.err;
    for (const std::string& word : words_of_line) EXPECT_THAT(ended.err, HasSubstr(word));
  }

  TemporaryFolder folder_;
};

TEST_F(Environment, without_settings_is_a_filtered_administrator_on_a_machine_without_a_store) {
  const Ended ended = run({}, {"start", "create", "lookup"});
  EXPECT_EQ(ended.out, "WSAStartup 0\ncreate 5\nlookup 1168 0\n");
  EXPECT_EQ(ended.err, "");
}

// -- BERTH_IDENTITY -------------------------------------------------------------------------------

TEST_F(Environment, identity_decides_the_rights) {
  const std::pair<const char*, const char*> identities[] = {
      {"standard-user", "create 5\n"},          {"filtered-administrator", "create 5\n"},
      {"elevated-administrator", "create 0\n"}, {"builtin-administrator", "create 0\n"},
      {"local-system", "create 0\n"},           {"network-service", "create 5\n"},
      {"local-service", "create 5\n"},          {"elevated-administrator:carol", "create 0\n"}};
  for (const auto& [identity, expected] : identities)
    EXPECT_EQ(run({std::string("BERTH_IDENTITY=") + identity}, {"create"}).out, expected) << identity;
}

TEST_F(Environment, identity_must_be_one) {
  for (const std::string wrong : {"root", "", "elevated-administrator:", "Standard-User"})
    expect_refused({"BERTH_IDENTITY=" + wrong},
                   {"BERTH_IDENTITY", '"' + wrong + '"', "local-system", "account"});
}

// -- BERTH_SEED, BERTH_NETWORK, BERTH_SOCKET ------------------------------------------------------

TEST_F(Environment, seed_decides_what_is_chosen) {
  const auto reserved = [this](const std::string& seed) {
    return run({"BERTH_SEED=" + seed}, {"start", "reserve"}).out;
  };
  EXPECT_EQ(reserved("7"), reserved("7"));
  EXPECT_NE(reserved("7"), reserved("8"));
  expect_works({"BERTH_SEED=0"});
  expect_works({"BERTH_SEED=18446744073709551615"});
}

TEST_F(Environment, seed_must_be_a_number) {
  for (const std::string wrong : {"", "-1", "+1", " 1", "1 ", "0x10", "18446744073709551616", "seven"})
    expect_refused({"BERTH_SEED=" + wrong}, {"BERTH_SEED", '"' + wrong + '"', "a number from 0"});
}

TEST_F(Environment, network_is_isolated_or_the_hosts) {
  expect_works({"BERTH_NETWORK=isolated"});
  expect_works({"BERTH_NETWORK=host"});
  for (const std::string wrong : {"hosts", "", "Isolated"})
    expect_refused({"BERTH_NETWORK=" + wrong}, {"BERTH_NETWORK", '"' + wrong + '"', "isolated or host"});
}

TEST_F(Environment, socket_is_where_a_machine_is_served_and_never_beside_world_or_store) {
  expect_refused({"BERTH_SOCKET="}, {"BERTH_SOCKET is \"\"", "the path of a socket"});
  expect_refused({"BERTH_SOCKET=tcp:10.0.0.1:1"}, {"BERTH_SOCKET", "tcp:127.0.0.1:7000"});
  expect_refused({"BERTH_SOCKET=" + (folder_ / "nobody")}, {"BERTH_SOCKET: the machine at", "No such file"});
  expect_refused({"BERTH_SOCKET=x", "BERTH_WORLD=y"},
                 {"BERTH_SOCKET is set beside BERTH_WORLD or BERTH_STORE"});
  expect_refused({"BERTH_SOCKET=x", "BERTH_STORE=" + (folder_ / "s")}, {"BERTH_SOCKET is set beside"});
}

TEST_F(Environment, a_message_is_one_line_whatever_the_setting_holds) {
  expect_refused({"BERTH_SEED=1\n2\r\t\x1b[31m"}, {"\"1?2??"
                                                   "?[31m\""});
}

// -- BERTH_WORLD ----------------------------------------------------------------------------------

TEST_F(Environment, world_is_the_starting_state) {
  write_file(folder_ / "world.json", R"({"persistent_reservations": [
      {"transport": "tcp", "start": 5000, "count": 20}]})");
  const Ended ended = run({"BERTH_WORLD=" + (folder_ / "world.json")}, {"start", "lookup"});
  EXPECT_EQ(ended.err, "");
  EXPECT_THAT(ended.out, StartsWith("WSAStartup 0\nlookup 0 "));
}

TEST_F(Environment, world_must_be_a_good_file) {
  const std::string path = folder_ / "world.json";
  expect_refused({"BERTH_WORLD=" + path}, {"BERTH_WORLD", path});
  expect_refused({"BERTH_WORLD="}, {"BERTH_WORLD"});
  for (const std::string wrong : {"", "{", "[]", R"({"colour": "blue"})", R"({"uac": 7})"}) {
    write_file(path, wrong);
    expect_refused({"BERTH_WORLD=" + path}, {"BERTH_WORLD", path});
  }
}

TEST_F(Environment, world_names_a_store_beside_itself_and_the_setting_wins) {
  write_file(folder_ / "world.json", R"({"store": "from_world.json"})");
  const std::string world = "BERTH_WORLD=" + (folder_ / "world.json");
  const std::string administrator = "BERTH_IDENTITY=elevated-administrator";
  EXPECT_EQ(run({world, administrator}, {"create"}).out, "create 0\n");
  EXPECT_NE(contents(folder_ / "from_world.json"), "");
  EXPECT_EQ(run({world, administrator, "BERTH_STORE=" + (folder_ / "other.json")}, {"create"}).out,
            "create 0\n");
  EXPECT_NE(contents(folder_ / "other.json"), "");
}

// -- BERTH_STORE ----------------------------------------------------------------------------------

TEST_F(Environment, store_keeps_reservations_and_gives_new_tokens) {
  const std::string store = "BERTH_STORE=" + (folder_ / "store.json");
  EXPECT_EQ(run({store, "BERTH_IDENTITY=local-system"}, {"create"}).out, "create 0\n");
  const std::string first = run({store}, {"lookup"}).out;
  const std::string second = run({store}, {"lookup"}).out;
  EXPECT_THAT(first, StartsWith("lookup 0 "));
  EXPECT_THAT(second, StartsWith("lookup 0 "));
  EXPECT_NE(first, second) << "a token of an earlier boot is never given again";
}

TEST_F(Environment, store_must_be_readable_as_one_and_stays_as_it_was) {
  const std::string path = folder_ / "store.json";
  write_file(path, "not a store");
  expect_refused({"BERTH_STORE=" + path}, {"store", path});
  EXPECT_EQ(contents(path), "not a store");
  expect_refused({"BERTH_STORE=" + (folder_ / "no/such/folder/store.json")}, {"store", "no/such/folder"});
  expect_refused({"BERTH_STORE="}, {"store"});
}

TEST_F(Environment, store_that_is_damaged_is_kept_and_the_next_start_says_so) {
  const std::string path = folder_ / "store.json";
  const std::string damaged = R"({"berth_store": 1, "checksum)";
  write_file(path, damaged);
  expect_refused({"BERTH_STORE=" + path}, {"store", path, "kept as " + path + ".damaged"});
  EXPECT_EQ(contents(path + ".damaged"), damaged);
  const std::vector<std::string> settings = {"BERTH_STORE=" + path, "BERTH_IDENTITY=local-system"};
  const Ended fresh = run(settings, {"start", "create"});
  EXPECT_EQ(fresh.out, "WSAStartup 0\ncreate 0\n");
  EXPECT_THAT(fresh.err,
              AllOf(StartsWith("berth: the store: "), HasSubstr("kept as " + path + ".damaged\n")));
  EXPECT_EQ(run(settings, {"start"}).err, "");
  EXPECT_EQ(contents(path + ".damaged"), damaged);
}

// -- BERTH_TRACE ----------------------------------------------------------------------------------

TEST_F(Environment, trace_replays_to_the_same_state) {
  const std::string path = folder_ / "trace.jsonl";
  const std::string store = "BERTH_STORE=" + (folder_ / "store.json");
  run({store, "BERTH_IDENTITY=local-system"}, {"create"});
  const std::vector<std::string> words = {"start", "reserve", "open", "create", "lookup", "reserve"};
  const Ended ended =
      run({store, "BERTH_IDENTITY=local-system", "BERTH_SEED=9", "BERTH_TRACE=" + path}, words);
  EXPECT_EQ(ended.err, "");
  const std::string trace = contents(path);
  const auto replayed = replay(path, trace);
  ASSERT_TRUE(replayed) << to_string(replayed.error());
  // The process, three sockets, two blocks, one refused creation and one lookup.
  EXPECT_EQ(replayed->decisions, 8U);
  std::ostringstream hash;
  hash << std::hex << replayed->state_hash;
  EXPECT_THAT(trace.substr(trace.rfind('\n', trace.size() - 2)), HasSubstr(hash.str()));
}

TEST_F(Environment, trace_goes_to_stderr_or_is_appended_to_its_file) {
  const Ended ended = run({"BERTH_TRACE=-"}, {"start", "open"});
  EXPECT_EQ(ended.out, "WSAStartup 0\nsocket 0\n");
  EXPECT_THAT(ended.err, AllOf(StartsWith("{"), HasSubstr("OpenSocket")));
  const std::string path = folder_ / "trace.jsonl";
  write_file(path, "before\n");
  expect_works({"BERTH_TRACE=" + path});
  EXPECT_THAT(contents(path), AllOf(StartsWith("before\n{"), HasSubstr("OpenSocket")));
}

TEST_F(Environment, trace_must_be_a_file_that_can_be_written) {
  expect_refused({"BERTH_TRACE="}, {"BERTH_TRACE"});
  expect_refused({"BERTH_TRACE=/proc"}, {"BERTH_TRACE", "\"/proc\"", "a file that can be written"});
  expect_refused({"BERTH_TRACE=" + (folder_ / "no/such/file")}, {"BERTH_TRACE", "No such file"});
}

}  // namespace
}  // namespace berth::test
