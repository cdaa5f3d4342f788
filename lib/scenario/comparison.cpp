// SPDX-License-Identifier: MIT
#include "comparison.h"

#include <algorithm>

#include <berth/codes/error_codes.h>

#include "windows_names.h"

namespace berth::scenario {
namespace {

std::string outcome_text(const std::optional<Rule>& rule, std::int64_t code, bool succeeded) {
  if (succeeded) return "success";
  return (rule ? "a refusal by " + std::string(name_of(*rule)) : std::string("a failure")) + " with " +
         code_text(code);
}

std::string block_text(RequestedBlock block) {
  return std::to_string(block.count) + " ports from " + std::to_string(block.start);
}

bool lies_in(Port port, RequestedBlock block) {
  return port >= block.start && std::uint32_t{port} < std::uint32_t{block.start} + block.count;
}

bool touch(RequestedBlock a, RequestedBlock b) {
  return std::uint32_t{a.start} + a.count == b.start || std::uint32_t{b.start} + b.count == a.start;
}

}  // namespace

std::string code_text(std::int64_t code) {
  const std::string_view name = code_name(code);
  return std::to_string(code) + (name.empty() ? "" : ' ' + std::string(name));
}

// The checks of one step. Each adds a sentence to `differences` when it does not hold.
struct Checker {
  Comparison& comparison;
  const Seen& seen;
  std::vector<std::string>& differences;

  [[nodiscard]] Names& names() const { return comparison.names_; }
  void say(std::string what) const { differences.push_back(std::move(what)); }
  template <class T>
  void same(const char* what, const std::optional<T>& found, const T& wanted) const {
    if (!found)
      say(std::string(what) + " cannot be seen");
    else if (*found != wanted)
      say(std::string(what) + " is " + text(*found) + ", expected " + text(wanted));
  }
  static std::string text(bool value) { return value ? "true" : "false"; }
  static std::string text(std::uint32_t value) { return std::to_string(value); }
  static std::string text(const WinsockVersion& v) {
    return std::to_string(v.major) + '.' + std::to_string(v.minor);
  }
  static std::string text(const Address& address) { return to_string(address); }

  // -- what a success gives -------------------------------------------------------------------------------

  void in_dynamic_range(Port first, Port last, const std::optional<SocketValue>& socket, bool wanted) const {
    if (!socket) return say("the socket's dynamic range is not known");
    const PortRange range = comparison.performance_.dynamic_range(socket->transport, socket->family);
    const bool inside = range.contains(first) && range.contains(last);
    const bool outside = last < range.first() || first > range.last();
    if (wanted ? inside : outside) return;
    say("port " + std::to_string(first) + (wanted ? " is not" : " is") + " in the dynamic range " +
        std::to_string(range.first()) + " to " + std::to_string(range.last()));
  }

  void name(const NameChecks& checks, const SocketUse& socket, std::optional<SocketValue> value) const {
    if (checks == NameChecks{}) return;
    if (!seen.name) return say("the socket's name cannot be seen");
    const Port port = seen.name->port;
    const std::string found = "the port is " + std::to_string(port);
    if (checks.equals && names().port(*checks.equals) != port)
      say(found + ", expected " + std::to_string(names().port(*checks.equals)));
    if (checks.differs_from && names().port(*checks.differs_from) == port) say(found + ", expected another");
    if (checks.within && !lies_in(port, names().block(*checks.within)))
      say(found + ", expected one of " + block_text(names().block(*checks.within)));
    if (checks.not_within && lies_in(port, names().block(*checks.not_within)))
      say(found + ", expected none of " + block_text(names().block(*checks.not_within)));
    if (checks.in_dynamic_range) in_dynamic_range(port, port, value, *checks.in_dynamic_range);
    if (checks.address_is)
      same("the address", std::optional(seen.name->address), names().address(*checks.address_is, socket));
    if (checks.bound) names().set(checks.bound.text, port);
  }
  void name(const NameChecks& checks, const SocketUse& socket) const {
    name(checks, socket, names().socket(socket));
  }

  void set_socket(const NewName<NameKind::Socket>& new_name, SocketValue like) const {
    if (!seen.socket) return say("the socket cannot be seen");
    like.handle = *seen.socket;
    if (new_name) names().set(new_name.text, like);
  }

