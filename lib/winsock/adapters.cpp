// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "adapters.h"
#include "call.h"
#include "memory_probe.h"
#include "program_text.h"
#include "scoped_names.h"

namespace berth::winsock {
namespace {

// An adapter of the emulated computer.
struct Adapter {
  const char* name;
  std::string_view friendly_name;
  std::string_view description;
  IF_INDEX index;
  IFTYPE type;
  ULONG mtu;
  ULONG physical_address_length;
  std::vector<Address> addresses;
};

constexpr std::array<BYTE, 6> kPhysicalAddress = {0x02, 0x00, 0x00,
                                                  0x62, 0x72, 0x74};  // locally administered
constexpr ULONG64 kGigabit = 1'000'000'000;

// In this order: what a program that takes the first adapter expects to find.
std::vector<Adapter> adapters_of(const Computer& computer) {
  return {{.name = "{B0000000-0000-4000-8000-000000000002}",
           .friendly_name = "Ethernet",
           .description = "Berth Ethernet Adapter",
           .index = kEthernetAdapter,
           .type = IF_TYPE_ETHERNET_CSMACD,
           .mtu = 1500,
           .physical_address_length = kPhysicalAddress.size(),
           .addresses = computer.addresses},
          {.name = "{B0000000-0000-4000-8000-000000000001}",
           .friendly_name = "Loopback Pseudo-Interface 1",
           .description = "Software Loopback Interface 1",
           .index = kLoopbackAdapter,
           .type = IF_TYPE_SOFTWARE_LOOPBACK,
           .mtu = 0xffffffff,
           .physical_address_length = 0,
           .addresses = {Address::loopback(Family::Ipv6), Address::loopback(Family::Ipv4)}}};
}

// How many bits of an address its network has: worlds do not say.
UINT8 prefix_length(const Address& address) {
  const bool is_loopback = address.is_loopback();
  if (address.family == Family::Ipv4) return is_loopback ? 8 : 24;
  return is_loopback ? 128 : 64;
}

Address network_of(const Address& address) {
  Address network = address;
  const std::size_t bytes = prefix_length(address) / 8;
  std::fill(network.bytes.begin() + static_cast<std::ptrdiff_t>(bytes), network.bytes.end(), std::uint8_t{0});
  return network;
}

/// Structures that point to one another, as they will stand at a place of the program's.
class Image {
 public:
  explicit Image(const void* place) : place_(reinterpret_cast<std::uintptr_t>(place)) {}

  /// Where an entry of this size will stand; its bytes come with `put`.
  template <class Entry>
  Entry* room() {
    return static_cast<Entry*>(append(nullptr, sizeof(Entry)));
  }
  template <class Entry>
  void put(Entry* at, const Entry& entry) {
    std::memcpy(bytes_.data() + (reinterpret_cast<std::uintptr_t>(at) - place_), &entry, sizeof(entry));
  }
  template <class Char>
  Char* text(std::string_view text) {
    const auto characters = spelled<Char>(text);
    return static_cast<Char*>(append(characters.c_str(), (characters.size() + 1) * sizeof(Char)));
  }
  SOCKET_ADDRESS name(const Address& address) {
    SOCKADDR_STORAGE storage{};
    const int size = put_name({.address = address, .zone = 0, .port = 0}, storage);
    return {.lpSockaddr = static_cast<LPSOCKADDR>(append(&storage, static_cast<std::size_t>(size))),
            .iSockaddrLength = size};
  }
  [[nodiscard]] const std::vector<char>& bytes() const { return bytes_; }

 private:
  void* append(const void* source, std::size_t size) {
    const std::size_t offset = bytes_.size();
    bytes_.resize(offset + (size + 7) / 8 * 8);
    if (source != nullptr) std::memcpy(bytes_.data() + offset, source, size);
    return reinterpret_cast<void*>(place_ + offset);
  }

