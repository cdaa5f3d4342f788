// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>
#include <berth/machine/machine.h>

#include <memory>
#include <utility>

namespace {

using namespace berth;

const Address kAny = Address::any(Family::Ipv4);

/// A machine with one process and one socket.
class Bench {
 public:
  Outcome answer(const Request& request) { return machine_->submit(process_, request); }
  Reply ask(const Request& request) { return std::get<Reply>(answer(request)); }
  SocketId open() { return ask(request::OpenSocket{}).socket; }
  [[nodiscard]] SocketId socket() const { return socket_; }
  [[nodiscard]] Machine& machine() { return *machine_; }
  void acquire_and_release(RequestedBlock block) {
    const Token token = ask(request::Acquire{socket_, block}).token;
    ask(request::Release{socket_, token});
  }

 private:
  std::unique_ptr<Machine> machine_ = std::move(Machine::start()).value();
  ProcessId process_ = machine_->start_process({TokenKind::ElevatedAdministrator, "bench"});
  SocketId socket_ = open();
};

void AcquireSpecificAndRelease(benchmark::State& state) {
  Bench bench;
  const auto count = static_cast<std::uint16_t>(state.range(0));
  for (auto _ : state) bench.acquire_and_release({5000, count});
}
BENCHMARK(AcquireSpecificAndRelease)->Arg(1)->Arg(20)->Arg(1000);

void AcquireRefused(benchmark::State& state) {
  Bench bench;
  bench.ask(request::Acquire{bench.socket(), {5000, 20}});
  for (auto _ : state) benchmark::DoNotOptimize(bench.answer(request::Acquire{bench.socket(), {5010, 1}}));
}
BENCHMARK(AcquireRefused);

void LookUp(benchmark::State& state) {
  Bench bench;
  bench.ask(request::CreatePersistent{Transport::Tcp, {5000, 20}});
  for (auto _ : state) bench.ask(request::LookupPersistent{Transport::Tcp, {5000, 20}});
}
BENCHMARK(LookUp);

void AcquireWildcardInAnEmptyPool(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) bench.acquire_and_release({0, 64});
}
BENCHMARK(AcquireWildcardInAnEmptyPool);

// Every `step`th port is taken, up to one gap of 64 at the upper end.
void AcquireWildcardInAFragmentedPool(benchmark::State& state) {
  Bench bench;
  const SocketId holder = bench.open();
  const auto step = static_cast<std::uint32_t>(state.range(0));
  for (std::uint32_t port = 49152; port + 66 < 65535; port += step)
    bench.ask(request::Acquire{holder, {static_cast<Port>(port), 1}});
  for (auto _ : state) bench.acquire_and_release({0, 60});
}
BENCHMARK(AcquireWildcardInAFragmentedPool)->Arg(2)->Arg(16);

void AssociateAgain(benchmark::State& state) {
  Bench bench;
  const Token token = bench.ask(request::Acquire{bench.socket(), {5000, 20}}).token;
  for (auto _ : state) bench.ask(request::Associate{bench.socket(), token});
}
BENCHMARK(AssociateAgain);

void OpenBindAndClose(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    const SocketId socket = bench.open();
    bench.ask(request::Bind{socket, {kAny, 8080}});
    bench.ask(request::CloseSocket{socket});
  }
}
BENCHMARK(OpenBindAndClose);

void OpenAssociateBindFromTheBlockAndClose(benchmark::State& state) {
  Bench bench;
  const Token token = bench.ask(request::Acquire{bench.socket(), {5000, 20}}).token;
  for (auto _ : state) {
    const SocketId socket = bench.open();
    bench.ask(request::Associate{socket, token});
    bench.ask(request::Bind{socket, {kAny, 0}});
    bench.ask(request::CloseSocket{socket});
  }
}
BENCHMARK(OpenAssociateBindFromTheBlockAndClose);

void OpenBindAutomaticallyAndClose(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    const SocketId socket = bench.open();
    bench.ask(request::Bind{socket, {kAny, 0}});
    bench.ask(request::CloseSocket{socket});
  }
}
BENCHMARK(OpenBindAutomaticallyAndClose);

void TakeASnapshot(benchmark::State& state) {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.ask(request::Acquire{bench.socket(), {0, 64}});
  for (auto _ : state) benchmark::DoNotOptimize(bench.machine().snapshot());
}
BENCHMARK(TakeASnapshot);

void ComeBackToASnapshot(benchmark::State& state) {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.ask(request::Acquire{bench.socket(), {0, 64}});
  const Snapshot snapshot = bench.machine().snapshot();
  for (auto _ : state) {
    bench.ask(request::Acquire{bench.socket(), {5000, 20}});
    benchmark::DoNotOptimize(bench.machine().restore(snapshot));
  }
}
BENCHMARK(ComeBackToASnapshot);

void StartAMachine(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Machine::start());
}
BENCHMARK(StartAMachine);

void RestartAMachine(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) benchmark::DoNotOptimize(bench.machine().restart());
}
BENCHMARK(RestartAMachine);

void StateHash(benchmark::State& state) {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.ask(request::Acquire{bench.socket(), {0, 64}});
  for (auto _ : state) benchmark::DoNotOptimize(bench.machine().state_hash());
}
BENCHMARK(StateHash);

}  // namespace
