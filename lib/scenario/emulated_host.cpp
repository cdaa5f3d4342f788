// SPDX-License-Identifier: MIT
#include <berth/scenario/emulated_host.h>

#ifndef _WIN32

#include <berth/codes/error_codes.h>
#include <berth/machine/machine.h>
#include <berth/store/file_storage.h>
#include <berth/winsock/attach.h>

#include "port_picker.h"

namespace berth::scenario {
namespace {

// The one user of the stand-in.
constexpr const char* kUser = "runner";

/// A worker in this process: its thread becomes the emulated process while it makes calls.
class EmulatedChannel final : public Channel {
 public:
  EmulatedChannel(std::shared_ptr<Machine> machine, ProcessId process, const Fixtures& fixtures,
                  const std::function<void()>& each_call)
      : machine_(std::move(machine)),
        process_(process),
        each_call_(each_call),
        face_(WindowsProcess::of(machine_, process)),
        server_({.load = [&fixtures](const std::string& file) { return load_scenario(file, fixtures); },
                 .last_refusal = {}}) {}
  ~EmulatedChannel() override {
    face_.reset();
    machine_->submit(process_, request::ExitProcess{});
  }

  bool send(const std::string& line) override {
    each_call_();
    {
      const ScopedProcess attached(face_);
      answer_ = server_.answer(line);
    }
    each_call_();
    return true;
  }
  std::optional<std::string> receive() override { return std::exchange(answer_, std::nullopt); }

 private:
  std::shared_ptr<Machine> machine_;
  ProcessId process_;
  const std::function<void()>& each_call_;
  std::shared_ptr<WindowsProcess> face_;
  StepServer server_;
  std::optional<std::string> answer_;
};

class EmulatedHost final : public Host {
 public:
  EmulatedHost(EmulatedHostSetup setup, std::shared_ptr<Machine> machine, const Fixtures& fixtures)
      : setup_(std::move(setup)), machine_(std::move(machine)), fixtures_(fixtures) {
    if (!setup_.each_call) setup_.each_call = [] {};
  }

  std::string build() const override { return "emulated Windows, profile " + setup_.profile.name; }
  std::vector<Probe> probes() const override {
    return {{"system", build()}, {"elevated token", setup_.elevated ? "yes" : "no"}};
  }
  std::optional<std::string> lacks(const Identity& identity) const override {
    switch (identity.kind) {
      case TokenKind::StandardUser:
      case TokenKind::FilteredAdministrator: return std::nullopt;
      case TokenKind::ElevatedAdministrator:
        if (setup_.elevated) return std::nullopt;
        return "an elevated token: the run is not elevated";
      default: return "the account " + std::string(usual_account(identity.kind)) + ": the run is not of it";
    }
  }
  std::optional<std::string> lacks_netsh() const override {
    if (setup_.elevated) return std::nullopt;
    return "netsh as an administrator: the run is not elevated";
  }
  std::optional<std::string> lacks_persistent_functions() const override { return std::nullopt; }

  std::optional<std::string> lacks_port_reservations() const override {
    if (setup_.profile.port_reservations == choice::PortReservations::Present) return std::nullopt;
    return "SIO_ACQUIRE_PORT_RESERVATION: unsupported";
  }
  std::optional<std::string> lacks_restart() const override {
    if (setup_.store.empty()) return "a store that outlives a restart";
    return lacks(Identity{.kind = TokenKind::ElevatedAdministrator, .account = kUser});
  }
  // The machine lives as long as this host: the mark goes with it.
  bool mark_this_boot() override {
    setup_.each_call();
    is_boot_marked_ = true;
    return true;
  }
  bool is_boot_marked() const override { return is_boot_marked_; }
  bool has_address(const Address&) const override { return true; }  // those of the usual world

  Result<std::unique_ptr<Channel>, std::string> start(const Identity& identity) override {
    const ProcessId process = machine_->start_process({identity.kind, kUser});
    return std::unique_ptr<Channel>(
        std::make_unique<EmulatedChannel>(machine_, process, fixtures_, setup_.each_call));
  }
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    return pick_ports(*machine_, wanted);
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return machine_->inspect([=](const PortPool& pool) { return pool.dynamic_range(transport, family); });
  }
  Seen add_exclusion(const std::optional<Identity>& as, const request::AddExclusion& wanted) override {
    return ask(as, wanted);
  }
  Seen delete_exclusion(const std::optional<Identity>& as, const request::DeleteExclusion& wanted) override {
    return ask(as, wanted);
  }
  Seen set_dynamic_range(const std::optional<Identity>& as, const request::SetDynamicRange& wanted) override {
    return ask(as, wanted);
  }
  bool take_back(const Trace& trace) override {
    switch (trace.kind) {
      case Trace::Kind::PersistentReservation:
        return ask({}, request::DeletePersistent{trace.transport, trace.block}).kind != Seen::Kind::Failed;
      case Trace::Kind::Exclusion:
        return ask({}, request::DeleteExclusion{trace.transport, trace.block, trace.store}).kind !=
               Seen::Kind::Failed;
      case Trace::Kind::DynamicRange:
        return ask({}, request::SetDynamicRange{trace.transport, trace.family, trace.block, trace.store})
                   .kind == Seen::Kind::Succeeded;
      case Trace::Kind::BootMark: is_boot_marked_ = false; return true;
    }
    return false;
  }

 private:
  // Like netsh: a short process of that identity makes one request, and tells the code alone.
  Seen ask(const std::optional<Identity>& as, const Request& request) {
    setup_.each_call();
    const TokenKind kind = as ? as->kind : TokenKind::ElevatedAdministrator;
    const ProcessId process = machine_->start_process({kind, kUser});
    const Outcome outcome = machine_->submit(process, request);
    machine_->submit(process, request::ExitProcess{});
    setup_.each_call();
    if (std::holds_alternative<HostFailure>(outcome)) return Seen::failed("the machine failed");
    Seen seen;
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      seen.kind = Seen::Kind::Refused;
      seen.code = win32_code(refusal->rule, setup_.profile).value_or(0);
    }
    return seen;
  }

  EmulatedHostSetup setup_;
  std::shared_ptr<Machine> machine_;
  const Fixtures& fixtures_;
  bool is_boot_marked_ = false;
};

}  // namespace

Result<std::unique_ptr<Host>, std::string> make_emulated_host(EmulatedHostSetup setup,
                                                              const Fixtures& fixtures) {
  MachineSetup wanted;
  wanted.profile = setup.profile;
  if (!setup.store.empty()) {
    auto storage = FileStorage::open(setup.store);
    if (!storage) return to_string(storage.error());
    wanted.storage = std::move(storage).value();
  }
  auto machine = Machine::start(std::move(wanted));
  if (!machine) return to_string(machine.error());
  return std::unique_ptr<Host>(std::make_unique<EmulatedHost>(
      std::move(setup), std::shared_ptr<Machine>(std::move(machine).value()), fixtures));
}

}  // namespace berth::scenario

#endif
