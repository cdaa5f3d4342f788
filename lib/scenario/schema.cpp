// SPDX-License-Identifier: MIT
#include <berth/scenario/schema.h>

#include <berth/codes/error_codes.h>
#include <berth/document/json.h>
#include <berth/rules/rulebook.h>
#include <berth/scenario/scenario.h>

#include "step_fields.h"
#include "windows_names.h"

namespace berth::scenario {
namespace {

// -- small parts ------------------------------------------------------------------------------------------

template <class Names>
Json one_of_names(const Names& names) {
  Json list = Json::array();
  for (const std::string_view name : names) list.push_back(std::string(name));
  return {{"enum", std::move(list)}};
}

Json text() { return {{"type", "string"}, {"minLength", 1}}; }
Json text_like(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }
Json yes_or_no() { return {{"type", "boolean"}}; }
Json number(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
Json any_of(std::initializer_list<Json> choices) {
  Json list = Json::array();
  for (const Json& choice : choices) list.push_back(choice);
  return {{"anyOf", std::move(list)}};
}
Json reference(const char* definition) { return {{"$ref", std::string("#/definitions/") + definition}}; }

/// An object with fixed keys.
struct Object {
  Json properties = Json::object();
  Json required = Json::array();

  Object& key(std::string_view name, Json value, Need need = Need::Optional) {
    properties[std::string(name)] = std::move(value);
    if (need == Need::Required) required.push_back(std::string(name));
    return *this;
  }
  [[nodiscard]] Json schema() const {
    Json json{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
    if (!required.empty()) json["required"] = required;
    return json;
  }
};

Json switch_names() {
  Json list = Json::array();
  for (const Switch& row : switches()) list.push_back(std::string(row.name));
  return {{"enum", std::move(list)}};
}

/// An object of switches and one position of each.
Json switch_positions() {
  Object object;
  for (const Switch& row : switches()) object.key(row.name, one_of_names(row.positions));
  return object.schema();
}

Json code() {
  Json names = Json::array();
  for (const CodeName& known : code_names()) names.push_back(std::string(known.name));
  return any_of({number(1, 0xffff'ffffLL), Json{{"enum", std::move(names)}}, text_like("^[1-9][0-9]*$")});
}

Json windows_number_schema() { return any_of({Json{{"type", "integer"}}, one_of_names(windows_names())}); }

// -- fields by their types --------------------------------------------------------------------------------

struct FieldSchema {
  Json of(const bool&) { return yes_or_no(); }
  Json of(const std::uint16_t&) { return number(0, 65535); }
  Json of(const std::uint32_t&) { return any_of({number(0, 0xffff'ffffLL), text_like("^0x[0-9a-f]{1,8}$")}); }
  Json of(const std::string&) { return text(); }
  Json of(const Transport&) { return one_of_names(kTransportNames); }
  Json of(const Family&) { return one_of_names(kFamilyNames); }
  Json of(const Option&) { return one_of_names(kOptionNames); }
  Json of(const Lifetime&) { return one_of_names(kLifetimeNames); }
  Json of(const Placement&) { return one_of_names(kPlacementNames); }
  Json of(const AccountKind&) { return one_of_names(kAccountKindNames); }
  Json of(const Manifest&) { return one_of_names(kManifestNames); }
  Json of(const StartedBy&) { return one_of_names(kStartedByNames); }
  Json of(const Uac&) { return one_of_names(kUacNames); }
  Json of(const Identity&) { return text(); }
  Json of(const Shape&) { return one_of_names(kShapeNames); }
  Json of(const BindName&) { return one_of_names(kBindNameNames); }
  Json of(const NameBuffer&) { return one_of_names(kNameBufferNames); }
  Json of(const Overlapped&) { return one_of_names(kOverlappedNames); }
  Json of(const WinsockVersion&) { return text_like("^[0-9]+\\.[0-9]+$"); }
  Json of(const PortExpression&) { return reference("port"); }
  Json of(const CountExpression&) { return reference("count"); }
  Json of(const BlockExpression&) { return reference("block"); }
  Json of(const SocketUse&) { return reference("socket_use"); }
  Json of(const TokenUse&) { return reference("token_use"); }
  Json of(const AddressUse&) { return text(); }
  Json of(const ProcessUse&) { return text(); }
  Json of(const NewProcess&) { return text(); }
  template <NameKind kKind>
  Json of(const NewName<kKind>&) {
    return reference("name");
  }
  Json of(const RawSocket&) {
    Object raw;
    for (const char* key : {"family", "type", "protocol"}) raw.key(key, windows_number_schema());
    return raw.schema();
  }
  Json of(const RawOption&) {
    Object raw;
    for (const char* key : {"level", "option"}) raw.key(key, windows_number_schema());
    return raw.schema();
  }
  Json of(const CallShape& value) { return of_fields(value); }
  Json of(const LaunchWanted& value) { return of_fields(value); }
  template <class T>
  Json of(const std::optional<T>&) {
    return of(T{});
  }

  template <class T>
  Json of_fields(const T& value) {
    Object object;
    each_field(value,
               [&](std::string_view key, const auto& field, Need need) { object.key(key, of(field), need); });
    return object.schema();
  }
};

// -- steps ------------------------------------------------------------------------------------------------

Json step_for(const CallRow& row) {
  Object step;
  step.key("as", text(), Need::Required);
  step.key("call", {{"const", std::string(row.name)}}, Need::Required);
  const Call call = row.make();
  std::visit(
      [&step](const auto& made) {
        each_field(made, [&step](std::string_view key, const auto& field, Need need) {
          step.key(key, FieldSchema{}.of(field), need);
        });
      },
      call);
  step.key("when", reference("positions"));
  step.key("expect", reference("expectation"), Need::Required);
  step.key("note", {{"type", "string"}});
  return step.schema();
}

// A step by its call: with `if`, so that an error names the key that is wrong and not every call that there
// is.
Json any_step() {
  Json names = Json::array();
  Json cases = Json::array();
  for (const CallRow& row : call_table()) {
    names.push_back(std::string(row.name));
    const Json is_this_call{{"properties", {{"call", {{"const", std::string(row.name)}}}}}};
    cases.push_back({{"if", is_this_call}, {"then", step_for(row)}});
  }
  return {{"type", "object"},
          {"required", {"as", "call", "expect"}},
          {"properties", {{"call", {{"enum", std::move(names)}}}}},
          {"allOf", std::move(cases)}};
}

Json refusal() {
  Json rules = Json::array();
  for (const RuleRow& row : rulebook())
    if (row.kind != RuleKind::Note) rules.push_back(std::string(name_of(row.rule)));
  return Object{}
      .key("refused_by", {{"enum", std::move(rules)}}, Need::Required)
      .key("code", code(), Need::Required)
      .schema();
}

Json expectation() {
  Json choices = Json::array({Json{{"const", "ok"}}, refusal()});
  for (const Switch& row : switches()) {
    Object by_position;
    by_position.key("switch", {{"const", std::string(row.name)}}, Need::Required);
    for (const std::string_view position : row.positions)
      by_position.key(position, reference("expectation"), Need::Required);
    choices.push_back(by_position.schema());
  }
  return {{"anyOf", std::move(choices)}};
}

Json of_nobody() { return Object{}.key("of_nobody", {{"const", true}}, Need::Required).schema(); }

Json definitions() {
  Json all = Json::object();
  all["name"] = text_like("^\\$[A-Za-z_][A-Za-z0-9_]*$");
  all["port"] = any_of({number(0, 65535), text_like("^\\$[A-Za-z_][A-Za-z0-9_]*([+-][0-9]+)?$")});
  all["count"] = any_of({number(0, 65535), text_like("^\\$[A-Za-z_][A-Za-z0-9_]*\\.count([+-][0-9]+)?$")});
  all["block"] = any_of({reference("name"), Object{}
                                                .key("start", reference("port"), Need::Required)
                                                .key("count", reference("count"), Need::Required)
                                                .schema()});
  all["socket_use"] = any_of({reference("name"), of_nobody()});
  all["token_use"] = any_of({reference("name"), Json{{"const", 0}}, of_nobody()});
  all["positions"] = switch_positions();
  all["expectation"] = expectation();
  all["step"] = any_step();
  return all;
}

// -- the top ----------------------------------------------------------------------------------------------

Json list_of(Json element, std::size_t least) {
  return {{"type", "array"}, {"minItems", least}, {"uniqueItems", true}, {"items", std::move(element)}};
}

Json rule_names() {
  Json rules = Json::array();
  for (const RuleRow& row : rulebook()) rules.push_back(std::string(name_of(row.rule)));
  return {{"enum", std::move(rules)}};
}

Json ports() {
  const Json run = Object{}
                       .key("count", number(1, 10'000))
                       .key("where", one_of_names(kWhereNames))
                       .key("at", number(1, kLastPort))
                       .schema();
  return {{"type", "object"},
          {"patternProperties", {{"^\\$[A-Za-z_][A-Za-z0-9_]*$", run}}},
          {"additionalProperties", false}};
}

Json processes() {
  const Json written_out =
      Object{}.key("identity", text(), Need::Required).key("start_ups", number(0, 100)).schema();
  return {{"type", "object"}, {"additionalProperties", any_of({text(), written_out})}};
}

}  // namespace

std::string scenario_schema() {
  Object top;
  top.key("title", text(), Need::Required);
  top.key("rules", list_of(rule_names(), 1), Need::Required);
  top.key("source", text(), Need::Required);
  top.key("world", any_of({text(), Json{{"type", "object"}}}));
  top.key("profile", text());
  top.key("switches", list_of(switch_names(), 0));
  top.key("assumes", reference("positions"));
  top.key("arms", list_of(one_of_names(kArmNames), 0));
  top.key("known_deviation", Object{}
                                 .key("arm", one_of_names(kArmNames), Need::Required)
                                 .key("reason", text(), Need::Required)
                                 .schema());
  top.key("ports", ports());
  top.key("processes", processes());
  top.key("steps",
          {{"type", "array"}, {"minItems", 1}, {"maxItems", kMostSteps}, {"items", reference("step")}},
          Need::Required);
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "A scenario of Berth"}};
  schema.update(top.schema());
  schema["definitions"] = definitions();
  return page_of(schema);
}

}  // namespace berth::scenario
