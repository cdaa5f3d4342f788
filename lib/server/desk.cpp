// SPDX-License-Identifier: MIT
#include "desk.h"

#include <algorithm>

#include <berth/rules/identity.h>

namespace berth::server {
namespace {

using remote::write;

Answer farewell(std::string reason) {
  Answer answer;
  answer.farewell = std::move(reason);
  return answer;
}

// The time it takes tells nothing about where they differ.
bool are_same(const std::string& one, const std::string& other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return difference == 0;
}

template <class Kind>
bool is(const Request& request) {
  return std::holds_alternative<Kind>(request);
}

std::size_t sockets_of(const Client& client) {
  std::size_t all = 0;
  for (const auto& [process, sockets] : client.processes) all += sockets;
  return all;
}

std::size_t handles_of(ProcessId process, const SocketRecord& socket, const PortPool& pool) {
  std::size_t handles = socket.owner == process ? socket.owner_handles : 0;
  pool.handles().each([&](const HandleRecord& handle) {
    handles += handle.process == process && handle.socket == socket.id ? 1 : 0;
  });
  return handles;
}

struct Held {
  SocketId socket;
  std::size_t handles = 0;
};

std::vector<Held> held_by(ProcessId process, const PortPool& pool) {
  std::vector<Held> held;
  pool.sockets().each([&](const SocketRecord& socket) {
    if (pool.has_handle(process, socket.id))
      held.push_back({.socket = socket.id, .handles = handles_of(process, socket, pool)});
  });
  return held;
}

}  // namespace

Desk::Desk(std::shared_ptr<Machine> machine, const Settings& settings)
    : machine_(std::move(machine)), settings_(settings), generation_(remote::SharedCounter::make()) {
  publish();
}

void Desk::publish() {
  if (generation_) generation_->set(machine_->address_generation());
}

Answer Desk::answer(Client& client, std::string_view line, std::string& out) {
  if (!client.is_welcome) return welcome(client, line, out);
  const auto asked = remote::parse<remote::Ask>(line);
  if (!asked) return farewell(asked.error());
  Answer answer = std::visit([&](const auto& one) { return answer_to(client, one, out); }, *asked);
  publish();
  return answer;
}

// -- coming and going -----------------------------------------------------------------------------

Answer Desk::welcome(Client& client, std::string_view line, std::string& out) {
  const auto hello = remote::parse<remote::Hello>(line);
  if (!hello) return farewell(hello.error());
  remote::Welcome welcome = welcome_for({});
  if (auto reason = admit(client, *hello, welcome)) return farewell(*std::move(reason));
  client.is_welcome = true;
  client.program = hello->program;
  if (client.over_tcp) client.pid = hello->pid;
  clients_.push_back(&client);
  write(out, welcome);
  publish();
  return with_page(client);
}

remote::Welcome Desk::welcome_for(ProcessId process) const {
  return {
      .process = process, .inherited = {}, .profile = machine_->profile(), .computer = machine_->computer()};
}

Answer Desk::with_page(const Client& client) const {
  Answer answer;
  if (!client.over_tcp && generation_) answer.descriptor = generation_->descriptor_to_read();
  return answer;
}

std::optional<std::string> Desk::admit(Client& client, const remote::Hello& hello, remote::Welcome& welcome) {
  if (hello.version != remote::kWireVersion)
    return "version " + std::to_string(hello.version) + " of the wire; this server speaks version " +
           std::to_string(remote::kWireVersion);
  if (client.over_tcp && !are_same(hello.secret.value_or(""), settings_.secret))
    return "the secret is not the server's";
  if (hello.ticket) {
    const auto ticket = tickets_.find(*hello.ticket);
    if (ticket == tickets_.end()) return "the ticket is not known, or too old";
    client.processes = std::move(ticket->second.processes);
    welcome.inherited = std::move(ticket->second.inherited);
    tickets_.erase(ticket);
    return std::nullopt;
  }
  if (!hello.identity) return std::nullopt;
  const auto process = start(*hello.identity);
  if (!process) return process.error();
  welcome.process = *process;
  client.processes[*process] = 0;
  return std::nullopt;
}

Result<ProcessId, std::string> Desk::start(const Identity& identity) {
  const request::StartProcess asked{identity.account, identity.kind};
  if (auto reason = objection_to(asked)) return *std::move(reason);
  const Outcome outcome = machine_->submit({}, asked);
  if (const auto* reply = std::get_if<Reply>(&outcome)) return reply->process;
  return std::string("the machine does not start a process");
}

void Desk::leave(Client& client) {
  std::erase(clients_, &client);
  for (const auto& [process, sockets] : client.processes) end(process);
  client.processes.clear();
  publish();
}

void Desk::end(ProcessId process) {
  drop_offers_to(process);
  machine_->submit(process, request::ExitProcess{});
}

bool Desk::expire(Clock::time_point now) {
  for (auto ticket = tickets_.begin(); ticket != tickets_.end();) {
    const bool is_late = ticket->second.until <= now;
    if (is_late)
      for (const auto& [process, sockets] : ticket->second.processes) end(process);
    ticket = is_late ? tickets_.erase(ticket) : std::next(ticket);
  }
  publish();
  return !tickets_.empty();
}

// -- requests -------------------------------------------------------------------------------------

Answer Desk::answer_to(Client& client, const remote::ask::Submit& asked, std::string& out) {
  std::optional<std::string> reason;
  const Outcome outcome = submit(client, asked, reason);
  if (reason) return farewell(*std::move(reason));
  write(out, outcome);
  return {};
}

Outcome Desk::submit(Client& client, const remote::ask::Submit& asked, std::optional<std::string>& reason) {
  const auto* start = std::get_if<request::StartProcess>(&asked.request);
  if (start != nullptr) {
    reason = objection_to(*start);
    if (reason) return HostFailure::ProcessIsNotRunning;
  } else if (asked.caller
                 ? !client.processes.contains(asked.caller)
                 : !allows(TokenKind::LocalSystem, std::string(usual_account(TokenKind::LocalSystem)))) {
    return HostFailure::ProcessIsNotRunning;
  }
  // Handles for processes of others go by an offer.
  const auto* duplicate = std::get_if<request::DuplicateSocket>(&asked.request);
  if (duplicate != nullptr && !client.processes.contains(duplicate->into))
    return HostFailure::ProcessIsNotRunning;
  if (!has_room(client, asked.request)) return HostFailure::LimitIsReached;
  if (is<request::ExitProcess>(asked.request)) drop_offers_to(asked.caller);
  const Outcome outcome = machine_->submit(asked.caller, asked.request);
  if (const auto* reply = std::get_if<Reply>(&outcome)) note(client, asked.caller, asked.request, *reply);
  return outcome;
}

bool Desk::has_room(const Client& client, const Request& request) const {
  if (is<request::StartProcess>(request))
    return client.processes.size() < settings_.limits.processes_per_client;
  const bool adds = is<request::OpenSocket>(request) || is<request::Accept>(request) ||
                    is<request::DuplicateSocket>(request);
  return !adds || sockets_of(client) < settings_.limits.sockets_per_client;
}

void Desk::note(Client& client, ProcessId caller, const Request& request, const Reply& reply) {
  if (is<request::StartProcess>(request)) client.processes[reply.process] = 0;
  if (is<request::ExitProcess>(request)) client.processes.erase(caller);
  if (is<request::OpenSocket>(request) || is<request::Accept>(request)) ++client.processes[caller];
  if (const auto* duplicate = std::get_if<request::DuplicateSocket>(&request))
    ++client.processes[duplicate->into];
  if (is<request::CloseSocket>(request)) --client.processes[caller];
}

std::optional<std::string> Desk::objection_to(const request::StartProcess& start) const {
  TokenKind kind{};
  if (const auto* launch = std::get_if<Launch>(&start.token)) {
    const auto token = token_of(*launch, machine_->profile());
    if (!token) return std::nullopt;  // the machine refuses it by a rule
    kind = *token;
  } else {
    kind = std::get<TokenKind>(start.token);
  }
  if (allows(kind, start.account)) return std::nullopt;
  return "the identity " + std::string(kTokenKindNames[static_cast<std::size_t>(kind)]) + ':' +
         start.account + " is not allowed here";
}

bool Desk::allows(TokenKind kind, const std::string& account) const {
  if (settings_.allowed.empty()) return true;
  return std::ranges::any_of(settings_.allowed, [&](const Allowance& one) {
    return one.kind == kind && (!one.account || *one.account == account);
  });
}

// -- how bytes find their way ---------------------------------------------------------------------

Answer Desk::answer_to(Client& client, const remote::ask::SetCarrier& asked, std::string& out) {
  const bool is_its_own = machine_->inspect([&](const PortPool& pool) {
    return std::ranges::any_of(client.processes,
                               [&](const auto& one) { return pool.has_handle(one.first, asked.socket); });
  });
  if (is_its_own) machine_->set_carrier(asked.socket, asked.carrier, asked.name);
  write(out, remote::Done{});
  return {};
}

Answer Desk::answer_to(Client&, const remote::ask::ReceiverOf& asked, std::string& out) {
  write(out, machine_->receiver_of(asked.transport, asked.to));
  return {};
}

Answer Desk::answer_to(Client&, const remote::ask::OwnerOf& asked, std::string& out) {
  write(out, machine_->owner_of(asked.transport, asked.carrier));
  return {};
}

Answer Desk::answer_to(Client&, const remote::ask::Generation&, std::string& out) {
  write(out, machine_->address_generation());
  return {};
}

Answer Desk::answer_to(Client&, const remote::ask::BoundSockets&, std::string& out) {
  write(out, machine_->bound_sockets());
  return {};
}

// -- forks ----------------------------------------------------------------------------------------

Answer Desk::answer_to(Client& client, const remote::ask::Fork&, std::string& out) {
  if (tickets_.size() >= settings_.limits.tickets) return farewell("too many forks at a time");
  Ticket ticket;
  ticket.until = Clock::now() + settings_.limits.ticket;
  for (const auto& [parent, sockets] : client.processes) {
    const Identity identity = machine_->inspect([id = parent](const PortPool& pool) {
      const ProcessRecord* record = pool.process(id);
      return record == nullptr ? Identity{}
                               : Identity{record->token, std::string(pool.name(record->account))};
    });
    const ProcessId child = machine_->start_process(identity);
    ticket.processes[child] = copy_process(parent, child);
    ticket.inherited.emplace_back(parent, child);
  }
  const std::uint64_t number = (std::uint64_t{chance_()} << 32U) | chance_();
  tickets_[number] = std::move(ticket);
  write(out, number);
  return {};
}

Answer Desk::answer_to(Client& client, const remote::ask::Exec& asked, std::string& out) {
  const auto successor = start(asked.identity);
  if (!successor) return farewell(successor.error());
  const std::size_t sockets = copy_sockets(client, asked.keep, *successor);
  for (const auto& [process, handles] : client.processes) end(process);
  client.processes = {{*successor, sockets}};
  client.program = asked.program;
  write(out, welcome_for(*successor));
  return with_page(client);
}

bool Desk::duplicate(ProcessId from, SocketId socket, ProcessId into) {
  return std::holds_alternative<Reply>(machine_->submit(from, request::DuplicateSocket{socket, into}));
}

std::size_t Desk::copy_sockets(const Client& from, const std::vector<SocketId>& sockets, ProcessId into) {
  std::size_t copied = 0;
  for (const SocketId socket : sockets) {
    if (copied == settings_.limits.sockets_per_client) break;
    const bool had_it = std::ranges::any_of(
        from.processes, [&](const auto& one) { return duplicate(one.first, socket, into); });
    copied += had_it ? 1 : 0;
  }
  return copied;
}

std::size_t Desk::copy_process(ProcessId parent, ProcessId child) {
  const auto held = machine_->inspect([parent](const PortPool& pool) { return held_by(parent, pool); });
  std::size_t copied = 0;
  for (const Held& one : held)
    for (std::size_t i = 0; i < one.handles; ++i) copied += duplicate(parent, one.socket, child) ? 1 : 0;
  return copied;
}

// -- duplicates -----------------------------------------------------------------------------------

Answer Desk::answer_to(Client& client, const remote::ask::Offer& asked, std::string& out) {
  remote::Descriptor descriptor = std::move(client.arrived);
  Client* other = client_of_pid(asked.pid);
  const bool may = client.processes.contains(asked.caller) && other != nullptr && !other->processes.empty() &&
                   offers_.size() < settings_.limits.offers &&
                   sockets_of(*other) < settings_.limits.sockets_per_client;
  if (!may) {
    write(out, std::uint64_t{0});
    return {};
  }
  const ProcessId into = other->processes.begin()->first;
  if (!duplicate(asked.caller, asked.socket, into)) {
    write(out, std::uint64_t{0});
    return {};
  }
  ++other->processes[into];
  // Odd, so that it is no handle; and of 32 bits, which is what WSAPROTOCOL_INFO has room for.
  std::uint64_t number = 0;
  do {
    number = chance_() | 1U;
  } while (offers_.contains(number));
  offers_[number] = {
      .into = into, .socket = asked.socket, .note = asked.note, .descriptor = std::move(descriptor)};
  write(out, number);
  return {};
}

Answer Desk::answer_to(Client& client, const remote::ask::Claim& asked, std::string& out) {
  Answer answer;
  remote::Claimed claimed;
  const auto offer = offers_.find(asked.number);
  if (offer != offers_.end() && client.processes.contains(offer->second.into)) {
    claimed = {.socket = offer->second.socket, .note = std::move(offer->second.note)};
    answer.owned = std::move(offer->second.descriptor);
    answer.descriptor = answer.owned.get();
    offers_.erase(offer);
  }
  write(out, claimed);
  return answer;
}

void Desk::drop_offers_to(ProcessId process) {
  std::erase_if(offers_, [process](const auto& offer) { return offer.second.into == process; });
}

Client* Desk::client_of_pid(std::uint64_t pid) {
  const auto found = std::ranges::find_if(
      clients_, [pid](const Client* client) { return client->pid == pid && !client->processes.empty(); });
  return found == clients_.end() ? nullptr : *found;
}

const Client* Desk::client_of(ProcessId process) const {
  const auto found = std::ranges::find_if(
      clients_, [process](const Client* client) { return client->processes.contains(process); });
  return found == clients_.end() ? nullptr : *found;
}

Answer Desk::answer_to(Client&, const remote::ask::Status&, std::string& out) {
  out += status();
  return {};
}

}  // namespace berth::server
