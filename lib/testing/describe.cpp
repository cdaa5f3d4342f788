// SPDX-License-Identifier: MIT
#include "describe.h"

#include <string_view>
#include <variant>

#include <berth/rules/rulebook.h>

namespace berth::testing {
namespace {

template <class Enum, std::size_t kSize>
std::string word(const std::array<std::string_view, kSize>& names, Enum value) {
  return std::string(names[static_cast<std::size_t>(value)]);
}

std::string owner_text(const PortPool& pool, ProcessId owner) {
  if (!owner) return "the system";
  const ProcessRecord* process = pool.process(owner);
  if (process == nullptr) return "a process that has ended";
  return std::string(pool.name(process->account)) + " (" + word(kTokenKindNames, process->token) + ")";
}

// A handle is all that a socket which is not bound can be known by.
std::string state_text(const SocketRecord& socket) {
  if (!socket.is_bound()) return "that is not bound";
  const std::string how = socket.state == SocketState::Listening ? "listening on " : "bound to ";
  return how + to_string(socket.name);
}

}  // namespace

std::string describe(Transport transport, PortRange range) {
  const std::string first = word(kTransportNames, transport) + " " + std::to_string(range.first());
  return range.count() == 1 ? first : first + "-" + std::to_string(range.last());
}

std::string describe(const PortPool& pool, const BlockRecord& block) {
  const std::string owner =
      block.service ? std::string(pool.name(block.service)) : owner_text(pool, block.owner);
  return word(kRecordKindNames, block.kind) + " " + describe(block.transport, block.range) + " of " + owner;
}

std::string describe(const PortPool& pool, const SocketRecord& socket) {
  return word(kTransportNames, socket.transport) + " socket " + state_text(socket) + " of " +
         owner_text(pool, socket.owner);
}

std::string describe(const PortPool& pool, const RecordRef& record) {
  if (const auto* id = std::get_if<BlockId>(&record))
    if (const BlockRecord* block = pool.block(*id)) return describe(pool, *block);
  if (const auto* id = std::get_if<SocketId>(&record))
    if (const SocketRecord* socket = pool.socket(*id)) return describe(pool, *socket);
  return {};
}

std::string describe(Rule rule) {
  const RuleRow& row = row_of(rule);
  return std::string(name_of(rule)) + ": " + std::string(row.sentence) + " [" + std::string(row.source) + "]";
}

}  // namespace berth::testing
