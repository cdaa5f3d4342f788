// SPDX-License-Identifier: MIT
#include "step_checks.h"

#include <type_traits>

namespace berth::scenario {
namespace {

using Found = std::optional<StepContradiction>;

template <class C>
constexpr bool kOfTheSystem = std::is_same_v<C, call::Start> || std::is_same_v<C, call::Restart> ||
                              std::is_same_v<C, call::TakeBlock> || std::is_same_v<C, call::KernelListens> ||
                              std::is_same_v<C, call::StopService>;
template <class C>
constexpr bool kOfNetsh = std::is_same_v<C, call::AddExclusion> || std::is_same_v<C, call::DeleteExclusion> ||
                          std::is_same_v<C, call::SetDynamicRange>;

Found in(const CountChecks& counts) {
  if (counts.count_is && counts.count_untouched)
    return StepContradiction{R"(both "count_is" and "count_untouched")", "one of them"};
  return {};
}

Found in(const call::OpenSocket& call) {
  if (call.raw.has_value() == call.transport.has_value())
    return StepContradiction{call.raw ? R"(both "raw" and "transport")" : R"(neither "raw" nor "transport")",
                             "one of them"};
  if (call.overlapped && call.function == call::SocketFunction::Socket)
    return StepContradiction{R"("overlapped" beside socket)", "WSASocketA or WSASocketW"};
  if (call.raw && call.family)
    return StepContradiction{R"("family" beside "raw")", R"(the family inside "raw")"};
  return {};
}

Found in(const call::SetOption& call) {
  if (call.raw.has_value() == call.option.has_value())
    return StepContradiction{R"(both or neither of "option" and "raw")", "one of them"};
  if (call.option && !call.on) return StepContradiction{R"("option" without "on")", R"("on": true or false)"};
  return {};
}

Found in(const call::GetOption& call) {
  if (call.raw.has_value() == call.option.has_value())
    return StepContradiction{R"(both or neither of "option" and "raw")", "one of them"};
  return {};
}

Found in(const call::Start& call) {
  if (call.process.identity.has_value() == call.process.launch.has_value())
    return StepContradiction{R"(both or neither of "identity" and "launch")", "one of them"};
  return {};
}

Found in(const call::Persistent& call) {
  if (call.token && call.token_pointer && call.token_pointer != Shape::Unaligned)
    return StepContradiction{R"("token" beside a "token_pointer" that cannot be written)", "one of them"};
  return {};
}

template <class C>
Found in(const C& call) {
  if constexpr (requires { call.counts; }) return in(call.counts);
  return {};
}

}  // namespace

Caller caller_of(const Call& call) {
  return std::visit(
      []<class C>(const C&) {
        if (kOfTheSystem<C>) return Caller::System;
        return kOfNetsh<C> ? Caller::Either : Caller::Process;
      },
      call);
}

std::optional<StepContradiction> contradiction_in(const Call& call) {
  return std::visit([](const auto& made) { return in(made); }, call);
}

}  // namespace berth::scenario
