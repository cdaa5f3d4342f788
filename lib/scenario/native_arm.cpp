// SPDX-License-Identifier: MIT
#include <berth/scenario/native_arm.h>

#include <algorithm>
#include <map>
#include <set>
#include <type_traits>

namespace berth::scenario {
namespace {

using Lack = std::optional<std::string>;

// -- what a computer that is not ours cannot be asked -----------------------------------------------------

constexpr std::string_view kNeedsConnections = "connect, accept and shutdown";
constexpr std::string_view kNeedsDuplicates = "WSADuplicateSocket";
constexpr std::string_view kRestart = "a restart: a run in two parts has one (--before-restart)";
constexpr std::string_view kWorldOverRestart =
    "a world of its own across a restart: scenarios that wait for one share the computer";
constexpr std::string_view kServices = "blocks and listeners of services, which no program can make";

template <class C>
constexpr bool kIsConnection = std::is_same_v<C, call::Connect> || std::is_same_v<C, call::Accept> ||
                               std::is_same_v<C, call::ConnectionClosed> || std::is_same_v<C, call::Shutdown>;
template <class C>
constexpr bool kIsOfServices = std::is_same_v<C, call::TakeBlock> || std::is_same_v<C, call::KernelListens> ||
                               std::is_same_v<C, call::StopService>;
template <class C>
constexpr bool kIsNetsh = std::is_same_v<C, call::AddExclusion> || std::is_same_v<C, call::DeleteExclusion> ||
                          std::is_same_v<C, call::SetDynamicRange>;
template <class C>
constexpr bool kIsPersistent =
    std::is_same_v<C, call::Persistent> || std::is_same_v<C, call::DeletePersistent>;

Lack lack_of_process(const Host& host, const ProcessWanted& process) {
  if (!process.identity) return "a launch by a manifest";
  return host.lacks(*process.identity);
}

Lack lack_of_step(const Host& host, const Step& step, RunPart part) {
  return std::visit(
      [&host, part]<class C>(const C& call) -> Lack {
        if constexpr (std::is_same_v<C, call::SetDynamicRange>)
          if (part != RunPart::Whole) return std::string(kWorldOverRestart);
        if constexpr (kIsConnection<C>) return std::string(kNeedsConnections);
        if constexpr (std::is_same_v<C, call::Duplicate>) return std::string(kNeedsDuplicates);
        if constexpr (std::is_same_v<C, call::Restart>)
          return part == RunPart::Whole ? Lack(kRestart) : host.lacks_restart();
        if constexpr (kIsOfServices<C>) return std::string(kServices);
        if constexpr (kIsNetsh<C>) return host.lacks_netsh();
        if constexpr (kIsPersistent<C>) return host.lacks_persistent_functions();
        if constexpr (std::is_same_v<C, call::Start>) return lack_of_process(host, call.process);
        return std::nullopt;
      },
      step.call);
}

// Only what netsh can put in place.
Lack lack_of_world(const Host& host, const World& world) {
  if (!world.foreign_blocks.empty() || !world.kernel_listeners.empty()) return std::string(kServices);
  if (!world.persistent_reservations.empty() || !world.bound_ports.empty())
    return "a world with reservations and sockets of others";
  if (world.uac != Uac::On) return "a world without User Account Control";
  if (!world.exclusions.empty() || !world.dynamic_ranges.empty()) return host.lacks_netsh();
  return std::nullopt;
}

// The playings of a first part all wait together.
Lack lack_of_room(const Scenario& scenario) {
  const bool has_literal_ports =
      std::ranges::any_of(scenario.ports, [](const PortsWanted& ports) { return ports.at.has_value(); });
  if (!has_literal_ports && scenario.world.exclusions.empty() && scenario.world.dynamic_ranges.empty())
    return std::nullopt;
  return std::string(kWorldOverRestart);
}

// The addresses of a world are those of some computer, perhaps not of this one.
Lack lack_of_addresses(const Host& host, const Scenario& scenario) {
  for (const Step& step : scenario.steps) {
    const auto* bind = std::get_if<call::Bind>(&step.call);
    if (bind == nullptr || bind->address.form != AddressUse::Form::Literal) continue;
    const auto address = parse_address(bind->address.literal);
    const bool is_of_the_world =
        address && std::ranges::find(scenario.world.addresses, *address) != scenario.world.addresses.end();
    if (is_of_the_world && !host.has_address(*address))
      return "the address " + bind->address.literal + ": this computer has not got it";
  }
  return std::nullopt;
}

template <class C>
constexpr bool kIsOfReservations =
    std::is_same_v<C, call::Acquire> || std::is_same_v<C, call::UseToken> || kIsPersistent<C> || kIsNetsh<C>;

bool is_of_reservations(const Step& step) {
  return std::visit([]<class C>(const C&) { return kIsOfReservations<C>; }, step.call);
}
// Where there are no reservations, only a scenario that knows of such places can be played.
Lack lack_of_reservations(const Host& host, const Scenario& scenario) {
  const auto knows = [](std::size_t index) { return switches()[index].name == "port_reservations"; };
  if (std::ranges::any_of(scenario.switches, knows)) return std::nullopt;
  if (std::ranges::none_of(scenario.steps, is_of_reservations)) return std::nullopt;
  return host.lacks_port_reservations();
}
bool sets_an_option(const Step& step) { return std::holds_alternative<call::SetOption>(step.call); }

// One user plays all parts. Whose a process is matters to the bind matrix alone: a fact of that about two
// users needs two.
Lack lack_of_accounts(const Scenario& scenario) {
  std::set<std::string> accounts;
  const auto look = [&accounts](const ProcessWanted& process) {
    if (process.identity) accounts.insert(process.identity->account);
  };
  std::ranges::for_each(scenario.processes, look);
  for (const Step& step : scenario.steps)
    if (const auto* start = std::get_if<call::Start>(&step.call)) look(start->process);
  const bool is_of_the_matrix = std::ranges::none_of(scenario.steps, is_of_reservations) ||
                                std::ranges::any_of(scenario.steps, sets_an_option);
  if (accounts.size() < 2 || !is_of_the_matrix) return std::nullopt;
  return "a second user account";
}

// -- a playing --------------------------------------------------------------------------------------------

/// Workers that have nothing to do, by identity: starting a process is what takes time.
class WorkerPool {
 public:
  explicit WorkerPool(Host& host) : host_(host) {}

