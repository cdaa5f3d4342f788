// SPDX-License-Identifier: MIT
#include <berth/scenario/arm.h>

#include "emulated_stage.h"

namespace berth::scenario {
namespace {

// -- what requests cannot say -----------------------------------------------------------------------------

constexpr const char* kMalformed = "malformed calls";
constexpr const char* kStartUp = "WSAStartup and WSACleanup";
constexpr const char* kRaw = "sockets and options by their numbers";
constexpr const char* kCounts = "counts of bytes and untouched memory";
constexpr const char* kGetOption = "getsockopt";

using Lack = std::optional<std::string>;

bool looks_at_memory(const CountChecks& counts) {
  return counts.count_is || counts.count_untouched || counts.output_untouched;
}

Lack lack(const call::StartWinsock&) { return kStartUp; }
Lack lack(const call::CleanUpWinsock&) { return kStartUp; }
Lack lack(const call::OpenSocket& call) { return call.raw ? Lack(kRaw) : std::nullopt; }
Lack lack(const call::Control&) { return kMalformed; }
Lack lack(const call::GetOption&) { return kGetOption; }
Lack lack(const call::SetOption& call) {
  if (call.raw) return kRaw;
  return call.value || call.value_size ? Lack(kMalformed) : std::nullopt;
}
Lack lack(const call::Persistent& call) {
  if (call.token_pointer) return kMalformed;
  return call.token_untouched ? Lack(kCounts) : std::nullopt;
}
Lack lack(const call::Start& call) { return call.process.start_ups == 1 ? std::nullopt : Lack(kStartUp); }
template <class C>
Lack lack(const C& call) {
  if constexpr (requires { call.name_shape; })
    if (call.name_shape) return kMalformed;
  if constexpr (requires { call.call_shape; })
    if (call.call_shape) return kMalformed;
  if constexpr (requires { call.counts; })
    if (looks_at_memory(call.counts)) return kCounts;
  return std::nullopt;
}

// -- steps as requests ------------------------------------------------------------------------------------

class RulesPerformance final : public Performance {
 public:
  explicit RulesPerformance(EmulatedStage stage) : stage_(std::move(stage)) {}

  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    return stage_.pick(wanted);
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return stage_.dynamic_range(transport, family);
  }
  Seen perform(const Step& step, const Names& names) override;

 private:
  EmulatedStage stage_;
};

struct Asker {
  EmulatedStage& stage;
  const Step& step;
  const Names& names;

  [[nodiscard]] SocketId socket(const SocketUse& use) const {
    const auto value = names.socket(use);
    return SocketId{value ? value->handle : Names::kSocketOfNobody};
  }
  // Submits, and lets `tell` say what came back with a success.
  template <class Tell>
  Seen ask(const Request& request, Tell&& tell) {
    const Outcome outcome = stage.submit(step.as, request);
    Seen seen = stage.seen(outcome, surface_of(step.call));
    if (const auto* reply = std::get_if<Reply>(&outcome)) tell(*reply, seen);
    return seen;
  }
  Seen ask(const Request& request) {
    return ask(request, [](const Reply&, Seen&) {});
  }
  static void tell_name(const Reply& reply, Seen& seen) { seen.name = reply.name; }
  static void tell_socket(const Reply& reply, Seen& seen) { seen.socket = reply.socket.value; }

