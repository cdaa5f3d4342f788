// SPDX-License-Identifier: MIT
#include <berth/document/core_values.h>
#include <berth/document/observed.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <limits>
#include <utility>
#include <vector>

#include <berth/core/request_fields.h>
#include <berth/document/json.h>
#include <berth/document/nearest_name.h>

namespace berth {
namespace {

template <class Enum, std::size_t kCount>
Json name_in(const std::array<std::string_view, kCount>& names, Enum value) {
  return Json(names[static_cast<std::size_t>(value)]);
}

std::vector<std::string_view> rule_names() {
  std::vector<std::string_view> names;
  names.reserve(kRuleCount);
  for (std::size_t i = 0; i < kRuleCount; ++i) names.push_back(name_of(static_cast<Rule>(i)));
  return names;
}

}  // namespace

std::string hexadecimal(std::uint64_t number) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, 16).ptr;
  return "0x" + std::string(std::begin(digits), end);
}

// -- names and numbers ---------------------------------------------------------------------------------
// clang-format off
template <> bool read(const Cursor& at) { return at.boolean(); }
template <> std::uint16_t read(const Cursor& at) { return static_cast<std::uint16_t>(at.unsigned_up_to(65535)); }
template <> std::string read(const Cursor& at) { return at.text(); }
template <> Transport read(const Cursor& at) { return at.one_of<Transport>(kTransportNames); }
template <> Family read(const Cursor& at) { return at.one_of<Family>(kFamilyNames); }
template <> TokenKind read(const Cursor& at) { return at.one_of<TokenKind>(kTokenKindNames); }
template <> AccountKind read(const Cursor& at) { return at.one_of<AccountKind>(kAccountKindNames); }
template <> Manifest read(const Cursor& at) { return at.one_of<Manifest>(kManifestNames); }
template <> StartedBy read(const Cursor& at) { return at.one_of<StartedBy>(kStartedByNames); }
template <> Uac read(const Cursor& at) { return at.one_of<Uac>(kUacNames); }
template <> Lifetime read(const Cursor& at) { return at.one_of<Lifetime>(kLifetimeNames); }
template <> Placement read(const Cursor& at) { return at.one_of<Placement>(kPlacementNames); }
template <> Option read(const Cursor& at) { return at.one_of<Option>(kOptionNames); }
template <> HostFailure read(const Cursor& at) { return at.one_of<HostFailure>(kHostFailureNames); }
template <> Rule read(const Cursor& at) { return static_cast<Rule>(at.one_of(rule_names())); }
template <> ProcessId read(const Cursor& at) { return {at.hexadecimal()}; }
template <> SocketId read(const Cursor& at) { return {at.hexadecimal()}; }
template <> BlockId read(const Cursor& at) { return {at.hexadecimal()}; }
template <> Token read(const Cursor& at) { return {at.hexadecimal()}; }
template <> PortChoice read(const Cursor& at) { return {at.hexadecimal()}; }

Json json_of(Transport value) { return name_in(kTransportNames, value); }
Json json_of(Family value) { return name_in(kFamilyNames, value); }
Json json_of(TokenKind value) { return name_in(kTokenKindNames, value); }
Json json_of(AccountKind value) { return name_in(kAccountKindNames, value); }
Json json_of(Manifest value) { return name_in(kManifestNames, value); }
Json json_of(StartedBy value) { return name_in(kStartedByNames, value); }
Json json_of(Uac value) { return name_in(kUacNames, value); }
Json json_of(Lifetime value) { return name_in(kLifetimeNames, value); }
Json json_of(Placement value) { return name_in(kPlacementNames, value); }
Json json_of(Option value) { return name_in(kOptionNames, value); }
Json json_of(HostFailure value) { return name_in(kHostFailureNames, value); }
Json json_of(Rule value) { return Json(name_of(value)); }
Json json_of(ProcessId value) { return Json(hexadecimal(value.value)); }
Json json_of(SocketId value) { return Json(hexadecimal(value.value)); }
Json json_of(BlockId value) { return Json(hexadecimal(value.value)); }
Json json_of(Token value) { return Json(hexadecimal(value.value)); }
Json json_of(PortChoice value) { return Json(hexadecimal(value.drawn)); }
// clang-format on

