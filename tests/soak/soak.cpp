// SPDX-License-Identifier: MIT
// Starts, kills and restarts programs and their server at random, and looks afterwards whether everything
// that was acknowledged is still so: persistent reservations are there, the journal of each server's life
// plays again to the same states, and no process is left that no program is.
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/machine/journal.h>
#include <berth/remote/channel.h>
#include <berth/remote/remote_gateway.h>

#include "e2e/program.h"
#include "support/temporary_folder.h"

namespace berth::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPrograms = 6;
constexpr int kBlocks = 40;  // persistent reservations that may be there, each of 5 ports

struct Asked {
  double seconds = 5;
  int kills = 0;  // at least; 0: as many as the time gives
  std::uint64_t seed = 0;
};

enum class Fate { Absent, Present, Unknown };

class Soak {
 public:
  explicit Soak(const Asked& asked) : asked_(asked), dice_(asked.seed) { fates_.fill(Fate::Absent); }

  bool run() {
    start_server();
    const auto start = Clock::now();
    const auto is_over = [&] {
      const std::chrono::duration<double> passed = Clock::now() - start;
      return passed.count() >= asked_.seconds && kills_ >= asked_.kills;
    };
    while (!is_over() && faults_ == 0) act();
    end_programs();
    look_at_leftovers();
    kill_server();
    start_server();
    look_at_reservations();
    kill_server();
    for (int life = 1; life <= lives_; ++life) play_again(life);
    std::printf(
        "seed %llu: %d calls, %d programs and %d servers killed, %llu decisions played again, %d faults\n",
        static_cast<unsigned long long>(asked_.seed), calls_, kills_ - server_kills_, server_kills_,
        static_cast<unsigned long long>(replayed_), faults_);
    return faults_ == 0;
  }