  Result<std::unique_ptr<Worker>, std::string> take(const Identity& identity) {
    auto& idle = idle_[identity.kind];
    if (!idle.empty()) {
      auto worker = std::move(idle.back());
      idle.pop_back();
      return worker;
    }
    auto channel = host_.start(identity);
    if (!channel) return channel.error();
    return std::make_unique<Worker>(std::move(channel).value());
  }
  void give_back(const Identity& identity, std::unique_ptr<Worker> worker) {
    if (worker->is_there()) idle_[identity.kind].push_back(std::move(worker));
  }

 private:
  Host& host_;
  std::map<TokenKind, std::vector<std::unique_ptr<Worker>>> idle_;
};

/// What the playings of an arm share.
struct Shared {
  Host& host;
  TraceJournal& journal;
  RunPart part;
  std::set<std::size_t> kept{};                 // entries of the journal that outlive their playings
  std::vector<RequestedBlock> reserved_runs{};  // of playings that wait
  WorkerPool workers{host};

  void keep_what_is_there() {
    for (const auto& [entry, trace] : journal.open_entries()) kept.insert(entry);
  }
};

class NativePerformance final : public Performance {
 public:
  NativePerformance(Shared& shared, const Scenario& scenario) : shared_(shared), scenario_(scenario) {}
  ~NativePerformance() override {
    // First the sockets: a block is not deleted under them.
    end_all();
    for (const auto& [entry, trace] : shared_.journal.open_entries())
      if (!shared_.kept.contains(entry) && shared_.host.take_back(trace)) shared_.journal.strike(entry);
  }

