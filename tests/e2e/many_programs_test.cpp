// SPDX-License-Identifier: MIT
// Real programs on one machine: `berth serve`, `berth exec`, and what their users see.
#include <gmock/gmock.h>

#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "e2e/served.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string token_in(const std::string& answer) { return answer.substr(answer.find(' ') + 1); }

// Asks until the answer is this one, for what the death of another brings about.
bool comes_to_say(Program& program, const std::string& line, const std::string& answer) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (program.tell(line) != answer) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST(ManyPrograms, ShareTheirPorts) {
  Served served;
  const auto one = served.program();
  const auto other = served.program();
  EXPECT_NE(one->pid(), other->pid());
  EXPECT_EQ(one->tell("open tcp a"), "0");
  EXPECT_EQ(one->tell("bind a 80"), "0");
  EXPECT_EQ(other->tell("open tcp a"), "0");
  EXPECT_EQ(other->tell("bind a 80"), "10048");
  EXPECT_EQ(one->tell("close a"), "0");
  EXPECT_EQ(other->tell("bind a 80"), "0");
}

TEST(ManyPrograms, KeepTheirRuntimeReservationsToThemselves) {
  Served served;
  const auto one = served.program();
  const auto other = served.program();
  EXPECT_EQ(one->tell("open tcp a"), "0");
  const std::string token = token_in(one->tell("acquire a 6000 5"));
  EXPECT_EQ(other->tell("open tcp b"), "0");
  EXPECT_EQ(other->tell("associate b " + token), "10013");
  EXPECT_EQ(other->tell("bind b 6001"), "10013");
  EXPECT_EQ(one->tell("open tcp b"), "0");
  EXPECT_EQ(one->tell("associate b " + token), "0");
  EXPECT_EQ(one->tell("bind b 6001"), "0");
}

TEST(ManyPrograms, ReachOneAnotherByTcp) {
  Served served;
  const auto server = served.program();
  const auto client = served.program();
  EXPECT_EQ(server->tell("open tcp l"), "0");
  EXPECT_EQ(server->tell("bind l 80"), "0");
  EXPECT_EQ(server->tell("listen l"), "0");
  EXPECT_EQ(client->tell("open tcp c"), "0");
  EXPECT_EQ(client->tell("connect c 80"), "0");
  EXPECT_EQ(server->tell("accept l s"), "0 " + token_in(client->tell("port c")));
  EXPECT_EQ(client->tell("send c hello"), "0");
  EXPECT_EQ(server->tell("recv s"), "0 hello");
  EXPECT_EQ(server->tell("send s goodbye"), "0");
  EXPECT_EQ(client->tell("recv c"), "0 goodbye");
  EXPECT_EQ(client->tell("open tcp d"), "0");
  EXPECT_EQ(client->tell("connect d 81"), "10061");
}

TEST(ManyPrograms, ReachOneAnotherByUdp) {
  Served served;
  const auto server = served.program();
  const auto client = served.program();
  EXPECT_EQ(server->tell("open udp s"), "0");
  EXPECT_EQ(server->tell("bind s 53"), "0");  // and it has never sent or received anything
  EXPECT_EQ(client->tell("open udp c"), "0");
  EXPECT_EQ(client->tell("sendto c 53 question"), "0");
  EXPECT_EQ(server->tell("recvfrom s"), "0 question " + token_in(client->tell("port c")));
  EXPECT_EQ(server->tell("sendto s " + token_in(client->tell("port c")) + " answer"), "0");
  EXPECT_EQ(client->tell("recvfrom c"), "0 answer 53");
}

TEST(ManyPrograms, GiveBackWhatTheyHeldWhenTheyAreKilled) {
  Served served;
  const auto survivor = served.program();
  const auto victim = served.program();
  EXPECT_EQ(victim->tell("open tcp a"), "0");
  EXPECT_THAT(victim->tell("acquire a 6000 5"), StartsWith("0 "));
  EXPECT_EQ(victim->tell("open tcp b"), "0");
  EXPECT_EQ(victim->tell("bind b 80"), "0");
  EXPECT_EQ(victim->tell("listen b"), "0");
  EXPECT_EQ(survivor->tell("open tcp c"), "0");
  EXPECT_EQ(survivor->tell("connect c 80"), "0");
  EXPECT_EQ(survivor->tell("open tcp a"), "0");
  EXPECT_EQ(survivor->tell("open tcp b"), "0");
  victim->kill();
  EXPECT_TRUE(comes_to_say(*survivor, "bind a 80", "0"));
  EXPECT_TRUE(comes_to_say(*survivor, "bind b 6001", "0"));
  EXPECT_THAT(survivor->tell("recv c"), HasSubstr("10054"));
}