// -- addresses and blocks ------------------------------------------------------------------------------
template <>
Address read(const Cursor& at) {
  if (at.is_text())
    if (const auto address = parse_address(at.text())) return *address;
  at.refuse(R"(an IPv4 or IPv6 address such as "127.0.0.1" or "::1")");
}

Json json_of(const Address& value) { return Json(to_string(value)); }

template <>
Endpoint read(const Cursor& at) {
  return at.object([](Members& endpoint) {
    const auto address = read<Address>(endpoint.required("address"));
    return Endpoint{.address = address, .port = endpoint.required("port").port()};
  });
}

Json json_of(const Endpoint& value) {
  return Json::object({{"address", json_of(value.address)}, {"port", value.port}});
}

template <>
RequestedBlock read(const Cursor& at) {
  return at.object([](Members& block) {
    const Port start = block.required("start").port();
    return RequestedBlock{.start = start, .count = read<std::uint16_t>(block.required("count"))};
  });
}

Json json_of(RequestedBlock value) { return Json::object({{"start", value.start}, {"count", value.count}}); }

template <>
PortRange read(const Cursor& at) {
  const auto block = read<RequestedBlock>(at);
  const auto range = PortRange::of(block);
  if (!range)
    at.refuse(std::to_string(block.count) + " ports from " + std::to_string(block.start),
              "a block that is not empty and lies inside 1 to 65535");
  return *range;
}

Json json_of(PortRange value) { return json_of(value.as_block()); }

// -- identities ----------------------------------------------------------------------------------------
template <>
Launch read(const Cursor& at) {
  return at.object([](Members& launch) {
    Launch value;
    value.account_kind = read<AccountKind>(launch.required("account"));
    value.manifest = read<Manifest>(launch.required("manifest"));
    value.started_by = read<StartedBy>(launch.required("started_by"));
    value.uac = read<Uac>(launch.required("uac"));
    return value;
  });
}

Json json_of(const Launch& value) {
  return Json::object({{"account", json_of(value.account_kind)},
                       {"manifest", json_of(value.manifest)},
                       {"started_by", json_of(value.started_by)},
                       {"uac", json_of(value.uac)}});
}

template <>
RequestedToken read(const Cursor& at) {
  if (at.is_object()) return read<Launch>(at);
  return read<TokenKind>(at);
}

Json json_of(const RequestedToken& value) {
  return std::visit([](const auto& token) { return json_of(token); }, value);
}

template <>
Identity read(const Cursor& at) {
  if (at.is_text())
    if (auto identity = parse_identity(at.text())) return *std::move(identity);
  const std::vector<std::string_view> kinds(kTokenKindNames.begin(), kTokenKindNames.end());
  const std::string text = at.is_text() ? at.text() : "";
  at.refuse(one_of_these(text.substr(0, text.find(':')), kinds) + ", with or without :account");
}

Json json_of(const Identity& value) {
  return Json(std::string(kTokenKindNames[static_cast<std::size_t>(value.kind)]) + ':' + value.account);
}

// -- requests ------------------------------------------------------------------------------------------
namespace {

template <class Field>
Json field_as_json(const Field& field) {
  if constexpr (std::is_arithmetic_v<Field> || std::same_as<Field, std::string>)
    return Json(field);
  else
    return json_of(field);
}

template <std::size_t... kIndices>
Request empty_request(std::size_t kind, std::index_sequence<kIndices...>) {
  static constexpr std::array<Request (*)(), sizeof...(kIndices)> kMakers = {
      [] { return Request(std::in_place_index<kIndices>); }...};
  return kMakers[kind]();
}

}  // namespace

