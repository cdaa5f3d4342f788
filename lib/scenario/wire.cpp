// SPDX-License-Identifier: MIT
#include "wire.h"

#include <berth/document/core_values.h>

namespace berth::scenario {
namespace {

constexpr std::array<std::string_view, 3> kSeenKindNames = {"succeeded", "refused", "failed"};
constexpr std::size_t kMostComplaints = 1000;
constexpr std::int64_t kMostSeenCode = std::int64_t{1} << 40U;

struct ValueWriter {
  Json operator()(RequestedBlock block) const { return {{"block", berth::json_of(block)}}; }
  Json operator()(Port port) const { return {{"port", port}}; }
  Json operator()(Token token) const { return {{"token", berth::json_of(token)}}; }
  Json operator()(const SocketValue& socket) const {
    return {{"socket", hexadecimal(socket.handle)},
            {"transport", berth::json_of(socket.transport)},
            {"family", berth::json_of(socket.family)}};
  }
};

void read_value(Members& members, const std::string& name, Names& names) {
  if (const auto block = members.optional("block"))
    return names.set(name, berth::read<RequestedBlock>(*block));
  if (const auto port = members.optional("port")) return names.set(name, port->port());
  if (const auto token = members.optional("token")) return names.set(name, berth::read<Token>(*token));
  names.set(name, SocketValue{.handle = members.required("socket").hexadecimal(),
                              .transport = berth::read<Transport>(members.required("transport")),
                              .family = berth::read<Family>(members.required("family"))});
}

// The fields that are written when they are there, and how. The order is that of `Seen`.
template <class S, class F>
void each_seen_value(S& seen, F&& field) {
  field("socket", seen.socket);
  field("name", seen.name);
  field("block", seen.block);
  field("token", seen.token);
  field("count", seen.count);
  field("count_untouched", seen.count_untouched);
  field("output_untouched", seen.output_untouched);
  field("token_untouched", seen.token_untouched);
  field("option", seen.option);
  field("negotiated", seen.negotiated);
}

Json written(std::uint64_t value) { return hexadecimal(value); }
Json written(std::uint32_t value) { return value; }
Json written(bool value) { return value; }
Json written(const WinsockVersion& value) { return {{"major", value.major}, {"minor", value.minor}}; }
template <class T>
Json written(const T& value) {
  return berth::json_of(value);
}

void read_back(const Cursor& at, std::uint64_t& value) { value = at.hexadecimal(); }
void read_back(const Cursor& at, std::uint32_t& value) {
  value = static_cast<std::uint32_t>(at.unsigned_up_to(UINT32_MAX));
}
void read_back(const Cursor& at, bool& value) { value = at.boolean(); }
void read_back(const Cursor& at, WinsockVersion& value) {
  value = at.object([](Members& members) {
    return WinsockVersion{.major = static_cast<std::uint8_t>(members.required("major").unsigned_up_to(255)),
                          .minor = static_cast<std::uint8_t>(members.required("minor").unsigned_up_to(255))};
  });
}
template <class T>
void read_back(const Cursor& at, T& value) {
  value = berth::read<T>(at);
}

}  // namespace

Json json_of(const Names& names) {
  Json json = Json::object();
  for (const auto& [name, value] : names.values()) json[name] = std::visit(ValueWriter{}, value);
  return json;
}

Names names_at(const Cursor& at) {
  Names names;
  for (const auto& [name, value] : at.named_values(kMostNames)) {
    const std::string& key = name;
    value.object([&](Members& members) { read_value(members, key, names); });
  }
  return names;
}

Json json_of(const Seen& seen) {
  Json json{{"kind", kSeenKindNames[static_cast<std::size_t>(seen.kind)]}};
  if (seen.code != 0) json["code"] = seen.code;
  if (seen.rule) json["rule"] = berth::name_of(*seen.rule);
  if (!seen.because.empty()) json["because"] = seen.because;
  if (!seen.failure.empty()) json["failure"] = seen.failure;
  if (!seen.complaints.empty()) json["complaints"] = seen.complaints;
  each_seen_value(seen, [&json](const char* key, const auto& value) {
    if (value) json[key] = written(*value);
  });
  return json;
}

Seen seen_at(const Cursor& at) {
  return at.object([](Members& members) {
    Seen seen;
    seen.kind = members.required("kind").one_of<Seen::Kind>(kSeenKindNames);
    if (const auto code = members.optional("code"))
      seen.code = code->integer_between(-kMostSeenCode, kMostSeenCode);
    if (const auto rule = members.optional("rule")) seen.rule = berth::read<Rule>(*rule);
    if (const auto because = members.optional("because")) seen.because = because->text();
    if (const auto failure = members.optional("failure")) seen.failure = failure->text();
    if (const auto complaints = members.optional("complaints"))
      seen.complaints = complaints->list(kMostComplaints, [](const Cursor& one) { return one.text(); });
    each_seen_value(seen, [&members](const char* key, auto& value) {
      if (const auto found = members.optional(key)) read_back(*found, value.emplace());
    });
    return seen;
  });
}

}  // namespace berth::scenario
