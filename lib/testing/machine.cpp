// SPDX-License-Identifier: MIT
#include <berth/testing.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "describe.h"
#include "living_machines.h"

namespace berth::testing {
namespace {

std::uint64_t seed_of_environment() {
  const char* text = std::getenv("BERTH_SEED");
  std::uint64_t seed = kUsualSeed;
  if (text == nullptr) return seed;
  const std::string_view digits(text);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc{} || stop != digits.data() + digits.size())
    throw std::invalid_argument("BERTH_SEED is \"" + std::string(digits) + "\", expected a number");
  return seed;
}

// Remembers what the machine refused last.
class Watcher final : public Observer {
 public:
  void decided(const Decided& decision) override {
    const auto* refusal = std::get_if<Refusal>(&decision.outcome);
    if (refusal == nullptr) return;
    const std::lock_guard guard(mutex_);
    last_ = *refusal;
  }
  void restarted(std::uint64_t, std::uint64_t) override {}
  [[nodiscard]] std::optional<Refusal> last() const {
    const std::lock_guard guard(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Refusal> last_;
};

// A watcher and the machine that it watches, which is destroyed first.
struct Emulated {
  Watcher watcher;
  std::unique_ptr<berth::Machine> machine;
};

std::shared_ptr<Emulated> started(const MachineOptions& options, std::uint64_t seed) {
  auto emulated = std::make_shared<Emulated>();
  auto machine = berth::Machine::start({.world = options.world,
                                        .profile = options.profile,
                                        .seed = seed,
                                        .storage = nullptr,
                                        .observer = &emulated->watcher});
  if (!machine) throw std::invalid_argument(to_string(machine.error()));
  emulated->machine = std::move(machine).value();
  return emulated;
}

// What was there before the test did anything.
struct Baseline {
  std::set<SocketId> sockets;
  std::set<std::uint64_t> reservations;  // by their numbers in the store
};

Baseline baseline_of(const berth::Machine& machine) {
  Baseline baseline;
  machine.inspect([&baseline](const PortPool& pool) {
    pool.sockets().each([&](const SocketRecord& socket) { baseline.sockets.insert(socket.id); });
  });
  for (const auto& reservation : machine.persistent_set().reservations)
    baseline.reservations.insert(reservation.serial);
  return baseline;
}

}  // namespace

struct Machine::Inside {
  Inside(MachineOptions given, const char* in_file, int at_line)
      : options(std::move(given)),
        file(in_file),
        line(at_line),
        seed(options.seed ? *options.seed : seed_of_environment()),
        emulated(started(options, seed)),
        baseline(baseline_of(*emulated->machine)),
        trace(file, line, "berth: this machine's seed is " + std::to_string(seed)) {
    begin();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { end(); }

  [[nodiscard]] berth::Machine& machine() const { return *emulated->machine; }
  [[nodiscard]] std::shared_ptr<WindowsProcess> start(const Identity& identity, int start_ups) const {
    return WindowsProcess::of(std::shared_ptr<Gateway>(emulated, emulated->machine.get()),
                              machine().start_process(identity), start_ups, options.network);
  }
  void begin() {
    first = start(options.identity, options.start_ups.value_or(start_ups_of_the_program()));
    home.emplace(first);
    attached.emplace(first);
  }
  void end() {
    attached.reset();
    home.reset();
    first.reset();
    others.clear();
  }

  void report_leaks() const;
  void report(Leak leak, const std::vector<std::string>& left) const;
  [[nodiscard]] std::vector<std::string> sockets_left() const;
  [[nodiscard]] std::vector<std::string> reservations_left() const;
  [[nodiscard]] std::vector<std::string> held_calls_left() const;

  const MachineOptions options;
  const char* const file;
  const int line;
  const std::uint64_t seed;
  const std::shared_ptr<Emulated> emulated;
  Baseline baseline;
  const ScopedTrace trace;
  std::shared_ptr<WindowsProcess> first;
  std::optional<ScopedHome> home;
  std::optional<ScopedProcess> attached;
  mutable std::mutex mutex;  // guards what follows
  std::vector<std::shared_ptr<WindowsProcess>> others;
  std::set<Leak> forgiven;
};

// -- what a test leaves behind --------------------------------------------------------------------

std::vector<std::string> Machine::Inside::sockets_left() const {
  std::vector<std::string> left;
  machine().inspect([&](const PortPool& pool) {
    pool.sockets().each([&](const SocketRecord& socket) {
      if (!baseline.sockets.contains(socket.id)) left.push_back(describe(pool, socket));
    });
  });
  return left;
}

std::vector<std::string> Machine::Inside::reservations_left() const {
  std::vector<std::string> left;
  machine().inspect([&](const PortPool& pool) {
    pool.blocks().each([&](const BlockRecord& block) {
      if (block.kind == RecordKind::PersistentReservation && !baseline.reservations.contains(block.serial))
        left.push_back(describe(pool, block));
    });
  });
  return left;
}

std::vector<std::string> Machine::Inside::held_calls_left() const {
  HeldCalls sum = held_calls(*first);
  for (const auto& process : others) {
    const HeldCalls calls = held_calls(*process);
    sum.held += calls.held;
    sum.abandoned += calls.abandoned;
  }
  std::vector<std::string> left;
  if (sum.held != 0) left.push_back("calls that a fault holds: " + std::to_string(sum.held));
  if (sum.abandoned != 0)
    left.push_back("calls that nobody let go before their fault ended: " + std::to_string(sum.abandoned));
  return left;
}

void Machine::Inside::report(Leak leak, const std::vector<std::string>& left) const {
  if (left.empty() || forgiven.contains(leak)) return;
  std::ostringstream text;
  text << "the test leaves behind on its machine:";
  for (const std::string& one : left) text << "\n  " << one;
  ADD_FAILURE_AT(file, line) << text.str();
}

void Machine::Inside::report_leaks() const {
  report(Leak::HeldCalls, held_calls_left());
  report(Leak::Sockets, sockets_left());
  report(Leak::PersistentReservations, reservations_left());
}

// -- the machine ----------------------------------------------------------------------------------

Machine::Machine(MachineOptions options, const char* file, int line)
    : inside_(std::make_unique<Inside>(std::move(options), file, line)) {
  add_living(*this);
}

Machine::~Machine() {
  inside_->report_leaks();
  remove_living(*this);
}

const std::shared_ptr<WindowsProcess>& Machine::process() const { return inside_->first; }

std::shared_ptr<WindowsProcess> Machine::start_process(const Identity& identity, int start_ups) {
  auto process = inside_->start(identity, start_ups);
  const std::lock_guard guard(inside_->mutex);
  inside_->others.push_back(process);
  return process;
}

void Machine::end_process(const std::shared_ptr<WindowsProcess>& process) {
  static_cast<void>(emulated().submit(process->id(), request::ExitProcess{}));
}

void Machine::restart() {
  inside_->end();
  if (emulated().restart()) ADD_FAILURE() << "the machine's store cannot be written";
  // What the machine brought back by itself is not the test's; what the test made persistent still is.
  inside_->baseline.sockets = baseline_of(emulated()).sockets;
  inside_->begin();
}

void Machine::add_exclusion(Transport transport, RequestedBlock block, Lifetime lifetime) {
  submit(request::AddExclusion{transport, block, lifetime});
}

void Machine::remove_exclusion(Transport transport, RequestedBlock block, Lifetime lifetime) {
  submit(request::DeleteExclusion{transport, block, lifetime});
}

void Machine::add_foreign_block(Transport transport, RequestedBlock block, const std::string& service,
                                Placement placement) {
  submit(request::AddForeignBlock{transport, block, service, placement});
}

void Machine::add_kernel_listener(Transport transport, Port port, const std::string& service) {
  submit(request::AddKernelListener{transport, port, service});
}

void Machine::remove_service(const std::string& service) { submit(request::StopService{service}); }

void Machine::set_dynamic_range(Transport transport, Family family, RequestedBlock block) {
  submit(request::SetDynamicRange{transport, family, block, Lifetime::Persistent});
}

void Machine::submit(const Request& request) {
  const Outcome outcome = emulated().submit({}, request);
  if (const auto* refusal = std::get_if<Refusal>(&outcome))
    ADD_FAILURE() << "the machine refuses " << kRequestNames[request.index()] << ": " << explain(*refusal);
  if (std::holds_alternative<HostFailure>(outcome))
    ADD_FAILURE() << "the machine cannot carry out " << kRequestNames[request.index()];
}

ScopedFault Machine::fault(FaultPoint point, const FaultAction& action, const When& when) {
  return {inside_->first, point, action, when};
}

std::optional<Refusal> Machine::last_refusal() const {
  const auto process = process_of_this_thread();
  const auto here = berth::last_refusal();
  const bool is_ours = process != nullptr && &process->machine() == &emulated();
  if (is_ours && (here || last_fault())) return here;
  return inside_->emulated->watcher.last();
}

std::optional<Advice> Machine::last_advice() const { return berth::last_advice(*inside_->first); }

std::string Machine::explain(const Refusal& refusal) const {
  const std::string record =
      emulated().inspect([&refusal](const PortPool& pool) { return describe(pool, refusal.record); });
  const std::string rule = describe(refusal.rule);
  if (!record.empty()) return rule + "; what decided is the " + record;
  const bool had_one = !std::holds_alternative<std::monostate>(refusal.record);
  return had_one ? rule + "; what decided is gone" : rule;
}

std::uint64_t Machine::seed() const { return inside_->seed; }

berth::Machine& Machine::emulated() const { return inside_->machine(); }

void Machine::forgive(Leak leak) {
  const std::lock_guard guard(inside_->mutex);
  inside_->forgiven.insert(leak);
}

void Machine::allow_leaks() {
  for (const Leak leak : {Leak::Sockets, Leak::PersistentReservations, Leak::HeldCalls}) forgive(leak);
}

void PrintTo(const Machine& machine, std::ostream* out) {
  *out << "the machine with seed " << machine.seed();
}

}  // namespace berth::testing
