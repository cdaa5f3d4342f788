// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include <berth/core/address.h>
#include <berth/scenario/step.h>

namespace berth::scenario {

/// A socket as an arm knows it, and what it was opened as.
struct SocketValue {
  std::uint64_t handle = 0;
  Transport transport{};
  Family family{};
};

/// What the names of a scenario stand for while it is played. Thread-compatible.
///
/// The questions that take an expression require that `problem_with(step)` found nothing.
class Names {
 public:
  void set(const std::string& name, RequestedBlock block) { values_[name] = block; }
  void set(const std::string& name, Port port) { values_[name] = port; }
  void set(const std::string& name, Token token) { values_[name] = token; }
  void set(const std::string& name, SocketValue socket) { values_[name] = socket; }

  /// Why the expressions of a step have no values: a name that no step has set, because it was skipped, or a
  /// number that leaves 0 to 65535. Nothing when they have.
  [[nodiscard]] std::optional<std::string> problem_with(const Step& step) const;

  [[nodiscard]] Port port(const PortExpression& expression) const;
  [[nodiscard]] std::uint16_t count(const CountExpression& expression) const;
  [[nodiscard]] RequestedBlock block(const BlockExpression& expression) const;
  /// Nothing for a handle of nobody.
  [[nodiscard]] std::optional<SocketValue> socket(const SocketUse& use) const;
  /// 0 for no token, and a number that was never given for a token of nobody.
  [[nodiscard]] Token token(const TokenUse& use) const;
  /// The address that a call about this socket says.
  [[nodiscard]] Address address(const AddressUse& use, const SocketUse& socket) const;

  /// A handle and a token that no arm ever gives.
  static constexpr std::uint64_t kSocketOfNobody = 0x7eadbeec;
  static constexpr Token kTokenOfNobody{0x0bad'0bad'0bad'0bad};

  using Value = std::variant<RequestedBlock, Port, Token, SocketValue>;
  [[nodiscard]] const std::map<std::string, Value>& values() const { return values_; }

 private:
  [[nodiscard]] const Value* find(const std::string& name) const;
  [[nodiscard]] std::optional<std::int64_t> number(const PortExpression& expression) const;
  [[nodiscard]] std::optional<std::int64_t> number(const CountExpression& expression) const;
  friend class ProblemFinder;

  std::map<std::string, Value> values_;
};

}  // namespace berth::scenario