TEST(ManyPrograms, LoseTheNetworkWithTheServer) {
  Served served;
  const auto listener = served.program();
  const auto peer = served.program();
  EXPECT_EQ(listener->tell("open tcp l"), "0");
  EXPECT_EQ(listener->tell("bind l 80"), "0");
  EXPECT_EQ(listener->tell("listen l"), "0");
  EXPECT_EQ(peer->tell("open tcp c"), "0");
  EXPECT_EQ(peer->tell("connect c 80"), "0");
  EXPECT_THAT(listener->tell("accept l s"), StartsWith("0 "));
  peer->say("recv c");  // sleeps
  served.server().kill();
  EXPECT_EQ(peer->hear(), "10050 ");
  EXPECT_EQ(peer->tell("send c x"), "10050");
  EXPECT_EQ(peer->tell("open tcp d"), "10050");
  EXPECT_EQ(peer->tell("port c"), "10050 0");
  EXPECT_EQ(peer->tell("start"), "10091");
  EXPECT_TRUE(comes_to_say(*listener, "accept l t", "10050"));
}

TEST(ManyPrograms, LeaveTheirHandlesToTheProgramsThatTheirChildrenBecome) {
  Served served;
  const auto server = served.program();
  const auto client = served.program();
  EXPECT_EQ(server->tell("open udp u"), "0");
  EXPECT_EQ(server->tell("bind u 53"), "0");
  EXPECT_EQ(server->tell("open tcp l"), "0");
  EXPECT_EQ(server->tell("bind l 80"), "0");
  EXPECT_EQ(server->tell("listen l"), "0");
  EXPECT_EQ(client->tell("open tcp c"), "0");
  EXPECT_EQ(client->tell("connect c 80"), "0");
  EXPECT_THAT(server->tell("accept l s"), StartsWith("0 "));
  const std::string silent = token_in(server->tell("handle u"));
  const std::string listener = token_in(server->tell("handle l"));
  const std::string talking = token_in(server->tell("handle s"));
  EXPECT_EQ(server->tell("exec start, take u " + silent + ", port u"), "0, 0, 0 53");
  EXPECT_EQ(server->tell("exec start, take s " + talking + ", send s hello, port s"), "0, 0, 0, 0 80");
  EXPECT_EQ(client->tell("recv c"), "0 hello");
  EXPECT_EQ(client->tell("open tcp d"), "0");
  EXPECT_EQ(client->tell("connect d 80"), "0");
  EXPECT_EQ(server->tell("exec start, take l " + listener + ", accept l t, send t again"),
            "0, 0, 0 " + token_in(client->tell("port d")) + ", 0");
  EXPECT_EQ(client->tell("recv d"), "0 again");
  EXPECT_EQ(server->tell("exec open tcp x"), "10093") << "it has not started Winsock";
  EXPECT_EQ(server->tell("send s mine"), "0") << "the parent has kept its own";
  EXPECT_EQ(client->tell("recv c"), "0 mine");
}

TEST(ManyPrograms, DoNotLeaveTheHandlesThatTheyKeepToThemselves) {
  Served served;
  const auto program = served.program();
  EXPECT_EQ(program->tell("open tcp a"), "0");
  EXPECT_EQ(program->tell("bind a 80"), "0");
  EXPECT_EQ(program->tell("open tcp b"), "0");
  EXPECT_EQ(program->tell("bind b 81"), "0");
  EXPECT_EQ(program->tell("private a"), "0");
  const std::string kept = token_in(program->tell("handle a"));
  const std::string left = token_in(program->tell("handle b"));
  EXPECT_EQ(program->tell("exec start, take a " + kept + ", port a, take b " + left + ", port b"),
            "0, 0, 10038 0, 0, 0 81");
}

TEST(ManyPrograms, LeaveReservationsThatLastUntilTheLastHandleGoes) {
  Served served;
  const auto owner = served.program();
  const auto other = served.program();
  EXPECT_EQ(owner->tell("open tcp a"), "0");
  EXPECT_THAT(owner->tell("acquire a 6000 5"), StartsWith("0 "));
  const std::string heir = token_in(owner->tell("become-cat"));
  EXPECT_EQ(owner->tell("close a"), "0");
  EXPECT_EQ(other->tell("open tcp b"), "0");
  EXPECT_EQ(other->tell("bind b 6001"), "10013")
      << "a program that knows nothing of it holds the last handle";
  ::kill(std::stoi(heir), SIGKILL);
  EXPECT_TRUE(comes_to_say(*other, "bind b 6001", "0"));
}

