// SPDX-License-Identifier: MIT
#include <berth/scenario/names.h>

#include "step_fields.h"

namespace berth::scenario {

// Looks at every field of a step that has an expression.
class ProblemFinder {
 public:
  explicit ProblemFinder(const Names& names) : names_(names) {}
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

  template <class T>
  void operator()(std::string_view, const T& field, Need) {
    look(field);
  }

 private:
  template <class T>
  void look(const T&) {}
  template <class T>
  void look(const std::optional<T>& field) {
    if (field) look(*field);
  }
  void look(const PortExpression& field) { look_at_number(names_.number(field), field.name); }
  void look(const CountExpression& field) { look_at_number(names_.number(field), field.block); }
  void look(const BlockExpression& field) {
    look(field.start);
    look(field.count);
  }
  void look(const SocketUse& field) { look_at_name(field.name); }
  void look(const TokenUse& field) { look_at_name(field.name); }

  void look_at_name(const std::string& name) {
    if (!name.empty() && names_.find(name) == nullptr) say("no step has given " + name + " a value");
  }
  void look_at_number(std::optional<std::int64_t> number, const std::string& name) {
    look_at_name(name);
    if (number && (*number < 0 || *number > kLastPort))
      say("an expression with " + name + " comes to " + std::to_string(*number));
  }
  void say(std::string what) {
    if (!problem_) problem_ = std::move(what);
  }

  const Names& names_;
  std::optional<std::string> problem_;
};

const Names::Value* Names::find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> Names::number(const PortExpression& expression) const {
  if (expression.name.empty()) return expression.literal;
  const Value* value = find(expression.name);
  if (value == nullptr) return std::nullopt;
  const auto* block = std::get_if<RequestedBlock>(value);
  return std::int64_t{block != nullptr ? block->start : std::get<Port>(*value)} + expression.offset;
}

std::optional<std::int64_t> Names::number(const CountExpression& expression) const {
  if (expression.block.empty()) return expression.literal;
  const Value* value = find(expression.block);
  if (value == nullptr) return std::nullopt;
  return std::int64_t{std::get<RequestedBlock>(*value).count} + expression.offset;
}

std::optional<std::string> Names::problem_with(const Step& step) const {
  ProblemFinder finder(*this);
  std::visit([&finder](const auto& call) { each_field(call, finder); }, step.call);
  return finder.problem();
}

Port Names::port(const PortExpression& expression) const {
  return static_cast<Port>(number(expression).value_or(0));
}

std::uint16_t Names::count(const CountExpression& expression) const {
  return static_cast<std::uint16_t>(number(expression).value_or(0));
}

RequestedBlock Names::block(const BlockExpression& expression) const {
  return {.start = port(expression.start), .count = count(expression.count)};
}

std::optional<SocketValue> Names::socket(const SocketUse& use) const {
  if (use.name.empty()) return std::nullopt;
  return std::get<SocketValue>(*find(use.name));
}

Token Names::token(const TokenUse& use) const {
  if (use.name.empty()) return use.of_nobody ? kTokenOfNobody : Token{};
  return std::get<Token>(*find(use.name));
}

Address Names::address(const AddressUse& use, const SocketUse& socket) const {
  const auto value = this->socket(socket);
  const Family family = value ? value->family : Family::Ipv4;
  switch (use.form) {
    case AddressUse::Form::Any: return Address::any(family);
    case AddressUse::Form::Loopback: return Address::loopback(family);
    case AddressUse::Form::MappedAny: return *parse_address("::ffff:0.0.0.0");
    case AddressUse::Form::MappedLoopback: return *parse_address("::ffff:127.0.0.1");
    case AddressUse::Form::Literal: break;
  }
  return *parse_address(use.literal);
}

}  // namespace berth::scenario
