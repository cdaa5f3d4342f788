// SPDX-License-Identifier: MIT
#include <berth/core/records.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include <berth/core/port_choice.h>

namespace berth {
namespace {

// Makes one number of words; the place of a word is part of it.
class Hash {
 public:
  // Each place has an odd factor of its own, so that the words are multiplied side by side and not one after
  // another; `value()` does the mixing, once.
  constexpr Hash& add(std::uint64_t value) {
    sum_ += value * (mixed(++place_) | 1U);
    return *this;
  }
  Hash& add(const Address& address) {
    return add(word_at(&address.bytes[0])).add(word_at(&address.bytes[8]));
  }
  [[nodiscard]] constexpr std::uint64_t value() const { return mixed(sum_); }

 private:
  // The same number whatever the machine's byte order.
  static std::uint64_t word_at(const std::uint8_t* first) {
    std::array<std::uint8_t, 8> bytes;
    std::copy_n(first, bytes.size(), bytes.begin());
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
  }

  std::uint64_t sum_ = 0;
  std::uint64_t place_ = 0;
};

// Several small fields in one word.
class Packed {
 public:
  template <class Field>
  constexpr Packed& add(Field field, unsigned bits) {
    word_ = (word_ << bits) | static_cast<std::uint64_t>(field);
    bits_ += bits;
    assert(bits_ <= 64 && static_cast<std::uint64_t>(field) >> bits == 0);
    return *this;
  }
  constexpr Packed& add(const SocketOptions& options) {
    return add(options.sharing, 2)
        .add(options.ipv6_only, 1)
        .add(options.broadcast, 1)
        .add(options.randomize_port, 1)
        .add(options.port_scalability, 1)
        .add(options.reuse_unicast_port, 1);
  }
  [[nodiscard]] constexpr std::uint64_t word() const { return word_; }

 private:
  std::uint64_t word_ = 0;
  unsigned bits_ = 0;
};

constexpr std::uint64_t two_in_one(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32U) | low;
}

}  // namespace

std::uint64_t hash_of(const BlockRecord& record) {
  const Packed small = Packed()
                           .add(1, 2)  // a block
                           .add(record.kind, 3)
                           .add(record.transport, 1)
                           .add(record.families.ipv4, 1)
                           .add(record.families.ipv6, 1)
                           .add(record.lifetime, 1)
                           .add(record.placement, 1)
                           .add(record.range.first(), 16)
                           .add(record.range.last(), 16);
  return Hash()
      .add(small.word())
      .add(record.id.value)
      .add(record.token.value)
      .add(record.owner.value)
      .add(record.service.value)
      .add(record.anchor.value)
      .add(record.next_of_anchor.value)
      .add(record.serial)
      .value();
}

std::uint64_t hash_of(const SocketRecord& record) {
  const Packed small = Packed()
                           .add(2, 2)  // a socket
                           .add(record.transport, 1)
                           .add(record.family, 1)
                           .add(record.state, 3)
                           .add(record.options)
                           .add(record.bound_with)
                           .add(record.processor.has_value(), 1)
                           .add(record.processor.value_or(0), 16)
                           .add(record.name.address.family, 1)
                           .add(record.name.port, 16);
  return Hash()
      .add(small.word())
      .add(record.id.value)
      .add(record.owner.value)
      .add(record.account.value)
      .add(record.association.value)
      .add(record.name.address)
      .add(two_in_one(record.handles, record.owner_handles))
      .add(record.older_on_port.value)
      .value();
}

std::uint64_t hash_of(const HandleRecord& record) {
  return Hash().add(3).add(record.id.value).add(record.process.value).add(record.socket.value).value();
}

std::uint64_t hash_of(const ProcessRecord& record) {
  const Packed small = Packed().add(0, 2).add(record.token, 8).add(record.elevated, 1);  // 0: a process
  return Hash().add(small.word()).add(record.id.value).add(record.account.value).value();
}

}  // namespace berth
