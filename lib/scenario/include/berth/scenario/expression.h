// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <berth/core/port_range.h>

namespace berth::scenario {

/// What a name of a scenario (`$block`) stands for.
enum class NameKind : std::uint8_t { Block, Port, Socket, Token };
inline constexpr std::array<std::string_view, 4> kNameKindNames = {"block", "port", "socket", "token"};

/// A name that a step gives to what comes back; an empty text gives none.
template <NameKind kKind>
struct NewName {
  std::string text;
  explicit operator bool() const { return !text.empty(); }
  friend bool operator==(const NewName&, const NewName&) = default;
};

/// `"$block+2"`, `"$p"`, or a number.
struct PortExpression {
  std::string name;  ///< of a block or of a port; empty: a literal
  std::int32_t offset = 0;
  Port literal = 0;
  friend bool operator==(const PortExpression&, const PortExpression&) = default;
};

/// `"$block.count"`, `"$block.count+1"`, or a number.
struct CountExpression {
  std::string block;  ///< empty: a literal
  std::int32_t offset = 0;
  std::uint16_t literal = 0;
  friend bool operator==(const CountExpression&, const CountExpression&) = default;
};

/// `"$block"`, or a start and a count.
struct BlockExpression {
  PortExpression start;
  CountExpression count;
  friend bool operator==(const BlockExpression&, const BlockExpression&) = default;
};

/// `"$s"`, or a handle that was never given.
struct SocketUse {
  std::string name;  ///< empty: of nobody
  friend bool operator==(const SocketUse&, const SocketUse&) = default;
};

/// `"$t"`, 0, or a token that was never given.
struct TokenUse {
  std::string name;        ///< empty: one of the two below
  bool of_nobody = false;  ///< else 0
  friend bool operator==(const TokenUse&, const TokenUse&) = default;
};

/// The name of a process that the scenario knows, and one under which a process begins.
struct ProcessUse {
  std::string name;
  friend bool operator==(const ProcessUse&, const ProcessUse&) = default;
};
struct NewProcess {
  std::string name;
  friend bool operator==(const NewProcess&, const NewProcess&) = default;
};

/// An address: a literal, or one that depends on the socket's family.
struct AddressUse {
  enum class Form : std::uint8_t { Any, Loopback, MappedAny, MappedLoopback, Literal };
  Form form = Form::Any;
  std::string literal;  ///< checked: `parse_address` reads it
  friend bool operator==(const AddressUse&, const AddressUse&) = default;
};
inline constexpr std::array<std::string_view, 4> kAddressFormNames = {"any", "loopback", "mapped any",
                                                                      "mapped loopback"};

}  // namespace berth::scenario