TEST(ManyPrograms, AreOtherProcessesThanTheirSuccessors) {
  Served served;
  const auto program = served.program();
  EXPECT_EQ(program->tell("open tcp a"), "0");
  const std::string token = token_in(program->tell("acquire a 6000 5"));
  EXPECT_EQ(program->tell("exec start, open tcp b, associate b " + token), "0, 0, 10013");
  EXPECT_EQ(program->tell("exec start, open tcp b, bind b 6001"), "0, 0, 10013");
}

TEST(ManyPrograms, FindPersistentReservationsAgainAfterARestart) {
  const TemporaryFolder folder;
  Served stored({"--store", folder / "store"});
  std::string token;
  {
    const auto program = stored.program();
    const std::string made = program->tell("create 7000 5");
    EXPECT_THAT(made, StartsWith("0 "));
    token = token_in(made);
  }
  stored.server().kill();
  stored.start();
  const auto program = stored.program();
  const std::string found = program->tell("lookup 7000 5");
  EXPECT_THAT(found, StartsWith("0 "));
  EXPECT_NE(token_in(found), token);
}

TEST(ManyPrograms, MayHoldOneSocketTogether) {
  Served served;
  const auto one = served.program();
  const auto other = served.program();
  EXPECT_EQ(one->tell("open tcp l"), "0");
  EXPECT_EQ(one->tell("bind l 80"), "0");
  EXPECT_EQ(one->tell("listen l"), "0");
  const std::string offered = one->tell("duplicate l " + std::to_string(other->pid()));
  ASSERT_THAT(offered, StartsWith("0 "));
  EXPECT_EQ(other->tell("adopt m 12345"), "10022");
  EXPECT_EQ(other->tell("adopt m " + token_in(offered)), "0");
  EXPECT_EQ(other->tell("adopt n " + token_in(offered)), "10022");
  EXPECT_EQ(one->tell("close l"), "0");
  EXPECT_EQ(one->tell("open tcp x"), "0");
  EXPECT_EQ(one->tell("bind x 80"), "10048");  // the other's handle keeps it
  EXPECT_EQ(one->tell("connect x 80"), "0");
  EXPECT_THAT(other->tell("accept m a"), StartsWith("0 "));
  EXPECT_EQ(one->tell("send x hello"), "0");
  EXPECT_EQ(other->tell("recv a"), "0 hello");
}

TEST(ManyPrograms, KeepAReservationUntilTheLastHandle) {
  Served served;
  const auto one = served.program();
  const auto other = served.program();
  const auto third = served.program();
  EXPECT_EQ(one->tell("open tcp a"), "0");
  EXPECT_THAT(one->tell("acquire a 6000 5"), StartsWith("0 "));
  const std::string offered = one->tell("duplicate a " + std::to_string(other->pid()));
  EXPECT_EQ(other->tell("adopt a " + token_in(offered)), "0");
  one->kill();
  EXPECT_EQ(third->tell("open tcp a"), "0");
  EXPECT_EQ(third->tell("bind a 6001"), "10013");
  EXPECT_EQ(other->tell("close a"), "0");
  EXPECT_EQ(third->tell("bind a 6001"), "0");
}

TEST(ManyPrograms, BecomeTwoWhenTheyFork) {
  Served served;
  const auto parent = served.program();
  EXPECT_EQ(parent->tell("open tcp a"), "0");
  const std::string token = token_in(parent->tell("acquire a 6000 5"));
  EXPECT_EQ(parent->tell("fork open tcp b"), "0");
  EXPECT_EQ(parent->tell("fork associate a " + token), "10013");  // another process than the owner
  EXPECT_EQ(parent->tell("fork close a"), "0");
  EXPECT_EQ(parent->tell("open tcp c"), "0");
  EXPECT_EQ(parent->tell("associate c " + token), "0");  // the parent's own handle is still there
  EXPECT_EQ(parent->tell("open tcp l"), "0");
  EXPECT_EQ(parent->tell("bind l 80"), "0");
  EXPECT_EQ(parent->tell("listen l"), "0");
  const auto client = served.program();
  EXPECT_EQ(client->tell("open tcp x"), "0");
  EXPECT_EQ(client->tell("connect x 80"), "0");
  EXPECT_EQ(client->tell("send x hello"), "0");
  EXPECT_THAT(parent->tell("fork accept l s"), StartsWith("0 "));
}

