// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <berth/core/port_pool.h>
#include <berth/core/refusal.h>

// What failures say about the records of a machine: `runtime reservation tcp 5000-5019 of alice
// (standard-user)`.
namespace berth::testing {

[[nodiscard]] std::string describe(Transport transport, PortRange range);
[[nodiscard]] std::string describe(const PortPool& pool, const BlockRecord& block);
[[nodiscard]] std::string describe(const PortPool& pool, const SocketRecord& socket);
/// The record that decided; empty when there is none, or none any more.
[[nodiscard]] std::string describe(const PortPool& pool, const RecordRef& record);

/// The rule, its sentence and its source, without the record.
[[nodiscard]] std::string describe(Rule rule);

}  // namespace berth::testing
