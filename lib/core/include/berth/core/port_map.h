// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <berth/core/ids.h>
#include <berth/core/port_range.h>
#include <berth/core/shared_pages.h>

namespace berth {

/// Which thing holds each of the 65,536 ports of one plane, and one bit per port that says whether anything
/// does. Thread-compatible; copies share pages; a port that was never held costs nothing.
template <class Holder>
class PortMap {
 public:
  static constexpr std::size_t kWords = 1024;

  /// The holder of `port`; empty when nobody holds it.
  [[nodiscard]] Holder at(Port port) const {
    const Page* page = page_at(port / kPerPage);
    return page == nullptr ? Holder{} : page->holders[port % kPerPage];
  }
  /// Bit `port % 64` of word `port / 64` is set when the port is held.
  [[nodiscard]] std::uint64_t word(std::size_t index) const {
    const Page* page = page_at(index / kWordsPerPage);
    return page == nullptr ? 0 : page->held[index % kWordsPerPage];
  }
  /// Gives `port` to `holder`; an empty holder frees it.
  void set(Port port, Holder holder) { set_in_page(port, port, holder); }
  void set(PortRange range, Holder holder) {
    for (std::uint32_t first = range.first(); first <= range.last();) {
      const std::uint32_t last = std::min<std::uint32_t>(first | (kPerPage - 1), range.last());
      set_in_page(first, last, holder);
      first = last + 1;
    }
  }

 private:
  static constexpr std::size_t kPerPage = 256;
  static constexpr std::size_t kWordsPerPage = kPerPage / 64;
  struct Page {
    std::array<Holder, kPerPage> holders{};
    std::array<std::uint64_t, kWordsPerPage> held{};
  };
  // A level of its own, so that a copy of the map shares one thing and not each page.
  struct Pages {
    std::array<SharedPage<Page>, 65536 / kPerPage> pages;
  };

  [[nodiscard]] const Page* page_at(std::size_t index) const {
    const Pages* all = pages_.get();
    return all == nullptr ? nullptr : all->pages[index].get();
  }
  // Requires: both ports are of one page.
  void set_in_page(std::uint32_t first, std::uint32_t last, Holder holder) {
    Page& page = pages_.writable().pages[first / kPerPage].writable();
    const auto holders = page.holders.begin();
    std::fill(holders + first % kPerPage, holders + last % kPerPage + 1, holder);
    for (std::uint32_t port = first; port <= last; port = (port | 63U) + 1) {
      const std::uint32_t end = std::min(port | 63U, last);
      const std::uint64_t bits = (~std::uint64_t{0} >> (63U - (end - port))) << (port % 64U);
      std::uint64_t& word = page.held[port % kPerPage / 64];
      word = holder ? word | bits : word & ~bits;
    }
  }
  SharedPage<Pages> pages_;
};

/// Several port maps seen as one: a port is held when any of them holds it. A view: valid while the maps are.
class HeldPorts {
 public:
  void include(const PortMap<BlockId>& map) { blocks_[block_maps_++] = &map; }
  void include(const PortMap<SocketId>& map) { sockets_ = &map; }

  [[nodiscard]] std::uint64_t word(std::size_t index) const {
    std::uint64_t bits = sockets_ == nullptr ? 0 : sockets_->word(index);
    for (std::size_t i = 0; i < block_maps_; ++i) bits |= blocks_[i]->word(index);
    return bits;
  }
  [[nodiscard]] bool holds(Port port) const { return ((word(port / 64U) >> (port % 64U)) & 1U) != 0; }

  /// The lowest held port of `range`; nothing when all are free.
  [[nodiscard]] std::optional<Port> first_held(PortRange range) const { return first(range, 0); }
  /// The lowest free port of `range`; nothing when all are held.
  [[nodiscard]] std::optional<Port> first_free(PortRange range) const {
    return first(range, ~std::uint64_t{0});
  }

 private:
  // `flip` turns the search for a set bit into one for a clear bit.
  [[nodiscard]] std::optional<Port> first(PortRange range, std::uint64_t flip) const {
    const std::size_t last_word = range.last() / 64U;
    std::uint64_t mask = ~std::uint64_t{0} << (range.first() % 64U);
    for (std::size_t index = range.first() / 64U; index <= last_word; ++index) {
      const std::uint64_t bits = (word(index) ^ flip) & mask;
      mask = ~std::uint64_t{0};
      if (bits == 0) continue;
      const auto port =
          static_cast<std::uint32_t>(index * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      if (port > range.last()) return std::nullopt;
      return static_cast<Port>(port);
    }
    return std::nullopt;
  }

  std::array<const PortMap<BlockId>*, kTransports * kFamilies> blocks_{};
  std::size_t block_maps_ = 0;
  const PortMap<SocketId>* sockets_ = nullptr;
};

}  // namespace berth