// A connection from one program to another: `parent` has `s` of it, and `client` has `c`.
struct Connected {
  explicit Connected(const Served& served) : parent(served.program()), client(served.program()) {
    EXPECT_EQ(parent->tell("open tcp l"), "0");
    EXPECT_EQ(parent->tell("bind l 80"), "0");
    EXPECT_EQ(parent->tell("listen l"), "0");
    EXPECT_EQ(client->tell("open tcp c"), "0");
    EXPECT_EQ(client->tell("connect c 80"), "0");
    EXPECT_THAT(parent->tell("accept l s"), StartsWith("0 "));
  }
  std::unique_ptr<Program> parent;
  std::unique_ptr<Program> client;
};

TEST(ForkedPrograms, LeaveTheirParentsReceiveAlone) {
  Served served;
  const Connected pair(served);
  EXPECT_EQ(pair.parent->tell("begin s"), "997");
  EXPECT_EQ(pair.parent->tell("fork close s"), "0");
  EXPECT_EQ(pair.client->tell("send c hello"), "0");
  EXPECT_EQ(pair.parent->tell("finish"), "0 hello");
  EXPECT_EQ(pair.parent->tell("begin s"), "997");
  EXPECT_EQ(pair.parent->tell("fork port s"), "0 80");
  EXPECT_EQ(pair.client->tell("send c again"), "0");
  EXPECT_EQ(pair.parent->tell("finish"), "0 again");
}

TEST(ForkedPrograms, ReceiveForThemselves) {
  Served served;
  const Connected pair(served);
  EXPECT_EQ(pair.parent->tell("begin s"), "997");
  EXPECT_EQ(pair.client->tell("send c first"), "0");
  EXPECT_EQ(pair.parent->tell("finish"), "0 first");
  EXPECT_EQ(pair.parent->tell("open udp d"), "0");
  EXPECT_EQ(pair.parent->tell("bind d 53"), "0");
  EXPECT_EQ(pair.parent->tell("begin d"), "997");
  EXPECT_EQ(pair.parent->tell("sendto d 53 to-itself"), "0");
  EXPECT_EQ(pair.parent->tell("finish"), "0 to-itself");
  EXPECT_EQ(pair.parent->tell("fork begin d; sendto d 53 child; finish"), "997; 0; 0 child");
  EXPECT_EQ(pair.parent->tell("begin s"), "997");
  EXPECT_EQ(pair.parent->tell("fork begin d; sendto d 53 child; finish; close s"), "997; 0; 0 child; 0");
  EXPECT_EQ(pair.client->tell("send c second"), "0");
  EXPECT_EQ(pair.parent->tell("finish"), "0 second");
}

// -- the commands ---------------------------------------------------------------------------------

struct Ended {
  int code = -1;
  std::string output;
};

Ended shell(const std::string& line) {
  FILE* const pipe = popen((line + " 2>&1").c_str(), "r");
  Ended ended;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;)
    ended.output.append(buffer, got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

const std::string kBerth = BERTH_COMMAND_PATH;
const std::string kTalker = BERTH_TALKER;

TEST(Exec, GivesAProgramAndItsChildrenOneMachine) {
  // The second program tries until the first has the port, which it keeps for as long as the second tries.
  const std::string bind = "printf \"start\\nopen tcp a\\nbind a 80\\n\"";
  const Ended ended = shell(kBerth + " exec -- sh -c '(" + bind + "; for try in $(seq 200); do " + bind +
                            " | " + kTalker + " | grep 10048 >&2 && break; done; true) | " + kTalker + "'");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("10048"));
}

TEST(Exec, EndsAsTheProgramDoes) {
  EXPECT_EQ(shell(kBerth + " exec -- true").code, 0);
  EXPECT_EQ(shell(kBerth + " exec -- sh -c 'exit 77'").code, 77);
  EXPECT_EQ(shell(kBerth + " exec -- sh -c 'kill -9 $$'").code, 137);
  EXPECT_EQ(shell(kBerth + " exec -- /nonexistent/program").code, 127);
  EXPECT_EQ(shell(kBerth + " exec -- /").code, 126);
}

TEST(Exec, SaysWhoTheProgramIs) {
  const std::string create = R"( -- sh -c 'printf "start\ncreate 7000 5\n" | )" + kTalker + "'";
  EXPECT_THAT(shell(kBerth + " exec" + create).output, HasSubstr("\n5 0"));
  EXPECT_THAT(shell(kBerth + " exec --identity elevated-administrator" + create).output, HasSubstr("\n0 "));
  const Ended wrong = shell(kBerth + " exec --identity root" + create);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("identity: found \"root\""));
}

TEST(Exec, PassesSignalsOn) {
  Program exec(
      {kBerth, "exec", "--", "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done"}, {});
  EXPECT_EQ(exec.hear(), "ready");
  ::kill(exec.pid(), SIGTERM);
  EXPECT_EQ(exec.end(), 5);
}

