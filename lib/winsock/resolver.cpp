// SPDX-License-Identifier: MIT
#include "resolver.h"

#include <algorithm>
#include <charconv>

#include "posix_address_text.h"
#include "program_text.h"

namespace berth::winsock {
namespace {

std::optional<std::uint32_t> read_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<ScopedAddress> read_ipv4(std::string_view text) {
  ScopedAddress read{.address = Address::any(Family::Ipv4)};
  // What reads one to four numbers also reads past a space.
  const bool is_plain = !text.empty() && std::ranges::none_of(text, [](char c) { return c <= ' '; });
  if (!is_plain || !read_loose_ipv4_address(std::string(text).c_str(), read.address.bytes.data()))
    return std::nullopt;
  return read;
}

std::optional<ScopedAddress> read_ipv6(std::string_view text) {
  ScopedAddress read{.address = Address::any(Family::Ipv6)};
  const auto percent = text.find('%');
  if (percent != std::string_view::npos) {
    const auto zone = read_number(text.substr(percent + 1));
    if (!zone) return std::nullopt;
    read.zone = *zone;
  }
  const std::string address(text.substr(0, percent));
  if (!read_address(AddressKind::IPv6, address.c_str(), read.address.bytes.data())) return std::nullopt;
  return read;
}

KnownHost host_with(std::string name, const std::vector<Address>& addresses) {
  KnownHost host{.name = std::move(name), .addresses = {}};
  for (const Family family : {Family::Ipv6, Family::Ipv4})
    for (const Address& address : addresses)
      if (address.family == family) host.addresses.push_back({.address = address});
  return host;
}

}  // namespace

std::optional<Port> read_port(std::string_view text) {
  const auto number = read_number(text);
  if (!number || *number > 65535) return std::nullopt;
  return static_cast<Port>(*number);
}

std::optional<ScopedAddress> read_numeric_host(std::string_view text) {
  return text.find(':') == std::string_view::npos ? read_ipv4(text) : read_ipv6(text);
}

std::optional<ScopedAddress> read_numeric_endpoint(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const auto end = is_bracketed ? text.find(']') : text.find(':');
  const bool is_ipv6 = is_bracketed || (end != std::string_view::npos && text.rfind(':') != end);
  if (end == std::string_view::npos) return is_bracketed ? std::nullopt : read_ipv4(text);
  if (is_ipv6 && !is_bracketed) return read_ipv6(text);
  auto read = is_ipv6 ? read_ipv6(text.substr(1, end - 1)) : read_ipv4(text.substr(0, end));
  std::string_view rest = text.substr(is_ipv6 ? end + 1 : end);
  if (!read || rest.empty()) return read;
  const auto port = rest.starts_with(':') ? read_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  read->port = *port;
  return read;
}

std::string numeric_host(const ScopedAddress& address) {
  const std::string text = to_string(address.address);
  return address.zone == 0 ? text : text + "%" + std::to_string(address.zone);
}

std::string numeric_endpoint(const ScopedAddress& address) {
  if (address.port == 0) return numeric_host(address);
  const bool is_ipv6 = address.address.family == Family::Ipv6;
  const std::string host = is_ipv6 ? "[" + numeric_host(address) + "]" : numeric_host(address);
  return host + ":" + std::to_string(address.port);
}

std::optional<KnownHost> host_named(std::string_view name, const Computer& computer) {
  if (is_same_name(name, "localhost"))
    return host_with("localhost", {Address::loopback(Family::Ipv6), Address::loopback(Family::Ipv4)});
  if (!name.empty() && !is_same_name(name, computer.host_name) && !is_same_name(name, "..localmachine"))
    return std::nullopt;
  return host_with(computer.host_name, computer.addresses);
}

std::optional<std::string> name_of_host(const Address& address, const Computer& computer) {
  if (address.is_loopback() ||
      std::ranges::find(computer.addresses, address.unmapped()) != computer.addresses.end())
    return computer.host_name;
  return std::nullopt;
}

}  // namespace berth::winsock
