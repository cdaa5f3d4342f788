// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <berth/core/refusal.h>
#include <berth/testing.h>

namespace berth::testing {

/// The machines that live, the newest last: so that a matcher which is given a value alone can name records.
void add_living(const Machine& machine);
void remove_living(const Machine& machine);

/// What the machine that the calling thread lives on says of a refusal. Without one: the rule alone.
[[nodiscard]] std::string explain_here(const Refusal& refusal);

}  // namespace berth::testing