template <>
Request read(const Cursor& at) {
  return at.object([](Members& members) {
    const std::size_t kind = members.required("request").one_of(kRequestNames);
    Request request = empty_request(kind, std::make_index_sequence<std::variant_size_v<Request>>());
    const auto read_field = [&members](std::string_view name, auto& field) {
      field = read<std::remove_reference_t<decltype(field)>>(members.required(name));
    };
    std::visit([&](auto& alternative) { each_field(alternative, read_field); }, request);
    return request;
  });
}

Json json_of(const Request& value) {
  Json json = Json::object({{"request", kRequestNames[value.index()]}});
  const auto write_field = [&json](std::string_view name, const auto& field) {
    json[std::string(name)] = field_as_json(field);
  };
  std::visit([&](const auto& alternative) { each_field(alternative, write_field); }, value);
  return json;
}

// -- outcomes ------------------------------------------------------------------------------------------
namespace {

RecordRef read_record(const Cursor& at) {
  return at.object([&at](Members& record) -> RecordRef {
    const auto block = record.optional("block");
    const auto socket = record.optional("socket");
    if (block.has_value() == socket.has_value()) at.refuse(R"(either "block" or "socket")");
    if (block) return read<BlockId>(*block);
    return read<SocketId>(*socket);
  });
}

}  // namespace

template <>
Reply read(const Cursor& at) {
  return at.object([](Members& members) {
    Reply reply;
    each_field(reply, [&members](std::string_view name, auto& field) {
      if (const auto value = members.optional(name))
        field = read<std::remove_reference_t<decltype(field)>>(*value);
    });
    return reply;
  });
}

Json json_of(const Reply& value) {
  Json json = Json::object();
  each_field(value, [&json](std::string_view name, const auto& field) {
    if (field != std::remove_cvref_t<decltype(field)>{}) json[std::string(name)] = json_of(field);
  });
  return json;
}

template <>
Refusal read(const Cursor& at) {
  return at.object([](Members& members) {
    Refusal refusal{.rule = read<Rule>(members.required("rule")), .record = {}};
    if (const auto record = members.optional("record")) refusal.record = read_record(*record);
    return refusal;
  });
}

Json json_of(const Refusal& value) {
  Json json = Json::object({{"rule", json_of(value.rule)}});
  if (const auto* block = std::get_if<BlockId>(&value.record))
    json["record"] = Json::object({{"block", json_of(*block)}});
  if (const auto* socket = std::get_if<SocketId>(&value.record))
    json["record"] = Json::object({{"socket", json_of(*socket)}});
  return json;
}

template <>
Outcome read(const Cursor& at) {
  return at.object([&at](Members& outcome) -> Outcome {
    const auto granted = outcome.optional("granted");
    const auto refused = outcome.optional("refused");
    const auto failed = outcome.optional("failed");
    if (granted.has_value() + refused.has_value() + failed.has_value() != 1)
      at.refuse(R"(either "granted" or "refused" or "failed")");
    if (granted) return read<Reply>(*granted);
    if (refused) return read<Refusal>(*refused);
    return read<HostFailure>(*failed);
  });
}

Json json_of(const Outcome& value) {
  static constexpr std::array<const char*, std::variant_size_v<Outcome>> kKeys = {"granted", "refused",
                                                                                  "failed"};
  return Json::object({{kKeys[value.index()],
                        std::visit([](const auto& alternative) { return json_of(alternative); }, value)}});
}

