// SPDX-License-Identifier: MIT
#include "flow.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "loopback.h"

namespace berth::winsock {
namespace {

traffic::Kind host_kind(SocketKind kind) {
  return kind == SocketKind::Tcp ? traffic::Kind::Stream : traffic::Kind::Datagram;
}

// Under `isolated` every hidden socket is one of IPv4, so that emulated IPv6 needs none of the host's.
bool host_is_ipv6(const OpenHandle& open) {
  return open.process->network() == Network::Host && open.family == Family::Ipv6;
}

// A flow that a datagram must find, of another handle of this program: made now when it is not there yet.
void wake_receiver(const Gateway& machine, SocketId socket) {
  HandleTable& handles = HandleTable::of_program();
  const auto handle = handles.handle_to(machine, socket);
  if (!handle) return;
  handles.enter(*handle);
  if (const auto open = handles.find(*handle); open && open->socket == socket) {
    Flow* flow = open->flow != nullptr ? open->flow : adopt_flow(*handle, *open);
    if (flow != nullptr) flow->carry();
  }
  handles.leave(*handle);
}

// The other flows of the program that stand on that port of the host.
std::vector<std::shared_ptr<Flow>> flows_on_port(const Flow& but, std::uint16_t port) {
  std::vector<std::shared_ptr<Flow>> found;
  HandleTable::of_program().each_flow([&](Flow& flow) {
    traffic::HostAddress address;
    const bool is_there = &flow != &but && flow.kind == but.kind && flow.is_carried() &&
                          traffic::name_of(flow.descriptor, address).ok() && address.port == port;
    if (is_there) found.push_back(flow.shared_from_this());
  });
  return found;
}

}  // namespace

traffic::HostAddress host_address(const Endpoint& endpoint) {
  return {.is_ipv6 = endpoint.address.family == Family::Ipv6,
          .bytes = endpoint.address.bytes,
          .port = endpoint.port,
          .scope = 0};
}

Endpoint endpoint_of(const traffic::HostAddress& address) {
  return {.address = {.family = address.is_ipv6 ? Family::Ipv6 : Family::Ipv4, .bytes = address.bytes},
          .port = address.port};
}

[[gnu::flatten]] Flow* adopt_flow(std::uintptr_t handle, const OpenHandle& open) {
  auto made = Flow::make(open);
  if (!made) return nullptr;
  Flow* kept = HandleTable::of_program().adopt(handle, made.get());
  if (kept == made.get()) Flow::hold(std::move(made));
  return kept;
}

[[gnu::flatten]] void end_flow(std::uintptr_t handle, Flow& flow) {
  HandleTable& handles = HandleTable::of_program();
  const Flow::Dropped dropped = flow.drop_handle(handle);
  if (!dropped.waits_for_its_calls) return;
  const bool somebody_sleeps = handles.has_calls(handle) || !dropped.left_by_others.empty();
  if (dropped.was_last && somebody_sleeps) flow.interrupt();
  if (dropped.was_last) flow.closing.store(true, std::memory_order_seq_cst);
  handles.retire(handle);
  for (const std::uintptr_t left : dropped.left_by_others) handles.retire(left);
  if (dropped.was_last) flow.let_go();
}

std::shared_ptr<Flow> Flow::make(const OpenHandle& open) {
  const auto opened = traffic::open(host_kind(open.kind), host_is_ipv6(open));
  if (!opened.ok()) return nullptr;
  auto flow = std::make_shared<Flow>(open, static_cast<int>(opened.value));
  if (open.kind == SocketKind::Udp)
    traffic::set(flow->descriptor, traffic::Option::ReportsUnreachablePorts, 1);
  // A port whose last connection still lingers may be bound at once on Windows.
  if (open.kind == SocketKind::Tcp && open.process->network() == Network::Host)
    traffic::set(flow->descriptor, traffic::Option::ReuseAddress, 1);
  return flow;
}

std::shared_ptr<Flow> Flow::of_accepted(const OpenHandle& open, const Arrival& arrival, Port port,
                                        bool blocks) {
  auto flow = std::make_shared<Flow>(open, arrival.descriptor);
  flow->was_accepted = true;
  flow->blocks = blocks;
  if (!blocks) traffic::set_blocking(flow->descriptor, false);
  flow->become_connected(Endpoint{.address = arrival.local.address, .port = port}, arrival.peer);
  return flow;
}

std::shared_ptr<Flow> Flow::of_another_program(const OpenHandle& open, int descriptor, Phase phase,
                                               const std::optional<Endpoint>& local,
                                               const std::optional<Endpoint>& peer) {
  auto flow = std::make_shared<Flow>(open, descriptor);
  if (local) flow->set_local(local);
  if (peer) flow->set_peer(peer);
  flow->phase.store(phase, std::memory_order_release);
  return flow;
}

Flow::Flow(const OpenHandle& open, int host_socket)
    : process(open.process->home()),
      socket(open.socket),
      kind(open.kind),
      family(open.family),
      descriptor(host_socket) {}

Flow::~Flow() {
  async.reset();  // it looks after the descriptor
  traffic::close(descriptor);
}

void Flow::become_connected(const std::optional<Endpoint>& local, const Endpoint& peer) {
  if (local) set_local(*local);
  set_peer(peer);
  connected_at = tick_count();
  phase.store(Phase::Connected, std::memory_order_release);
}

// -- names ----------------------------------------------------------------------------------------

std::optional<Endpoint> Flow::local() {
  {
    const std::lock_guard guard(names_);
    if (local_) return local_;
  }
  // The process that made the socket, or one that has a duplicate when that one has closed it.
  auto name = name_told_to(process.id(), process.machine(), socket);
  for (const ProcessId sharer : name ? std::vector<ProcessId>{} : sharers())
    if (!name) name = name_told_to(sharer, process.machine(), socket);
  if (name) set_local(*name);
  return name;
}

std::optional<Endpoint> name_told_to(ProcessId asker, Gateway& machine, SocketId socket) {
  const Outcome outcome = machine.submit(asker, request::NameOf{socket});
  const auto* reply = std::get_if<Reply>(&outcome);
  return reply == nullptr ? std::nullopt : std::optional(reply->name);
}

std::vector<ProcessId> Flow::sharers() const {
  const std::lock_guard guard(names_);
  return sharers_;
}

bool Flow::add_handle(ProcessId sharer) {
  const std::lock_guard guard(names_);
  was_shared_.store(true, std::memory_order_release);
  std::uint32_t handles = handles_.load(std::memory_order_relaxed);
  do {
    if (handles == 0) return false;
  } while (!handles_.compare_exchange_weak(handles, handles + 1, std::memory_order_acq_rel));
  sharers_.push_back(sharer);
  return true;
}

Flow::Dropped Flow::drop_handle(std::uintptr_t handle) {
  std::uint32_t only = 1;
  const bool was_only = handles_.compare_exchange_strong(only, 0, std::memory_order_acq_rel);
  // Most sockets have one handle all their life, and need no lock.
  if (was_only && !was_shared_.load(std::memory_order_acquire))
    return {.was_last = true, .waits_for_its_calls = true, .left_by_others = {}};
  const std::lock_guard guard(names_);
  if (was_only || --handles_ == 0)
    return {
        .was_last = true, .waits_for_its_calls = true, .left_by_others = std::exchange(left_handles_, {})};
  if (!HandleTable::of_program().has_calls(handle)) return {};
  // As on Windows, a call on one of several handles goes on when that one is closed.
  left_handles_.push_back(handle);
  return {.was_last = false, .waits_for_its_calls = false, .left_by_others = {}};
}

std::optional<Endpoint> Flow::peer() const {
  const std::lock_guard guard(names_);
  return peer_;
}

Flow::Names Flow::known_names() const {
  const std::unique_lock guard(names_, std::try_to_lock);
  return guard ? Names{.local = local_, .peer = peer_} : Names{};
}

void Flow::set_local(const std::optional<Endpoint>& name) {
  const std::lock_guard guard(names_);
  local_ = name;
}

void Flow::set_peer(const std::optional<Endpoint>& name) {
  const std::lock_guard guard(names_);
  peer_ = name;
  has_peer_.store(name.has_value(), std::memory_order_release);
}

// -- the way out and in ---------------------------------------------------------------------------

int Flow::carry() {
  if (carried_.load(std::memory_order_acquire)) return 0;
  const auto name = local();
  return name ? carry_named(*name) : EINVAL;
}

[[gnu::flatten]] int Flow::carry_as(const Endpoint& name) {
  set_local(name);
  return carry_named(name);
}

int Flow::carry_named(const Endpoint& name) {
  const std::lock_guard guard(carrying_);
  if (carried_.load(std::memory_order_relaxed)) return 0;
  const int error = process.network() == Network::Host ? carry_on_host(name) : carry_isolated(name);
  if (error == 0) carried_.store(true, std::memory_order_release);
  return error;
}

int Flow::carry_isolated(const Endpoint& name) {
  traffic::HostAddress address = own_loopback();
  const auto bound = traffic::bind(descriptor, address);
  // Another program that shares the host's socket may have given it its endpoint.
  const bool has_one =
      bound.error == EINVAL && traffic::name_of(descriptor, address).ok() && address.port != 0;
  if (!bound.ok() && !has_one) return bound.error;
  carrier_ = Carrier{endpoint_of(address)};
  process.machine().set_carrier(socket, carrier_, name);
  return 0;
}

void Flow::talk_as(const Endpoint& name) {
  if (local() == name) return;
  set_local(name);
  const std::lock_guard guard(carrying_);
  if (carrier_) process.machine().set_carrier(socket, carrier_, name);
}

// The host has rules of its own about who may share a port; among the sockets of this program the model has
// decided, so those of it that have the port are made to share it for the moment of the bind.
int Flow::carry_on_host(const Endpoint& name) {
  if (family == Family::Ipv6) {
    const auto handle = HandleTable::of_program().handle_to(process.machine(), socket);
    const bool only = handle && HandleTable::of_program().is_on(*handle, StoredOption::Ipv6Only);
    traffic::set(descriptor, traffic::Option::Ipv6Only, only ? 1 : 0);
  }
  traffic::HostAddress address = host_address(name);
  const int error = traffic::bind(descriptor, address).error;
  if (error != EADDRINUSE) return error;
  address = host_address(name);
  return while_sharing(name.port, [&] { return traffic::bind(descriptor, address).error; });
}

template <class Call>
int Flow::while_sharing(std::uint16_t port, Call&& call) {
  const auto sharers = flows_on_port(*this, port);
  if (sharers.empty()) return EADDRINUSE;
  const auto let_share = [&](int on) {
    for (const auto& sharer : sharers) traffic::set(sharer->descriptor, traffic::Option::ReusePort, on);
    traffic::set(descriptor, traffic::Option::ReusePort, on);
  };
  let_share(1);
  const int error = call();
  let_share(0);
  return error;
}

int Flow::listen(int backlog) {
  const int error = traffic::listen(descriptor, backlog).error;
  const auto name = local();
  if (error != EADDRINUSE || process.network() != Network::Host || !name) return error;
  return while_sharing(name->port, [&] { return traffic::listen(descriptor, backlog).error; });
}

std::optional<traffic::HostAddress> Flow::route(const Endpoint& to) {
  if (process.network() == Network::Host) return host_address(to);
  const Gateway& machine = process.machine();
  Receiver receiver = machine.receiver_of(transport(), to);
  if (!receiver.address_is_local) return std::nullopt;
  if (receiver.socket && !receiver.carrier && !is_stream()) {
    wake_receiver(machine, receiver.socket);
    receiver = machine.receiver_of(transport(), to);
  }
  return receiver.carrier ? host_address(receiver.carrier.endpoint) : refusing_endpoint(transport());
}

bool Flow::find_way(const SocketName& to, traffic::RawAddress& there) {
  const std::uint64_t generation = process.machine().address_generation();
  const auto way = route(to.endpoint());
  if (!way) return false;
  there = traffic::raw(*way);
  last_way_.keep(generation, to, there);
  last_sender_.forget();  // who answers may be seen under another address now
  return true;
}

std::optional<Endpoint> Flow::name_behind(const traffic::HostAddress& address) {
  if (process.network() == Network::Host) return endpoint_of(address);
  const auto owner = process.machine().owner_of(transport(), Carrier{endpoint_of(address)});
  return owner ? std::optional(seen_from_here(owner->name, address)) : std::nullopt;
}

SocketName Flow::sender_behind(const traffic::RawAddress& address) {
  const std::uint64_t generation = process.machine().address_generation();
  SocketName sender;
  if (last_sender_.find(generation, address, sender)) return sender;
  const auto name = name_behind(traffic::readable(address));
  if (!name) return {};
  sender = SocketName(*name, family);
  last_sender_.keep(generation, address, sender);
  return sender;
}

// A socket on the wildcard answers from the address that was written to. Otherwise it talks from the address
// that it talks to, as far as one machine goes: the receiver's own, or else the loopback address, of IPv4
// unless both of them have IPv6.
Endpoint Flow::seen_from_here(Endpoint name, const traffic::HostAddress& carrier) const {
  if (!name.address.is_wildcard()) return name;
  SocketName last;
  if (!is_stream() && last_way_.find_question(traffic::raw(carrier), last))
    if (const Endpoint written_to = last.endpoint(); written_to.port == name.port) return written_to;
  const Family spoken = family == Family::Ipv6 ? name.address.unmapped().family : Family::Ipv4;
  {
    const std::lock_guard guard(names_);
    const bool here_is_specific = local_ && !local_->address.is_wildcard();
    name.address = here_is_specific ? local_->address : Address::loopback(spoken);
  }
  if (name.address.is_ipv4_mapped()) name.address = name.address.unmapped();
  return name;
}

void Flow::interrupt() {
  closing.store(true, std::memory_order_seq_cst);
  // Wakes a blocked accept, receive and poll, of datagrams too, although it then says ENOTCONN.
  traffic::shutdown(descriptor, traffic::Half::Both);
}

}  // namespace berth::winsock
