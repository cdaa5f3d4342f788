// SPDX-License-Identifier: MIT
#pragma once

#include <berth/document/cursor.h>
#include <berth/document/json.h>
#include <berth/machine/world.h>

namespace berth {

/// Reads a world that stands inside another document: it names no files. Refuses as `Cursor` does.
[[nodiscard]] World read_world(const Cursor& at);
/// The world as `read_world` reads it.
[[nodiscard]] Json world_json(const World& world);

}  // namespace berth