// -- profiles ------------------------------------------------------------------------------------------
namespace {

void read_switch(const std::string& name, const Cursor& at, Profile& profile) {
  const Switch* known = switch_named(name);
  if (known == nullptr) {
    std::vector<std::string_view> names;
    for (const Switch& one : switches()) names.push_back(one.name);
    at.refuse("the unknown switch " + in_quotes(name), one_of_these(name, names));
  }
  known->set(profile, at.one_of(known->positions));
}

void suspend(const Cursor& at, Profile& profile) {
  const Rule rule = read<Rule>(at);
  if (!profile.in_force(rule))
    at.refuse("the rule " + in_quotes(name_of(rule)) + " a second time", "each rule once");
  profile.suspended.set(index_of(rule));
}

CodeOverride read_code(const Cursor& at) {
  return at.object([&at](Members& members) {
    CodeOverride code{.rule = read<Rule>(members.required("rule")), .winsock = {}, .win32 = {}};
    if (const auto winsock = members.optional("winsock"))
      code.winsock =
          static_cast<std::int32_t>(winsock->integer_between(0, std::numeric_limits<std::int32_t>::max()));
    if (const auto win32 = members.optional("win32"))
      code.win32 =
          static_cast<std::uint32_t>(win32->unsigned_up_to(std::numeric_limits<std::uint32_t>::max()));
    if (!code.winsock && !code.win32) at.refuse(R"(a "winsock" or "win32" code)");
    return code;
  });
}

void add_code(const Cursor& at, Profile& profile) {
  const CodeOverride code = read_code(at);
  if (std::ranges::find(profile.codes, code.rule, &CodeOverride::rule) != profile.codes.end())
    at.refuse("the rule " + in_quotes(name_of(code.rule)) + " a second time", "each rule once");
  profile.codes.push_back(code);
}

Json json_of(const CodeOverride& value) {
  Json json = Json::object({{"rule", berth::json_of(value.rule)}});
  if (value.winsock) json["winsock"] = *value.winsock;
  if (value.win32) json["win32"] = *value.win32;
  return json;
}

}  // namespace

template <>
Profile read(const Cursor& at) {
  return at.object([](Members& members) {
    Profile profile;
    profile.name = members.required("name").name();
    if (const auto positions = members.optional("switches"))
      for (const auto& [name, position] : positions->named_values(switches().size() + 1))
        read_switch(name, position, profile);
    if (const auto suspended = members.optional("suspended"))
      for (const Cursor& rule : suspended->elements(kRuleCount)) suspend(rule, profile);
    if (const auto codes = members.optional("codes"))
      for (const Cursor& code : codes->elements(kRuleCount)) add_code(code, profile);
    // No part of the law: who wants to know reads it with `observed_in_profile`.
    if (const auto observed = members.optional("observed")) static_cast<void>(observed_at(*observed));
    return profile;
  });
}

Json json_of(const Profile& value) {
  Json positions = Json::object();
  for (const Switch& one : switches()) positions[std::string(one.name)] = one.position_name(value);
  Json suspended = Json::array();
  for (std::size_t i = 0; i < kRuleCount; ++i)
    if (value.suspended.test(i)) suspended.push_back(json_of(static_cast<Rule>(i)));
  Json codes = Json::array();
  for (const CodeOverride& code : value.codes) codes.push_back(json_of(code));
  return Json::object({{"name", value.name},
                       {"switches", std::move(positions)},
                       {"suspended", std::move(suspended)},
                       {"codes", std::move(codes)}});
}

// -- how we know --------------------------------------------------------------------------------------

Observed observed_at(const Cursor& at) {
  return at.object([](Members& members) {
    Observed observed{.on = members.required("on").name(), .rules = {}};
    for (const Cursor& rule : members.required("rules").elements(kRuleCount))
      observed.rules.set(index_of(read<Rule>(rule)));
    return observed;
  });
}

Observed observed_in_profile(const Cursor& profile) {
  for (const auto& [key, value] : profile.named_values(1000))
    if (key == "observed") return observed_at(value);
  return {};
}

Json json_of(const Observed& value) {
  Json rules = Json::array();
  for (std::size_t i = 0; i < kRuleCount; ++i)
    if (value.rules.test(i)) rules.push_back(json_of(static_cast<Rule>(i)));
  return Json::object({{"on", value.on}, {"rules", std::move(rules)}});
}

}  // namespace berth
