// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <variant>

#include <berth/core/address.h>
#include <berth/core/ids.h>
#include <berth/core/port_range.h>
#include <berth/core/result.h>
#include <berth/core/rule.h>

namespace berth {

/// The record that decided: a block, a bound socket, or none.
using RecordRef = std::variant<std::monostate, BlockId, SocketId>;

/// The model says no: by which rule, and because of which record.
///
/// Sentence and source of the rule stand in the rulebook; the number that a program sees is the business of
/// `berth/codes/error_codes.h`.
struct Refusal {
  Rule rule{};
  RecordRef record;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What a granted request gives back; a field that the request has no answer for is empty.
struct Reply {
  ProcessId process;     ///< of StartProcess
  SocketId socket;       ///< of OpenSocket and Accept
  RequestedBlock block;  ///< of Acquire: what was granted
  Token token;           ///< of Acquire, CreatePersistent and LookupPersistent
  Endpoint name;         ///< of Bind, ImplicitBind, Accept and NameOf
  friend bool operator==(const Reply&, const Reply&) = default;
};

/// The machine itself cannot answer: not a verdict of the model.
enum class HostFailure : std::uint8_t {
  StoreCannotBeWritten,  ///< the persistent store refused a write; nothing has changed
  ProcessIsNotRunning,   ///< the caller has ended, or never was
  MachineIsGone,         ///< the machine cannot be reached
  LimitIsReached,        ///< a machine that several programs share gives this one no more
};

/// What `Gateway::submit` returns: granted, refused, or the host failed.
using Outcome = std::variant<Reply, Refusal, HostFailure>;

}  // namespace berth
