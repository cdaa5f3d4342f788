// SPDX-License-Identifier: MIT
#include "step_reader.h"

#include <algorithm>
#include <charconv>

#include <berth/codes/error_codes.h>
#include <berth/core/address.h>
#include <berth/document/core_values.h>
#include <berth/document/nearest_name.h>
#include <berth/rules/rulebook.h>

#include "step_checks.h"
#include "windows_names.h"

namespace berth::scenario {
namespace {

constexpr std::size_t kMostEntries = 1'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The `$name` at the beginning of `text`; empty when there is none.
std::string_view leading_name(std::string_view text) {
  if (text.size() < 2 || text[0] != '$' || !is_letter(text[1])) return {};
  std::size_t end = 2;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
  return text.substr(0, end);
}

// `+2` or `-1`; 0 for an empty text.
std::optional<std::int32_t> offset_in(std::string_view text) {
  if (text.empty()) return 0;
  const bool negative = text[0] == '-';
  if (!negative && text[0] != '+') return std::nullopt;
  std::int32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || stopped != end || text.size() < 2 || !is_digit(text[1]) || number > 65535)
    return std::nullopt;
  return negative ? -number : number;
}

std::vector<std::string_view> names_of_calls() {
  std::vector<std::string_view> names;
  for (const CallRow& row : call_table()) names.push_back(row.name);
  return names;
}

std::vector<std::string_view> names_of_switches() {
  std::vector<std::string_view> names;
  for (const Switch& row : switches()) names.push_back(row.name);
  return names;
}

std::vector<std::string_view> names_of_codes() {
  std::vector<std::string_view> names;
  for (const CodeName& code : code_names()) names.push_back(code.name);
  return names;
}

std::int64_t read_code(const Cursor& at) {
  if (at.is_number()) return at.integer_between(1, 0xffff'ffffLL);
  const std::string text = at.text();
  const auto code = parse_code(text);
  if (!code) at.refuse(one_of_these(text, names_of_codes()) + ", or a number");
  return *code;
}

// A rule by which a call can be refused: one of the refusals, or an allowance that something takes away.
Rule read_refusing_rule(const Cursor& at) {
  const Rule rule = berth::read<Rule>(at);
  if (row_of(rule).kind == RuleKind::Note) at.refuse("the name of a note", "the name of a rule that refuses");
  return rule;
}

std::int32_t read_windows_number(const Cursor& at) {
  if (at.is_number()) return static_cast<std::int32_t>(at.integer_between(-0x8000'0000LL, 0x7fff'ffffLL));
  const std::string text = at.text();
  const auto number = windows_number(text);
  if (!number) at.refuse(one_of_these(text, windows_names()) + ", or a number");
  return *number;
}

std::int32_t read_windows_number(Members& members, std::string_view key) {
  const auto given = members.optional(key);
  return given ? read_windows_number(*given) : 0;
}

bool may_succeed(const Expectation& expectation) {
  return std::ranges::any_of(expectation.branches,
                             [](const auto& branch) { return !branch.outcome.refused_by.has_value(); });
}
bool may_fail(const Expectation& expectation) {
  return std::ranges::any_of(expectation.branches,
                             [](const auto& branch) { return branch.outcome.refused_by.has_value(); });
}

}  // namespace

// -- names ------------------------------------------------------------------------------------------------

bool StepReader::is_name(std::string_view text) { return !text.empty() && leading_name(text) == text; }

std::string StepReader::name_at(const Cursor& at) {
  std::string text = at.text();
  if (!is_name(text)) at.refuse(R"(a name such as "$block")");
  return text;
}

void StepReader::define(const Cursor& at, const std::string& name, NameKind kind) {
  for (const Pending& other : pending_)
    if (other.name == name) at.refuse("the name " + in_quotes(name) + " a second time", "a name of its own");
  pending_.push_back({.name = name, .kind = kind, .pointer = at.pointer()});
  const auto known = names_.find(name);
  if (known == names_.end()) return;
  if (!known->second.conditional || known->second.kind != kind)
    at.refuse("the name " + in_quotes(name) + ", which is defined already", "a name of its own");
}

void StepReader::commit(bool conditional) {
  for (const Pending& pending : pending_)
    names_[pending.name] = {.kind = pending.kind, .conditional = conditional};
  pending_.clear();
}

NameKind StepReader::kind_of(const Cursor& at, const std::string& name) const {
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second.kind;
  std::vector<std::string_view> names;
  for (const auto& [other, what] : names_) names.push_back(other);
  const auto nearest = nearest_name(name, names);
  at.refuse("the name " + in_quotes(name) + ", which nothing has defined",
            "a name that is defined before" + (nearest ? ", such as " + in_quotes(*nearest) : ""));
}

void StepReader::use(const Cursor& at, const std::string& name, NameKind kind) const {
  const NameKind known = kind_of(at, name);
  if (known != kind)
    at.refuse("the name of a " + std::string(kNameKindNames[static_cast<std::size_t>(known)]),
              "the name of a " + std::string(kNameKindNames[static_cast<std::size_t>(kind)]));
}

bool StepReader::is_running(const std::string& process) const {
  const auto known = processes_.find(process);
  return known != processes_.end() && known->second != Running::No;
}

void StepReader::need_running(const Cursor& at, const std::string& process) const {
  if (is_running(process)) return;
  std::vector<std::string_view> names;
  for (const auto& [name, state] : processes_)
    if (state != Running::No) names.push_back(name);
  at.refuse("no running process: " + in_quotes(process),
            names.empty() ? "a process that \"processes\" name or a step has started"
                          : one_of_these(process, names));
}

// -- plain values -----------------------------------------------------------------------------------------

void StepReader::read(const Cursor& at, bool& value) { value = at.boolean(); }
void StepReader::read(const Cursor& at, std::uint16_t& value) { value = berth::read<std::uint16_t>(at); }
void StepReader::read(const Cursor& at, std::string& value) { value = at.name(); }
void StepReader::read(const Cursor& at, Transport& value) { value = berth::read<Transport>(at); }
void StepReader::read(const Cursor& at, Family& value) { value = berth::read<Family>(at); }
void StepReader::read(const Cursor& at, Option& value) { value = berth::read<Option>(at); }
void StepReader::read(const Cursor& at, Lifetime& value) { value = berth::read<Lifetime>(at); }
void StepReader::read(const Cursor& at, Placement& value) { value = berth::read<Placement>(at); }
void StepReader::read(const Cursor& at, AccountKind& value) { value = berth::read<AccountKind>(at); }
void StepReader::read(const Cursor& at, Manifest& value) { value = berth::read<Manifest>(at); }
void StepReader::read(const Cursor& at, StartedBy& value) { value = berth::read<StartedBy>(at); }
void StepReader::read(const Cursor& at, Uac& value) { value = berth::read<Uac>(at); }
void StepReader::read(const Cursor& at, Shape& value) { value = at.one_of<Shape>(kShapeNames); }
void StepReader::read(const Cursor& at, BindName& value) { value = at.one_of<BindName>(kBindNameNames); }
void StepReader::read(const Cursor& at, NameBuffer& value) {
  value = at.one_of<NameBuffer>(kNameBufferNames);
}
void StepReader::read(const Cursor& at, Overlapped& value) {
  value = at.one_of<Overlapped>(kOverlappedNames);
}

void StepReader::read(const Cursor& at, std::uint32_t& value) {
  value = static_cast<std::uint32_t>(at.is_text() ? at.hexadecimal() : at.unsigned_up_to(0xffff'ffff));
  if (at.is_text() && at.hexadecimal() > 0xffff'ffff) at.refuse("a number of 32 bits");
}

void StepReader::read(const Cursor& at, Identity& value) {
  if (at.is_text()) {
    const auto found = std::ranges::find(world_.identities, at.text(), &WorldIdentity::name);
    if (found != world_.identities.end()) {
      value = found->identity;
      return;
    }
  }
  value = berth::read<Identity>(at);
}

void StepReader::read(const Cursor& at, RawSocket& value) {
  at.object([&value](Members& members) {
    value.family = read_windows_number(members, "family");
    value.type = read_windows_number(members, "type");
    value.protocol = read_windows_number(members, "protocol");
  });
}

void StepReader::read(const Cursor& at, RawOption& value) {
  at.object([&value](Members& members) {
    value.level = read_windows_number(members, "level");
    value.option = read_windows_number(members, "option");
  });
}

void StepReader::read(const Cursor& at, WinsockVersion& value) {
  const std::string text = at.text();
  const std::size_t dot = text.find('.');
  const auto number = [&](std::string_view digits) {
    std::uint8_t parsed = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, parsed);
    if (error != std::errc() || stopped != end) at.refuse(R"(a version such as "2.2")");
    return parsed;
  };
  if (dot == std::string::npos) at.refuse(R"(a version such as "2.2")");
  value = {.major = number(std::string_view(text).substr(0, dot)),
           .minor = number(std::string_view(text).substr(dot + 1))};
}

// -- expressions ------------------------------------------------------------------------------------------

void StepReader::read(const Cursor& at, PortExpression& value) {
  if (at.is_number()) {
    value.literal = at.port();
    return;
  }
  constexpr std::string_view kExpected = R"(a port such as "$block", "$block+2" or 0)";
  if (!at.is_text()) at.refuse(std::string(kExpected));
  const std::string text = at.text();
  value.name = leading_name(text);
  const auto offset = offset_in(std::string_view(text).substr(value.name.size()));
  if (value.name.empty() || !offset) at.refuse(std::string(kExpected));
  value.offset = *offset;
  if (const NameKind kind = kind_of(at, value.name); kind != NameKind::Block && kind != NameKind::Port)
    use(at, value.name, NameKind::Port);
}

void StepReader::read(const Cursor& at, CountExpression& value) {
  if (at.is_number()) {
    value.literal = static_cast<std::uint16_t>(at.unsigned_up_to(65535));
    return;
  }
  constexpr std::string_view kExpected =
      R"(a number of ports such as 20, "$block.count" or "$block.count+1")";
  constexpr std::string_view kCount = ".count";
  if (!at.is_text()) at.refuse(std::string(kExpected));
  const std::string text = at.text();
  value.block = leading_name(text);
  const std::string_view rest = std::string_view(text).substr(value.block.size());
  if (value.block.empty() || !rest.starts_with(kCount)) at.refuse(std::string(kExpected));
  const auto offset = offset_in(rest.substr(kCount.size()));
  if (!offset) at.refuse(std::string(kExpected));
  value.offset = *offset;
  use(at, value.block, NameKind::Block);
}

void StepReader::read(const Cursor& at, BlockExpression& value) {
  if (at.is_text()) {
    const std::string name = name_at(at);
    use(at, name, NameKind::Block);
    value.start.name = value.count.block = name;
    return;
  }
  if (!at.is_object()) at.refuse(R"(a block such as "$block" or {"start": "$block+1", "count": 2})");
  at.object([&](Members& members) {
    read(members.required("start"), value.start);
    read(members.required("count"), value.count);
  });
}

namespace {
bool is_of_nobody(const Cursor& at) {
  return at.object([](Members& members) { return members.required("of_nobody").boolean(); });
}
}  // namespace

void StepReader::read(const Cursor& at, SocketUse& value) {
  if (at.is_object()) {
    if (!is_of_nobody(at)) at.refuse(R"({"of_nobody": true})");
    return;
  }
  value.name = name_at(at);
  use(at, value.name, NameKind::Socket);
}

void StepReader::read(const Cursor& at, TokenUse& value) {
  if (at.is_number()) {
    if (at.unsigned_up_to(0xffff'ffff) != 0) at.refuse(R"("$token", 0 or {"of_nobody": true})");
    return;
  }
  if (at.is_object()) {
    value.of_nobody = is_of_nobody(at);
    if (!value.of_nobody) at.refuse(R"({"of_nobody": true})");
    return;
  }
  value.name = name_at(at);
  use(at, value.name, NameKind::Token);
}

void StepReader::read(const Cursor& at, AddressUse& value) {
  const std::string text = at.text();
  const auto* const form = std::ranges::find(kAddressFormNames, text);
  value.form = static_cast<AddressUse::Form>(form - kAddressFormNames.begin());
  if (form != kAddressFormNames.end()) return;
  if (!parse_address(text))
    at.refuse(R"("any", "loopback", "mapped any", "mapped loopback" or an address such as "127.0.0.1")");
  value.literal = text;
}

void StepReader::read(const Cursor& at, ProcessUse& value) {
  value.name = at.name();
  need_running(at, value.name);
}

void StepReader::read(const Cursor& at, NewProcess& value) {
  value.name = at.name();
  if (value.name == kSystem) at.refuse(R"(a name of its own: "system" is the system itself)");
  const auto known = processes_.find(value.name);
  if (known != processes_.end() && known->second == Running::Yes)
    at.refuse("the process " + in_quotes(value.name) + ", which is running already", "a name of its own");
}

// -- structures -------------------------------------------------------------------------------------------

namespace {
// Reads each field of `value` that the object has.
template <class T>
void read_fields(StepReader& reader, Members& members, T& value) {
  each_field(value, [&](std::string_view key, auto& field, Need need) {
    if (need == Need::Required) {
      reader.read(members.required(key), field);
    } else if (const auto given = members.optional(key)) {
      reader.read(*given, field);
    }
  });
}
}  // namespace

void StepReader::read(const Cursor& at, CallShape& value) {
  at.object([&](Members& members) { read_fields(*this, members, value); });
}

void StepReader::read(const Cursor& at, LaunchWanted& value) {
  at.object([&](Members& members) { read_fields(*this, members, value); });
  if (value.user.empty()) value.user = kAccountKindNames[static_cast<std::size_t>(value.account_kind)];
}

ProcessWanted StepReader::read_process(const std::string& name, const Cursor& at) {
  ProcessWanted process;
  process.name.name = name;
  if (name.empty() || name == kSystem) at.refuse("a process called " + in_quotes(name), "a name of its own");
  if (at.is_text()) {
    read(at, process.identity);
  } else {
    at.object([&](Members& members) {
      read(members.required("identity"), process.identity);
      if (const auto start_ups = members.optional("start_ups"))
        process.start_ups = static_cast<std::uint16_t>(start_ups->unsigned_up_to(100));
    });
  }
  processes_[name] = Running::Yes;
  return process;
}

Call StepReader::read_call(Members& members, const std::string& name) {
  const auto row = std::ranges::find(call_table(), name, &CallRow::name);
  Call call = row->make();
  std::visit([&](auto& empty) { read_fields(*this, members, empty); }, call);
  return call;
}

// -- switches and expectations ----------------------------------------------------------------------------

std::size_t StepReader::listed_switch(const Cursor& at, std::string_view name) const {
  const Switch* const found = switch_named(name);
  if (found == nullptr) at.refuse(in_quotes(name), one_of_these(name, names_of_switches()));
  const auto index = static_cast<std::size_t>(found - switches().data());
  if (std::ranges::find(switches_, index) == switches_.end())
    at.refuse("the switch " + in_quotes(name), "a switch that the scenario's \"switches\" name");
  return index;
}

std::vector<SwitchPosition> StepReader::read_when(const Cursor& at) const {
  std::vector<SwitchPosition> when;
  for (const auto& [name, position] : at.named_values(kMostEntries)) {
    const std::size_t index = listed_switch(position, name);
    when.push_back({.switch_index = index, .position = position.one_of(switches()[index].positions)});
  }
  if (when.empty()) at.refuse("no switch", "a switch and its position");
  return when;
}

void StepReader::read_expectation(const Cursor& at, std::vector<SwitchPosition> given,
                                  Expectation& into) const {
  if (at.is_text()) {
    if (at.text() != "ok") at.refuse(R"("ok", {"refused_by": …} or {"switch": …})");
    into.branches.push_back({.when = std::move(given), .outcome = {}});
    return;
  }
  at.object([&](Members& members) {
    if (const auto named = members.optional("switch")) {
      const std::size_t index = listed_switch(*named, named->text());
      if (std::ranges::find(given, index, &SwitchPosition::switch_index) != given.end())
        named->refuse("a switch that was asked already", "another switch");
      const Switch& asked = switches()[index];
      for (std::size_t position = 0; position < asked.positions.size(); ++position) {
        auto inner = given;
        inner.push_back({.switch_index = index, .position = position});
        read_expectation(members.required(asked.positions[position]), std::move(inner), into);
      }
      return;
    }
    Expected refused;
    refused.refused_by = read_refusing_rule(members.required("refused_by"));
    refused.code = read_code(members.required("code"));
    into.branches.push_back({.when = std::move(given), .outcome = refused});
  });
}

// -- steps ------------------------------------------------------------------------------------------------

void StepReader::check_who(const Cursor& at, const Step& step) const {
  const Caller caller = caller_of(step.call);
  if (step.as == kSystem) {
    if (caller == Caller::Process) at.refuse("the system itself", "a process: this call is made by one");
    return;
  }
  if (caller == Caller::System) at.refuse("a process", "\"system\": no process does this");
  need_running(at, step.as);
}

void StepReader::follow(const Step& step) {
  const bool sure = step.when.empty() && !may_fail(step.expect);
  const bool possible = may_succeed(step.expect);
  if (!possible) return;
  if (const auto* start = std::get_if<call::Start>(&step.call)) {
    Running& state = processes_.try_emplace(start->process.name.name, Running::No).first->second;
    state = sure || state == Running::Yes ? Running::Yes : Running::Perhaps;
  } else if (std::holds_alternative<call::Exit>(step.call)) {
    processes_[step.as] = sure ? Running::No : Running::Perhaps;
  } else if (std::holds_alternative<call::Restart>(step.call)) {
    for (auto& [name, state] : processes_)
      if (state == Running::Yes || sure) state = sure ? Running::No : Running::Perhaps;
  }
}

Step StepReader::read_step(const Cursor& at, std::size_t number) {
  return at.object([&](Members& members) {
    Step step;
    step.number = number;
    const Cursor as = members.required("as");
    step.as = as.name();
    const Cursor named = members.required("call");
    const std::vector<std::string_view> names = names_of_calls();
    step.call_name = names[named.one_of(names)];
    step.call = read_call(members, step.call_name);
    check_who(as, step);
    if (const auto when = members.optional("when")) step.when = read_when(*when);
    const Cursor expect = members.required("expect");
    read_expectation(expect, {}, step.expect);
    if (const auto note = members.optional("note")) step.note = note->text();
    if (const auto objection = contradiction_in(step.call)) at.refuse(objection->found, objection->expected);
    if (!pending_.empty() && !may_succeed(step.expect))
      at.refuse("the name " + in_quotes(pending_.front().name) + " for what a refused call gives",
                "no name, or a call that may succeed");
    commit(!step.when.empty());
    follow(step);
    return step;
  });
}

}  // namespace berth::scenario
