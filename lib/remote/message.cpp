// SPDX-License-Identifier: MIT
#include <berth/remote/message.h>

#include <array>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>

#include "quick_text.h"

namespace berth::remote {
namespace {

constexpr std::size_t kMostListed = 1'000'000;
constexpr std::size_t kMostProcesses = 4096;
constexpr std::uint64_t kMost = ~std::uint64_t{0};
constexpr std::array<std::string_view, 5> kStateNames = {"open", "bound", "listening", "accepted", "ended"};

void write_line(std::string& to, const Json& json) {
  to += line_of(json);
  to += '\n';
}

template <class Read>
auto parsed(std::string_view line, const ReadingLimits& limits, Read&& read_message)
    -> Result<std::invoke_result_t<Read&, Members&>, std::string> {
  auto message = read_document(
      "message", line, [&](const Cursor& at) { return at.object(read_message); }, limits);
  if (!message) return to_string(message.error());
  return std::move(message).value();
}

template <class Read>
auto asked(std::string_view line, Read&& read_message) {
  return parsed(line, {.bytes = kMostBytesAsked, .depth = kMostLevelsAsked, .values = 4096}, read_message);
}

template <class Read>
auto answered(std::string_view line, Read&& read_message) {
  return parsed(line, {.bytes = kMostBytesAnswered, .depth = 16, .values = 16 * kMostListed}, read_message);
}

// -- hello and welcome ----------------------------------------------------------------------------

Hello read_hello(Members& members) {
  Hello hello;
  hello.version = members.required("berth").unsigned_up_to(kMost);
  if (const auto program = members.optional("program")) hello.program = program->text();
  if (const auto pid = members.optional("pid")) hello.pid = pid->unsigned_up_to(kMost);
  if (const auto identity = members.optional("identity")) hello.identity = read<Identity>(*identity);
  if (const auto ticket = members.optional("ticket")) hello.ticket = ticket->hexadecimal();
  if (const auto secret = members.optional("secret")) hello.secret = secret->text();
  return hello;
}

std::pair<ProcessId, ProcessId> read_inherited(const Cursor& at) {
  const auto both = at.list(2, [](const Cursor& id) { return read<ProcessId>(id); });
  if (both.size() != 2) at.refuse("two processes, the parent's and the child's");
  return {both[0], both[1]};
}

Computer read_computer(const Cursor& at) {
  return at.object([](Members& members) {
    Computer computer;
    computer.host_name = members.required("host_name").text();
    computer.addresses = members.required("addresses").list(kMostListed, [](const Cursor& address) {
      return read<Address>(address);
    });
    return computer;
  });
}

Json computer_json(const Computer& computer) {
  Json addresses = Json::array();
  for (const Address& address : computer.addresses) addresses.push_back(json_of(address));
  return Json::object({{"host_name", computer.host_name}, {"addresses", std::move(addresses)}});
}

Welcome read_welcome(Members& members) {
  Welcome welcome;
  static_cast<void>(members.required("berth").unsigned_between(kWireVersion, kWireVersion));
  if (const auto process = members.optional("process")) welcome.process = read<ProcessId>(*process);
  if (const auto inherited = members.optional("inherited"))
    welcome.inherited = inherited->list(kMostProcesses, read_inherited);
  welcome.profile = read<Profile>(members.required("profile"));
  welcome.computer = read_computer(members.required("computer"));
  return welcome;
}

// -- asks -----------------------------------------------------------------------------------------

struct AskWriter {
  Json operator()(const ask::Submit& asked) const {
    Json json = Json::object({{"submit", json_of(asked.request)}});
    if (asked.caller) json["caller"] = json_of(asked.caller);
    return json;
  }
  Json operator()(const ask::SetCarrier& asked) const {
    return Json::object({{"set_carrier", json_of(asked.socket)},
                         {"carrier", json_of(asked.carrier.endpoint)},
                         {"name", json_of(asked.name)}});
  }
  Json operator()(const ask::ReceiverOf& asked) const {
    return Json::object({{"receiver_of", json_of(asked.to)}, {"transport", json_of(asked.transport)}});
  }
  Json operator()(const ask::OwnerOf& asked) const {
    return Json::object(
        {{"owner_of", json_of(asked.carrier.endpoint)}, {"transport", json_of(asked.transport)}});
  }
  Json operator()(const ask::Generation&) const { return Json::object({{"generation", true}}); }
  Json operator()(const ask::BoundSockets&) const { return Json::object({{"bound_sockets", true}}); }
  Json operator()(const ask::Status&) const { return Json::object({{"status", true}}); }
  Json operator()(const ask::Fork&) const { return Json::object({{"fork", true}}); }
  Json operator()(const ask::Exec& asked) const {
    Json keep = Json::array();
    for (const SocketId socket : asked.keep) keep.push_back(json_of(socket));
    return Json::object(
        {{"exec", asked.program}, {"identity", json_of(asked.identity)}, {"keep", std::move(keep)}});
  }
  Json operator()(const ask::Offer& asked) const {
    return Json::object({{"offer", json_of(asked.socket)},
                         {"caller", json_of(asked.caller)},
                         {"pid", asked.pid},
                         {"note", asked.note}});
  }
  Json operator()(const ask::Claim& asked) const { return Json::object({{"claim", asked.number}}); }
};

void need_true(const Cursor& at) {
  if (!at.boolean()) at.refuse("true");
}

Ask read_submit(const Cursor& at, Members& members) {
  ask::Submit asked;
  if (const auto caller = members.optional("caller")) asked.caller = read<ProcessId>(*caller);
  asked.request = read<Request>(at);
  return asked;
}
Ask read_set_carrier(const Cursor& at, Members& members) {
  return ask::SetCarrier{.socket = read<SocketId>(at),
                         .carrier = {read<Endpoint>(members.required("carrier"))},
                         .name = read<Endpoint>(members.required("name"))};
}
Ask read_receiver_of(const Cursor& at, Members& members) {
  return ask::ReceiverOf{.transport = read<Transport>(members.required("transport")),
                         .to = read<Endpoint>(at)};
}
Ask read_owner_of(const Cursor& at, Members& members) {
  return ask::OwnerOf{.transport = read<Transport>(members.required("transport")),
                      .carrier = {read<Endpoint>(at)}};
}
template <class Plain>
Ask read_plain(const Cursor& at, Members&) {
  need_true(at);
  return Plain{};
}
Ask read_exec(const Cursor& at, Members& members) {
  return ask::Exec{.program = at.text(),
                   .identity = read<Identity>(members.required("identity")),
                   .keep = members.required("keep").list(
                       kMostBytesAsked, [](const Cursor& socket) { return read<SocketId>(socket); })};
}
Ask read_offer(const Cursor& at, Members& members) {
  return ask::Offer{.caller = read<ProcessId>(members.required("caller")),
                    .socket = read<SocketId>(at),
                    .pid = members.required("pid").unsigned_up_to(kMost),
                    .note = members.required("note").text()};
}
Ask read_claim(const Cursor& at, Members&) { return ask::Claim{at.unsigned_up_to(kMost)}; }

// A message is told by the key that it has.
struct AskReader {
  std::string_view key;
  Ask (*read)(const Cursor&, Members&);
};
constexpr std::array<AskReader, std::variant_size_v<Ask>> kAskReaders = {{
    {"submit", read_submit},
    {"set_carrier", read_set_carrier},
    {"receiver_of", read_receiver_of},
    {"owner_of", read_owner_of},
    {"generation", read_plain<ask::Generation>},
    {"bound_sockets", read_plain<ask::BoundSockets>},
    {"status", read_plain<ask::Status>},
    {"fork", read_plain<ask::Fork>},
    {"exec", read_exec},
    {"offer", read_offer},
    {"claim", read_claim},
}};

Ask read_ask(Members& members) {
  for (const AskReader& reader : kAskReaders)
    if (const auto value = members.optional(reader.key)) return reader.read(*value, members);
  std::string keys;
  for (const AskReader& reader : kAskReaders) keys += (keys.empty() ? "" : ", ") + std::string(reader.key);
  members.place().refuse("no key that says what is asked", "one of " + keys);
}

// -- answers --------------------------------------------------------------------------------------

Receiver read_receiver(const Cursor& at) {
  return at.object([](Members& members) {
    Receiver receiver;
    receiver.address_is_local = members.required("local").boolean();
    if (const auto socket = members.optional("socket")) receiver.socket = read<SocketId>(*socket);
    if (const auto carrier = members.optional("carrier"))
      receiver.carrier.endpoint = read<Endpoint>(*carrier);
    return receiver;
  });
}

CarrierOwner read_owner(const Cursor& at) {
  return at.object([](Members& members) {
    return CarrierOwner{.socket = read<SocketId>(members.required("socket")),
                        .name = read<Endpoint>(members.required("name"))};
  });
}

Json bound_socket_json(const BoundSocket& socket) {
  Json json = Json::object({{"transport", json_of(socket.transport)},
                            {"family", json_of(socket.family)},
                            {"name", json_of(socket.name)},
                            {"state", kStateNames[static_cast<std::size_t>(socket.state)]}});
  if (socket.socket) json["socket"] = json_of(socket.socket);
  if (socket.owner) json["owner"] = json_of(socket.owner);
  if (socket.ipv6_only) json["ipv6_only"] = true;
  return json;
}

BoundSocket read_bound_socket(const Cursor& at) {
  return at.object([](Members& members) {
    BoundSocket socket;
    socket.transport = read<Transport>(members.required("transport"));
    socket.family = read<Family>(members.required("family"));
    socket.name = read<Endpoint>(members.required("name"));
    socket.state = members.required("state").one_of<SocketState>(kStateNames);
    if (const auto id = members.optional("socket")) socket.socket = read<SocketId>(*id);
    if (const auto owner = members.optional("owner")) socket.owner = read<ProcessId>(*owner);
    if (const auto only = members.optional("ipv6_only")) socket.ipv6_only = only->boolean();
    return socket;
  });
}

Claimed read_claimed(const Cursor& at) {
  return at.object([](Members& members) {
    Claimed claimed;
    if (const auto socket = members.optional("socket")) claimed.socket = read<SocketId>(*socket);
    if (const auto note = members.optional("note")) claimed.note = note->text();
    return claimed;
  });
}

}  // namespace

// -- writing --------------------------------------------------------------------------------------

void write(std::string& to, const Hello& hello) {
  Json json = Json::object({{"berth", hello.version}});
  if (!hello.program.empty()) json["program"] = hello.program;
  if (hello.pid != 0) json["pid"] = hello.pid;
  if (hello.identity) json["identity"] = json_of(*hello.identity);
  if (hello.ticket) json["ticket"] = hexadecimal(*hello.ticket);
  if (hello.secret) json["secret"] = *hello.secret;
  write_line(to, json);
}

void write(std::string& to, const Welcome& welcome) {
  Json json = Json::object({{"berth", kWireVersion}});
  if (welcome.process) json["process"] = json_of(welcome.process);
  for (const auto& [parent, child] : welcome.inherited)
    json["inherited"].push_back(Json::array({json_of(parent), json_of(child)}));
  json["profile"] = json_of(welcome.profile);
  json["computer"] = computer_json(welcome.computer);
  write_line(to, json);
}

void write(std::string& to, const Ask& asked) {
  const auto* submit = std::get_if<ask::Submit>(&asked);
  if (submit != nullptr && quick::write(to, *submit)) return;
  write_line(to, std::visit(AskWriter{}, asked));
}

void write(std::string& to, const Outcome& outcome) {
  if (!quick::write(to, outcome)) write_line(to, json_of(outcome));
}

void write(std::string& to, const Receiver& receiver) {
  Json json = Json::object({{"local", receiver.address_is_local}});
  if (receiver.socket) json["socket"] = json_of(receiver.socket);
  if (receiver.carrier) json["carrier"] = json_of(receiver.carrier.endpoint);
  write_line(to, Json::object({{"receiver", std::move(json)}}));
}

void write(std::string& to, const std::optional<CarrierOwner>& owner) {
  Json json;
  if (owner) json = Json::object({{"socket", json_of(owner->socket)}, {"name", json_of(owner->name)}});
  write_line(to, Json::object({{"owner", std::move(json)}}));
}

void write(std::string& to, const std::vector<BoundSocket>& sockets) {
  Json list = Json::array();
  for (const BoundSocket& socket : sockets) list.push_back(bound_socket_json(socket));
  write_line(to, Json::object({{"bound_sockets", std::move(list)}}));
}

void write(std::string& to, const Claimed& claimed) {
  Json json = Json::object();
  if (claimed.socket) json = Json::object({{"socket", json_of(claimed.socket)}, {"note", claimed.note}});
  write_line(to, Json::object({{"claimed", std::move(json)}}));
}

void write(std::string& to, Done) { write_line(to, Json::object({{"done", true}})); }

void write(std::string& to, std::uint64_t number) {
  write_line(to, Json::object({{"number", hexadecimal(number)}}));
}

void write(std::string& to, const Farewell& farewell) {
  write_line(to, Json::object({{"farewell", farewell.reason}}));
}

// -- reading --------------------------------------------------------------------------------------

template <>
Result<Hello, std::string> parse(std::string_view line) {
  return asked(line, read_hello);
}

template <>
Result<Welcome, std::string> parse(std::string_view line) {
  return answered(line, read_welcome);
}

template <>
Result<Ask, std::string> parse(std::string_view line) {
  if (auto submit = quick::read_submit(line)) return *std::move(submit);
  return asked(line, read_ask);
}

template <>
Result<Outcome, std::string> parse(std::string_view line) {
  if (const auto known = quick::read_outcome(line)) return *known;
  auto outcome = read_document("message", line, [](const Cursor& at) { return read<Outcome>(at); },
                               {.bytes = kMostBytesAsked});
  if (!outcome) return to_string(outcome.error());
  return *std::move(outcome);
}

template <>
Result<Receiver, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) { return read_receiver(members.required("receiver")); });
}

template <>
Result<std::optional<CarrierOwner>, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) -> std::optional<CarrierOwner> {
    const Cursor owner = members.required("owner");
    if (owner.is_null()) return std::nullopt;
    return read_owner(owner);
  });
}

template <>
Result<std::vector<BoundSocket>, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) {
    return members.required("bound_sockets").list(kMostListed, read_bound_socket);
  });
}

template <>
Result<Claimed, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) { return read_claimed(members.required("claimed")); });
}

template <>
Result<Done, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) {
    need_true(members.required("done"));
    return Done{};
  });
}

template <>
Result<std::uint64_t, std::string> parse(std::string_view line) {
  return answered(line, [](Members& members) { return members.required("number").hexadecimal(); });
}

std::optional<std::string> farewell_in(std::string_view line) {
  const auto farewell =
      answered(line, [](Members& members) { return Farewell{members.required("farewell").text()}; });
  if (!farewell) return std::nullopt;
  return farewell->reason;
}

}  // namespace berth::remote
