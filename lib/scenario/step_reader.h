// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <berth/document/cursor.h>
#include <berth/scenario/scenario.h>

#include "step_fields.h"

namespace berth::scenario {

/// Reads the steps of one scenario, one after the other, and knows what each may name.
///
/// Refuses, as `Cursor` does, what contradicts itself or names what is not there. Thread-compatible.
class StepReader {
 public:
  /// Requires: `world` outlives the reader. `switches`: those that the scenario names.
  StepReader(const World& world, std::vector<std::size_t> switches)
      : world_(world), switches_(std::move(switches)) {}

  /// True for a name such as `$block`.
  [[nodiscard]] static bool is_name(std::string_view text);
  /// A run of ports that the scenario names.
  void define_block(const Cursor& at, const std::string& name) {
    define(at, name, NameKind::Block);
    commit(false);
  }
  /// A process that runs from the beginning.
  [[nodiscard]] ProcessWanted read_process(const std::string& name, const Cursor& at);
  [[nodiscard]] Step read_step(const Cursor& at, std::size_t number);

  // How each type of field is read.
  void read(const Cursor& at, bool& value);
  void read(const Cursor& at, std::uint16_t& value);
  void read(const Cursor& at, std::uint32_t& value);
  void read(const Cursor& at, std::string& value);
  void read(const Cursor& at, Transport& value);
  void read(const Cursor& at, Family& value);
  void read(const Cursor& at, Option& value);
  void read(const Cursor& at, Lifetime& value);
  void read(const Cursor& at, Placement& value);
  void read(const Cursor& at, AccountKind& value);
  void read(const Cursor& at, Manifest& value);
  void read(const Cursor& at, StartedBy& value);
  void read(const Cursor& at, Uac& value);
  void read(const Cursor& at, Identity& value);
  void read(const Cursor& at, LaunchWanted& value);
  void read(const Cursor& at, Shape& value);
  void read(const Cursor& at, BindName& value);
  void read(const Cursor& at, NameBuffer& value);
  void read(const Cursor& at, Overlapped& value);
  void read(const Cursor& at, CallShape& value);
  void read(const Cursor& at, RawSocket& value);
  void read(const Cursor& at, RawOption& value);
  void read(const Cursor& at, WinsockVersion& value);
  void read(const Cursor& at, PortExpression& value);
  void read(const Cursor& at, CountExpression& value);
  void read(const Cursor& at, BlockExpression& value);
  void read(const Cursor& at, SocketUse& value);
  void read(const Cursor& at, TokenUse& value);
  void read(const Cursor& at, AddressUse& value);
  void read(const Cursor& at, ProcessUse& value);
  void read(const Cursor& at, NewProcess& value);
  template <NameKind kKind>
  void read(const Cursor& at, NewName<kKind>& value) {
    value.text = name_at(at);
    define(at, value.text, kKind);
  }
  template <class T>
  void read(const Cursor& at, std::optional<T>& value) {
    read(at, value.emplace());
  }

 private:
  enum class Running : std::uint8_t { Yes, Perhaps, No };
  struct Known {
    NameKind kind{};
    bool conditional = false;
  };
  struct Pending {
    std::string name;
    NameKind kind{};
    std::string pointer;
  };

  [[nodiscard]] static std::string name_at(const Cursor& at);
  void define(const Cursor& at, const std::string& name, NameKind kind);
  void commit(bool conditional);
  [[nodiscard]] NameKind kind_of(const Cursor& at, const std::string& name) const;
  void use(const Cursor& at, const std::string& name, NameKind kind) const;
  [[nodiscard]] bool is_running(const std::string& process) const;
  void need_running(const Cursor& at, const std::string& process) const;

  [[nodiscard]] std::size_t listed_switch(const Cursor& at, std::string_view name) const;
  [[nodiscard]] std::vector<SwitchPosition> read_when(const Cursor& at) const;
  void read_expectation(const Cursor& at, std::vector<SwitchPosition> given, Expectation& into) const;
  [[nodiscard]] Call read_call(Members& members, const std::string& name);
  void check_who(const Cursor& at, const Step& step) const;
  void follow(const Step& step);

  const World& world_;
  std::vector<std::size_t> switches_;
  std::map<std::string, Known> names_;
  std::vector<Pending> pending_;
  std::map<std::string, Running> processes_;
};

}  // namespace berth::scenario