TEST(Exec, WritesATrace) {
  const TemporaryFolder folder;
  const std::string trace = folder / "trace";
  shell(kBerth + " exec --trace " + trace + R"( -- sh -c 'printf "start\nopen tcp a\n" | )" + kTalker + "'");
  EXPECT_THAT(content_of(trace), HasSubstr(R"("request":"OpenSocket")"));
}

TEST(Look, ShowsWhoHoldsWhat) {
  Served served;
  const auto program = served.program();
  EXPECT_EQ(program->tell("open tcp a"), "0");
  EXPECT_EQ(program->tell("bind a 80"), "0");
  EXPECT_EQ(program->tell("open tcp b"), "0");
  EXPECT_THAT(program->tell("acquire b 6000 5"), StartsWith("0 "));
  const Ended ps = shell(kBerth + " ps --socket " + served.socket());
  EXPECT_EQ(ps.code, 0);
  EXPECT_THAT(ps.output, StartsWith("PID "));
  EXPECT_THAT(ps.output, HasSubstr(std::to_string(program->pid()) + "  "));
  EXPECT_THAT(ps.output, HasSubstr("tcp 6000-6004, tcp 127.0.0.1:80"));
  const Ended status = shell("BERTH_SOCKET=" + served.socket() + ' ' + kBerth + " status");
  EXPECT_THAT(status.output, HasSubstr("dynamic ports of tcp ipv4: 49152-65535"));
  EXPECT_THAT(status.output, HasSubstr("runtime reservation"));
  const Ended json = shell(kBerth + " status --json --socket " + served.socket());
  EXPECT_THAT(json.output, HasSubstr("\"program\": \"berth_e2e_talker\""));
  EXPECT_EQ(shell(kBerth + " ps --socket /nonexistent/socket").code, 2);
  EXPECT_EQ(shell(kBerth + " ps").code, 2);
}

TEST(Serve, RefusesWhatItCannotUse) {
  EXPECT_EQ(shell(kBerth + " serve").code, 2);
  EXPECT_THAT(shell(kBerth + " serve --tcp 127.0.0.1:0").output, HasSubstr("--secret-file"));
  EXPECT_THAT(shell(kBerth + " serve --socket x --allow-identity root").output, HasSubstr("identity: found"));
  EXPECT_THAT(shell(kBerth + " serve --socket /nonexistent/folder/socket").output, HasSubstr("No such file"));
  EXPECT_EQ(shell(kBerth + " serve --socket x --world /nonexistent").code, 2);
}

TEST(Serve, RefusesASecondServerOnItsStore) {
  const TemporaryFolder folder;
  const std::string store = folder / "store";
  Served first({"--store", store});
  EXPECT_THAT(first.program()->tell("create 7000 5"), StartsWith("0 "));
  const std::string stored = content_of(store);
  const Ended second = shell(kBerth + " serve --socket " + (folder / "s") + " --store " + store);
  EXPECT_EQ(second.code, 2);
  EXPECT_THAT(second.output, HasSubstr(store + ": found process " + std::to_string(first.server().pid()) +
                                       " as its writer, expected no other writer"));
  EXPECT_FALSE(std::filesystem::exists(folder / "s"));
  EXPECT_EQ(content_of(store), stored);
  const auto program = first.program();
  EXPECT_THAT(program->tell("lookup 7000 5"), StartsWith("0 "));
  EXPECT_THAT(program->tell("create 7100 5"), StartsWith("0 "));
  EXPECT_NE(content_of(store), stored);
}

TEST(Serve, TakesAStoreWhoseServerWasKilled) {
  const TemporaryFolder folder;
  const std::vector<std::string> options = {"--store", folder / "store"};
  Served first(options);
  EXPECT_THAT(first.program()->tell("create 7000 5"), StartsWith("0 "));
  EXPECT_EQ(shell(kBerth + " serve --socket " + (folder / "s") + " --store " + options[1]).code, 2);
  first.server().kill();
  const Served second(options);
  EXPECT_THAT(second.program()->tell("lookup 7000 5"), StartsWith("0 "));
  EXPECT_THAT(second.program()->tell("lookup 7100 5"), Not(StartsWith("0 ")));
}

TEST(Serve, EndsWhenItIsToldTo) {
  Served served;
  ::kill(served.server().pid(), SIGTERM);
  EXPECT_EQ(served.server().end(), 0);
  EXPECT_FALSE(std::filesystem::exists(served.socket()));
}

}  // namespace
}  // namespace berth::test
