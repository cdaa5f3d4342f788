// SPDX-License-Identifier: MIT
#include <berth/testing.h>

#include <bit>
#include <ostream>

#include <berth/codes/error_codes.h>

#include "describe.h"
#include "living_machines.h"
#include "windows_calls.h"

namespace berth::testing::detail {
namespace {

// The codes that Winsock functions return instead of setting them, as WSAStartup does.
constexpr bool is_a_winsock_code(int result) { return 10'000 < result && result < 12'000; }

CallEnd failed_with(std::int64_t code) { return {.failed = true, .code = code}; }
CallEnd failed_with_last_error() { return failed_with(windows_last_error()); }

std::string text_of(RequestedBlock block) {
  return std::to_string(block.start) + "-" + std::to_string(block.start + block.count - 1);
}

// The fault that made this thread's last call fail.
std::optional<std::string> fault_that_struck() {
  const auto fault = last_fault();
  if (!fault) return std::nullopt;
  return "the test's fault at \"" + std::string(kFaultPointNames[static_cast<std::size_t>(*fault)]) + "\"";
}

// Why this thread's last call failed.
std::string why() {
  if (const auto fault = fault_that_struck()) return ", by " + *fault;
  const auto refusal = last_refusal();
  return refusal ? ", refused by " + explain_here(*refusal) : ", by no rule of the model";
}

}  // namespace

// -- FailsWith, Succeeds --------------------------------------------------------------------------

CallEnd end_of(int result) {
  if (result == -1) return failed_with_last_error();
  return is_a_winsock_code(result) ? failed_with(result) : CallEnd{};
}
CallEnd end_of(unsigned result) {
  if (result == ~0U) return failed_with_last_error();
  return result == 0 ? CallEnd{} : failed_with(result);
}
CallEnd end_of(unsigned long result) { return end_of(static_cast<unsigned long long>(result)); }
CallEnd end_of(unsigned long long result) {
  return result == ~std::uintptr_t{0} ? failed_with_last_error() : CallEnd{};
}
CallEnd end_of(bool result) { return result ? CallEnd{} : failed_with_last_error(); }

std::string text_of_code(std::int64_t code) {
  const auto name = code_name(code);
  return name.empty() ? std::to_string(code) : std::to_string(code) + " " + std::string(name);
}

std::string text_of(const CallEnd& end) {
  return end.failed ? "failed with " + text_of_code(end.code) + why() : "succeeded";
}

bool EndMatcher::matches(const CallEnd& end, MatchResultListener* listener) const {
  *listener << "which " << text_of(end);
  if (!code_) return !end.failed;
  return end.failed && end.code == *code_;
}

void EndMatcher::DescribeTo(std::ostream* out) const {
  *out << (code_ ? "fails with " + text_of_code(*code_) : "succeeds");
}

void EndMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << (code_ ? "does not fail with " + text_of_code(*code_) : "fails");
}

// -- RefusedBy ------------------------------------------------------------------------------------

bool RefusedByMatcher::MatchAndExplain(const std::optional<Refusal>& refusal,
                                       MatchResultListener* listener) const {
  if (!refusal) {
    *listener << "which is no refusal: " << fault_that_struck().value_or("nothing was refused by a rule");
    return false;
  }
  *listener << "which is by " << explain_here(*refusal);
  return refusal->rule == rule_;
}

void RefusedByMatcher::DescribeTo(std::ostream* out) const {
  *out << "is refused by " << testing::describe(rule_);
}

void RefusedByMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << "is not refused by " << testing::describe(rule_);
}

// -- BoundWithin ----------------------------------------------------------------------------------

bool BoundWithinMatcher::MatchAndExplain(std::uintptr_t socket, MatchResultListener* listener) const {
  const auto port = port_of_socket(socket);
  if (!port) {
    *listener << "which is bound to no port";
    return false;
  }
  *listener << "which is bound to port " << *port;
  return block_.start <= *port && *port - block_.start < block_.count;
}

void BoundWithinMatcher::DescribeTo(std::ostream* out) const {
  *out << "is bound to a port of " << text_of(block_);
}

void BoundWithinMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << "is not bound to a port of " << text_of(block_);
}

Port in_host_order(std::uint16_t network_order) {
  if (std::endian::native == std::endian::big) return network_order;
  return static_cast<Port>((network_order >> 8U) | (network_order << 8U));
}

// -- HoldsPorts -----------------------------------------------------------------------------------

namespace {

bool is_a_reservation(const BlockRecord* block) {
  return block != nullptr &&
         (block->kind == RecordKind::RuntimeReservation || block->kind == RecordKind::PersistentReservation);
}

// Who has the port, when no reservation does.
std::string holder_of(const PortPool& pool, Transport transport, Port port) {
  const std::string text = "port " + std::to_string(port) + " is held by ";
  if (const auto* block = pool.block_that_covers(transport, FamilySet::both(), port))
    return text + "the " + describe(pool, *block);
  if (const auto* socket = pool.newest_on(transport, port)) return text + "the " + describe(pool, *socket);
  return text + "nobody";
}

// The first port of the block that no reservation holds, and who does; empty when there is none.
std::string first_gap(const PortPool& pool, Transport transport, PortRange range) {
  for (std::uint32_t port = range.first(); port <= range.last(); ++port) {
    const auto* block = pool.block_that_covers(transport, FamilySet::both(), static_cast<Port>(port));
    if (!is_a_reservation(block)) return holder_of(pool, transport, static_cast<Port>(port));
  }
  return {};
}

}  // namespace

bool HoldsPortsMatcher::MatchAndExplain(const Machine& machine, MatchResultListener* listener) const {
  const auto range = PortRange::of(block_);
  if (!range) {
    *listener << "and that is no block of ports";
    return false;
  }
  const std::string gap =
      machine.emulated().inspect([&](const PortPool& pool) { return first_gap(pool, transport_, *range); });
  if (!gap.empty()) *listener << "where " << gap;
  return gap.empty();
}

void HoldsPortsMatcher::DescribeTo(std::ostream* out) const {
  *out << "holds " << kTransportNames[static_cast<std::size_t>(transport_)] << " " << text_of(block_)
       << " in reservations";
}

void HoldsPortsMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << "does not hold all of " << kTransportNames[static_cast<std::size_t>(transport_)] << " "
       << text_of(block_) << " in reservations";
}

}  // namespace berth::testing::detail
