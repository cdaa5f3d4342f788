// SPDX-License-Identifier: MIT
#pragma once

#include <berth/core/effects.h>
#include <berth/core/port_choice.h>
#include <berth/core/port_pool.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>

namespace berth {

/// Everything besides the request itself that a decision depends on. Refers to the pool and the profile;
/// valid while they are.
struct Circumstances {
  const PortPool& pool;
  const Profile& profile;
  ProcessId caller;   ///< empty: the system itself
  PortChoice choice;  ///< the chance in this decision
};

/// Decides a request: the effects that it has, or the rule that refuses it and the record that decided.
///
/// A pure function: the same circumstances and request give the same decision, on every compiler.
/// The clauses of each request stand in the file named after it; their order is the precedence of errors.
/// Requires: `caller` is empty or a process of the pool, as is `into` of DuplicateSocket; names of accounts
/// and services in the request are written down in the pool.
[[nodiscard]] Decision decide(const Circumstances& now, const Request& request);

}  // namespace berth
