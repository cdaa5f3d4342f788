// SPDX-License-Identifier: MIT
#include "emulated_stage.h"

#include <algorithm>

#include <berth/codes/error_codes.h>

#include "port_picker.h"

namespace berth::scenario {
namespace {

// -- words ------------------------------------------------------------------------------------------------

std::string words_for(HostFailure failure) {
  switch (failure) {
    case HostFailure::StoreCannotBeWritten: return "the persistent store cannot be written";
    case HostFailure::ProcessIsNotRunning: return "the process is not running";
    case HostFailure::MachineIsGone: return "the machine cannot be reached";
    case HostFailure::LimitIsReached: return "the machine gives this program no more";
  }
  return "the host failed";
}

std::string range_text(PortRange range) {
  if (range.first() == range.last()) return "port " + std::to_string(range.first());
  return "ports " + std::to_string(range.first()) + " to " + std::to_string(range.last());
}

// The request that an administrator or a service makes; nothing for any other step.
struct RequestMaker {
  const Names& names;
  std::optional<Request> operator()(const call::AddExclusion& call) const {
    return request::AddExclusion{call.transport, names.block(call.block), call.store};
  }
  std::optional<Request> operator()(const call::DeleteExclusion& call) const {
    return request::DeleteExclusion{call.transport, names.block(call.block), call.store};
  }
  std::optional<Request> operator()(const call::SetDynamicRange& call) const {
    return request::SetDynamicRange{call.transport, call.family, names.block(call.block), call.store};
  }
  std::optional<Request> operator()(const call::TakeBlock& call) const {
    return request::AddForeignBlock{call.transport, names.block(call.block), call.service, call.placement};
  }
  std::optional<Request> operator()(const call::KernelListens& call) const {
    return request::AddKernelListener{call.transport, names.port(call.port), call.service};
  }
  std::optional<Request> operator()(const call::StopService& call) const {
    return request::StopService{call.service};
  }
  template <class Other>
  std::optional<Request> operator()(const Other&) const {
    return std::nullopt;
  }
};

std::optional<std::int64_t> code_for(Rule rule, Surface surface, const Profile& profile) {
  if (surface == Surface::Winsock) return winsock_code(rule, profile);
  return win32_code(rule, profile);
}

}  // namespace

// -- setting the stage ------------------------------------------------------------------------------------

Result<EmulatedStage, std::string> EmulatedStage::make_empty(const Scenario& scenario,
                                                             const Profile& profile) {
  MachineSetup setup;
  setup.world = scenario.world;
  setup.profile = profile;
  auto machine = Machine::start(std::move(setup));
  if (!machine) return to_string(machine.error());
  return EmulatedStage(std::shared_ptr<Machine>(std::move(machine).value()));
}

Result<EmulatedStage, std::string> EmulatedStage::make(const Scenario& scenario, const Profile& profile) {
  auto made = make_empty(scenario, profile);
  if (!made) return made.error();
  EmulatedStage stage = std::move(made).value();
  for (const ProcessWanted& process : scenario.processes)
    if (const Seen started = stage.start(process); started.kind != Seen::Kind::Succeeded)
      return "the process " + process.name.name + " does not start";
  return stage;
}

Result<std::vector<RequestedBlock>, std::string> EmulatedStage::pick(std::span<const PortsWanted> wanted) {
  return pick_ports(*machine_, wanted);
}

PortRange EmulatedStage::dynamic_range(Transport transport, Family family) const {
  return machine_->inspect([=](const PortPool& pool) { return pool.dynamic_range(transport, family); });
}

// -- processes --------------------------------------------------------------------------------------------

bool EmulatedStage::is_running(const std::string& process) const {
  return process == kSystem || processes_.contains(process);
}

ProcessId EmulatedStage::id_of(const std::string& process) const {
  const auto found = processes_.find(process);
  return found == processes_.end() ? ProcessId{} : found->second.id;
}

std::string EmulatedStage::name_of(ProcessId process) const {
  if (!process) return std::string(kSystem);
  for (const auto& [name, known] : processes_)
    if (known.id == process) return name;
  return "another process";
}

Outcome EmulatedStage::submit(const std::string& process, const Request& request) {
  if (!is_running(process)) return HostFailure::ProcessIsNotRunning;
  return machine_->submit(id_of(process), request);
}

request::StartProcess EmulatedStage::start_request(const ProcessWanted& wanted) const {
  request::StartProcess request;
  if (wanted.identity) {
    request.account = wanted.identity->account;
    request.token = wanted.identity->kind;
  } else {
    const LaunchWanted& launch = *wanted.launch;
    request.account = launch.user;
    request.token = Launch{.account_kind = launch.account_kind,
                           .manifest = launch.manifest,
                           .started_by = launch.started_by,
                           .uac = launch.uac.value_or(machine_->uac())};
  }
  return request;
}

Seen EmulatedStage::start(const ProcessWanted& wanted) {
  const Outcome outcome = machine_->submit({}, start_request(wanted));
  if (const auto* reply = std::get_if<Reply>(&outcome))
    processes_[wanted.name.name] = {.id = reply->process, .start_ups = wanted.start_ups};
  return seen(outcome, Surface::Win32);
}

Seen EmulatedStage::exit(const std::string& process) {
  const Outcome outcome = submit(process, request::ExitProcess{});
  if (std::holds_alternative<Reply>(outcome)) processes_.erase(process);
  return seen(outcome, Surface::Win32);
}

Seen EmulatedStage::restart() {
  if (const auto failure = machine_->restart()) return Seen::failed(words_for(*failure));
  processes_.clear();
  return {};
}

// -- steps ------------------------------------------------------------------------------------------------

Seen EmulatedStage::perform(const Step& step, const Names& names) {
  if (!is_running(step.as)) return Seen::failed("the process " + step.as + " is not running");
  if (const auto* call = std::get_if<call::Start>(&step.call)) return start(call->process);
  if (std::holds_alternative<call::Exit>(step.call)) return exit(step.as);
  if (std::holds_alternative<call::Restart>(step.call)) return restart();
  const auto request = std::visit(RequestMaker{names}, step.call);
  if (!request) return Seen::failed("the stage does not perform " + step.call_name);
  return seen(submit(step.as, *request), Surface::Win32);
}

Seen EmulatedStage::seen(const Outcome& outcome, Surface surface) const {
  if (const auto* failure = std::get_if<HostFailure>(&outcome)) return Seen::failed(words_for(*failure));
  const auto* refusal = std::get_if<Refusal>(&outcome);
  if (refusal == nullptr) return {};
  Seen seen;
  seen.kind = Seen::Kind::Refused;
  seen.rule = refusal->rule;
  seen.because = why(*refusal);
  const auto code = code_for(refusal->rule, surface, machine_->profile());
  if (!code)
    seen.complaints.push_back("the error table has no code for " +
                              std::string(berth::name_of(refusal->rule)) + " there");
  seen.code = code.value_or(0);
  return seen;
}

std::string EmulatedStage::why(const Refusal& refusal) const {
  return machine_->inspect([&](const PortPool& pool) -> std::string {
    if (const auto* id = std::get_if<BlockId>(&refusal.record)) {
      const BlockRecord* block = pool.block(*id);
      if (block == nullptr) return "a block that has gone";
      const std::string owner =
          block->service ? std::string(pool.name(block->service)) : name_of(block->owner);
      return "the " + std::string(kRecordKindNames[static_cast<std::size_t>(block->kind)]) + " of " + owner +
             ", " + std::string(kTransportNames[static_cast<std::size_t>(block->transport)]) + ' ' +
             range_text(block->range);
    }
    if (const auto* id = std::get_if<SocketId>(&refusal.record)) {
      const SocketRecord* socket = pool.socket(*id);
      if (socket == nullptr) return "a socket that has gone";
      return "a socket of " + name_of(socket->owner) +
             (socket->is_bound() ? ", bound to " + to_string(socket->name) : std::string());
    }
    return {};
  });
}

}  // namespace berth::scenario
