// SPDX-License-Identifier: MIT
#include "quick_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <type_traits>
#include <utility>

#include <berth/core/request_fields.h>
#include <berth/document/core_values.h>

namespace berth::remote::quick {
namespace {

// Text that stands in JSON as it is.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// The one list of the enumerations' names, for both directions.
// clang-format off
constexpr const auto& names_of(Transport) { return kTransportNames; }
constexpr const auto& names_of(Family) { return kFamilyNames; }
constexpr const auto& names_of(Option) { return kOptionNames; }
constexpr const auto& names_of(Lifetime) { return kLifetimeNames; }
constexpr const auto& names_of(Placement) { return kPlacementNames; }
constexpr const auto& names_of(TokenKind) { return kTokenKindNames; }
constexpr const auto& names_of(HostFailure) { return kHostFailureNames; }
// clang-format on

template <class T>
concept Named = std::is_enum_v<T> && requires(T value) {
  names_of(value);
};

// -- writing --------------------------------------------------------------------------------------

class Writer {
 public:
  explicit Writer(std::string& to) : to_(to), before_(to.size()) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void raw(std::string_view text) { to_ += text; }
  void key(std::string_view key) {
    to_ += '"';
    to_ += key;
    to_ += "\":";
  }
  void value(std::string_view text) {
    is_plain_ = is_plain_ && is_plain(text);
    to_ += '"';
    to_ += text;
    to_ += '"';
  }
  void value(const std::string& text) { value(std::string_view(text)); }
  template <std::same_as<bool> Boolean>
  void value(Boolean on) {
    to_ += on ? "true" : "false";
  }
  void value(std::uint16_t number) {
    char digits[8];
    to_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }
  template <class Kind, class Number>
  void value(Id<Kind, Number> id) {
    char digits[16];
    to_ += "\"0x";
    to_.append(digits, std::to_chars(digits, digits + sizeof digits, std::uint64_t{id.value}, 16).ptr);
    to_ += '"';
  }
  template <Named Enum>
  void value(Enum one) {
    value(names_of(one)[static_cast<std::size_t>(one)]);
  }
  void value(Rule rule) { value(name_of(rule)); }
  void value(const Address& address) { value(to_string(address)); }
  void value(const Endpoint& name) {
    raw(R"({"address":)");
    value(name.address);
    raw(R"(,"port":)");
    value(name.port);
    raw("}");
  }
  void value(RequestedBlock block) {
    raw(R"({"start":)");
    value(block.start);
    raw(R"(,"count":)");
    value(block.count);
    raw("}");
  }
  void value(const std::variant<TokenKind, Launch>& token) {
    const auto* kind = std::get_if<TokenKind>(&token);
    is_plain_ = is_plain_ && kind != nullptr;
    if (kind != nullptr) value(*kind);
  }
  // Whether it could all be written; else nothing is.
  bool end() {
    if (is_plain_) {
      to_ += '\n';
    } else {
      to_.resize(before_);
    }
    return is_plain_;
  }

 private:
  std::string& to_;
  const std::size_t before_;
  bool is_plain_ = true;
};

struct OutcomeWriter {
  Writer& writer;
  void operator()(const Reply& reply) const {
    writer.raw(R"({"granted":{)");
    bool is_first = true;
    each_field(reply, [&](std::string_view key, const auto& field) {
      if (field == std::remove_cvref_t<decltype(field)>{}) return;
      if (!std::exchange(is_first, false)) writer.raw(",");
      writer.key(key);
      writer.value(field);
    });
    writer.raw("}}");
  }
  void operator()(const Refusal& refusal) const {
    writer.raw(R"({"refused":{"rule":)");
    writer.value(refusal.rule);
    if (const auto* block = std::get_if<BlockId>(&refusal.record)) record("block", *block);
    if (const auto* socket = std::get_if<SocketId>(&refusal.record)) record("socket", *socket);
    writer.raw("}}");
  }
  void operator()(HostFailure failure) const {
    writer.raw(R"({"failed":)");
    writer.value(failure);
    writer.raw("}");
  }
  template <class Record>
  void record(std::string_view key, Record id) const {
    writer.raw(R"(,"record":{)");
    writer.key(key);
    writer.value(id);
    writer.raw("}");
  }
};

// -- reading --------------------------------------------------------------------------------------

// Every function takes what it names, or says false; after a false nothing more is asked.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  bool raw(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool key(std::string_view key) {
    const bool is_there = rest_.size() > key.size() + 2 && rest_[0] == '"' &&
                          rest_.substr(1, key.size()) == key && rest_.substr(key.size() + 1, 2) == "\":";
    if (is_there) rest_.remove_prefix(key.size() + 3);
    return is_there;
  }
  bool value(std::string_view& text) {
    if (!raw("\"")) return false;
    const auto end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return is_plain(text);
  }
  bool value(std::string& text) {
    std::string_view view;
    if (!value(view)) return false;
    text = view;
    return true;
  }
  template <std::same_as<bool> Boolean>
  bool value(Boolean& on) {
    on = rest_.starts_with('t');
    return raw(on ? "true" : "false");
  }
  bool value(std::uint16_t& number) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    const auto digits = static_cast<std::size_t>(end - rest_.data());
    if (error != std::errc{} || (digits > 1 && rest_[0] == '0')) return false;
    rest_.remove_prefix(digits);
    return true;
  }
  template <class Kind, class Number>
  bool value(Id<Kind, Number>& id) {
    std::string_view text;
    if (!value(text) || !text.starts_with("0x")) return false;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + 2, last, id.value, 16);
    return error == std::errc{} && end == last;
  }
  template <Named Enum>
  bool value(Enum& one) {
    std::string_view text;
    if (!value(text)) return false;
    const auto& names = names_of(one);
    const auto found = std::ranges::find(names, text);
    one = static_cast<Enum>(found - names.begin());
    return found != names.end();
  }
  bool value(Rule& rule) {
    std::string_view text;
    const auto known = value(text) ? rule_named(text) : std::nullopt;
    rule = known.value_or(Rule{});
    return known.has_value();
  }
  bool value(Address& address) {
    std::string_view text;
    const auto known = value(text) ? parse_address(text) : std::nullopt;
    address = known.value_or(Address{});
    return known.has_value();
  }
  bool value(Endpoint& name) {
    return raw(R"({"address":)") && value(name.address) && raw(R"(,"port":)") && value(name.port) && raw("}");
  }
  bool value(RequestedBlock& block) {
    return raw(R"({"start":)") && value(block.start) && raw(R"(,"count":)") && value(block.count) && raw("}");
  }
  bool value(std::variant<TokenKind, Launch>& token) {
    TokenKind kind{};
    token = kind;
    return value(kind) && (token = kind, true);
  }

 private:
  std::string_view rest_;
};

