// SPDX-License-Identifier: MIT
#include <berth/machine/journal.h>
#include <berth/machine/machine.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <support/random_requests.h>

// Plays requests drawn from a seed, restarts among them, and writes the journal and the last state hash:
//
//   determinism_player SEED STEPS     to stdout
//   determinism_player replay FILE    plays such a journal again and writes the state hash it comes to
namespace {

using namespace berth;

World world() {
  World world;
  world.exclusions = {{Transport::Tcp, {5060, 10}}};
  world.foreign_blocks = {{Transport::Tcp, {50100, 50}, "WinNAT", Placement::MovesAtRestart}};
  return world;
}

int play(std::uint64_t seed, int steps) {
  Journal journal(world(), {}, seed, {}, [](const std::string& line) { std::fputs(line.c_str(), stdout); });
  const auto started = Machine::start({.world = world(), .seed = seed, .observer = &journal});
  if (!started) return 1;
  Machine& machine = **started;
  RandomRequests requests(seed);
  for (int step = 0; step < steps; ++step) {
    const auto asked = machine.inspect([&](const PortPool& pool) { return requests.next(pool); });
    machine.submit(asked.caller, asked.request);
    if (requests.below(150) == 0 && machine.restart()) return 1;
  }
  std::fprintf(stderr, "%016" PRIx64 "\n", machine.state_hash());
  return 0;
}

int play_again(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto replayed = replay(path, text);
  if (!replayed) {
    std::fprintf(stderr, "%s\n", to_string(replayed.error()).c_str());
    return 1;
  }
  std::fprintf(stderr, "%016" PRIx64 "\n", replayed->state_hash);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  if (std::string(argv[1]) == "replay") return play_again(argv[2]);
  return play(std::strtoull(argv[1], nullptr, 10), std::atoi(argv[2]));
}
