// SPDX-License-Identifier: MIT
#include "port_picker.h"

#include <algorithm>

namespace berth::scenario {
namespace {

struct Span {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  [[nodiscard]] bool meets(Span other) const { return first <= other.last && other.first <= last; }
};

// With the neighbours that must belong to nobody.
Span with_neighbours(Span span) { return {span.first == 0 ? 0 : span.first - 1, span.last + 1}; }

constexpr std::array kTransportsHere = {Transport::Tcp, Transport::Udp};
constexpr std::array kFamiliesHere = {Family::Ipv4, Family::Ipv6};
// Automatic ports come one after another: a picked run in the dynamic range keeps this far ahead of the last.
constexpr std::uint32_t kAheadOfAutomatic = 2048;

class Picker {
 public:
  Picker(const PortPool& pool, std::span<const PortsWanted> wanted) : pool_(pool) {
    for (const PortsWanted& ports : wanted)
      if (ports.at) taken_.push_back({*ports.at, std::uint32_t{*ports.at} + ports.count - 1});
    for (const Transport transport : kTransportsHere)
      for (const Family family : kFamiliesHere) look_at_range(transport, family);
  }

  std::optional<RequestedBlock> pick(const PortsWanted& wanted) {
    if (wanted.at) return RequestedBlock{.start = *wanted.at, .count = wanted.count};
    const Span area = area_of(wanted.where);
    for (std::uint32_t first = area.first; first + wanted.count - 1 <= area.last; ++first) {
      const Span run{first, first + wanted.count - 1};
      if (!suits(run, wanted.where)) continue;
      taken_.push_back(run);
      return RequestedBlock{.start = static_cast<Port>(first), .count = wanted.count};
    }
    return std::nullopt;
  }

 private:
  void look_at_range(Transport transport, Family family) {
    const PortRange range = pool_.dynamic_range(transport, family);
    dynamic_.push_back({range.first(), range.last()});
    const std::uint32_t last = pool_.last_automatic_port(transport, family);
    automatic_.push_back({last, last + kAheadOfAutomatic});
  }

  [[nodiscard]] Span area_of(Where where) const {
    if (where == Where::Low) return {601, 1023};
    if (where == Where::OutsideDynamic) return {5001, kLastPort - 1U};
    Span common = dynamic_.front();
    for (const Span range : dynamic_)
      common = {std::max(common.first, range.first), std::min(common.last, range.last)};
    return {common.first + 1, common.last - 1};
  }

  [[nodiscard]] bool suits(Span run, Where where) const {
    const Span wide = with_neighbours(run);
    const auto meets_wide = [wide](Span other) { return other.meets(wide); };
    if (std::ranges::any_of(taken_, meets_wide)) return false;
    if (where != Where::Dynamic && std::ranges::any_of(dynamic_, meets_wide)) return false;
    if (where == Where::Dynamic && std::ranges::any_of(automatic_, meets_wide)) return false;
    return is_free(wide);
  }

  [[nodiscard]] bool is_free(Span wide) const {
    const auto range = PortRange::between(wide.first, wide.last);
    if (!range) return false;
    for (const Transport transport : kTransportsHere) {
      HeldPorts held;
      pool_.add_blocks(held, transport, FamilySet::both());
      pool_.add_bound_ports(held, transport);
      if (held.first_held(*range)) return false;
    }
    return true;
  }

  const PortPool& pool_;
  std::vector<Span> taken_;
  std::vector<Span> dynamic_;
  std::vector<Span> automatic_;
};

}  // namespace

Result<std::vector<RequestedBlock>, std::string> pick_ports(const Machine& machine,
                                                            std::span<const PortsWanted> wanted) {
  using Picked = Result<std::vector<RequestedBlock>, std::string>;
  return machine.inspect([wanted](const PortPool& pool) -> Picked {
    Picker picker(pool, wanted);
    std::vector<RequestedBlock> picked;
    for (const PortsWanted& ports : wanted) {
      const auto block = picker.pick(ports);
      if (!block) return "no " + std::to_string(ports.count) + " free ports in a row for " + ports.name;
      picked.push_back(*block);
    }
    return picked;
  });
}

}  // namespace berth::scenario
