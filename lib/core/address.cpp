// SPDX-License-Identifier: MIT
#include <berth/core/address.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace berth {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base, std::size_t most_digits) {
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value > std::numeric_limits<Number>::max()) return std::nullopt;
  return static_cast<Number>(value);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<Address> parse_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  Address address{.family = Family::Ipv4, .bytes = {}};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto number = parse_number<std::uint8_t>(parts[i], 10, 3);
    if (!number) return std::nullopt;
    address.bytes[i] = *number;
  }
  return address;
}

// One side of "::": groups of hexadecimal digits, the last of which may be a dotted IPv4 address.
std::optional<std::vector<std::uint8_t>> parse_groups(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  if (text.empty()) return bytes;
  const auto parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
      const auto dotted = parse_ipv4(parts[i]);
      if (!dotted) return std::nullopt;
      bytes.insert(bytes.end(), dotted->bytes.begin(), dotted->bytes.begin() + 4);
      continue;
    }
    const auto group = parse_number<std::uint16_t>(parts[i], 16, 4);
    if (!group) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*group >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(*group & 0xffU));
  }
  return bytes;
}

std::optional<Address> parse_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  // A dotted address is the end of the whole, never of what stands before "::".
  if (gap != std::string_view::npos && text.substr(0, gap).find('.') != std::string_view::npos)
    return std::nullopt;
  const auto head = parse_groups(text.substr(0, gap));
  const auto tail = parse_groups(gap == std::string_view::npos ? std::string_view{} : text.substr(gap + 2));
  if (!head || !tail) return std::nullopt;
  const auto given = head->size() + tail->size();
  if (gap == std::string_view::npos ? given != 16 : given > 14) return std::nullopt;
  Address address{.family = Family::Ipv6, .bytes = {}};
  std::ranges::copy(*head, address.bytes.begin());
  std::ranges::copy_backward(*tail, address.bytes.end());
  return address;
}

std::string ipv4_text(const std::uint8_t* bytes) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += (i == 0 ? "" : ".") + std::to_string(bytes[i]);
  return text;
}

struct Run {
  std::size_t start = 0;
  std::size_t length = 0;
};

// RFC 5952, 4.2: the first of the longest runs of two or more zero groups is written as "::".
Run longest_run_of_zeros(const std::array<std::uint16_t, 8>& groups) {
  Run longest;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > longest.length && end - i > 1) longest = {.start = i, .length = end - i};
    i = std::max(end, i + 1);
  }
  return longest;
}

std::string hex(std::uint16_t group) {
  std::array<char, 4> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), group, 16).ptr;
  return {digits.begin(), end};
}

std::string ipv6_text(const Address& address) {
  if (address.is_ipv4_mapped()) return "::ffff:" + ipv4_text(address.bytes.data() + 12);
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<std::uint16_t>((address.bytes[2 * i] << 8U) | address.bytes[2 * i + 1]);
  const Run zeros = longest_run_of_zeros(groups);
  std::string text;
  for (std::size_t i = 0; i < 8;) {
    if (zeros.length != 0 && i == zeros.start) {
      text += "::";
      i += zeros.length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += hex(groups[i++]);
  }
  return text;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
}

std::string to_string(const Address& address) {
  return address.family == Family::Ipv4 ? ipv4_text(address.bytes.data()) : ipv6_text(address);
}

std::string to_string(const Endpoint& endpoint) {
  const auto port = std::to_string(endpoint.port);
  if (endpoint.address.family == Family::Ipv4) return to_string(endpoint.address) + ":" + port;
  return "[" + to_string(endpoint.address) + "]:" + port;
}

}  // namespace berth