 private:
  std::uint64_t below(std::uint64_t count) { return dice_.next() % count; }
  void complain(const std::string& what) {
    ++faults_;
    std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(asked_.seed), what.c_str());
  }

  // -- lives --------------------------------------------------------------------------------------

  [[nodiscard]] std::string socket() const { return folder_ / "socket"; }
  [[nodiscard]] std::string trace(int life) const { return folder_ / ("trace" + std::to_string(life)); }

  void start_server() {
    ++lives_;
    server_ = std::make_unique<Program>(
        std::vector<std::string>{BERTH_COMMAND_PATH, "serve", "--quiet", "--socket", socket(), "--store",
                                 folder_ / "store", "--trace", trace(lives_)},
        std::vector<std::string>{});
    while (!remote::Channel::to({.path = socket(), .host = {}, .port = 0}))
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  void kill_server() {
    server_->kill();
    server_.reset();
  }
  Program& program(std::size_t number) {
    auto& one = programs_[number];
    if (one == nullptr) {
      one = std::make_unique<Program>(std::vector<std::string>{BERTH_TALKER}, joined_to(socket()));
      if (one->tell("start") != "0") complain("a program cannot start");
    }
    return *one;
  }
  void end_programs() {
    for (auto& one : programs_) one.reset();
  }

  // -- deeds --------------------------------------------------------------------------------------

  void act() {
    const std::uint64_t deed = below(1000);
    const std::size_t number = below(kPrograms);
    if (deed < 3) return kill_everything(number);
    if (deed < 20) return kill_program(number);
    ++calls_;
    if (deed < 120) return create(program(number));
    if (deed < 180) return look_up(program(number));
    const std::string line = call();
    if (program(number).tell(line).empty()) complain("a program ended at: " + line);
  }

  std::string call() {
    const std::string name = "s" + std::to_string(below(8));
    const std::string port = std::to_string(5000 + below(60));
    switch (below(7)) {
      case 0:
      case 1: return (below(2) == 0 ? "open tcp " : "open udp ") + name;
      case 2: return "bind " + name + ' ' + port;
      case 3: return "listen " + name;
      case 4: return "acquire " + name + ' ' + port + " 3";
      case 5: return "port " + name;
      default: return "close " + name;
    }
  }

  static std::string block_text(std::uint64_t block) { return std::to_string(20'000 + block * 10) + " 5"; }

  void create(Program& who) {
    const std::uint64_t block = below(kBlocks);
    const std::string answer = who.tell("create " + block_text(block));
    const bool is_made = answer.starts_with("0 ");
    if (is_made && fates_[block] == Fate::Present)
      complain("a block was created twice: " + block_text(block));
    if (!is_made && fates_[block] == Fate::Absent) complain("a block cannot be created: " + answer);
    fates_[block] = Fate::Present;
  }

  void look_up(Program& who) {
    const std::uint64_t block = below(kBlocks);
    if (fates_[block] == Fate::Unknown) return;
    const bool is_there = who.tell("lookup " + block_text(block)).starts_with("0 ");
    if (is_there != (fates_[block] == Fate::Present))
      complain("the block " + block_text(block) + (is_there ? " is there" : " is lost"));
  }

  // With something under way that may or may not be done when it dies.
  void kill_program(std::size_t number) {
    const std::uint64_t block = below(kBlocks);
    if (below(2) == 0) {
      program(number).say("create " + block_text(block));
      if (fates_[block] == Fate::Absent) fates_[block] = Fate::Unknown;
    } else {
      program(number).say(call());
    }
    program(number).kill();
    programs_[number].reset();
    ++kills_;
  }
  void kill_everything(std::size_t number) {
    const std::uint64_t block = below(kBlocks);
    program(number).say("create " + block_text(block));
    if (fates_[block] == Fate::Absent) fates_[block] = Fate::Unknown;
    kill_server();
    ++kills_;
    ++server_kills_;
    for (std::size_t i = 0; i < kPrograms; ++i)
      if (programs_[i] != nullptr && i != number && programs_[i]->tell("open tcp s") != "10050")
        complain("a program did not lose the network with its server");
    end_programs();
    start_server();
  }

  // -- what must be true ----------------------------------------------------------------------------

  void look_at_leftovers() {
    const auto joined = remote::RemoteGateway::connect({.path = socket(), .host = {}, .port = 0}, {});
    if (!joined) return complain("the server is not there at the end: " + joined.error());
    const auto end = Clock::now() + std::chrono::seconds(10);
    std::string status;
    do {
      status = (*joined)->status().value_or("");
      if (status.find(R"("processes":[],"sockets":[])") != std::string::npos) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    } while (Clock::now() < end);
    complain("something is left of programs that have ended: " + status);
  }

  void look_at_reservations() {
    for (std::uint64_t block = 0; block < kBlocks; ++block) {
      if (fates_[block] == Fate::Unknown) continue;
      const bool is_there = program(0).tell("lookup " + block_text(block)).starts_with("0 ");
      if (is_there != (fates_[block] == Fate::Present))
        complain("after the end the block " + block_text(block) + (is_there ? " is there" : " is lost"));
    }
    programs_[0].reset();
  }

  // The last line of a life that was killed may be half a line.
  void play_again(int life) {
    std::ifstream file(trace(life), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.erase(text.rfind('\n') + 1);
    if (text.empty()) return;
    const auto played = replay("life " + std::to_string(life), text);
    if (!played) return complain(to_string(played.error()));
    replayed_ += played->decisions;
  }

  const Asked asked_;
  Dice dice_;
  TemporaryFolder folder_;
  std::unique_ptr<Program> server_;
  std::array<std::unique_ptr<Program>, kPrograms> programs_;
  std::array<Fate, kBlocks> fates_;
  int lives_ = 0;
  int calls_ = 0;
  int kills_ = 0;
  int server_kills_ = 0;
  std::uint64_t replayed_ = 0;
  int faults_ = 0;
};

Asked read_arguments(int argc, char** argv) {
  Asked asked;
  asked.seed = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()) ^
               static_cast<std::uint64_t>(::getpid());
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seconds") asked.seconds = std::atof(argv[i + 1]);
    if (name == "--kills") asked.kills = std::atoi(argv[i + 1]);
    if (name == "--seed") asked.seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  return asked;
}

}  // namespace
}  // namespace berth::test

int main(int argc, char** argv) {
  const auto asked = berth::test::read_arguments(argc, argv);
  std::printf("seed %llu\n", static_cast<unsigned long long>(asked.seed));
  std::fflush(stdout);
  return berth::test::Soak(asked).run() ? 0 : 1;
}