  /// Puts the world in place and starts the processes; else why that failed.
  std::optional<std::string> set_the_stage() {
    for (const auto& range : scenario_.world.dynamic_ranges)
      if (const Seen seen = set_range({}, range); seen.kind != Seen::Kind::Succeeded)
        return "the dynamic range of the scenario's world cannot be set";
    for (const auto& exclusion : scenario_.world.exclusions)
      if (const Seen seen = exclude({}, exclusion); seen.kind != Seen::Kind::Succeeded)
        return "an exclusion of the scenario's world cannot be added";
    for (const ProcessWanted& process : scenario_.processes)
      if (auto failure = start(process)) return failure;
    return std::nullopt;
  }

  // Away from the runs of playings that wait, which may hold nothing that can be seen.
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    std::vector<PortsWanted> all;
    for (const RequestedBlock& run : shared_.reserved_runs)
      all.push_back({.name = "a run that waits", .count = run.count, .where = {}, .at = run.start});
    all.insert(all.end(), wanted.begin(), wanted.end());
    auto picked = shared_.host.pick(all);
    if (!picked) return picked.error();
    picked_.assign(picked->end() - static_cast<std::ptrdiff_t>(wanted.size()), picked->end());
    return picked_;
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return shared_.host.dynamic_range(transport, family);
  }
  Seen perform(const Step& step, const Names& names) override {
    return std::visit([&](const auto& call) { return play(step, call, names); }, step.call);
  }

 private:
  struct Process {
    Identity identity;
    std::unique_ptr<Worker> worker;
  };

  std::optional<std::string> start(const ProcessWanted& wanted) {
    auto worker = shared_.workers.take(*wanted.identity);
    if (!worker) return worker.error();
    Process process{.identity = *wanted.identity, .worker = std::move(worker).value()};
    if (auto failure = process.worker->begin(scenario_, wanted.start_ups)) return failure;
    processes_[wanted.name.name] = std::move(process);
    return std::nullopt;
  }
  void end_all() {
    for (auto& [name, process] : processes_) end(process);
    processes_.clear();
  }
  // Its sockets are closed at once, not when it is next needed.
  void end(Process& process) {
    if (!process.worker->begin(scenario_, 0))
      shared_.workers.give_back(process.identity, std::move(process.worker));
  }
  [[nodiscard]] std::optional<Identity> identity_of(const std::string& process) const {
    const auto found = processes_.find(process);
    return found == processes_.end() ? std::nullopt : std::optional(found->second.identity);
  }

  // -- steps that leave a trace: noted before, struck when nothing was made -------------------------------

  template <class Make>
  Seen with_trace(const Trace& trace, Make&& make) {
    const auto entry = shared_.journal.note(trace);
    if (!entry) return Seen::failed("the journal cannot be written");
    Seen seen = make();
    if (seen.kind == Seen::Kind::Refused) shared_.journal.strike(*entry);
    return seen;
  }
  Seen exclude(const std::optional<Identity>& as, const request::AddExclusion& wanted) {
    const Trace trace{.kind = Trace::Kind::Exclusion,
                      .transport = wanted.transport,
                      .family = {},
                      .block = wanted.block,
                      .store = wanted.lifetime};
    return with_trace(trace, [&] { return shared_.host.add_exclusion(as, wanted); });
  }
  Seen set_range(const std::optional<Identity>& as, const request::SetDynamicRange& wanted) {
    const PortRange before = shared_.host.dynamic_range(wanted.transport, wanted.family);
    const Trace trace{.kind = Trace::Kind::DynamicRange,
                      .transport = wanted.transport,
                      .family = wanted.family,
                      .block = {.start = before.first(), .count = static_cast<std::uint16_t>(before.count())},
                      .store = wanted.lifetime};
    return with_trace(trace, [&] { return shared_.host.set_dynamic_range(as, wanted); });
  }