  Seen operator()(const call::OpenSocket& call) {
    return ask(request::OpenSocket{*call.transport, call.family.value_or(Family::Ipv4)}, tell_socket);
  }
  Seen operator()(const call::CloseSocket& call) { return ask(request::CloseSocket{socket(call.socket)}); }
  Seen operator()(const call::Bind& call) {
    const Endpoint name{.address = names.address(call.address, call.socket), .port = names.port(call.port)};
    return ask(request::Bind{socket(call.socket), name}, tell_name);
  }
  Seen operator()(const call::GetName& call) { return ask(request::NameOf{socket(call.socket)}, tell_name); }
  Seen operator()(const call::Listen& call) { return ask(request::Listen{socket(call.socket)}); }
  Seen operator()(const call::SetOption& call) {
    return ask(request::SetOption{socket(call.socket), *call.option, *call.on});
  }
  Seen operator()(const call::Acquire& call) {
    return ask(request::Acquire{socket(call.socket), names.block(call.block)},
               [](const Reply& reply, Seen& seen) {
                 seen.block = reply.block;
                 seen.token = reply.token;
               });
  }
  Seen operator()(const call::UseToken& call) {
    if (call.transfer == call::Transfer::Associate)
      return ask(request::Associate{socket(call.socket), names.token(call.token)});
    return ask(request::Release{socket(call.socket), names.token(call.token)});
  }
  Seen operator()(const call::SetAffinity& call) {
    return ask(request::SetAffinity{socket(call.socket), call.processor});
  }
  Seen operator()(const call::Persistent& call) {
    const RequestedBlock block = names.block(call.block);
    const auto tell_token = [](const Reply& reply, Seen& seen) { seen.token = reply.token; };
    if (call.action == call::PersistentAction::Create)
      return ask(request::CreatePersistent{call.transport, block}, tell_token);
    return ask(request::LookupPersistent{call.transport, block}, tell_token);
  }
  Seen operator()(const call::DeletePersistent& call) {
    return ask(request::DeletePersistent{call.transport, names.block(call.block)});
  }
  Seen operator()(const call::Duplicate& call) {
    const SocketId duplicated = socket(call.socket);
    if (!stage.is_running(call.into.name))
      return Seen::failed("the process " + call.into.name + " is not running");
    return ask(request::DuplicateSocket{duplicated, stage.id_of(call.into.name)},
               [duplicated](const Reply&, Seen& seen) { seen.socket = duplicated.value; });
  }
  Seen operator()(const call::Connect& call) {
    return ask(request::ImplicitBind{socket(call.socket)}, tell_name);
  }
  Seen operator()(const call::Accept& call) {
    return ask(request::Accept{socket(call.socket), names.address(call.address, call.socket)},
               [](const Reply& reply, Seen& seen) {
                 tell_name(reply, seen);
                 tell_socket(reply, seen);
               });
  }
  Seen operator()(const call::ConnectionClosed& call) {
    return ask(request::ConnectionClosed{socket(call.socket)});
  }
  Seen operator()(const call::Shutdown& call) { return ask(request::Shutdown{socket(call.socket)}); }
  template <class Other>
  Seen operator()(const Other&) {
    return stage.perform(step, names);
  }
};

Seen RulesPerformance::perform(const Step& step, const Names& names) {
  if (!stage_.is_running(step.as)) return Seen::failed("the process " + step.as + " is not running");
  return std::visit(Asker{stage_, step, names}, step.call);
}

class RulesArm final : public Arm {
 public:
  ArmKind kind() const override { return ArmKind::Rules; }
  Lack lacks(const Step& step) const override {
    return std::visit([](const auto& call) { return lack(call); }, step.call);
  }
  Lack lacks(const ProcessWanted& process) const override {
    return process.start_ups == 1 ? std::nullopt : Lack(kStartUp);
  }
  Result<std::unique_ptr<Performance>, std::string> begin(const Scenario& scenario,
                                                          const Profile& profile) const override {
    auto stage = EmulatedStage::make(scenario, profile);
    if (!stage) return stage.error();
    return std::unique_ptr<Performance>(std::make_unique<RulesPerformance>(std::move(stage).value()));
  }
};

}  // namespace

Seen Seen::failed(std::string why) {
  Seen seen;
  seen.kind = Kind::Failed;
  seen.failure = std::move(why);
  return seen;
}

std::unique_ptr<Arm> make_rules_arm() { return std::make_unique<RulesArm>(); }

}  // namespace berth::scenario
