// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <berth/core/port_map.h>
#include <berth/core/port_range.h>

namespace berth {

/// The first free port of `range` at or after `start`, going round; nothing when every port is held.
/// Requires: `range` contains `start`.
[[nodiscard]] std::optional<Port> free_port_from(const HeldPorts& held, PortRange range, Port start);

/// Says whether a port next to a gap belongs to a block that a new one must not touch.
class Neighbours {
 public:
  virtual bool must_not_touch(Port port) const = 0;

 protected:
  ~Neighbours() = default;
};

/// The first gap of `count` free ports of `range` that begins at or after `start`, going round; nothing when
/// there is none. With `neighbours`, a gap that touches one of them is passed over.
/// Requires: `count` is not 0 and `range` contains `start`.
[[nodiscard]] std::optional<PortRange> gap_from(const HeldPorts& held, PortRange range, Port start,
                                                std::uint32_t count, const Neighbours* neighbours);

}  // namespace berth