  Seen play(const Step&, const call::Start& call, const Names&) {
    if (auto failure = start(call.process)) return Seen::failed(*std::move(failure));
    return {};
  }
  Seen play(const Step& step, const call::Exit&, const Names&) {
    // A real end: the worker's lines end with its channel.
    if (processes_.erase(step.as) == 0) return Seen::failed("the process " + step.as + " is not running");
    return {};
  }
  // The playing ends here and waits: whoever runs us restarts the computer later.
  Seen play(const Step&, const call::Restart&, const Names&) {
    end_all();
    shared_.keep_what_is_there();
    shared_.reserved_runs.insert(shared_.reserved_runs.end(), picked_.begin(), picked_.end());
    return {};
  }
  Seen play(const Step& step, const call::AddExclusion& call, const Names& names) {
    return exclude(identity_of(step.as), {call.transport, names.block(call.block), call.store});
  }
  Seen play(const Step& step, const call::DeleteExclusion& call, const Names& names) {
    return shared_.host.delete_exclusion(identity_of(step.as),
                                         {call.transport, names.block(call.block), call.store});
  }
  Seen play(const Step& step, const call::SetDynamicRange& call, const Names& names) {
    return set_range(identity_of(step.as),
                     {call.transport, call.family, names.block(call.block), call.store});
  }
  Seen play(const Step& step, const call::Persistent& call, const Names& names) {
    if (call.action != call::PersistentAction::Create) return call_windows(step, names);
    const Trace trace{.kind = Trace::Kind::PersistentReservation,
                      .transport = call.transport,
                      .family = {},
                      .block = names.block(call.block),
                      .store = Lifetime::Persistent};
    return with_trace(trace, [&] { return call_windows(step, names); });
  }
  template <class Other>
  Seen play(const Step& step, const Other&, const Names& names) {
    return call_windows(step, names);
  }
  Seen call_windows(const Step& step, const Names& names) {
    const auto found = processes_.find(step.as);
    if (found == processes_.end()) return Seen::failed("the process " + step.as + " is not running");
    return found->second.worker->perform(step, names);
  }

  Shared& shared_;
  const Scenario& scenario_;
  std::map<std::string, Process> processes_;
  std::vector<RequestedBlock> picked_;
};

class NativeArm final : public Arm {
 public:
  NativeArm(Host& host, TraceJournal& journal, RunPart part)
      : shared_{.host = host, .journal = journal, .part = part} {
    if (part != RunPart::Whole) shared_.keep_what_is_there();
  }

  ArmKind kind() const override { return ArmKind::Native; }
  std::optional<std::string> lacks(const Step& step) const override {
    return lack_of_step(shared_.host, step, shared_.part);
  }
  std::optional<std::string> lacks(const ProcessWanted& process) const override {
    return lack_of_process(shared_.host, process);
  }
  std::optional<std::string> lacks(const Scenario& scenario) const override {
    if (scenario.profile) return "a Windows that is as the profile " + scenario.profile->name;
    if (auto lack = lack_of_world(shared_.host, scenario.world)) return lack;
    if (shared_.part != RunPart::Whole)
      if (auto lack = lack_of_room(scenario)) return lack;
    if (auto lack = lack_of_reservations(shared_.host, scenario)) return lack;
    if (auto lack = lack_of_addresses(shared_.host, scenario)) return lack;
    return lack_of_accounts(scenario);
  }
  Result<std::unique_ptr<Performance>, std::string> begin(const Scenario& scenario,
                                                          const Profile&) const override {
    auto performance = std::make_unique<NativePerformance>(shared_, scenario);
    if (shared_.part == RunPart::AfterRestart) return std::unique_ptr<Performance>(std::move(performance));
    if (auto failure = performance->set_the_stage()) return *std::move(failure);
    return std::unique_ptr<Performance>(std::move(performance));
  }

 private:
  mutable Shared shared_;  // an arm's state is its processes; what it says does not depend on them
};

}  // namespace

std::unique_ptr<Arm> make_native_arm(Host& host, TraceJournal& journal, RunPart part) {
  return std::make_unique<NativeArm>(host, journal, part);
}

}  // namespace berth::scenario
