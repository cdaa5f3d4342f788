// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace berth::scenario {

/// The JSON schema (draft 7) of a scenario, made from the same lists as the reader:
/// fixtures/scenario.schema.json.
///
/// It knows shapes and names. What the reader refuses besides is what a schema cannot say: names that nothing
/// has defined, processes that are not running, switches without all their positions.
[[nodiscard]] std::string scenario_schema();

}  // namespace berth::scenario
