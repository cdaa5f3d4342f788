// SPDX-License-Identifier: MIT
#include <berth/core/records.h>

#include <bit>

#include <berth/core/port_choice.h>

namespace berth {
namespace {

// Chains fields into one number; the order of the fields is part of it.
class Hash {
 public:
  // One to one in the state and in the value; `value()` does the mixing, once.
  Hash& add(std::uint64_t value) {
    state_ = (std::rotl(state_, 23) ^ value) * 0x9e3779b97f4a7c15U + 0x94d049bb133111ebU;
    return *this;
  }
  template <class Enum>
  requires std::is_enum_v<Enum> Hash& add(Enum value) { return add(static_cast<std::uint64_t>(value)); }
  Hash& add(const Endpoint& endpoint) {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      high = (high << 8U) | endpoint.address.bytes[i];
      low = (low << 8U) | endpoint.address.bytes[i + 8];
    }
    return add(endpoint.address.family).add(high).add(low).add(endpoint.port);
  }
  Hash& add(const SocketOptions& options) {
    const auto bit = [](bool on, unsigned place) { return std::uint64_t{on} << place; };
    return add(options.sharing)
        .add(bit(options.ipv6_only, 0) | bit(options.broadcast, 1) | bit(options.randomize_port, 2) |
             bit(options.port_scalability, 3) | bit(options.reuse_unicast_port, 4));
  }
  [[nodiscard]] std::uint64_t value() const { return mixed(state_); }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace

std::uint64_t hash_of(const BlockRecord& record) {
  return Hash()
      .add(1)
      .add(record.id.value)
      .add(record.kind)
      .add(record.transport)
      .add((std::uint64_t{record.families.ipv4} << 1U) | std::uint64_t{record.families.ipv6})
      .add((std::uint64_t{record.range.first()} << 16U) | record.range.last())
      .add(record.token.value)
      .add(record.owner.value)
      .add(record.service.value)
      .add(record.anchor.value)
      .add(record.next_of_anchor.value)
      .add(record.lifetime)
      .add(record.placement)
      .add(record.serial)
      .value();
}

std::uint64_t hash_of(const SocketRecord& record) {
  return Hash()
      .add(2)
      .add(record.id.value)
      .add(record.owner.value)
      .add(record.account.value)
      .add(record.transport)
      .add(record.family)
      .add(record.state)
      .add(record.options)
      .add(record.bound_with)
      .add(record.processor ? std::uint64_t{*record.processor} + 1 : 0)
      .add(record.association.value)
      .add(record.name)
      .add((std::uint64_t{record.handles} << 32U) | record.owner_handles)
      .add(record.older_on_port.value)
      .value();
}

std::uint64_t hash_of(const HandleRecord& record) {
  return Hash().add(3).add(record.id.value).add(record.process.value).add(record.socket.value).value();
}

std::uint64_t hash_of(const ProcessRecord& record) {
  return Hash()
      .add(4)
      .add(record.id.value)
      .add(record.account.value)
      .add(record.token)
      .add(std::uint64_t{record.elevated})
      .value();
}

}  // namespace berth
