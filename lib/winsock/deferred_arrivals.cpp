// SPDX-License-Identifier: MIT
#include "deferred_arrivals.h"

#include <algorithm>

namespace berth::winsock {
namespace {

// Where the listening socket is found. On every address of the host means on its loopback too.
traffic::HostAddress address_of_listener(int listener) {
  traffic::HostAddress address;
  traffic::name_of(listener, address);
  const bool is_wildcard = std::ranges::all_of(address.bytes, [](auto byte) { return byte == 0; });
  if (is_wildcard && address.is_ipv6) address.bytes[15] = 1;
  if (is_wildcard && !address.is_ipv6) address.bytes = {127, 0, 0, 1};
  return address;
}

}  // namespace

DeferredArrivals::~DeferredArrivals() {
  for (const Arrival& arrival : arrivals_) traffic::close(arrival.descriptor);
  for (const Ticket& ticket : tickets_) traffic::close(ticket.descriptor);
}

void DeferredArrivals::put_off(int listener, const Arrival& arrival) {
  const traffic::HostAddress to = address_of_listener(listener);
  Ticket ticket;
  const auto opened = traffic::open(traffic::Kind::Stream, to.is_ipv6);
  // The lock is held until the ticket is known: who accepts it waits for that.
  const std::lock_guard guard(mutex_);
  has_any_ = true;
  arrivals_.insert(arrivals_.begin(), arrival);
  if (!opened.ok()) return;  // it is still offered before the next one
  ticket.descriptor = static_cast<int>(opened.value);
  traffic::set_blocking(ticket.descriptor, false);  // a full backlog lets it in later
  traffic::connect(ticket.descriptor, to);
  traffic::name_of(ticket.descriptor, ticket.address);
  tickets_.push_back(ticket);
}

std::optional<Arrival> DeferredArrivals::redeem(const traffic::HostAddress& from) {
  if (!has_any_) return std::nullopt;
  const std::lock_guard guard(mutex_);
  const auto ticket = std::ranges::find_if(tickets_, [&from](const Ticket& each) {
    return each.address.bytes == from.bytes && each.address.port == from.port;
  });
  if (ticket == tickets_.end() || arrivals_.empty()) return std::nullopt;
  traffic::close(ticket->descriptor);
  tickets_.erase(ticket);
  const Arrival first = arrivals_.front();
  arrivals_.erase(arrivals_.begin());
  return first;
}

Arrival DeferredArrivals::next(const Arrival& newcomer) {
  if (!has_any_) return newcomer;
  const std::lock_guard guard(mutex_);
  if (arrivals_.empty()) return newcomer;
  const Arrival first = arrivals_.front();
  arrivals_.erase(arrivals_.begin());
  arrivals_.push_back(newcomer);
  return first;
}

}  // namespace berth::winsock