template <std::size_t... kIndices>
Request empty_request(std::size_t kind, std::index_sequence<kIndices...>) {
  static constexpr std::array<Request (*)(), sizeof...(kIndices)> kMakers = {
      [] { return Request(std::in_place_index<kIndices>); }...};
  return kMakers[kind]();
}

bool read_request(Reader& reader, Request& request) {
  std::string_view name;
  if (!reader.raw(R"({"request":)") || !reader.value(name)) return false;
  const auto found = std::ranges::find(kRequestNames, name);
  if (found == kRequestNames.end()) return false;
  request = empty_request(static_cast<std::size_t>(found - kRequestNames.begin()),
                          std::make_index_sequence<std::variant_size_v<Request>>());
  bool fits = true;
  const auto read_field = [&](std::string_view key, auto& field) {
    fits = fits && reader.raw(",") && reader.key(key) && reader.value(field);
  };
  std::visit([&](auto& alternative) { each_field(alternative, read_field); }, request);
  return fits && reader.raw("}");
}

bool read_reply(Reader& reader, Reply& reply) {
  bool is_first = true;
  bool fits = true;
  each_field(reply, [&](std::string_view key, auto& field) {
    Reader ahead = reader;
    if (!fits || (!is_first && !ahead.raw(",")) || !ahead.key(key)) return;
    is_first = false;
    fits = ahead.value(field);
    reader = ahead;
  });
  return fits && reader.raw("}}");
}

bool read_refusal(Reader& reader, Refusal& refusal) {
  if (!reader.raw(R"("rule":)") || !reader.value(refusal.rule)) return false;
  if (reader.raw(R"(,"record":{"block":)")) {
    BlockId block;
    if (!reader.value(block) || !reader.raw("}")) return false;
    refusal.record = block;
  } else if (reader.raw(R"(,"record":{"socket":)")) {
    SocketId socket;
    if (!reader.value(socket) || !reader.raw("}")) return false;
    refusal.record = socket;
  }
  return reader.raw("}}");
}

bool read_failure(Reader& reader, HostFailure& failure) { return reader.value(failure) && reader.raw("}"); }

}  // namespace

bool write(std::string& to, const ask::Submit& asked) {
  Writer writer(to);
  writer.raw(R"({"submit":{"request":)");
  writer.value(kRequestNames[asked.request.index()]);
  const auto write_field = [&writer](std::string_view key, const auto& field) {
    writer.raw(",");
    writer.key(key);
    writer.value(field);
  };
  std::visit([&](const auto& alternative) { each_field(alternative, write_field); }, asked.request);
  writer.raw("}");
  if (asked.caller) write_field("caller", asked.caller);
  writer.raw("}");
  return writer.end();
}

bool write(std::string& to, const Outcome& outcome) {
  Writer writer(to);
  std::visit(OutcomeWriter{writer}, outcome);
  return writer.end();
}

std::optional<Ask> read_submit(std::string_view line) {
  Reader reader(line);
  ask::Submit asked;
  if (line.size() > kMostBytesAsked || !reader.raw(R"({"submit":)") || !read_request(reader, asked.request))
    return std::nullopt;
  if (reader.raw(R"(,"caller":)") && !reader.value(asked.caller)) return std::nullopt;
  if (!reader.raw("}") || !reader.is_at_end()) return std::nullopt;
  return asked;
}

std::optional<Outcome> read_outcome(std::string_view line) {
  Reader reader(line);
  Outcome outcome;
  bool fits = false;
  if (reader.raw(R"({"granted":{)")) {
    fits = read_reply(reader, outcome.emplace<Reply>());
  } else if (reader.raw(R"({"refused":{)")) {
    fits = read_refusal(reader, outcome.emplace<Refusal>());
  } else if (reader.raw(R"({"failed":)")) {
    fits = read_failure(reader, outcome.emplace<HostFailure>());
  }
  if (!fits || !reader.is_at_end()) return std::nullopt;
  return outcome;
}

}  // namespace berth::remote::quick
