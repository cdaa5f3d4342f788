// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <berth/remote/message.h>

namespace berth::remote::quick {

// The two messages of nearly every exchange, without a document in between: the bytes that the document's
// writer would write, and a reader of exactly those. What it does not know (another order of keys, a space,
// an escape) is left to the document's reader, which has the last word about what is right.

/// False, with `to` as it was: the document's writer is needed.
[[nodiscard]] bool write(std::string& to, const ask::Submit& asked);
[[nodiscard]] bool write(std::string& to, const Outcome& outcome);

[[nodiscard]] std::optional<Ask> read_submit(std::string_view line);
[[nodiscard]] std::optional<Outcome> read_outcome(std::string_view line);

}  // namespace berth::remote::quick
