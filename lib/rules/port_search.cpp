// SPDX-License-Identifier: MIT
#include "port_search.h"

namespace berth {
namespace {

// The ports of a run of free ones that are left when its ends must not touch a neighbour.
std::optional<PortRange> kept_apart(PortRange run, const Neighbours* neighbours) {
  if (neighbours == nullptr) return run;
  std::uint32_t first = run.first();
  std::uint32_t last = run.last();
  if (first > 1 && neighbours->must_not_touch(static_cast<Port>(first - 1))) ++first;
  if (last < kLastPort && neighbours->must_not_touch(static_cast<Port>(last + 1))) --last;
  return PortRange::between(first, last);
}

// The first gap within `range`, from its first port on.
std::optional<PortRange> gap_in(const HeldPorts& held, PortRange range, std::uint32_t count,
                                const Neighbours* neighbours) {
  for (auto rest = std::optional(range); rest && rest->count() >= count;) {
    const auto first = held.first_free(*rest);
    if (!first) return std::nullopt;
    const auto after = *PortRange::between(*first, range.last());
    const auto end = held.first_held(after);
    const std::uint32_t last = end ? *end - 1U : range.last();
    // Most gaps of a fragmented range are too small to be worth a look at their neighbours.
    if (last - *first + 1 >= count) {
      const auto usable = kept_apart(*PortRange::between(*first, last), neighbours);
      if (usable && usable->count() >= count)
        return PortRange::between(usable->first(), usable->first() + count - 1);
    }
    rest = PortRange::between(last + 1, range.last());
  }
  return std::nullopt;
}

}  // namespace

std::optional<Port> free_port_from(const HeldPorts& held, PortRange range, Port start) {
  if (const auto port = held.first_free(*PortRange::between(start, range.last()))) return port;
  if (start == range.first()) return std::nullopt;
  return held.first_free(*PortRange::between(range.first(), start - 1U));
}

std::optional<PortRange> gap_from(const HeldPorts& held, PortRange range, Port start, std::uint32_t count,
                                  const Neighbours* neighbours) {
  if (const auto gap = gap_in(held, *PortRange::between(start, range.last()), count, neighbours)) return gap;
  // A gap may begin before `start` and reach past it, so the second look is at the whole range.
  return gap_in(held, range, count, neighbours);
}

}  // namespace berth