  std::uintptr_t place_;
  std::vector<char> bytes_;
};

struct Wish {
  ULONG family = AF_UNSPEC;
  ULONG flags = 0;
  [[nodiscard]] bool wants(const Address& address) const {
    return family == AF_UNSPEC || (family == AF_INET) == (address.family == Family::Ipv4);
  }
  [[nodiscard]] bool has(ULONG flag) const { return (flags & flag) != 0; }
};

template <class Entry, class Fill>
Entry* chain(Image& image, const Wish& wish, const Adapter& adapter, Fill&& fill) {
  Entry* next = nullptr;
  // From the last to the first, so that each knows who follows.
  for (std::size_t left = adapter.addresses.size(); left > 0; --left) {
    const Address& address = adapter.addresses[left - 1];
    if (!wish.wants(address)) continue;
    Entry entry{};
    entry.Length = sizeof(entry);
    entry.Next = next;
    fill(entry, address);
    next = image.room<Entry>();
    image.put(next, entry);
  }
  return next;
}

IP_ADAPTER_UNICAST_ADDRESS* unicast_addresses(Image& image, const Wish& wish, const Adapter& adapter) {
  return chain<IP_ADAPTER_UNICAST_ADDRESS>(
      image, wish, adapter, [&image](IP_ADAPTER_UNICAST_ADDRESS& entry, const Address& address) {
        const bool is_loopback = address.is_loopback();
        entry.Flags = is_loopback ? 0 : IP_ADAPTER_ADDRESS_DNS_ELIGIBLE;
        entry.Address = image.name(address);
        entry.PrefixOrigin = is_loopback ? IpPrefixOriginWellKnown : IpPrefixOriginManual;
        entry.SuffixOrigin = is_loopback ? IpSuffixOriginWellKnown : IpSuffixOriginManual;
        entry.DadState = IpDadStatePreferred;
        entry.ValidLifetime = entry.PreferredLifetime = entry.LeaseLifetime = 0xffffffff;
        entry.OnLinkPrefixLength = prefix_length(address);
      });
}

IP_ADAPTER_PREFIX* prefixes(Image& image, const Wish& wish, const Adapter& adapter) {
  return chain<IP_ADAPTER_PREFIX>(image, wish, adapter,
                                  [&image](IP_ADAPTER_PREFIX& entry, const Address& address) {
                                    entry.Address = image.name(network_of(address));
                                    entry.PrefixLength = prefix_length(address);
                                  });
}

void describe(Image& image, const Wish& wish, const Adapter& adapter, IP_ADAPTER_ADDRESSES& out) {
  out.Length = sizeof(out);
  out.AdapterName = image.text<char>(adapter.name);
  if (!wish.has(GAA_FLAG_SKIP_UNICAST)) out.FirstUnicastAddress = unicast_addresses(image, wish, adapter);
  if (wish.has(GAA_FLAG_INCLUDE_PREFIX)) out.FirstPrefix = prefixes(image, wish, adapter);
  out.DnsSuffix = image.text<wchar_t>("");
  out.Description = image.text<wchar_t>(adapter.description);
  if (!wish.has(GAA_FLAG_SKIP_FRIENDLY_NAME)) out.FriendlyName = image.text<wchar_t>(adapter.friendly_name);
  std::copy_n(kPhysicalAddress.begin(), adapter.physical_address_length, out.PhysicalAddress);
  out.PhysicalAddressLength = adapter.physical_address_length;
  for (const Address& address : adapter.addresses) {
    const bool is_ipv4 = address.family == Family::Ipv4;
    out.Flags |= is_ipv4 ? IP_ADAPTER_IPV4_ENABLED : IP_ADAPTER_IPV6_ENABLED;
    if (is_ipv4 && wish.family != AF_INET6) out.IfIndex = adapter.index;
    if (!is_ipv4 && wish.family != AF_INET) out.Ipv6IfIndex = adapter.index;
  }
  out.Mtu = adapter.mtu;
  out.IfType = adapter.type;
  out.OperStatus = IfOperStatusUp;
  out.TransmitLinkSpeed = out.ReceiveLinkSpeed = kGigabit;
  out.Ipv4Metric = out.Ipv6Metric = adapter.type == IF_TYPE_SOFTWARE_LOOPBACK ? 75 : 25;
  out.Luid.Info.IfType = static_cast<std::uint16_t>(adapter.type);
  out.Luid.Info.NetLuidIndex = adapter.index & 0xffffffU;
  out.CompartmentId = 1;
  out.ConnectionType = NET_IF_CONNECTION_DEDICATED;
}

Image image_of(const Computer& computer, const Wish& wish, const void* place) {
  Image image(place);
  std::vector<std::pair<IP_ADAPTER_ADDRESSES*, Adapter>> listed;
  for (const Adapter& adapter : adapters_of(computer)) {
    const bool is_wanted =
        wish.has(GAA_FLAG_INCLUDE_ALL_INTERFACES) ||
        std::ranges::any_of(adapter.addresses, [&](const Address& address) { return wish.wants(address); });
    // The first entry stands where the program looks.
    if (is_wanted) listed.emplace_back(image.room<IP_ADAPTER_ADDRESSES>(), adapter);
  }
  for (std::size_t at = 0; at < listed.size(); ++at) {
    IP_ADAPTER_ADDRESSES out{};
    describe(image, wish, listed[at].second, out);
    out.Next = at + 1 < listed.size() ? listed[at + 1].first : nullptr;
    image.put(listed[at].first, out);
  }
  return image;
}

}  // namespace
}  // namespace berth::winsock

ULONG GetAdaptersAddresses(ULONG Family, ULONG Flags, PVOID, PIP_ADAPTER_ADDRESSES AdapterAddresses,
                           PULONG SizePointer) {
  using namespace berth::winsock;
  if (Family != AF_UNSPEC && Family != AF_INET && Family != AF_INET6) return ERROR_INVALID_PARAMETER;
  const Call call;
  if (!call.has_machine()) return ERROR_NOT_SUPPORTED;
  const Image image =
      image_of(call.process()->machine().computer(), {.family = Family, .flags = Flags}, AdapterAddresses);
  const auto needed = static_cast<ULONG>(image.bytes().size());
  if (needed == 0) return ERROR_NO_DATA;
  MemoryProbe memory;
  const auto room = memory.read<ULONG>(SizePointer);
  if (!room || !memory.write(SizePointer, needed)) return ERROR_INVALID_PARAMETER;
  if (AdapterAddresses == nullptr || *room < needed) return ERROR_BUFFER_OVERFLOW;
  if (!memory.is_writable(AdapterAddresses, needed)) return ERROR_INVALID_PARAMETER;
  std::memcpy(static_cast<void*>(AdapterAddresses), image.bytes().data(), needed);
  return NO_ERROR;
}