  void succeeded(const call::StartWinsock& call) const {
    if (call.negotiated) same("the version", seen.negotiated, *call.negotiated);
  }
  void succeeded(const call::OpenSocket& call) const {
    SocketValue value{.handle = 0,
                      .transport = call.transport.value_or(Transport::Tcp),
                      .family = call.family.value_or(Family::Ipv4)};
    if (call.raw) {
      if (call.raw->type == windows_number("SOCK_DGRAM") ||
          call.raw->protocol == windows_number("IPPROTO_UDP"))
        value.transport = Transport::Udp;
      if (call.raw->family == windows_number("AF_INET6")) value.family = Family::Ipv6;
    }
    set_socket(call.socket, value);
  }
  void succeeded(const call::Duplicate& call) const {
    if (const auto value = names().socket(call.socket)) set_socket(call.duplicate, *value);
  }
  void succeeded(const call::Accept& call) const {
    const auto listener = names().socket(call.socket);
    if (listener) set_socket(call.accepted, *listener);
    name(call.checks, call.socket);
  }
  void succeeded(const call::Bind& call) const { name(call.checks, call.socket); }
  void succeeded(const call::GetName& call) const { name(call.checks, call.socket); }
  void succeeded(const call::Connect& call) const { name(call.checks, call.socket); }
  void succeeded(const call::GetOption& call) const {
    if (call.is) same("the option", seen.option, *call.is);
  }
  void succeeded(const call::Acquire& call) const {
    const bool looks_at_block =
        call.granted || call.within || call.in_dynamic_range || call.not_adjacent_to || call.adjacent_to;
    if (!seen.block || !seen.token) {
      if (looks_at_block || call.token) say("what was granted cannot be seen");
      return;
    }
    const RequestedBlock block = *seen.block;
    const RequestedBlock asked = names().block(call.block);
    const std::string found = block_text(block) + " were granted";
    if (block.count != asked.count) say(found + ", expected " + std::to_string(asked.count) + " ports");
    if (asked.start != 0 && block.start != asked.start) say(found + ", expected " + block_text(asked));
    const auto last = static_cast<Port>(block.start + block.count - 1);
    if (call.within) {
      const RequestedBlock within = names().block(*call.within);
      if (!lies_in(block.start, within) || !lies_in(last, within))
        say(found + ", expected some of " + block_text(within));
    }
    if (call.in_dynamic_range)
      in_dynamic_range(block.start, last, names().socket(call.socket), *call.in_dynamic_range);
    if (call.not_adjacent_to && touch(block, names().block(*call.not_adjacent_to)))
      say(found + ", which touch " + block_text(names().block(*call.not_adjacent_to)));
    if (call.adjacent_to && !touch(block, names().block(*call.adjacent_to)))
      say(found + ", which do not touch " + block_text(names().block(*call.adjacent_to)));
    if (call.granted) names().set(call.granted.text, block);
    if (call.token) names().set(call.token.text, *seen.token);
  }
  void succeeded(const call::Persistent& call) const {
    if (!seen.token) {
      if (call.token || call.same_as || call.differs_from) say("the token cannot be seen");
      return;
    }
    if (call.same_as && names().token(*call.same_as) != *seen.token)
      say("the token is another than expected");
    if (call.differs_from && names().token(*call.differs_from) == *seen.token) say("the token is the same");
    if (call.token) names().set(call.token.text, *seen.token);
  }
  template <class C>
  void succeeded(const C&) const {}

  // -- what every outcome leaves --------------------------------------------------------------------------

  template <class C>
  void always(const C& call) const {
    if constexpr (requires { call.counts; }) {
      const CountChecks& counts = call.counts;
      if (counts.count_is) same("the count of bytes", seen.count, *counts.count_is);
      if (counts.count_untouched) same("\"the count is untouched\"", seen.count_untouched, true);
      if (counts.output_untouched) same("\"the output is untouched\"", seen.output_untouched, true);
    }
    if constexpr (requires { call.token_untouched; })
      if (call.token_untouched) same("\"the token is untouched\"", seen.token_untouched, true);
  }
};

// -- tokens -----------------------------------------------------------------------------------------------

void Comparison::check_granted_token(const Step& step, const Seen& seen,
                                     std::vector<std::string>& differences) {
  const auto* acquire = std::get_if<call::Acquire>(&step.call);
  const auto* persistent = std::get_if<call::Persistent>(&step.call);
  const bool grants =
      acquire != nullptr || (persistent != nullptr && persistent->action == call::PersistentAction::Create);
  if (!grants || !seen.token) return;
  if (!*seen.token) differences.emplace_back("the token is 0");
  if (std::ranges::find(living_, *seen.token, &Living::token) != living_.end())
    differences.emplace_back("the token is that of another living reservation");
  living_.push_back({.token = *seen.token,
                     .process = acquire != nullptr ? step.as : std::string(),
                     .socket = acquire != nullptr ? acquire->socket.name : std::string(),
                     .block = names_.block(acquire != nullptr ? acquire->block : persistent->block)});
}

// Forgets the tokens that a successful step may have ended: nobody promises that they never come again.
void Comparison::follow(const Step& step, const Seen& seen) {
  if (seen.kind != Seen::Kind::Succeeded) return;
  if (std::holds_alternative<call::Restart>(step.call)) living_.clear();
  if (std::holds_alternative<call::Exit>(step.call) ||
      std::holds_alternative<call::CleanUpWinsock>(step.call))
    std::erase_if(living_, [&](const Living& living) { return living.process == step.as; });
  if (const auto* closed = std::get_if<call::CloseSocket>(&step.call))
    std::erase_if(living_, [&](const Living& living) { return living.socket == closed->socket.name; });
  if (const auto* used = std::get_if<call::UseToken>(&step.call);
      used && used->transfer == call::Transfer::Release)
    std::erase_if(living_, [&](const Living& living) { return living.token == names_.token(used->token); });
  if (const auto* removed = std::get_if<call::DeletePersistent>(&step.call))
    std::erase_if(living_,
                  [&](const Living& living) { return living.block == names_.block(removed->block); });
}

std::vector<std::string> Comparison::compare(const Step& step, const Expected& expected, const Seen& seen) {
  std::vector<std::string> differences = seen.complaints;
  const bool succeeded = seen.kind == Seen::Kind::Succeeded;
  const bool same_rule = !seen.rule || !expected.refused_by || seen.rule == expected.refused_by;
  if (succeeded == expected.refused_by.has_value() || seen.code != expected.code || !same_rule)
    differences.push_back("saw " + outcome_text(seen.rule, seen.code, succeeded) + ", expected " +
                          outcome_text(expected.refused_by, expected.code, !expected.refused_by));
  const Checker checker{*this, seen, differences};
  std::visit([&](const auto& call) { checker.always(call); }, step.call);
  if (!succeeded) return differences;
  check_granted_token(step, seen, differences);
  std::visit([&](const auto& call) { checker.succeeded(call); }, step.call);
  follow(step, seen);
  return differences;
}

}  // namespace berth::scenario
